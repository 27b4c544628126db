// Any bytes as a configuration: an answer, never a crash, and no problem without words.
#include <cstdlib>

#include "daemon/config/config.h"

namespace {

std::optional<std::uint32_t> find_id(const std::string& name) {
  return name == "ci" ? std::optional<std::uint32_t>(50) : std::nullopt;
}

chancery::Result<std::string> read_rules(const std::filesystem::path& path) {
  return "[[rule]]\nname = \"r\"\nusers = [1]\nprofiles = [\"" + path.filename().string() + "\"]\n";
}

chancery::Result<std::string> read_signing_config(const std::filesystem::path&) {
  return std::string(R"({"mediaType": "application/vnd.dev.sigstore.signingconfig.v0.2+json",
    "rekorTlogUrls": [{"url": "https://log.example", "majorApiVersion": 1,
                       "validFor": {"start": "1970-01-01T00:00:00Z"}}],
    "rekorTlogConfig": {"selector": "ANY"}})");
}

chancery::WallTime now() { return {}; }

std::vector<std::string> check_options(const chancery::BackendConfig& config) {
  if (config.find("directory") != nullptr) return {};
  return {"directory is missing"};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  chancery::BackendType type{};
  type.name = "software";
  type.check = check_options;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto outcome = chancery::daemon::parse_config(
      text, "fuzz.toml", {find_id, find_id, read_rules, read_signing_config, now}, {&type, 1});
  for (const auto& problem : outcome.problems) {
    if (problem.message.empty()) std::abort();
  }
  // What holds has a log, and names only what is there.
  if (outcome.problems.empty() && outcome.config.log.origin.empty()) std::abort();
  return 0;
}
