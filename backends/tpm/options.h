// The options of a TPM backend, parsed.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "backends/key_backend.h"
#include "backends/secret.h"
#include "backends/wanted_keys.h"

namespace chancery::tpm {

// A key that lies in the TPM itself.
struct PersistentKey {
  std::string name;
  std::uint32_t handle;  // 0x81......
};

enum class Bus {
  trusted,    // authorisation values cross it as they are
  untrusted,  // salted HMAC sessions, with the commands' first parameter encrypted
};

struct Options {
  std::string tcti = "device:/dev/tpmrm0";
  std::filesystem::path directory;  // of key files; empty where there are none
  std::vector<PersistentKey> persistent;
  std::string auth_file;
  std::string auth_credential;
  std::vector<KeyWanted> make_missing;
  std::vector<unsigned> pcrs;   // of the SHA-256 bank, for keys made here
  bool guard_guessing = false;  // whether keys made here count wrong values (dictionary attacks)
  Bus bus = Bus::trusted;
};

// What was understood; every complaint goes to `problems`.
Options parse_options(const BackendConfig& config, std::vector<std::string>& problems);

// The device's file, where the TPM is reached by one.
std::optional<std::string> device_file(const std::string& tcti);

// Where the authorisation value lies; empty where neither option is given.
std::filesystem::path auth_value_file(const Options& options);
// Nothing where neither option is given.
Result<std::optional<Secret>> read_auth_value(const Options& options);

// What this backend can make and use where the TPM can: ECDSA and RSA with PKCS#1 v1.5.
bool is_supported(Algorithm algorithm);

}  // namespace chancery::tpm
