#include "backends/software/software.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "backends/key_directory.h"
#include "backends/software/key_file.h"
#include "backends/software/options.h"
#include "backends/software/signer.h"
#include "core/base/limits/key_hosts.h"

namespace chancery::software {
namespace {

using Signers = std::map<std::string, Signer, std::less<>>;

struct Keys {
  Signers signers;
  std::vector<UnusableKey> unusable;
};

class SoftwareBackend final : public KeyBackend, public KeyMaker, public KeyRemover {
 public:
  SoftwareBackend(Options options, Keys keys)
      : options_(std::move(options)),
        signers_(std::move(keys.signers)),
        unusable_(std::move(keys.unusable)) {}

  Result<std::vector<KeyInfo>> list_keys(Deadline deadline) override;
  std::vector<UnusableKey> unusable_keys() const override { return unusable_; }
  Result<Bytes> sign(std::string_view key_name, ByteView input, Deadline deadline) override;
  Result<KeyInfo> make_key(std::string_view name, Algorithm algorithm, Deadline deadline) override;
  Result<void> remove_key(std::string_view name, Deadline deadline) override;

  bool has(std::string_view name) const;
  const Signers& signers() const { return signers_; }

 private:
  Error cannot_use(std::string_view name) const;

  Options options_;
  Signers signers_;
  std::vector<UnusableKey> unusable_;
};

bool SoftwareBackend::has(std::string_view name) const {
  return signers_.contains(name) ||
         std::ranges::find(unusable_, name, &UnusableKey::name) != unusable_.end();
}

Error SoftwareBackend::cannot_use(std::string_view name) const {
  const auto unusable = std::ranges::find(unusable_, name, &UnusableKey::name);
  if (unusable != unusable_.end()) return unusable->why;
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
  if (found == signers_.end()) return cannot_use(key_name);
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
  if (found == signers_.end()) return cannot_use(name);
  TRY(check_unwanted(options_.make_missing, name));
  TRY(remove_key_file(options_.directory / (std::string(name) + ".pem")));
  signers_.erase(found);
  return {};
}

Result<Signer> load(const std::filesystem::path& path, const Secret* passphrase) {
  const std::string name = TRY(key_name_of(path));
  const Secret pem = TRY(read_private_file(path, limits::key_file_bytes_max));
  PrivateKey key = TRY(decode_key(pem.view(), passphrase, path.string()));
  return Signer::create(name, std::move(key), path.string());
}

// Whether the configuration is at fault, and no file by itself.
bool is_about_passphrase(const Error& error) {
  return error.reason == "PASSPHRASE_WRONG" || error.reason == "KEY_FILE_ENCRYPTED";
}

Result<Keys> load_all(const Options& options) {
  TRY(check_key_directory(options.directory));
  const std::optional<Secret> passphrase = TRY(read_passphrase(options));
  Keys out;
  std::optional<Error> wrong_passphrase;
  for (const std::filesystem::path& path : TRY(key_files(options.directory))) {
    Result<Signer> signer = load(path, passphrase ? &*passphrase : nullptr);
    if (signer.ok()) {
      std::string name = signer->info().name;
      out.signers.emplace(std::move(name), std::move(*signer));
      continue;
    }
    if (is_about_passphrase(signer.error())) wrong_passphrase = signer.error();
    out.unusable.push_back(unusable_key(shown_name_of(path), signer.error()));
  }
  if (out.signers.empty() && wrong_passphrase) return *wrong_passphrase;
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
    if (first->has(wanted.name) || !config.may_make(wanted.name)) continue;
    TRY(first->make_key(wanted.name, wanted.algorithm, deadline));
  }
  std::vector<std::unique_ptr<KeyBackend>> out;
  for (std::size_t i = 1; i < count; ++i) {
    Keys copies{TRY(copies_of(first->signers())), first->unusable_keys()};
    out.push_back(std::make_unique<SoftwareBackend>(options, std::move(copies)));
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
