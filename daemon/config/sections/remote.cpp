// [remote], [[rekor]], [[timestamp_authority]]: services elsewhere.
#include <algorithm>

#include "core/base/http_url.h"
#include "core/base/limits/configuration.h"
#include "daemon/config/sections/sections.h"

namespace chancery::daemon {
namespace {

std::string read_url(TableReader& reader, std::string_view key, std::string_view expected) {
  std::string url = reader.required_text(key, expected);
  if (url.empty()) return url;
  const Result<void> good = check_http_url(url);
  if (!good.ok()) reader.refuse(key, "is no address: " + good.error().message);
  return url;
}

std::filesystem::path read_trusted_root(TableReader& reader) {
  constexpr std::string_view expected =
      "the path of the trusted_root.json that its answers are judged by";
  const auto path = reader.path("trusted_root", expected);
  if (!path && !reader.has("trusted_root")) reader.miss("trusted_root", expected);
  return path.value_or("");
}

std::optional<double> read_rate(TableReader& reader) {
  const auto rate = reader.number("per_second", 1, limits::requests_per_second_max,
                                  "how many a second it is asked at most, from 1 to " +
                                      std::to_string(limits::requests_per_second_max));
  return rate ? std::optional(static_cast<double>(*rate)) : std::nullopt;
}

}  // namespace

void read_remote(const ConfigTable& table, Config& config, ProblemList& problems) {
  TableReader reader(table, "[remote]", problems);
  const auto ca_file = reader.path(
      "ca_file", "the path of the certificate authorities in PEM that HTTPS servers are judged by");
  config.remote.ca_file = ca_file.value_or("");
  reader.refuse_others();
}

RekorSection read_rekor(const ConfigTable& table, ProblemList& problems) {
  TableReader reader(table, place_of("rekor", table), problems);
  RekorSection section;
  section.line = reader.line();
  section.name = reader.required_name("name", "what profiles call it, such as \"public\"");
  section.url = read_url(reader, "url", "the log's address such as \"https://rekor.example.org\"");
  constexpr std::string_view expected = "1 or 2: which generation of Rekor it is";
  const auto version = reader.number("version", 1, 2, expected);
  if (!version && !reader.has("version")) reader.miss("version", expected);
  section.version = static_cast<int>(version.value_or(2));
  if (reader.has("read_url")) {
    section.read_url = read_url(reader, "read_url",
                                "where its checkpoint and tiles are, such as "
                                "\"https://rekor.example.org/api/v2\"");
    if (version == 1) reader.refuse("read_url", "is for version 2: version 1 has no tiles");
  }
  section.trusted_root = read_trusted_root(reader);
  section.adds_per_second = read_rate(reader);
  reader.refuse_others();
  return section;
}

AuthoritySection read_authority(const ConfigTable& table, ProblemList& problems) {
  TableReader reader(table, place_of("timestamp_authority", table), problems);
  AuthoritySection section;
  section.line = reader.line();
  section.name = reader.required_name("name", "what profiles call it, such as \"internal\"");
  section.url = read_url(reader, "url",
                         "all of its address such as \"https://tsa.example.org/api/v1/timestamp\"");
  section.trusted_root = read_trusted_root(reader);
  section.per_second = read_rate(reader);
  reader.refuse_others();
  return section;
}

SigningConfigSection read_signing_config(const ConfigTable& table, ProblemList& problems) {
  TableReader reader(table, place_of("signing_config", table), problems);
  SigningConfigSection section;
  section.line = reader.line();
  section.name = reader.required_name("name", "what profiles call it, such as \"sigstore\"");
  constexpr std::string_view expected = "the path of a signing_config.json of version 0.2";
  const auto file = reader.path("file", expected);
  if (!file && !reader.has("file")) reader.miss("file", expected);
  section.file = file.value_or("");
  section.trusted_root = read_trusted_root(reader);
  reader.refuse_others();
  return section;
}

void read_elsewhere(TableReader& reader, ProfileSection& profile) {
  const auto names = [&reader](std::string_view key, std::string_view expected) {
    std::vector<std::string> out;
    for (const ConfigValue& value : reader.list(key, expected)) {
      const auto* text = std::get_if<std::string>(&value.data);
      if (text == nullptr || text->empty()) {
        reader.refuse(
            key, "holds " + std::string(kind_of(value)) + "; expected " + std::string(expected));
      } else if (std::ranges::find(out, *text) != out.end()) {
        reader.refuse(key, "holds " + quote(*text) + " twice");
      } else {
        out.push_back(*text);
      }
    }
    return out;
  };
  if (reader.has("signing_config")) {
    profile.signing_config =
        reader.name("signing_config", "the name of a [[signing_config]] section").value_or("");
    for (const std::string_view key : {"logs", "timestamps", "timestamps_required"}) {
      if (reader.has(key)) reader.refuse(key, "is for the [[signing_config]] to say");
    }
    return;
  }
  profile.logs = names("logs", "names of [[rekor]] sections, such as [\"public\"]");
  profile.authorities =
      names("timestamps", "names of [[timestamp_authority]] sections, such as [\"internal\"]");
  profile.timestamps_required = profile.authorities.empty() ? 0 : 1;
  const auto required =
      reader.number("timestamps_required", 1, limits::timestamps_required_max,
                    "of how many distinct authorities a signature has a timestamp, from 1 to " +
                        std::to_string(limits::timestamps_required_max));
  if (!required) return;
  profile.timestamps_required = static_cast<unsigned>(*required);
  if (profile.timestamps_required > profile.authorities.size()) {
    reader.refuse("timestamps_required", "asks for more than the " +
                                             std::to_string(profile.authorities.size()) +
                                             " authorities that timestamps names");
  }
}

}  // namespace chancery::daemon
