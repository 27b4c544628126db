#include "tests/bench/devices/soft_hsm_device.h"

#include <fmt/format.h>

#include "backends/pkcs11/connection.h"
#include "backends/pkcs11/mechanism.h"
#include "backends/pkcs11/pkcs11.h"

namespace chancery::bench {
namespace {

using std::chrono::steady_clock;

// C_SignInit and C_Sign alone, in a session that is kept and logged in, as the backend's are.
RawRate measure_raw(const BackendConfig& config, Algorithm algorithm,
                    std::chrono::milliseconds time) {
  std::vector<std::string> problems;
  const pkcs11::Options options = pkcs11::parse_options(config, problems);
  pkcs11::Module module = pkcs11::Module::load(options.module).value();
  CHANCERY_ASSERT(module.initialize() == CKR_OK);
  pkcs11::Login login(pkcs11::read_pin(options).value(),
                      RejectedSecret::open(options.directory / pkcs11::rejected_pin_file).value());
  const pkcs11::Connection connection = pkcs11::connect(module, options, login, 1).value();
  const CK_SESSION_HANDLE session = connection.sessions.front();
  const CK_OBJECT_HANDLE key = connection.keys.usable.at("key").handle;
  Bytes input = pkcs11::token_input(algorithm, Bytes(32, 1)).value();
  Bytes signature(1024);
  std::size_t count = 0;
  const auto began = steady_clock::now();
  for (; steady_clock::now() - began < time; ++count) {
    pkcs11::Mechanism mechanism(algorithm);
    CK_ULONG size = signature.size();
    CHANCERY_ASSERT(module->C_SignInit(session, mechanism.pointer(), key) == CKR_OK);
    CHANCERY_ASSERT(module->C_Sign(session, input.data(), input.size(), signature.data(), &size) ==
                    CKR_OK);
  }
  const std::chrono::duration<double> took = steady_clock::now() - began;
  module.finalize();
  const double each = took.count() / static_cast<double>(count);
  return {fmt::format("SoftHSM {}", name_of(algorithm)), 1 / each, each * 1e6, 0};
}

}  // namespace

Result<Device> soft_hsm_device(const testing::SoftHsm& token, Algorithm algorithm,
                               std::size_t requests) {
  const BackendConfig config = token.config();
  {
    const auto backend = TRY(pkcs11::open(config, 1, Deadline::after(std::chrono::seconds(30))));
    TRY(dynamic_cast<KeyMaker&>(*backend.front())
            .make_key("key", algorithm, Deadline::after(std::chrono::seconds(60))));
  }
  return Device{fmt::format("SoftHSM {}", name_of(algorithm)), token.table("device"),
                [config, algorithm](std::chrono::milliseconds time) {
                  return measure_raw(config, algorithm, time);
                },
                requests};
}

}  // namespace chancery::bench
