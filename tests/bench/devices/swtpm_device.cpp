#include "tests/bench/devices/swtpm_device.h"

#include <fmt/format.h>

#include "backends/secret.h"
#include "backends/tpm/key_template.h"
#include "backends/tpm/sessions.h"
#include "backends/tpm/tpm.h"
#include "core/base/limits/key_hosts.h"

namespace chancery::bench {
namespace {

using std::chrono::steady_clock;

std::filesystem::path key_directory(const testing::Swtpm& tpm) { return tpm.directory() / "keys"; }

BackendConfig config_of(const testing::Swtpm& tpm, TpmSession session) {
  return {"device",
          {{"tcti", tpm.tcti()},
           {"directory", key_directory(tpm).string()},
           {"bus", session == TpmSession::salted ? "untrusted" : "trusted"},
           {"make_missing", "key=ecdsa-p256-sha256"}}};
}

std::string table_of(const BackendConfig& config) {
  std::string out = "[[backend]]\nname = \"device\"\ntype = \"tpm\"\n";
  for (const auto& [option, value] : config.options) {
    const bool is_list = option == "make_missing";
    out += fmt::format("{} = {}\"{}\"{}\n", option, is_list ? "[" : "", value, is_list ? "]" : "");
  }
  return out;
}

void sign_raw(const tpm::Device& device, ESYS_TR key, ESYS_TR session) {
  const TPM2B_DIGEST digest{32, {1}};
  const TPMT_SIG_SCHEME scheme = tpm::scheme_of(Algorithm::ecdsa_p256_sha256);
  const TPMT_TK_HASHCHECK no_ticket{TPM2_ST_HASHCHECK, TPM2_RH_NULL, {}};
  TPMT_SIGNATURE* signature = nullptr;
  CHANCERY_ASSERT(Esys_Sign(device.esys(), key, session, ESYS_TR_NONE, ESYS_TR_NONE, &digest,
                            &scheme, &no_ticket, &signature) == TSS2_RC_SUCCESS);
  Esys_Free(signature);
}

// TPM2_Sign alone, with the key loaded and the session kept, as the backend's are.
RawRate measure_raw(const testing::Swtpm& tpm, TpmSession mode, std::chrono::milliseconds time) {
  const std::filesystem::path path = key_directory(tpm) / "key.pem";
  const Secret pem = read_private_file(path, limits::key_file_bytes_max).value();
  tpm::Key key{.info = {"key", Algorithm::ecdsa_p256_sha256, {}}, .place = path.string()};
  key.blob = tpm::decode_key_blob(pem.view(), path.string()).value();
  tpm::Device device(tpm.tcti(), std::nullopt);
  tpm::Sessions sessions(device,
                         mode == TpmSession::salted ? tpm::Bus::untrusted : tpm::Bus::trusted);
  std::size_t count = 0;
  std::chrono::duration<double> took{0};
  const auto work = [&]() -> Result<void> {
    const ESYS_TR handle = TRY(device.load(key));
    const ESYS_TR session = TRY(sessions.for_key(key));
    const auto began = steady_clock::now();
    for (; steady_clock::now() - began < time; ++count) sign_raw(device, handle, session);
    took = steady_clock::now() - began;
    return {};
  };
  device.run(work, Deadline::after(std::chrono::minutes(1))).value();
  const double each = took.count() / static_cast<double>(count);
  return {"swtpm P-256", 1 / each, each * 1e6, 0};
}

}  // namespace

Result<Device> swtpm_device(const testing::Swtpm& tpm, TpmSession session, std::size_t requests) {
  std::filesystem::create_directory(key_directory(tpm));
  const BackendConfig config = config_of(tpm, session);
  TRY(tpm::open(config, 1, Deadline::after(std::chrono::seconds(60))));
  Device device{
      session == TpmSession::salted ? "swtpm P-256, salted" : "swtpm P-256", table_of(config),
      [&tpm, session](std::chrono::milliseconds time) { return measure_raw(tpm, session, time); },
      requests};
  device.process = tpm.pid();
  return device;
}

}  // namespace chancery::bench
