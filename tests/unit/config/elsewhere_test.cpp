// What a configuration says of services elsewhere.
#include <gmock/gmock.h>

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

TEST(ServicesElsewhere, LogThatGivesTheTimeNeedsNoAuthority) {
  EXPECT_EQ(problems_after("logs = [\"new\", \"old\"]\ntimestamps = [\"ours\", "
                           "\"theirs\"]\ntimestamps_required = 2",
                           "logs = [\"old\"]"),
            "");
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
