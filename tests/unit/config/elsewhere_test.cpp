// What a configuration says of services elsewhere.
#include <gmock/gmock.h>

#include "core/base/rfc3339.h"
#include "daemon/config/reload.h"
#include "tests/unit/config/sample_config.h"

namespace chancery::daemon {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::string services = R"([remote]
ca_file = "/etc/chancery/ca.pem"
[[rekor]]
name = "new"
version = 2
url = "https://rekor.example.org"
read_url = "https://tiles.example.org/api/v2"
trusted_root = "/etc/chancery/trusted_root.json"
per_second = 50
[[rekor]]
name = "old"
version = 1
url = "http://127.0.0.1:3000"
trusted_root = "/etc/chancery/trusted_root.json"
[[timestamp_authority]]
name = "ours"
url = "https://tsa.example.org/api/v1/timestamp"
trusted_root = "/etc/chancery/trusted_root.json"
[[timestamp_authority]]
name = "theirs"
url = "https://tsa.example.net/"
trusted_root = "/etc/chancery/trusted_root.json"
[[profile]]
name = "elsewhere"
backend = "disk"
key = "elsewhere"
signs = "digests"
logs = ["new", "old"]
timestamps = ["ours", "theirs"]
timestamps_required = 2
)";

std::string edited(std::string_view was, std::string_view becomes) {
  std::string toml = sample_toml + services;
  const std::size_t at = toml.rfind(was);
  EXPECT_NE(at, std::string::npos) << was;
  return toml.replace(at, was.size(), becomes);
}

std::string problems_after(std::string_view was, std::string_view becomes) {
  return describe("f", parse_sample(edited(was, becomes)).problems);
}

TEST(ServicesElsewhere, AreReadAsTheyAreWritten) {
  const ConfigOutcome read = parse_sample(sample_toml + services);
  EXPECT_THAT(read.problems, IsEmpty()) << describe("f", read.problems);
  const RemoteSection& remote = read.config.remote;
  EXPECT_EQ(remote.ca_file, "/etc/chancery/ca.pem");
  ASSERT_EQ(remote.logs.size(), 2U);
  EXPECT_EQ(remote.logs[0].read_url, "https://tiles.example.org/api/v2");
  EXPECT_EQ(remote.logs[0].adds_per_second, 50);
  EXPECT_EQ(remote.logs[1].version, 1);
  ASSERT_EQ(remote.authorities.size(), 2U);
  const ProfileSection& profile = read.config.profiles.back();
  EXPECT_THAT(profile.logs, ElementsAre("new", "old"));
  EXPECT_THAT(profile.authorities, ElementsAre("ours", "theirs"));
  EXPECT_EQ(profile.timestamps_required, 2U);
}

TEST(ServicesElsewhere, NoneAreNeeded) {
  const ConfigOutcome read = parse_sample(sample_toml);
  EXPECT_TRUE(read.config.remote.empty());
  EXPECT_THAT(read.config.profiles[0].logs, IsEmpty());
  EXPECT_EQ(read.config.profiles[0].timestamps_required, 0U);
}

TEST(ServicesElsewhere, EachMistakeIsTold) {
  struct Mistake {
    std::string_view was;
    std::string_view becomes;
    std::string_view problem;
  };
  for (const Mistake& each : std::initializer_list<Mistake>{
           {"version = 2\n", "", "1 or 2: which generation of Rekor it is"},
           {"version = 2", "version = 3", "1 or 2: which generation of Rekor it is"},
           {"version = 2", "version = 1", "read_url is for version 2"},
           {"\"https://rekor.example.org\"", "\"rekor.example.org\"", "url is no address"},
           {"\"https://rekor.example.org\"", "\"https://me@rekor.example.org\"",
            "url is no address"},
           {"trusted_root = \"/etc/chancery/trusted_root.json\"\n", "",
            "trusted_root.json that its answers are judged by"},
           {"per_second = 50", "per_second = 0", "how many a second"},
           {"name = \"theirs\"", "name = \"ours\"", "name is already taken"},
           {"logs = [\"new\", \"old\"]", "logs = [\"nwe\"]", "logs holds \"nwe\", which is not a"},
           {"logs = [\"new\", \"old\"]", "logs = [\"new\", \"new\"]", "holds \"new\" twice"},
           {"logs = [\"new\", \"old\"]", "logs = [7]", "names of [[rekor]] sections"},
           {"logs = [\"new\", \"old\"]\n", "", "timestamps without logs"},
           {"timestamps = [\"ours\", \"theirs\"]", "timestamps = [\"us\"]",
            "timestamps holds \"us\", which is not a [[timestamp_authority]]"},
           {"timestamps = [\"ours\", \"theirs\"]", "timestamps = [\"ours\"]",
            "asks for more than the 1 authorities"},
           {"timestamps = [\"ours\", \"theirs\"]\ntimestamps_required = 2", "",
            "is a Rekor of version 2, which gives no time"}}) {
    EXPECT_THAT(problems_after(each.was, each.becomes), HasSubstr(each.problem)) << each.becomes;
  }
}

// In the profile that names services elsewhere.
std::string problems_with(std::string_view record) {
  return problems_after("timestamps_required = 2", std::string(record));
}

TEST(RecordByDeadline, IsReadWithItsHours) {
  const auto read = parse_sample(
      edited("timestamps_required = 2", "record = \"by-deadline\"\nrecord_hours = 24"));
  EXPECT_THAT(read.problems, IsEmpty()) << describe("f", read.problems);
  EXPECT_EQ(read.config.profiles.back().record_within, std::chrono::hours(24));
  EXPECT_EQ(parse_sample(edited("timestamps_required = 2", "record = \"before-release\""))
                .config.profiles.back()
                .record_within,
            std::nullopt);
}

TEST(RecordByDeadline, NeedsItsHoursAndTheyNeedIt) {
  EXPECT_THAT(problems_with("record = \"by-deadline\""), HasSubstr("within which all logs"));
  for (const char* hours : {"0", "745", "1.5", "\"24\""}) {
    EXPECT_THAT(problems_with("record = \"by-deadline\"\nrecord_hours = " + std::string(hours)),
                HasSubstr("hours from 1 to 744"))
        << hours;
  }
  EXPECT_THAT(problems_with("record_hours = 24"),
              HasSubstr("record_hours is for record = \"by-deadline\""));
  EXPECT_THAT(problems_with("record = \"before-release\"\nrecord_hours = 24"),
              HasSubstr("record_hours is for record = \"by-deadline\""));
  EXPECT_THAT(problems_with("record = \"never\""), HasSubstr("record is \"never\"; expected"));
}

// Whoever gets the signature before the log has it must be able to date it, by somebody else.
TEST(RecordByDeadline, NeedsAnAuthorityEvenWhereTheLogGivesTheTime) {
  constexpr std::string_view services_named =
      "logs = [\"new\", \"old\"]\ntimestamps = [\"ours\", \"theirs\"]\ntimestamps_required = 2";
  const std::string by_deadline = "record = \"by-deadline\"\nrecord_hours = 24\n";
  EXPECT_THAT(problems_after(services_named, by_deadline + "logs = [\"old\"]"),
              HasSubstr("record = \"by-deadline\" without timestamps"));
  EXPECT_THAT(problems_after(services_named, by_deadline),
              HasSubstr("record = \"by-deadline\" without logs"));
  EXPECT_EQ(
      problems_after(services_named, by_deadline + "logs = [\"old\"]\ntimestamps = [\"ours\"]"),
      "");
}

TEST(ServicesElsewhere, LogThatGivesTheTimeNeedsNoAuthority) {
  EXPECT_EQ(problems_after("logs = [\"new\", \"old\"]\ntimestamps = [\"ours\", "
                           "\"theirs\"]\ntimestamps_required = 2",
                           "logs = [\"old\"]"),
            "");
}

constexpr std::string_view signing_config = R"({
  "mediaType": "application/vnd.dev.sigstore.signingconfig.v0.2+json",
  "rekorTlogUrls": [{"url": "https://log.example.org", "majorApiVersion": 2, "operator": "a",
                     "validFor": {"start": "2026-01-01T00:00:00Z"}}],
  "rekorTlogConfig": {"selector": "ANY"},
  "tsaUrls": [{"url": "https://tsa.example.org/ts", "majorApiVersion": 1, "operator": "a",
               "validFor": {"start": "2026-01-01T00:00:00Z", "end": "2026-12-31T00:00:00Z"}}],
  "tsaConfig": {"selector": "ANY"}
})";

std::string signing_config_section(std::string_view name, std::string_view root) {
  return "[[signing_config]]\nname = \"" + std::string(name) +
         "\"\nfile = \"/etc/chancery/signing_config.json\"\ntrusted_root = \"/etc/chancery/" +
         std::string(root) + "\"\n";
}

const std::string by_signing_config = sample_toml +
                                      signing_config_section("sigstore", "trusted_root.json") +
                                      R"([[profile]]
name = "elsewhere"
backend = "disk"
key = "elsewhere"
signs = "digests"
signing_config = "sigstore"
)";

ConfigOutcome parse_at(std::string_view toml, std::string_view time) {
  Host host = sample_users();
  host.read_signing_config = [](const std::filesystem::path& path) -> Result<std::string> {
    if (path == "/etc/chancery/signing_config.json") return std::string(signing_config);
    return not_found("CONFIG_UNREADABLE", "no such file");
  };
  host.now = [time] { return *parse_rfc3339(time); };
  return parse_config(toml, "/etc/chancery/chancery.toml", host, sample_types);
}

std::string problems_at(std::string_view toml, std::string_view time = "2026-06-01T00:00:00Z") {
  return describe("f", parse_at(toml, time).problems);
}

TEST(SigningConfigSections, GiveAProfileItsServices) {
  const ConfigOutcome read = parse_at(by_signing_config, "2026-06-01T00:00:00Z");
  ASSERT_THAT(read.problems, IsEmpty()) << describe("f", read.problems);
  ASSERT_EQ(read.config.remote.logs.size(), 1U);
  EXPECT_EQ(read.config.remote.logs[0].version, 2);
  EXPECT_EQ(read.config.remote.logs[0].url, "https://log.example.org");
  EXPECT_EQ(read.config.remote.logs[0].trusted_root, "/etc/chancery/trusted_root.json");
  ASSERT_EQ(read.config.remote.authorities.size(), 1U);
  const ProfileSection& profile = read.config.profiles.back();
  EXPECT_THAT(profile.logs, ElementsAre("https://log.example.org"));
  EXPECT_THAT(profile.authorities, ElementsAre("https://tsa.example.org/ts"));
  EXPECT_EQ(profile.timestamps_required, 1U);
}

TEST(SigningConfigSections, StandBesideOthers) {
  const ConfigOutcome read =
      parse_at(sample_toml + services + signing_config_section("a", "trusted_root.json") +
                   signing_config_section("b", "trusted_root.json"),
               "2026-06-01T00:00:00Z");
  ASSERT_THAT(read.problems, IsEmpty()) << describe("f", read.problems);
  EXPECT_EQ(read.config.remote.logs.size(), 3U) << "what both list is there once";
}

TEST(SigningConfigSections, EachMistakeIsTold) {
  const auto with = [](std::string_view was, std::string_view becomes) {
    std::string toml = by_signing_config;
    return problems_at(toml.replace(toml.rfind(was), was.size(), becomes));
  };
  EXPECT_THAT(with("file = \"/etc/chancery/signing_config.json\"\n", ""),
              HasSubstr("the path of a signing_config.json"));
  EXPECT_THAT(with("/signing_config.json", "/signing.json"),
              HasSubstr("/etc/chancery/signing.json: no such file"));
  EXPECT_THAT(with("signing_config = \"sigstore\"", "signing_config = \"sigstroe\""),
              HasSubstr("holds \"sigstroe\", which is not a [[signing_config]]"));
  EXPECT_THAT(
      with("signing_config = \"sigstore\"", "signing_config = \"sigstore\"\nlogs = [\"a\"]"),
      HasSubstr("logs is for the [[signing_config]] to say"));
  EXPECT_THAT(problems_at(by_signing_config, "2027-01-01T00:00:00Z"),
              HasSubstr("no timestamp authority is valid now"));
  EXPECT_THAT(problems_at(by_signing_config + signing_config_section("other", "other_root.json")),
              HasSubstr("lists a service that another section trusts by another trusted_root"));
}

TEST(ServicesElsewhere, ChangesNeedARestart) {
  const Config running = parse_sample(sample_toml + services).config;
  EXPECT_THAT(find_restart_reasons(running, parse_sample("\n" + sample_toml + services).config),
              IsEmpty());
  EXPECT_THAT(find_restart_reasons(running, parse_sample(edited("per_second = 50\n", "")).config),
              ElementsAre(HasSubstr("[[rekor]]")));
  EXPECT_THAT(
      find_restart_reasons(running, parse_sample(edited("tsa.example.net", "tsa.example")).config),
      ElementsAre(HasSubstr("[[timestamp_authority]]")));
}

}  // namespace
}  // namespace chancery::daemon
