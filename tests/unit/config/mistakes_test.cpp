// Every kind of mistake in a configuration: the line told, and the words.
#include <gtest/gtest.h>

#include <ostream>

#include "core/base/limits/configuration.h"
#include "tests/unit/config/sample_config.h"

namespace chancery::daemon {
namespace {

std::string problems_of(std::string_view toml) {
  return describe("f", parse_sample(toml).problems);
}

// The sample with the first `was` replaced.
std::string edited(std::string_view was, std::string_view becomes) {
  std::string toml = sample_toml;
  const std::size_t at = toml.find(was);
  EXPECT_NE(at, std::string::npos) << was;
  return toml.replace(at, was.size(), becomes);
}

struct Mistake {
  const char* name;
  const char* was;
  const char* becomes;
  const char* problem;
};

void PrintTo(const Mistake& mistake, std::ostream* out) { *out << mistake.name; }

class OneMistake : public testing::TestWithParam<Mistake> {};

TEST_P(OneMistake, IsToldWithItsLine) {
  const Mistake& mistake = GetParam();
  EXPECT_EQ(problems_of(edited(mistake.was, mistake.becomes)), mistake.problem);
}

std::string name_of_case(const testing::TestParamInfo<Mistake>& info) { return info.param.name; }

INSTANTIATE_TEST_SUITE_P(
    Service, OneMistake,
    testing::Values(
        Mistake{"UnknownKey", "socket = ", "sokcet = ",
                R"(f:2: [server]: unknown key "sokcet"; did you mean "socket"?)"},
        Mistake{"UnknownKeyLikeNone", "socket = ", "colour = ",
                R"(f:2: [server]: unknown key "colour"; known are socket, socket_mode)"},
        Mistake{"UnknownSection", "[archive]", "[archiv]",
                R"(f:6: the configuration: unknown key "archiv"; did you mean "archive"?)"},
        Mistake{"KeyOutsideSections", "[server]", "days = 3\n[server]",
                R"(f:1: the configuration: unknown key "days"; known are server, state, )"
                R"(archive, audit, metrics, policy, remote, log, backend, profile, rekor, )"
                R"(timestamp_authority, signing_config, rule, test)"},
        Mistake{"SectionAsList", "[server]", "[[server]]",
                R"(f:1: the configuration: server is a list; expected a section [server], of )"
                R"(which there is one)"},
        Mistake{"PathIsNumber", "\"/run/chancery/chancery.sock\"", "7",
                R"(f:2: [server]: socket is a whole number; expected the path of a socket such as )"
                R"("/run/chancery/chancery.sock")"},
        Mistake{"PathIsRelative", "\"/run/chancery/chancery.sock\"", "\"socket\"",
                R"(f:2: [server]: socket is "socket"; expected the path of a socket such as )"
                R"("/run/chancery/chancery.sock", absolute and without "..", "." or "//")"},
        Mistake{"PathClimbs", "\"/var/lib/chancery\"", "\"/var/lib/../chancery\"",
                R"(f:5: [state]: directory is "/var/lib/../chancery"; expected the path of a )"
                R"(folder such as "/var/lib/chancery", absolute and without "..", "." or "//")"},
        Mistake{"PathIsEmpty", "\"/var/lib/chancery\"", "\"\"",
                R"(f:5: [state]: directory is empty; expected the path of a folder such as )"
                R"("/var/lib/chancery")"},
        Mistake{"PathHasControlCharacter", "\"/var/lib/chancery\"", R"("/var/lib/\u0007")",
                R"(f:5: [state]: directory has a control character; expected the path of a )"
                R"(folder such as "/var/lib/chancery")"},
        Mistake{"ModeInDecimal", "0o666", "666",
                R"(f:3: [server]: socket_mode is 666; expected permissions in octal from 0o600 )"
                R"(to 0o777, such as 0o666 (who may connect; the rules say who may sign))"},
        Mistake{"DaysAreZero", "days = 30", "days = 0",
                R"(f:7: [archive]: days is 0; expected a number of days from 1 to 36500)"},
        Mistake{"DaysAreFraction", "days = 30", "days = 1.5",
                R"(f:7: [archive]: days is a number with a fraction; expected a number of days )"
                R"(from 1 to 36500)"},
        Mistake{"DaysAreDate", "days = 30", "days = 2026-01-01",
                R"(f:7: [archive]: days is a date; expected a number of days from 1 to 36500)"},
        Mistake{
            "IntervalTooShort", "250", "1",
            R"(f:12: [log]: publish_interval_ms is 1; expected milliseconds from 10 to 60000)"}),
    name_of_case);

INSTANTIATE_TEST_SUITE_P(
    Log, OneMistake,
    testing::Values(
        Mistake{"OriginMissing", "origin = \"log.example.org\"\n", "",
                R"(f:8: [log]: origin is missing; expected the log's name for ever, such as )"
                R"("log.example.org")"},
        Mistake{"OriginWithPort", "log.example.org", "log.example.org:8080",
                R"(f:9: [log]: origin "log.example.org:8080" has a port: clients drop it and )"
                R"(would look for another name; expected a host name such as "log.example.org")"},
        Mistake{"BackendUnknown", "backend = \"disk\"", "backend = \"disc\"",
                R"(f:10: [log]: backend "disc" is not a [[backend]]; did you mean "disk"?)"},
        Mistake{"KeyMissing", "key = \"log\"\n", "",
                R"(f:8: [log]: key is missing; expected the name of an Ed25519 key of that )"
                R"(backend)"}),
    name_of_case);

INSTANTIATE_TEST_SUITE_P(
    Backend, OneMistake,
    testing::Values(
        Mistake{"TypeUnknown", "\"software\"", "\"sofware\"",
                R"(f:15: [[backend]] "disk": type "sofware" is unknown; did you mean "software"?)"},
        Mistake{"TypeMissing", "type = \"software\"\n", "",
                R"(f:13: [[backend]] "disk": type is missing; expected where the keys live, such )"
                R"(as "software")"},
        Mistake{"OptionUnknownToItsType", "directory = \"/var/lib/chancery/keys\"",
                "directory = \"/k\"\ndirectoy = \"/k\"",
                R"(f:17: [[backend]] "disk": unknown key directoy)"},
        Mistake{"OptionMissing", "directory = \"/var/lib/chancery/keys\"\n", "",
                R"(f:13: [[backend]] "disk": directory is missing)"},
        Mistake{"OptionIsList", "\"/var/lib/chancery/keys\"", "\"/k\"\nslots = [1]",
                R"(f:17: [[backend]] "disk": slots is a list; expected a string, a list of )"
                R"(strings, a whole number, true or false)"},
        Mistake{
            "NameTwice", "[[profile]]",
            "[[backend]]\nname = \"disk\"\ntype = \"software\"\ndirectory = \"/k\"\n[[profile]]",
            R"(f:18: [[backend]] "disk": name is already taken in line 14)"},
        Mistake{"NameWithSpace", "name = \"disk\"", "name = \"my disk\"",
                R"(f:14: [[backend]] "my disk": name "my disk" may hold only letters, digits, )"
                R"('-', '_' and '.'; expected a name of your choice)"}),
    name_of_case);

INSTANTIATE_TEST_SUITE_P(
    Profile, OneMistake,
    testing::Values(
        Mistake{"NameMissing", "name = \"nightly\"\n", "",
                R"(f:25: [[profile]]: name is missing; expected what clients ask for, such as )"
                R"("release")"},
        Mistake{"NameTwice", "name = \"nightly\"", "name = \"release\"",
                "f:26: [[profile]] \"release\": name is already taken in line 18\n"
                "f:34: [[rule]] \"builders\": profiles holds \"nightly\", which is not a "
                "[[profile]]; known are release, release"},
        Mistake{"AlgorithmUnknown", "ecdsa-p384-sha384", "ecdsa-p348-sha384",
                R"(f:21: [[profile]] "release": algorithm "ecdsa-p348-sha384" is unknown; did you )"
                R"(mean "ecdsa-p384-sha384"?)"},
        Mistake{"AlgorithmPureEd25519", "ecdsa-p384-sha384", "ed25519",
                R"(f:21: [[profile]] "release": algorithm "ed25519" cannot be recorded: )"
                R"(transparency logs refuse pure Ed25519 and RSA-PSS; expected ECDSA or RSA )"
                R"(PKCS#1 v1.5, such as "ecdsa-p256-sha256")"},
        Mistake{"AlgorithmPss", "ecdsa-p384-sha384", "rsa-pss-3072-sha256",
                R"(f:21: [[profile]] "release": algorithm "rsa-pss-3072-sha256" cannot be )"
                R"(recorded: transparency logs refuse pure Ed25519 and RSA-PSS; expected ECDSA )"
                R"(or RSA PKCS#1 v1.5, such as "ecdsa-p256-sha256")"},
        Mistake{"SignsUnknown", "\"statements\"", "\"blobs\"",
                R"(f:22: [[profile]] "release": signs is "blobs"; expected "digests" (raw )"
                R"(digests, and so anything) or "statements" (only statements that the daemon )"
                R"(builds))"},
        Mistake{"SignsMissing", "signs = \"statements\"\n", "",
                R"(f:17: [[profile]] "release": signs is missing; expected "digests" (raw )"
                R"(digests, and so anything) or "statements" (only statements that the daemon )"
                R"(builds))"},
        Mistake{"HoursTooMany", "48", "1000000000",
                R"(f:23: [[profile]] "release": idempotency_hours is 1000000000; expected hours )"
                R"(from 1 to 876000, such as 24)"},
        Mistake{"HoursBeyondTheArchive", "48", "721",
                R"(f:23: [[profile]] "release": idempotency_hours is longer than [archive] days )"
                R"(keeps the answers; expected at most 720 hours)"},
        Mistake{"RecordByDeadline", "before-release", "by-deadline",
                R"(f:17: [[profile]] "release": record_hours is missing; expected hours from 1 )"
                R"(to 744, within which all logs have it)"},
        Mistake{"RecordUnknown", "before-release", "never",
                R"(f:24: [[profile]] "release": record is "never"; expected "before-release" )"
                R"((a signature leaves when its logs have it) or "by-deadline" (when it is )"
                R"(timestamped; its logs follow))"},
        Mistake{"KeySetBesideKey", "key = \"nightly\"\n", "key = \"nightly\"\nkeys = [\"n\"]\n",
                R"(f:29: [[profile]] "nightly": keys stands beside key; expected one of the two)"},
        Mistake{"KeySetEmpty", "key = \"nightly\"\n", "keys = []\n",
                R"(f:28: [[profile]] "nightly": keys is empty; expected names of keys, the )"
                R"(newest first, such as ["release-2026", "release-2025"])"},
        Mistake{"KeySetTwiceTheSame", "key = \"nightly\"\n", "keys = [\"n\", \"disk:n\"]\n",
                R"(f:28: [[profile]] "nightly": keys holds "disk:n" twice)"},
        Mistake{"KeySetOfNoBackend", "key = \"nightly\"\n", "keys = [\"n\", \"dosk:n\"]\n",
                R"(f:27: [[profile]] "nightly": backend "dosk" is not a [[backend]]; did you )"
                R"(mean "disk"?)"},
        Mistake{"KeySetWithTheLogs", "key = \"nightly\"\n", "keys = [\"n\", \"log\"]\n",
                R"(f:28: [[profile]] "nightly": key "log" is the log's own key: whoever may sign )"
                R"(with it could sign checkpoints; expected a key that only this profile uses)"},
        Mistake{"KeyIsTheLogs", "key = \"nightly\"", "key = \"log\"",
                R"(f:28: [[profile]] "nightly": key "log" is the log's own key: whoever may sign )"
                R"(with it could sign checkpoints; expected a key that only this profile uses)"},
        Mistake{"KeySignsBothKinds", "key = \"nightly\"", "key = \"release-2026\"",
                R"(f:28: [[profile]] "nightly": key "release-2026" signs digests here and )"
                R"(statements in profile "release". Whoever may have a raw digest signed can )"
                R"(have a statement signed, for a digest can be that of a statement: limits on )"
                R"(statements would hold nobody. Expected two keys, or the same `signs` in both)"}),
    name_of_case);

INSTANTIATE_TEST_SUITE_P(
    Rule, OneMistake,
    testing::Values(
        Mistake{
            "UserUnknown", "\"alice\"", "\"alise\"",
            R"(f:32: [[rule]] "builders": users holds "alise", and this host has no such user)"},
        Mistake{"UserNumberInQuotes", "\"alice\"", "\"1000\"",
                R"(f:32: [[rule]] "builders": users holds "1000", and this host has no such )"
                R"(user; write a number without quotes)"},
        Mistake{"UserTwice", "1001", "1000",
                R"(f:32: [[rule]] "builders": users holds the user id 1000 twice)"},
        Mistake{"UserNegative", "1001", "-1",
                R"(f:32: [[rule]] "builders": users holds -1; expected a user id from 0 to )"
                R"(4294967294)"},
        Mistake{"UserIdOfNobodyInParticular", "1001", "4294967295",
                R"(f:32: [[rule]] "builders": users holds 4294967295; expected a user id from 0 )"
                R"(to 4294967294)"},
        Mistake{"UserIsFlag", "1001", "true",
                R"(f:32: [[rule]] "builders": users holds true or false; expected the name of a )"
                R"(user or its number)"},
        Mistake{"UsersNotList", "[\"alice\", 1001]", "\"alice\"",
                R"(f:32: [[rule]] "builders": users is a string; expected a list of names and )"
                R"(numbers such as ["alice", 1000])"},
        Mistake{"UsersEmpty", "[\"alice\", 1001]", "[]",
                R"(f:32: [[rule]] "builders": users is empty; expected a list of names and )"
                R"(numbers such as ["alice", 1000])"},
        Mistake{"GroupUnknown", "\"ci\"", "\"cj\"",
                R"(f:33: [[rule]] "builders": groups holds "cj", and this host has no such group)"},
        Mistake{"ProfileUnknown", "[\"release\", \"nightly\"]", "[\"release\", \"nigthly\"]",
                R"(f:34: [[rule]] "builders": profiles holds "nigthly", which is not a )"
                R"([[profile]]; did you mean "nightly"?)"},
        Mistake{"ProfileTwice", "[\"release\", \"nightly\"]", "[\"release\", \"release\"]",
                R"(f:34: [[rule]] "builders": profiles holds "release" twice)"},
        Mistake{"NobodyNamed", "users = [\"alice\", 1001]\ngroups = [\"ci\"]\n", "",
                R"(f:30: [[rule]] "builders": users is missing; expected whom the rule allows )"
                R"((users, groups, units, or several of them))"},
        Mistake{"NothingAllowed", "profiles = [\"release\", \"nightly\"]\n", "",
                R"(f:30: [[rule]] "builders": profiles is missing; expected what the rule allows )"
                R"((or admin = true))"},
        Mistake{"AdminWithProfiles", "admin = true", "admin = true\nprofiles = [\"*\"]",
                R"(f:39: [[rule]] "keepers": profiles stands beside admin = true; expected two )"
                R"(rules, so that who signs and who administers can differ)"},
        Mistake{"AdminIsText", "admin = true", "admin = \"yes\"",
                "f:35: [[rule]] \"keepers\": profiles is missing; expected what the rule allows "
                "(or admin = true)\n"
                "f:38: [[rule]] \"keepers\": admin is a string; expected true or false"},
        Mistake{"NameTwice", "\"keepers\"", "\"builders\"",
                R"(f:36: [[rule]] "builders": name is already taken in line 31)"}),
    name_of_case);

TEST(Mistakes, AreAllToldAtOnceInTheOrderOfTheirLines) {
  const ConfigOutcome outcome = parse_sample(
      "[server]\nsocket = 1\nmode = 2\n[log]\norigin = \"a b\"\n[[rule]]\nname = \"r\"\n");
  std::vector<unsigned> lines;
  for (const ConfigProblem& problem : outcome.problems) lines.push_back(problem.line);
  EXPECT_EQ(lines, (std::vector<unsigned>{2, 3, 4, 4, 5, 6, 6})) << describe("f", outcome.problems);
}

TEST(Mistakes, SectionWrittenAsIfThereWereOne) {
  std::string toml = sample_toml.substr(0, sample_toml.find("[[rule]]"));
  toml += "[rule]\nname = \"r\"\nusers = [1]\nadmin = true\n";
  EXPECT_EQ(problems_of(toml),
            "f:30: the configuration: rule is a table; expected sections [[rule]], of which there "
            "may be several");
}

TEST(Mistakes, EmptyFileLacksItsLog) {
  EXPECT_EQ(problems_of(""),
            "f:1: the configuration: [log] is missing; expected a section with origin, backend and "
            "key: every signature is recorded");
}

TEST(Mistakes, TooLargeFileIsNotRead) {
  EXPECT_EQ(problems_of(std::string(limits::configuration_bytes_max + 1, '#')),
            "f: larger than 1048576 bytes");
}

TEST(Mistakes, TooManyAreCutShort) {
  std::string toml;
  for (int i = 0; i < 500; ++i) toml += "k" + std::to_string(i) + " = 1\n";
  const ConfigOutcome outcome = parse_sample(toml);
  EXPECT_EQ(outcome.problems.size(), limits::configuration_problems_max + 1);
  EXPECT_EQ(outcome.problems.back().message, "and 401 more problems");
}

TEST(Mistakes, MoreBackendsThanProcessesAllowed) {
  std::string toml = sample_toml;
  for (std::size_t i = 0; i < limits::backends_max; ++i) {
    toml += "[[backend]]\nname = \"b" + std::to_string(i) +
            "\"\ntype = \"software\"\ndirectory = \"/k\"\n";
  }
  EXPECT_EQ(problems_of(toml), "f:99: [[backend]]: more than 16; each is a process of its own");
}

}  // namespace
}  // namespace chancery::daemon
