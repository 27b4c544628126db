#include "backends/pkcs11/pkcs11.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "backends/key_directory.h"
#include "backends/pkcs11/mechanism.h"
#include "backends/pkcs11/options.h"
#include "backends/pkcs11/token.h"

namespace chancery::pkcs11 {
namespace {

// One thread's way to the token that all of them share.
class Pkcs11Backend final : public KeyBackend,
                            public KeyMaker,
                            public KeyRemover,
                            public DeviceProbe {
 public:
  Pkcs11Backend(std::shared_ptr<Token> token, bool names_its_keys)
      : token_(std::move(token)), names_its_keys_(names_its_keys) {}

  Result<std::vector<KeyInfo>> list_keys(Deadline deadline) override;
  std::vector<UnusableKey> unusable_keys() const override { return token_->unusable_keys(); }
  Result<Bytes> sign(std::string_view key_name, ByteView input, Deadline deadline) override;
  Result<KeyInfo> make_key(std::string_view name, Algorithm algorithm, Deadline deadline) override;
  Result<void> remove_key(std::string_view name, Deadline deadline) override;
  Result<void> probe(Deadline deadline) override;

 private:
  std::shared_ptr<Token> token_;
  bool names_its_keys_;
};

Result<std::vector<KeyInfo>> Pkcs11Backend::list_keys(Deadline deadline) {
  if (deadline.passed()) return too_late();
  return token_->keys();
}

Result<Bytes> Pkcs11Backend::sign(std::string_view key_name, ByteView input, Deadline deadline) {
  if (deadline.passed()) return too_late();
  return token_->sign(key_name, input, deadline);
}

Result<KeyInfo> Pkcs11Backend::make_key(std::string_view name, Algorithm algorithm,
                                        Deadline deadline) {
  if (deadline.passed()) return too_late();
  if (names_its_keys_) {
    return unsupported("CANNOT_MAKE_KEYS",
                       "the configuration names this backend's keys: a new one would not be among "
                       "them");
  }
  TRY(check_key_name(name));
  if (!is_supported(algorithm)) {
    return unsupported("ALGORITHM_UNSUPPORTED",
                       fmt::format("a token's keys cannot be {}", name_of(algorithm)));
  }
  return token_->make_key(name, algorithm);
}

Result<void> Pkcs11Backend::remove_key(std::string_view name, Deadline deadline) {
  if (deadline.passed()) return too_late();
  return token_->remove_key(name);
}

Result<void> Pkcs11Backend::probe(Deadline deadline) {
  if (deadline.passed()) return too_late();
  return token_->probe();
}

}  // namespace

Result<std::vector<std::unique_ptr<KeyBackend>>> open(const BackendConfig& config,
                                                      std::size_t count, Deadline) {
  std::vector<std::string> problems;
  Options options = parse_options(config, problems);
  if (!problems.empty()) return invalid_request("OPTIONS_INVALID", problems.front());
  // The module reads it when it is loaded; no other thread runs yet.
  for (const auto& [name, value] : options.environment) {
    setenv(name.c_str(), value.c_str(), 1);
  }
  const bool names_its_keys = !options.keys.empty();
  const std::size_t sessions_max = std::min(count, options.sessions);
  const std::shared_ptr<Token> token = TRY(Token::open(std::move(options), sessions_max));
  std::vector<std::unique_ptr<KeyBackend>> out;
  for (std::size_t i = 0; i < token->session_count(); ++i) {
    out.push_back(std::make_unique<Pkcs11Backend>(token, names_its_keys));
  }
  return out;
}

std::vector<std::string> check(const BackendConfig& config) {
  std::vector<std::string> problems;
  parse_options(config, problems);
  return problems;
}

std::vector<BackendPath> paths(const BackendConfig& config) {
  std::vector<std::string> problems;
  Options options = parse_options(config, problems);
  std::vector<BackendPath> out = std::move(options.paths);
  out.push_back({options.module.string()});
  out.push_back({options.directory.string(), BackendPath::write});
  if (!options.pin_file.empty()) out.push_back({options.pin_file});
  if (!options.pin_credential.empty()) {
    out.push_back({credential_path(options.pin_credential).string()});
  }
  return out;
}

}  // namespace chancery::pkcs11
