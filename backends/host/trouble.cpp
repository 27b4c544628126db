#include "backends/host/trouble.h"

#include <fmt/format.h>

namespace chancery::host {

bool needs_opening(std::string_view reason) {
  return reason == "PIN_REJECTED" || reason == "PIN_UNANSWERED" || reason == "TPM_AUTH_CHANGED" ||
         reason == "KEY_CHANGED";
}

bool is_absence(std::string_view reason) {
  return reason == "TOKEN_ABSENT" || reason == "TOKEN_FAILED" || reason == "TPM_ABSENT" ||
         reason == "TPM_NOT_STARTED";
}

bool is_of_device(const Error& error) {
  return error.code == ErrorCode::unavailable && error.reason != "DEADLINE_PASSED";
}

Error hung(std::chrono::duration<double> patience) {
  return internal("KEY_HOST_HUNG",
                  fmt::format("its key host has not answered for {:g} s", patience.count()));
}

Error silent(std::chrono::duration<double> patience) {
  return unavailable("DEVICE_SILENT",
                     fmt::format("its device has not answered for {:g} s: it hangs, or others keep "
                                 "it busy",
                                 patience.count()));
}

Error garbage(std::string_view what) {
  return internal("KEY_HOST_GARBAGE", fmt::format("its key host sent {}", what));
}

}  // namespace chancery::host
