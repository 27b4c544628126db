#include "daemon/known_keys.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/encoding.h"
#include "core/crypto/digest.h"

namespace chancery::daemon {
namespace {

std::string setting_of(std::string_view backend) { return fmt::format("known_keys:{}", backend); }

std::set<std::string> used_keys(const Config& config, std::string_view backend) {
  std::set<std::string> out;
  if (config.log.backend == backend) out.insert(config.log.key);
  for (const ProfileSection& profile : config.profiles) {
    for (const KeyName& key : profile.keys) {
      if (key.backend == backend) out.insert(key.key);
    }
  }
  return out;
}

// Journal: Removed ends it, with all else that is known of a key.
std::string fingerprint_setting(const KeyName& name) {
  return fmt::format("known_key:{}", name.text());
}

std::string fingerprint_of(const SigningKey& key) { return hex_encode(sha256(key.info.spki)); }

bool is_log_key(const Config& config, const KeyName& name) {
  return config.log.backend == name.backend && config.log.key == name.key;
}

Error lost_key(const Config& config, const KeyName& name) {
  const std::string what = fmt::format(
      "the key {}, which was in use here, is gone; restore it (in \"software\" and "
      "\"tpm\" backends the file {}.pem in their directory) and start again; ",
      name.text(), name.key);
  if (is_log_key(config, name)) {
    return not_found("KEY_LOST", what +
                                     "the log goes on with no other: without it, begin anew in "
                                     "another state directory and keep this one to verify with");
  }
  return not_found("KEY_LOST", what + fmt::format("to go on with a new key, which verifies nothing "
                                                  "that this one signed, start once with "
                                                  "--make-lost-key {}",
                                                  name.text()));
}

Error replaced_key(const KeyName& name, std::string_view present, std::string_view known) {
  return corrupt(
      "KEY_REPLACED",
      fmt::format(
          "the key {} is another one than was in use here: the SHA-256 of its public key is "
          "{}, and was {}; what was signed before does not verify with it. Put the right "
          "one back (in \"software\" and \"tpm\" backends the file {}.pem in their "
          "directory) and start again; to go on with this one, start once with "
          "--make-lost-key {}",
          name.text(), present, known, name.key, name.text()));
}

Result<void> check_fingerprint(Journal& journal, const KeyName& name, const SigningKey& key) {
  const std::optional<std::string> known = TRY(journal.setting(fingerprint_setting(name)));
  const std::string present = fingerprint_of(key);
  if (!known || *known == present) return {};
  return replaced_key(name, present, *known);
}

Result<void> remember_fingerprint(Journal& journal, const KeyName& name, const SigningKey& key) {
  const std::string setting = fingerprint_setting(name);
  const std::string present = fingerprint_of(key);
  if (TRY(journal.setting(setting)) == present) return {};
  return journal.set_setting(setting, present);
}

Result<std::set<std::string>> known_keys(Journal& journal, std::string_view backend) {
  const std::string text = TRY(journal.setting(setting_of(backend))).value_or("");
  std::set<std::string> out;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    out.insert(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return out;
}

}  // namespace

Result<std::set<std::string>> keys_not_to_make(Journal& journal, const Config& config,
                                               std::string_view backend,
                                               const std::vector<KeyName>& to_make_anew) {
  std::set<std::string> out = TRY(known_keys(journal, backend));
  for (const KeyName& name : to_make_anew) {
    if (name.backend == backend && !is_log_key(config, name)) out.erase(name.key);
  }
  return out;
}

Result<void> remember_keys(Journal& journal, const Config& config, const KeyRing& keys) {
  for (const BackendSection& section : config.backends) {
    const std::string& backend = section.config.name;
    std::set<std::string> known = TRY(known_keys(journal, backend));
    const std::size_t known_before = known.size();
    for (const std::string& key : used_keys(config, backend)) {
      const auto found = keys.find(backend, key);
      if (!found.ok()) continue;
      known.insert(key);
      TRY(remember_fingerprint(journal, {backend, key}, *found));
    }
    if (known.size() == known_before) continue;
    TRY(journal.set_setting(setting_of(backend), fmt::format("{}", fmt::join(known, "\n"))));
  }
  return {};
}

Result<void> check_known_keys(Journal& journal, const Config& config, const KeyRing& keys,
                              const std::vector<KeyName>& to_make_anew) {
  for (const BackendSection& section : config.backends) {
    const std::string& backend = section.config.name;
    const std::set<std::string> known = TRY(known_keys(journal, backend));
    for (const std::string& key : used_keys(config, backend)) {
      const KeyName name{backend, key};
      const auto found = keys.find(backend, key);
      const bool is_gone = !found.ok() && found.error().reason == "KEY_NOT_FOUND";
      if (is_gone && known.contains(key)) return lost_key(config, name);
      // Of its own key the log knows more, and says it when it is opened.
      const bool may_differ =
          is_log_key(config, name) || std::ranges::count(to_make_anew, name) > 0;
      if (found.ok() && !may_differ) TRY(check_fingerprint(journal, name, *found));
    }
  }
  return {};
}

}  // namespace chancery::daemon
