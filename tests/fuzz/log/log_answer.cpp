// Any bytes as a log's answer, in either generation's form: nothing in it is ours.
#include <cstdlib>

#include "core/services/log_answer.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace chancery;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const services::LogTrust nobody{services::LogGeneration::v1, {}};
  bundle::VerifiedNotes notes;
  for (const auto& entry : {services::parse_answer_v1(text), services::parse_answer_v2(text)}) {
    if (entry.ok() && services::check_answer(*entry, {}, nobody, notes).ok()) std::abort();
  }
  return 0;
}
