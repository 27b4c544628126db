#include "backends/tpm/tpm.h"

#include <fmt/format.h>
#include <openssl/crypto.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "backends/key_directory.h"
#include "backends/rejected_secret.h"
#include "backends/tpm/activation.h"
#include "backends/tpm/attestation.h"
#include "backends/tpm/encoding.h"
#include "backends/tpm/failure.h"
#include "backends/tpm/held.h"
#include "backends/tpm/key_template.h"
#include "backends/tpm/options.h"
#include "backends/tpm/seen_file.h"
#include "backends/tpm/sessions.h"
#include "core/base/limits/key_hosts.h"

namespace chancery::tpm {
namespace {

class TpmBackend final : public KeyBackend,
                         public KeyMaker,
                         public KeyRemover,
                         public KeyAttestor,
                         public DeviceProbe {
 public:
  TpmBackend(Options options, SeenFile auth_file, std::optional<Secret> auth_value,
             std::optional<RejectedSecret> rejected)
      : options_(std::move(options)),
        auth_file_(std::move(auth_file)),
        rejected_(std::move(rejected)),
        has_auth_value_(auth_value.has_value()),
        device_(options_.tcti, std::move(auth_value)),
        sessions_(device_, options_.bus) {}

  // Reads what there is, makes what is missing (if it may), and tries the authorisation value.
  Result<void> open(const BackendConfig& config, Deadline deadline);

  Result<std::vector<KeyInfo>> list_keys(Deadline deadline) override;
  std::vector<UnusableKey> unusable_keys() const override { return unusable_; }
  Result<Bytes> sign(std::string_view key_name, ByteView input, Deadline deadline) override;
  Result<KeyInfo> make_key(std::string_view name, Algorithm algorithm, Deadline deadline) override;
  Result<void> remove_key(std::string_view name, Deadline deadline) override;
  Result<KeyAttestation> attest_key(std::string_view name, ByteView challenge,
                                    Deadline deadline) override;
  Result<Bytes> activate_credential(std::string_view name, ByteView credential,
                                    Deadline deadline) override;
  Result<void> probe(Deadline deadline) override {
    return device_.run([&] { return device_.check_answer(); }, deadline);
  }

 private:
  Result<void> read_files();
  Result<void> read_file(const std::filesystem::path& path);
  Result<void> read_persistent(const PersistentKey& wanted, Deadline deadline);
  Result<void> add(Key key, const TPMT_PUBLIC& public_area);
  Result<void> try_loading(Deadline deadline);
  Result<void> try_auth_value(Deadline deadline);
  Result<void> check_refusal(const Key& key) const;
  void note_refusal(Key& key, const Error& why);
  bool has(std::string_view name) const;
  Error cannot_use(std::string_view name) const;
  void set_aside(const std::string& name, const Error& why);
  Result<Bytes> sign_once(Key& key, ByteView digest);
  Result<KeyBlob> create(Algorithm algorithm);
  Key* find(std::string_view name);

  Options options_;
  SeenFile auth_file_;
  std::optional<RejectedSecret> rejected_;  // there is one where there are a value and a directory
  bool has_auth_value_;
  Device device_;
  Sessions sessions_;
  std::vector<Key> keys_;
  std::vector<UnusableKey> unusable_;
};

// Whether it is the TPM itself that cannot do anything now, and no one key.
bool is_of_tpm(const Error& error) {
  return error.reason == "TPM_ABSENT" || error.reason == "TPM_CONNECTION_LOST" ||
         error.reason == "TPM_NOT_STARTED" || error.reason == "TPM_OUT_OF_MEMORY";
}

bool is_gone(const std::filesystem::path& file) {
  std::error_code failure;
  return !std::filesystem::exists(file, failure) && !failure;
}

bool TpmBackend::has(std::string_view name) const {
  return std::ranges::any_of(keys_, [&](const Key& key) { return key.info.name == name; }) ||
         std::ranges::find(unusable_, name, &UnusableKey::name) != unusable_.end();
}

Error TpmBackend::cannot_use(std::string_view name) const {
  const auto unusable = std::ranges::find(unusable_, name, &UnusableKey::name);
  if (unusable != unusable_.end()) return unusable->why;
  return not_found("KEY_NOT_FOUND", fmt::format("no key \"{}\" in this backend", name));
}

// Until the backend is opened anew. The others go on.
void TpmBackend::set_aside(const std::string& name, const Error& why) {
  device_.unload(name);
  std::erase_if(keys_, [&](const Key& key) { return key.info.name == name; });
  std::erase_if(unusable_, [&](const UnusableKey& key) { return key.name == name; });
  unusable_.push_back(unusable_key(name, why));
}

Key* TpmBackend::find(std::string_view name) {
  const auto found = std::ranges::find(keys_, name, [](const Key& key) { return key.info.name; });
  return found == keys_.end() ? nullptr : &*found;
}

Result<void> TpmBackend::add(Key key, const TPMT_PUBLIC& public_area) {
  key.info.algorithm = TRY(algorithm_of(public_area, key.place));
  key.info.spki = TRY(spki_of(public_area, key.place));
  key.guards_guessing = (public_area.objectAttributes & TPMA_OBJECT_NODA) == 0;
  if (key.has_auth_value && !has_auth_value_) {
    return invalid_request("TPM_AUTH_MISSING",
                           fmt::format("{} needs an authorisation value: configure auth_file or "
                                       "auth_credential",
                                       key.place));
  }
  if (rejected_ && key.guards_guessing &&
      rejected_->was_rejected(as_text(key.info.spki), device_.auth_bytes())) {
    key.refusal = unavailable(
        "TPM_AUTH_WRONG",
        fmt::format("the TPM has refused the authorisation value for \"{}\" (auth_file, "
                    "auth_credential), and counts each try: it is not tried again until it "
                    "changes, or {} is deleted",
                    key.info.name, rejected_->file().string()));
  }
  keys_.push_back(std::move(key));
  return {};
}

Result<void> TpmBackend::read_file(const std::filesystem::path& path) {
  const std::string name = TRY(key_name_of(path));
  const Secret pem = TRY(read_private_file(path, limits::key_file_bytes_max));
  const KeyBlob blob = TRY(decode_key_blob(pem.view(), path.string()));
  Key key{.info = {name, {}, {}}, .place = path.string()};
  key.has_auth_value = blob.has_auth_value;
  key.policy = blob.policy;
  const TPMT_PUBLIC public_area = blob.public_area.publicArea;
  key.blob = blob;
  return add(std::move(key), public_area);
}

Result<void> TpmBackend::read_files() {
  if (options_.directory.empty()) return {};
  TRY(check_key_directory(options_.directory));
  for (const std::filesystem::path& path : TRY(key_files(options_.directory))) {
    const Result<void> read = read_file(path);
    if (!read.ok()) unusable_.push_back(unusable_key(shown_name_of(path), read.error()));
  }
  return {};
}

Result<void> TpmBackend::read_persistent(const PersistentKey& wanted, Deadline deadline) {
  if (has(wanted.name)) {
    set_aside(
        wanted.name,
        invalid_request("KEY_NAMED_TWICE",
                        fmt::format("\"{}\" is the name of two keys: handle 0x{:x} is one of "
                                    "them, and a file in {} the other",
                                    wanted.name, wanted.handle, options_.directory.string())));
    return {};
  }
  Key key{.info = {wanted.name, {}, {}}, .place = fmt::format("handle 0x{:x}", wanted.handle)};
  key.handle = wanted.handle;
  key.has_auth_value = has_auth_value_;
  const auto read = device_.run([&] { return device_.read_public(key); }, deadline);
  if (!read.ok() && is_of_tpm(read.error())) return read.error();
  const Result<void> added =
      read.ok() ? add(std::move(key), read->publicArea) : Result<void>(read.error());
  if (!added.ok()) set_aside(wanted.name, added.error());
  return {};
}

// Files that only this TPM can say to be damaged, or another's. They do not stay loaded: a TPM has
// room for three keys, and others may need it.
Result<void> TpmBackend::try_loading(Deadline deadline) {
  std::vector<UnusableKey> refused;
  for (const Key& key : keys_) {
    if (!key.blob) continue;
    const auto loaded = device_.run([&] { return device_.load(key); }, deadline);
    device_.unload(key.info.name);
    if (loaded.ok()) continue;
    if (loaded.error().reason != "KEY_FILE_DAMAGED") return loaded.error();
    refused.push_back(unusable_key(key.info.name, loaded.error()));
  }
  for (const UnusableKey& key : refused) set_aside(key.name, key.why);
  return {};
}

// One use of each key whose wrong tries are not counted, until one takes the value: a wrong one is
// known before the first request. Where they are counted, a host that starts again and again would
// lock the TPM. The value is wrong where all refuse it; one key alone may come from elsewhere.
Result<void> TpmBackend::try_auth_value(Deadline deadline) {
  std::vector<UnusableKey> refused;
  bool is_taken = false;
  for (Key& key : keys_) {
    if (is_taken || !key.has_auth_value || key.guards_guessing) continue;
    const Bytes digest(digest_bytes(hash_of(key.info.algorithm)), 0x5a);
    const Result<Bytes> signature = device_.run([&] { return sign_once(key, digest); }, deadline);
    is_taken = signature.ok();
    if (is_taken || signature.error().reason != "TPM_AUTH_WRONG") continue;
    refused.push_back(unusable_key(key.info.name, signature.error()));
  }
  if (refused.empty()) return {};
  // The device is there: this opening waits for the operator, not for the device.
  if (!is_taken) return invalid_request("TPM_AUTH_WRONG", refused.front().why.message);
  for (const UnusableKey& key : refused) set_aside(key.name, key.why);
  return {};
}

// For each try counts. That it may be tried again only the next opening can find out.
Result<void> TpmBackend::check_refusal(const Key& key) const {
  if (!key.refusal) return {};
  const bool is_forgiven = rejected_ && is_gone(rejected_->file());
  if (!is_forgiven && !auth_file_.has_changed()) return *key.refusal;
  return unavailable(
      "TPM_AUTH_CHANGED",
      fmt::format("{} has changed since the TPM refused the authorisation value: the "
                  "backend is opened anew",
                  (is_forgiven ? rejected_->file() : auth_file_.path()).string()));
}

// Where each try counts, the next key host must know, too.
void TpmBackend::note_refusal(Key& key, const Error& why) {
  key.refusal = why;
  if (!rejected_ || !key.guards_guessing) return;
  const auto kept = rejected_->remember_rejected(as_text(key.info.spki), device_.auth_bytes());
  if (kept.ok()) return;
  key.refusal->message +=
      fmt::format("; that could not be remembered, so that the next key host will try it again: {}",
                  kept.error().message);
}

Result<void> TpmBackend::open(const BackendConfig& config, Deadline deadline) {
  TRY(read_files());
  for (const PersistentKey& wanted : options_.persistent) TRY(read_persistent(wanted, deadline));
  for (const KeyWanted& wanted : options_.make_missing) {
    if (has(wanted.name) || !config.may_make(wanted.name)) continue;
    TRY(make_key(wanted.name, wanted.algorithm, deadline));
  }
  TRY(device_.run([] { return Result<void>(); }, deadline));  // whether it is there at all
  TRY(try_loading(deadline));
  return try_auth_value(deadline);
}

Result<std::vector<KeyInfo>> TpmBackend::list_keys(Deadline deadline) {
  if (deadline.passed()) return too_late();
  std::vector<KeyInfo> out;
  for (const Key& key : keys_) out.push_back(key.info);
  return out;
}

Result<Bytes> TpmBackend::sign_once(Key& key, ByteView digest) {
  const std::string what = fmt::format("sign with \"{}\"", key.info.name);
  const ESYS_TR handle = TRY(device_.load(key));
  const ESYS_TR session = TRY(sessions_.for_key(key));
  TPM2B_DIGEST input{};
  input.size = static_cast<UINT16>(digest.size());
  std::ranges::copy(digest, input.buffer);
  const TPMT_SIG_SCHEME scheme = scheme_of(key.info.algorithm);
  // Needed by restricted keys alone: it would prove that the TPM itself made the digest.
  const TPMT_TK_HASHCHECK no_ticket{TPM2_ST_HASHCHECK, TPM2_RH_NULL, {}};
  TPMT_SIGNATURE* signature = nullptr;
  const TSS2_RC code = Esys_Sign(device_.esys(), handle, session, ESYS_TR_NONE, ESYS_TR_NONE,
                                 &input, &scheme, &no_ticket, &signature);
  if (code == TSS2_RC_SUCCESS) return signature_of(*owned(signature));
  const Error error = error_of(code, what);
  // What refuses a value that was taken before may be another's session, which has got the number
  // of ours: then a new one is tried, once, for each try counts.
  if (error.reason == "TPM_AUTH_WRONG" && session != ESYS_TR_PASSWORD &&
      std::exchange(key.accepted, false)) {
    return handle_lost(what);
  }
  const bool says_no = !is_cured_by_reopening(error) && error.reason != "TPM_OUT_OF_MEMORY";
  return says_no && device_.is_replaced(key) ? handle_lost(what) : error;
}

Result<Bytes> TpmBackend::sign(std::string_view key_name, ByteView input, Deadline deadline) {
  if (deadline.passed()) return too_late();
  Key* key = find(key_name);
  if (key == nullptr) return cannot_use(key_name);
  const std::size_t wanted = digest_bytes(hash_of(key->info.algorithm));
  if (input.size() != wanted) {
    return invalid_request("DIGEST_LENGTH_WRONG",
                           fmt::format("{} takes a digest of {} bytes, not {}",
                                       name_of(key->info.algorithm), wanted, input.size()));
  }
  TRY(check_refusal(*key));
  // A signature that was lost on its way is none: it never left the device.
  Result<Bytes> signature = device_.run([&] { return sign_once(*key, input); }, deadline);
  if (!signature.ok() && signature.error().reason == "TPM_AUTH_WRONG") {
    note_refusal(*key, signature.error());
  }
  key->accepted = key->accepted || signature.ok();
  if (signature.ok() || signature.error().reason != "KEY_FILE_DAMAGED") return signature;
  set_aside(std::string(key_name), signature.error());
  return cannot_use(key_name);
}

Result<KeyBlob> TpmBackend::create(Algorithm algorithm) {
  KeyBlob blob;
  blob.has_auth_value = has_auth_value_;
  KeyRules rules{.policy = {}, .guards_guessing = options_.guard_guessing};
  if (!options_.pcrs.empty()) {
    blob.policy = KeyPolicy{selection_of(options_.pcrs), has_auth_value_};
    rules.policy = TRY(sessions_.digest_of(*blob.policy));
  }
  const TPM2B_PUBLIC wanted = signing_key_template(algorithm, rules);
  const TPMT_PUBLIC_PARMS parameters{wanted.publicArea.type, wanted.publicArea.parameters};
  const TSS2_RC supported =
      Esys_TestParms(device_.esys(), ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, &parameters);
  if (is_about_parameter(supported)) {
    return unsupported("ALGORITHM_UNSUPPORTED",
                       fmt::format("this TPM has no {}", name_of(algorithm)));
  }
  const ESYS_TR parent = TRY(device_.parent(blob.parent));
  const ESYS_TR session = TRY(sessions_.for_making());
  TPM2B_SENSITIVE_CREATE sensitive{};
  sensitive.sensitive.userAuth = device_.auth_value();
  const TPM2B_DATA outside{};
  const TPML_PCR_SELECTION pcrs{};
  TPM2B_PRIVATE* private_area = nullptr;
  TPM2B_PUBLIC* public_area = nullptr;
  const TSS2_RC code =
      Esys_Create(device_.esys(), parent, session, ESYS_TR_NONE, ESYS_TR_NONE, &sensitive, &wanted,
                  &outside, &pcrs, &private_area, &public_area, nullptr, nullptr, nullptr);
  OPENSSL_cleanse(&sensitive, sizeof sensitive);
  TRY(check(code, fmt::format("make a key for {}", name_of(algorithm))));
  blob.private_area = *owned(private_area);
  blob.public_area = *owned(public_area);
  return blob;
}

Result<KeyInfo> TpmBackend::make_key(std::string_view name, Algorithm algorithm,
                                     Deadline deadline) {
  if (deadline.passed()) return too_late();
  TRY(check_key_name(name));
  if (!is_supported(algorithm)) {
    return unsupported("ALGORITHM_UNSUPPORTED",
                       fmt::format("keys in a TPM cannot be {}", name_of(algorithm)));
  }
  if (options_.directory.empty()) {
    return unsupported("CANNOT_MAKE_KEYS", "keys are made as files: configure directory");
  }
  if (has(name)) {
    return invalid_request("KEY_EXISTS", fmt::format("there is a key \"{}\" already", name));
  }
  const KeyBlob blob = TRY(device_.run([&] { return create(algorithm); }, deadline));
  const std::filesystem::path path = options_.directory / (std::string(name) + ".pem");
  const std::string pem = TRY(encode_key_blob(blob));
  TRY(write_key_file(path, as_bytes(pem)));
  TRY(read_file(path));
  return keys_.back().info;
}

Result<void> TpmBackend::remove_key(std::string_view name, Deadline deadline) {
  if (deadline.passed()) return too_late();
  const Key* key = find(name);
  if (key == nullptr) return cannot_use(name);
  if (!key->blob) {
    return denied("KEY_PROTECTED",
                  fmt::format("{} is named by the configuration: take it out there, then remove it "
                              "with tpm2_evictcontrol",
                              key->place));
  }
  TRY(check_unwanted(options_.make_missing, name));
  TRY(remove_key_file(key->place));
  device_.unload(name);
  std::erase_if(keys_, [&](const Key& candidate) { return candidate.info.name == name; });
  return {};
}

Result<KeyAttestation> TpmBackend::attest_key(std::string_view name, ByteView challenge,
                                              Deadline deadline) {
  if (deadline.passed()) return too_late();
  Key* key = find(name);
  if (key == nullptr) return cannot_use(name);
  TRY(check_refusal(*key));
  auto attestation =
      device_.run([&] { return attest(device_, sessions_, *key, challenge); }, deadline);
  if (!attestation.ok() && attestation.error().reason == "TPM_AUTH_WRONG") {
    note_refusal(*key, attestation.error());
  }
  return attestation;
}

Result<Bytes> TpmBackend::activate_credential(std::string_view name, ByteView credential,
                                              Deadline deadline) {
  if (deadline.passed()) return too_late();
  if (find(name) == nullptr) return cannot_use(name);
  return device_.run([&] { return activate(device_, credential); }, deadline);
}

}  // namespace

Result<std::vector<std::unique_ptr<KeyBackend>>> open(const BackendConfig& config, std::size_t,
                                                      Deadline deadline) {
  // Its own words on standard error would repeat our errors, at each try.
  setenv("TSS2_LOG", "all+NONE", 0);
  std::vector<std::string> problems;
  Options options = parse_options(config, problems);
  if (!problems.empty()) return invalid_request("OPTIONS_INVALID", problems.front());
  SeenFile auth_file(auth_value_file(options));
  std::optional<Secret> auth_value = TRY(read_auth_value(options));
  if (auth_value && auth_value->view().size() > TPM2_SHA256_DIGEST_SIZE) {
    return invalid_request("TPM_AUTH_TOO_LONG", "a TPM takes authorisation values of 32 bytes");
  }
  std::optional<RejectedSecret> rejected;
  if (auth_value && !options.directory.empty()) {
    TRY(check_key_directory(options.directory));
    rejected = TRY(RejectedSecret::open(options.directory / "rejected-value"));
  }
  auto backend = std::make_unique<TpmBackend>(std::move(options), std::move(auth_file),
                                              std::move(auth_value), std::move(rejected));
  TRY(backend->open(config, deadline));
  std::vector<std::unique_ptr<KeyBackend>> out;
  out.push_back(std::move(backend));
  return out;
}

std::vector<std::string> check_options(const BackendConfig& config) {
  std::vector<std::string> problems;
  parse_options(config, problems);
  return problems;
}

std::vector<BackendPath> paths(const BackendConfig& config) {
  std::vector<std::string> problems;
  const Options options = parse_options(config, problems);
  std::vector<BackendPath> out;
  if (const auto device = device_file(options.tcti)) out.push_back({*device, BackendPath::write});
  if (!options.directory.empty()) {
    out.push_back({options.directory.string(), BackendPath::write});
  }
  if (const auto file = auth_value_file(options); !file.empty()) out.push_back({file.string()});
  return out;
}

}  // namespace chancery::tpm
