#include "backends/software/software.h"

#include <fmt/format.h>

#include <map>

#include "backends/key_directory.h"
#include "backends/software/key_file.h"
#include "backends/software/options.h"
#include "backends/software/signer.h"
#include "core/base/limits/key_hosts.h"

namespace chancery::software {
namespace {

using Signers = std::map<std::string, Signer, std::less<>>;

class SoftwareBackend final : public KeyBackend, public KeyMaker, public KeyRemover {
 public:
  SoftwareBackend(Options options, Signers signers)
      : options_(std::move(options)), signers_(std::move(signers)) {}

  Result<std::vector<KeyInfo>> list_keys(Deadline deadline) override;
  Result<Bytes> sign(std::string_view key_name, ByteView input, Deadline deadline) override;
  Result<KeyInfo> make_key(std::string_view name, Algorithm algorithm, Deadline deadline) override;
  Result<void> remove_key(std::string_view name, Deadline deadline) override;

  const Signers& signers() const { return signers_; }

 private:
  Error unknown_key(std::string_view name) const;

  Options options_;
  Signers signers_;
};

Error too_late() { return unavailable("DEADLINE_PASSED", "the deadline passed: nothing was done"); }

Error SoftwareBackend::unknown_key(std::string_view name) const {
  return not_found("KEY_NOT_FOUND",
                   fmt::format("no key \"{}\" in {}", name, options_.directory.string()));
}

Result<std::vector<KeyInfo>> SoftwareBackend::list_keys(Deadline deadline) {
  if (deadline.passed()) return too_late();
  std::vector<KeyInfo> out;
  for (const auto& [name, signer] : signers_) out.push_back(signer.info());
  return out;
}

Result<Bytes> SoftwareBackend::sign(std::string_view key_name, ByteView input, Deadline deadline) {
  if (deadline.passed()) return too_late();
  const auto found = signers_.find(key_name);
  if (found == signers_.end()) return unknown_key(key_name);
  return found->second.sign(input);
}

Result<KeyInfo> SoftwareBackend::make_key(std::string_view name, Algorithm algorithm,
                                          Deadline deadline) {
  if (deadline.passed()) return too_late();
  TRY(check_key_name(name));
  if (!is_supported(algorithm)) {
    return unsupported("ALGORITHM_UNSUPPORTED",
                       fmt::format("software keys cannot be {}", name_of(algorithm)));
  }
  const std::filesystem::path path = options_.directory / (std::string(name) + ".pem");
  const std::optional<Secret> passphrase = TRY(read_passphrase(options_));
  PrivateKey key = TRY(generate_key(algorithm));
  const Secret pem = TRY(encode_key(key.get(), passphrase ? &*passphrase : nullptr));
  TRY(write_key_file(path, pem.view()));
  Signer signer = TRY(Signer::create(std::string(name), std::move(key), path.string()));
  KeyInfo info = signer.info();
  signers_.insert_or_assign(info.name, std::move(signer));
  return info;
}

Result<void> SoftwareBackend::remove_key(std::string_view name, Deadline deadline) {
  if (deadline.passed()) return too_late();
  const auto found = signers_.find(name);
  if (found == signers_.end()) return unknown_key(name);
  TRY(check_unwanted(options_.make_missing, name));
  TRY(remove_key_file(options_.directory / (std::string(name) + ".pem")));
  signers_.erase(found);
  return {};
}

Result<Signer> load(const std::filesystem::path& path, const Secret* passphrase) {
  const std::string name = path.stem().string();
  if (!is_key_name(name)) {
    return invalid_request("KEY_NAME_INVALID",
                           fmt::format("{} cannot name a key: rename the file", path.string()));
  }
  const Secret pem = TRY(read_private_file(path, limits::key_file_bytes_max));
  PrivateKey key = TRY(decode_key(pem.view(), passphrase, path.string()));
  return Signer::create(name, std::move(key), path.string());
}

Result<Signers> load_all(const Options& options) {
  TRY(check_key_directory(options.directory));
  const std::optional<Secret> passphrase = TRY(read_passphrase(options));
  Signers out;
  for (const std::filesystem::path& path : TRY(key_files(options.directory))) {
    Signer signer = TRY(load(path, passphrase ? &*passphrase : nullptr));
    std::string name = signer.info().name;
    out.emplace(std::move(name), std::move(signer));
  }
  return out;
}

Result<Signers> copies_of(const Signers& signers) {
  Signers out;
  for (const auto& [name, signer] : signers) out.emplace(name, TRY(signer.copy()));
  return out;
}

}  // namespace

Result<std::vector<std::unique_ptr<KeyBackend>>> open(const BackendConfig& config,
                                                      std::size_t count, Deadline deadline) {
  std::vector<std::string> problems;
  const Options options = parse_options(config, problems);
  if (!problems.empty()) return invalid_request("OPTIONS_INVALID", problems.front());
  auto first = std::make_unique<SoftwareBackend>(options, TRY(load_all(options)));
  for (const KeyWanted& wanted : options.make_missing) {
    if (first->signers().contains(wanted.name) || !config.may_make(wanted.name)) continue;
    TRY(first->make_key(wanted.name, wanted.algorithm, deadline));
  }
  std::vector<std::unique_ptr<KeyBackend>> out;
  for (std::size_t i = 1; i < count; ++i) {
    out.push_back(std::make_unique<SoftwareBackend>(options, TRY(copies_of(first->signers()))));
  }
  out.insert(out.begin(), std::move(first));
  return out;
}

std::vector<std::string> check(const BackendConfig& config) {
  std::vector<std::string> problems;
  parse_options(config, problems);
  return problems;
}

std::vector<BackendPath> paths(const BackendConfig& config) {
  std::vector<std::string> problems;
  const Options options = parse_options(config, problems);
  std::vector<BackendPath> out{{options.directory.string(), BackendPath::write}};
  if (!options.passphrase_file.empty()) out.push_back({options.passphrase_file});
  if (!options.passphrase_credential.empty()) {
    out.push_back({credential_path(options.passphrase_credential).string()});
  }
  return out;
}

}  // namespace chancery::software
