// [[profile]]: what a key is used for.
#include <algorithm>

#include "core/base/limits/configuration.h"
#include "daemon/config/sections/sections.h"
#include "daemon/config/toml/nearest_name.h"

namespace chancery::daemon {
namespace {

// "release", of the profile's own backend, or "hsm:release", of another.
KeyName key_of_set(const std::string& backend, const std::string& text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string::npos) return {backend, text};
  return {text.substr(0, colon), text.substr(colon + 1)};
}

void read_key_set(TableReader& reader, const std::string& backend, ProfileSection& profile) {
  constexpr std::string_view expected =
      "names of keys, the newest first, such as [\"release-2026\", \"release-2025\"]";
  if (reader.text("key", "the name of a key of that backend")) {
    reader.refuse("keys", "stands beside key; expected one of the two");
  }
  for (const ConfigValue& value : reader.list("keys", expected)) {
    const auto* text = std::get_if<std::string>(&value.data);
    if (text == nullptr || text->empty()) {
      reader.refuse("keys",
                    "holds " + std::string(kind_of(value)) + "; expected " + std::string(expected));
      continue;
    }
    KeyName key = key_of_set(backend, *text);
    if (std::ranges::find(profile.keys, key) != profile.keys.end()) {
      reader.refuse("keys", "holds " + quote(*text) + " twice");
    }
    profile.keys.push_back(std::move(key));
  }
}

void read_keys(TableReader& reader, ProfileSection& profile) {
  const std::string backend = reader.required_name("backend", "the name of a [[backend]]");
  if (reader.has("keys")) return read_key_set(reader, backend, profile);
  profile.keys = {{backend, reader.required_text("key", "the name of a key of that backend")}};
}

void read_algorithm(TableReader& reader, ProfileSection& profile) {
  constexpr std::string_view expected = "a key's algorithm such as \"ecdsa-p256-sha256\"";
  const std::optional<std::string> text = reader.text("algorithm", expected);
  if (!text) return;
  profile.algorithm = algorithm_named(*text);
  if (!profile.algorithm) {
    static const std::vector<std::string> known = {
        "ecdsa-p256-sha256",        "ecdsa-p384-sha384",        "ecdsa-p521-sha512",
        "rsa-pkcs1v15-2048-sha256", "rsa-pkcs1v15-3072-sha256", "rsa-pkcs1v15-4096-sha256"};
    reader.refuse("algorithm", quote(*text) + " is unknown" + suggest_names(*text, known));
  } else if (!is_loggable(*profile.algorithm)) {
    reader.refuse("algorithm", quote(*text) +
                                   " cannot be recorded: transparency logs refuse pure Ed25519 and "
                                   "RSA-PSS; expected ECDSA or RSA PKCS#1 v1.5, such as "
                                   "\"ecdsa-p256-sha256\"");
  }
}

void read_record(TableReader& reader, ProfileSection& profile) {
  constexpr std::string_view expected =
      "\"before-release\" (a signature leaves when its logs have it) or \"by-deadline\" (when it "
      "is "
      "timestamped; its logs follow)";
  const std::string hours_expected = "hours from 1 to " + std::to_string(limits::record_hours_max) +
                                     ", within which all logs have it";
  const std::optional<std::string> record = reader.text("record", expected);
  const auto hours = reader.number("record_hours", 1, limits::record_hours_max, hours_expected);
  if (record && *record == "by-deadline") {
    if (hours) profile.record_within = std::chrono::hours(*hours);
    if (!reader.has("record_hours")) reader.miss("record_hours", hours_expected);
    return;
  }
  if (reader.has("record_hours")) {
    reader.refuse("record_hours", "is for record = \"by-deadline\"");
  }
  if (!record || *record == "before-release") return;
  reader.refuse("record", "is " + quote(*record) + "; expected " + std::string(expected));
}

void read_signs(TableReader& reader, ProfileSection& profile) {
  constexpr std::string_view expected =
      "\"digests\" (raw digests, and so anything) or \"statements\" (only statements that the "
      "daemon builds)";
  if (!reader.has("signs")) {
    reader.required_text("signs", expected);
    return;
  }
  const std::optional<std::string> signs = reader.text("signs", expected);
  if (!signs) return;
  if (*signs == "statements") {
    profile.signs = Signs::statements;
  } else if (*signs != "digests") {
    reader.refuse("signs", "is " + quote(*signs) + "; expected " + std::string(expected));
  }
}

}  // namespace

ProfileSection read_profile(const ConfigTable& table, ProblemList& problems) {
  TableReader reader(table, place_of("profile", table), problems);
  ProfileSection profile;
  profile.line = reader.line();
  profile.name = reader.required_name("name", "what clients ask for, such as \"release\"");
  read_keys(reader, profile);
  read_algorithm(reader, profile);
  read_signs(reader, profile);
  constexpr std::int64_t hours_max = std::int64_t{24} * limits::archive_days_max;
  if (const auto hours =
          reader.number("idempotency_hours", 1, hours_max,
                        "hours from 1 to " + std::to_string(hours_max) + ", such as 24")) {
    profile.idempotency_key_life = std::chrono::hours(*hours);
  }
  read_record(reader, profile);
  read_elsewhere(reader, profile);
  reader.refuse_others();
  return profile;
}

}  // namespace chancery::daemon
