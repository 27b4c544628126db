// [[backend]] and [[profile]]: where keys live, and what they are used for.
#include <algorithm>
#include <array>

#include "core/base/limits.h"
#include "daemon/config/sections.h"
#include "daemon/config/toml/nearest_name.h"

namespace chancery::daemon {
namespace {

std::optional<std::string> join_options(const std::vector<ConfigValue>& values) {
  std::string joined;
  for (const ConfigValue& value : values) {
    const auto* text = std::get_if<std::string>(&value.data);
    if (text == nullptr || text->find(',') != std::string::npos) return std::nullopt;
    joined += (joined.empty() ? "" : ", ") + *text;
  }
  return joined;
}

// Options go to the backend as text, lists with commas; it knows what they mean.
std::optional<std::string> option_text(const ConfigValue& value) {
  if (const auto* list = std::get_if<std::vector<ConfigValue>>(&value.data)) {
    return join_options(*list);
  }
  if (const auto* text = std::get_if<std::string>(&value.data)) return *text;
  if (const auto* number = std::get_if<std::int64_t>(&value.data)) return std::to_string(*number);
  if (const auto* flag = std::get_if<bool>(&value.data)) return *flag ? "true" : "false";
  return std::nullopt;
}

void read_options(TableReader& backend, BackendConfig& config) {
  for (const ConfigEntry* entry : backend.others()) {
    if (std::optional<std::string> text = option_text(entry->value)) {
      config.options.emplace_back(entry->key, std::move(*text));
    } else {
      backend.refuse(entry->key,
                     "is " + std::string(kind_of(entry->value)) +
                         "; expected a string, a list of strings, a whole number, true or "
                         "false");
    }
  }
}

// The line of the option that a backend complains of, as far as its words tell.
unsigned find_blamed_line(const TableReader& backend, const BackendConfig& config,
                          std::string_view complaint) {
  for (const auto& [option, value] : config.options) {
    if (complaint.find(option) != std::string_view::npos) return backend.line_of(option);
  }
  return backend.line();
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

void read_record(TableReader& reader) {
  constexpr std::string_view expected = "\"before-release\"";
  const std::optional<std::string> record = reader.text("record", expected);
  if (!record || *record == "before-release") return;
  if (*record == "by-deadline") {
    reader.refuse("record",
                  "\"by-deadline\" is not possible here: it defers to a remote log, and the local "
                  "log, the only one so far, answers at once; expected \"before-release\"");
    return;
  }
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

BackendSection read_backend(const ConfigTable& table, std::span<const BackendType> types,
                            ProblemList& problems) {
  TableReader reader(table, place_of("backend", table), problems);
  BackendSection backend;
  backend.line = reader.line();
  backend.config.name = reader.required_name("name", "a name of your choice");
  std::vector<std::string> known;
  for (const BackendType& type : types) known.emplace_back(type.name);
  backend.type = reader.required_text("type", "where the keys live, such as \"software\"");
  read_options(reader, backend.config);
  if (backend.type.empty()) return backend;
  const auto type = std::ranges::find(types, backend.type, &BackendType::name);
  if (type == types.end()) {
    reader.refuse("type", quote(backend.type) + " is unknown" + suggest_names(backend.type, known));
    return backend;
  }
  for (const std::string& complaint : type->check(backend.config)) {
    problems.add(find_blamed_line(reader, backend.config, complaint),
                 place_of("backend", table) + ": " + complaint);
  }
  return backend;
}

ProfileSection read_profile(const ConfigTable& table, ProblemList& problems) {
  TableReader reader(table, place_of("profile", table), problems);
  ProfileSection profile;
  profile.line = reader.line();
  profile.name = reader.required_name("name", "what clients ask for, such as \"release\"");
  profile.backend = reader.required_name("backend", "the name of a [[backend]]");
  profile.key = reader.required_text("key", "the name of a key of that backend");
  read_algorithm(reader, profile);
  read_signs(reader, profile);
  constexpr std::int64_t hours_max = std::int64_t{24} * limits::archive_days_max;
  if (const auto hours =
          reader.number("idempotency_hours", 1, hours_max,
                        "hours from 1 to " + std::to_string(hours_max) + ", such as 24")) {
    profile.idempotency_key_life = std::chrono::hours(*hours);
  }
  read_record(reader);
  reader.refuse_others();
  return profile;
}

}  // namespace chancery::daemon
