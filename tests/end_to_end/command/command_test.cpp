#include <signal.h>

#include <set>
#include <sstream>

#include "core/base/encoding.h"
#include "tests/end_to_end/command/command_fixture.h"
#include "tests/support/patience.h"

namespace chancery::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

std::vector<Json> lines_of(const std::string& text) {
  std::vector<Json> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(Json::parse(line));
  return lines;
}

std::string sha256_text(std::string_view content) {
  return "sha256:" + hex_encode(sha256(as_bytes(content)));
}

TEST_F(CommandTest, AFileIsSignedAndItsBundleVerifiesWithoutTheDaemon) {
  write_text(work("app"), "an artefact");
  const auto signing = chancery({"sign", "app"});
  ASSERT_EQ(signing.status, 0) << signing.err;
  EXPECT_THAT(signing.out, HasSubstr("Signed app -> app.sigstore.json"));
  export_trust();
  daemon_.process().stop();
  const auto verified = verify("app.sigstore.json", "app");
  EXPECT_EQ(verified.status, 0) << verified.err;
  EXPECT_THAT(verified.out, HasSubstr("Verified app"));
  write_text(work("app"), "another artefact");
  EXPECT_EQ(verify("app.sigstore.json", "app").status, 1);
}

TEST_F(CommandTest, WhatIsNotThereIsToldAsThatAndNotAsABundleWithoutAPlace) {
  EXPECT_THAT(chancery({"sign", "nodir/app"}).err, HasSubstr("FILE_NOT_FOUND"));
}

TEST_F(CommandTest, NothingIsSignedThatCouldNotBeWritten) {
  write_text(work("app"), "an artefact");
  const auto refused = chancery({"sign", "--output", "no/such/place", "app"});
  EXPECT_EQ(refused.status, 3);
  EXPECT_THAT(refused.err, HasSubstr("FILE_UNWRITABLE"));
  std::filesystem::create_symlink("elsewhere", work("app.sigstore.json"));
  EXPECT_THAT(chancery({"sign", "app"}).err, HasSubstr("FILE_NOT_ORDINARY"));
  const auto status =
      daemon_.call<v1::StatusReply>("chancery.v1.Admin", "Status", v1::StatusRequest());
  EXPECT_EQ(status->accepted(), 0U);
}

TEST_F(CommandTest, WhatCouldNotBeWrittenIsBroughtByItsReceipt) {
  write_text(work("app"), "an artefact");
  const auto lost = chancery({"sign", "--output", "/dev/full", "--json", "app"});
  EXPECT_EQ(lost.status, 3);
  const Json said = Json::parse(lost.out);
  EXPECT_EQ(said["error"]["reason"], "FILE_UNWRITABLE");
  EXPECT_THAT(said["error"]["message"].get<std::string>(), HasSubstr("chancery get"));
  const auto brought = chancery({"get", said["receipt"].get<std::string>()});
  EXPECT_EQ(brought.status, 0) << brought.err;
}

// Verifying must cost nothing that it does not need, and reach nobody.
TEST_F(CommandTest, TheCommandLoadsNoLibraryForNetworksOrBuses) {
  ProgramOptions listing = command({"verify"});
  listing.environment.emplace_back("LD_TRACE_LOADED_OBJECTS", "1");
  const ProgramOutcome libraries = run(listing);
  EXPECT_THAT(libraries.out, HasSubstr("libcrypto"));
  for (const std::string library : {"libcurl", "libsystemd", "libdbus", "libssl", "libnss"})
    EXPECT_THAT(libraries.out, Not(HasSubstr(library)));
}

// Here it takes all algorithms away; a provider that calls every signature good would load as well.
TEST_F(CommandTest, TheConfigurationOfOpenSslHasNoSayInAVerdict) {
  write_text(work("app"), "an artefact");
  ASSERT_EQ(chancery({"sign", "app"}).status, 0);
  export_trust();
  write_text(work("openssl.cnf"),
             "openssl_conf = all\n[all]\nproviders = providers\n"
             "[providers]\nnull = null\n[null]\nactivate = 1\n");
  ProgramOptions verifying =
      command({"verify", "--key", "key.pem", "--trusted-root", "trusted_root.json", "app"});
  verifying.environment.emplace_back("OPENSSL_CONF", work("openssl.cnf"));
  const ProgramOutcome verified = run(verifying);
  EXPECT_EQ(verified.status, 0) << verified.err;
}

TEST_F(CommandTest, ManyFilesAreSignedAndEachHasItsOwnEntry) {
  constexpr std::size_t count = 120;
  std::vector<std::string> arguments{"sign", "--json"};
  for (std::size_t i = 0; i < count; ++i) {
    write_text(work(std::to_string(i)), std::to_string(i));
    arguments.push_back(std::to_string(i));
  }
  const auto signing = chancery(arguments);
  ASSERT_EQ(signing.status, 0) << signing.err;
  std::set<std::uint64_t> indices;
  for (const Json& line : lines_of(signing.out)) {
    EXPECT_EQ(line["digest"], sha256_text(line["artifact"].get<std::string>()));
    indices.insert(line["log"]["index"].get<std::uint64_t>());
  }
  EXPECT_EQ(indices.size(), count);
  EXPECT_EQ(*indices.rbegin(), count - 1);
}

// Killed in the middle: what was signed is found again by its key, what was not is signed now.
TEST_F(CommandTest, ADaemonThatIsKilledAndComesBackCostsNoFileAndNoSecondEntry) {
  constexpr std::size_t count = 240;
  std::vector<std::string> arguments{"sign", "--json", "--timeout", "120"};
  for (std::size_t i = 0; i < count; ++i) {
    write_text(work(std::to_string(i)), std::to_string(i));
    arguments.push_back(std::to_string(i));
  }
  ProgramRun signing(command(arguments));
  const auto middle = work(std::to_string(count / 3) + ".sigstore.json");
  const Patience patience;
  while (!std::filesystem::exists(middle) && !patience.ended()) {
  }
  daemon_.process().kill();
  daemon_.start();
  const auto outcome = signing.wait();
  EXPECT_EQ(outcome.status, 0) << outcome.err << outcome.out.substr(0, 2000);
  std::set<std::uint64_t> indices;
  for (const Json& line : lines_of(outcome.out))
    indices.insert(line["log"]["index"].get<std::uint64_t>());
  EXPECT_EQ(indices.size(), count);
  const auto status = Json::parse(chancery({"status", "--json"}).out);
  EXPECT_EQ(status["log"]["size"], count);
}

TEST_F(CommandTest, TheSameIdempotencyKeyGivesTheSameEntryAndAnotherFileIsRefused) {
  write_text(work("app"), "an artefact");
  write_text(work("other"), "another");
  const auto first = chancery({"sign", "--json", "--idempotency-key", "job-1", "app"});
  const auto second = chancery({"sign", "--json", "--idempotency-key", "job-1", "app"});
  EXPECT_EQ(first.out, second.out);
  const auto third = chancery({"sign", "--idempotency-key", "job-1", "other"});
  EXPECT_EQ(third.status, 1);
  EXPECT_THAT(third.err, HasSubstr("IDEMPOTENCY_KEY_REUSED"));
}

TEST_F(CommandTest, StandardInputAndDigestsGoToStandardOutput) {
  export_trust();
  ProgramOptions piped = command({"sign", "-"});
  piped.standard_input = "an artefact";
  const auto from_input = run(piped);
  ASSERT_EQ(from_input.status, 0) << from_input.err;
  write_text(work("bundle"), from_input.out);
  EXPECT_EQ(verify("bundle", sha256_text("an artefact")).status, 0);

  const auto from_digest = chancery({"sign", "--digest", sha256_text("an artefact")});
  write_text(work("bundle"), from_digest.out);
  EXPECT_EQ(verify("bundle", sha256_text("an artefact")).status, 0);
}

TEST_F(CommandTest, OneMissingFileIsNamedAndTheOthersAreSigned) {
  write_text(work("a"), "a");
  write_text(work("c"), "c");
  const auto signing = chancery({"sign", "a", "b", "c"});
  EXPECT_EQ(signing.status, 3);
  EXPECT_THAT(signing.err, HasSubstr("b: there is no such file (FILE_NOT_FOUND)"));
  EXPECT_TRUE(std::filesystem::exists(work("a.sigstore.json")));
  EXPECT_TRUE(std::filesystem::exists(work("c.sigstore.json")));
}

TEST_F(CommandTest, AScriptHearsOfEachFileByItsName) {
  write_text(work("a"), "a");
  const auto subjects = [](const ProgramOutcome& outcome) {
    std::vector<std::string> names;
    for (const Json& line : lines_of(outcome.out)) names.push_back(line.value("subject", "-"));
    return names;
  };
  EXPECT_THAT(subjects(chancery({"sign", "--json", "missing", "a"})), ElementsAre("missing", "-"));
  EXPECT_THAT(subjects(chancery({"sign", "--json", "--profile", "nobody", "a", "b"})),
              ElementsAre("a", "b"));
  EXPECT_THAT(subjects(chancery({"sign", "--json", "--socket", work("nobody"), "a"})),
              ElementsAre("a"));
  EXPECT_THAT(subjects(chancery({"verify", "--json", "--key", "nokey", "a"})), ElementsAre("a"));
}

// Sent again they fail again: not what a script should try once more.
TEST_F(CommandTest, WhatCannotBeUsedIsWrongUsage) {
  write_text(work("app"), "app");
  std::filesystem::create_directory(work("folder"));
  EXPECT_EQ(chancery({"sign", "folder"}).status, 2);
  EXPECT_EQ(chancery({"sign", "--output", "folder", "app"}).status, 2);
  // But what others give a verifier: it has not judged.
  EXPECT_EQ(chancery({"verify", "--key", "folder", "app"}).status, 3);
}

TEST_F(CommandTest, ADaemonThatHangsIsNoSignatureInDoubt) {
  ::kill(daemon_.process().pid(), SIGSTOP);
  const auto status = chancery({"status", "--timeout", "1"});
  ::kill(daemon_.process().pid(), SIGCONT);
  EXPECT_EQ(status.status, 3);
  EXPECT_THAT(status.err, HasSubstr("DEADLINE_PASSED"));
  EXPECT_THAT(status.err, HasSubstr("longer --timeout"));
  EXPECT_THAT(status.err, Not(HasSubstr("signed")));
}

TEST_F(CommandTest, AnUnknownProfileIsRefusedBeforeAnythingIsHashed) {
  const auto signing = chancery({"sign", "--profile", "nobody", "/dev/zero"});
  EXPECT_EQ(signing.status, 1);
  EXPECT_THAT(signing.err, HasSubstr("PROFILE_UNKNOWN"));
  EXPECT_THAT(signing.err, HasSubstr("`chancery profiles`"));
}

TEST_F(CommandTest, AnAnswerThatCannotBeWrittenIsNoSuccess) {
  const std::string program = std::filesystem::path(CHANCERY_PROGRAMS) / "chancery";
  const ProgramOutcome shell = run({.program = "/bin/sh",
                                    .arguments = {"-c", program + " trust export >/dev/full"},
                                    .working_directory = work_.path(),
                                    .environment = {{"CHANCERY_SOCKET", daemon_.socket()}}});
  EXPECT_EQ(shell.status, 3);
  EXPECT_THAT(shell.err, HasSubstr("standard output"));
}

TEST_F(CommandTest, WithoutADaemonItCouldNotRunAndSaysWhatToDo) {
  write_text(work("app"), "an artefact");
  const auto signing = chancery({"sign", "--socket", work("nobody"), "app"});
  EXPECT_EQ(signing.status, 3);
  EXPECT_THAT(signing.err, HasSubstr("DAEMON_UNREACHABLE"));
  EXPECT_THAT(signing.err, HasSubstr("systemctl start chanceryd"));
  EXPECT_THAT(signing.out, IsEmpty());
}

TEST_F(CommandTest, AnAttestationVerifiesForEachOfItsSubjects) {
  for (const char* name : {"app", "lib"}) write_text(work(name), name);
  write_text(work("predicate"), R"({"buildDefinition":{"buildType":"https://example.com/make"}})");
  const auto signing =
      chancery({"attest", "--type", "slsaprovenance1", "--predicate", "predicate", "app", "lib"});
  ASSERT_EQ(signing.status, 0) << signing.err;
  export_trust();
  for (const char* name : {"app", "lib"}) {
    const auto verified = verify("app.slsaprovenance1.sigstore.json", name);
    EXPECT_EQ(verified.status, 0) << verified.err;
    EXPECT_THAT(verified.out, HasSubstr("https://slsa.dev/provenance/v1, 2 subjects"));
  }
  EXPECT_EQ(verify("app.slsaprovenance1.sigstore.json", "predicate").status, 1);
}

// Over 1 MiB it goes as a stream, and over 3 MiB the bundle comes back as one.
TEST_F(CommandTest, ALargeStatementGoesAndComesBackAsAStream) {
  write_text(work("app"), "hello");
  write_text(work("statement"), statement_of(6U << 20));
  const auto signing = chancery({"attest", "--statement", "statement"});
  ASSERT_EQ(signing.status, 0) << signing.err;
  EXPECT_GT(std::filesystem::file_size(work("statement.sigstore.json")), 8U << 20);
  export_trust();
  const auto verified = verify("statement.sigstore.json", "app");
  EXPECT_EQ(verified.status, 0) << verified.err;
}

TEST_F(CommandTest, APredicateThatIsNoJsonIsRefusedHere) {
  write_text(work("app"), "app");
  write_text(work("predicate"), "{,}");
  const auto signing =
      chancery({"attest", "--type", "cyclonedx", "--predicate", "predicate", "app"});
  EXPECT_EQ(signing.status, 2);
  EXPECT_THAT(signing.err, HasSubstr("JSON_MALFORMED"));
}

TEST_F(CommandTest, WhatWasSignedIsFoundByReceiptDigestAndFile) {
  write_text(work("app"), "an artefact");
  const Json line = lines_of(chancery({"sign", "--json", "app"}).out).at(0);
  const std::string bundle = read_text(work("app.sigstore.json"));
  const auto receipt = line["receipt"].get<std::string>();
  EXPECT_EQ(chancery({"get", receipt}).out, bundle + "\n");
  EXPECT_EQ(chancery({"get", sha256_text("an artefact")}).out, bundle + "\n");
  const auto again = chancery({"get", "--file", "app", "--output", "again"});
  EXPECT_EQ(again.status, 0);
  EXPECT_THAT(again.out, HasSubstr("app -> again"));
  const Json got = Json::parse(chancery({"get", receipt, "--json", "--output", "got"}).out);
  EXPECT_EQ(got["receipt"], receipt);
  EXPECT_EQ(read_text(work("again")), bundle);
  EXPECT_EQ(chancery({"wait", receipt, "--output", "waited"}).status, 0);
  EXPECT_EQ(read_text(work("waited")), bundle);
  const auto unknown = chancery({"get", sha256_text("never signed")});
  EXPECT_EQ(unknown.status, 1);
  EXPECT_THAT(unknown.err, HasSubstr("SIGNATURE_UNKNOWN"));
  const auto named = chancery({"get", "app"});
  EXPECT_EQ(named.status, 2);
  EXPECT_THAT(named.err, HasSubstr("'app' is a file: name it with --file"));
}

TEST_F(CommandTest, TheLogIsReadAndCheckedFromItsFiles) {
  write_text(work("app"), "an artefact");
  ASSERT_EQ(chancery({"sign", "app"}).status, 0);
  export_trust();
  EXPECT_THAT(chancery({"log", "entry", "0"}).out, HasSubstr("hashedrekord"));
  EXPECT_EQ(chancery({"log", "entry", "1"}).status, 1);
  EXPECT_THAT(chancery({"log", "proof", "0"}).out, HasSubstr("1\n"));
  EXPECT_THAT(chancery({"log", "checkpoint"}).out, HasSubstr("\n1\n"));
  daemon_.process().stop();  // now the files have followed
  const std::string log = daemon_.state() / "log";
  const auto good = chancery({"log", "verify", log, "--trusted-root", "trusted_root.json"});
  EXPECT_EQ(good.status, 0) << good.err;
  std::string entries = read_text(daemon_.state() / "log/tile/entries/000.p/1");
  ASSERT_FALSE(entries.empty());
  entries.back() ^= 1;
  std::filesystem::permissions(daemon_.state() / "log/tile/entries/000.p/1",
                               std::filesystem::perms::owner_all);
  write_text(daemon_.state() / "log/tile/entries/000.p/1", entries);
  const auto bad = chancery({"log", "verify", log, "--trusted-root", "trusted_root.json"});
  EXPECT_EQ(bad.status, 1);
  EXPECT_THAT(bad.err, HasSubstr("CONTRADICTS_ENTRIES"));
}

TEST_F(CommandTest, ALogThatIsNotThereCouldNotBeJudged) {
  export_trust();
  const auto judged = chancery({"log", "verify", "nodir", "--trusted-root", "trusted_root.json"});
  EXPECT_EQ(judged.status, 3);
  EXPECT_THAT(judged.err, HasSubstr("FILE_NOT_FOUND"));
  std::filesystem::create_directory(work("empty"));
  const auto empty = chancery({"log", "verify", "empty", "--trusted-root", "trusted_root.json"});
  EXPECT_EQ(empty.status, 3);
  EXPECT_THAT(empty.err, HasSubstr("is this the log's directory?"));
  write_text(work("root.json"), "{");
  EXPECT_EQ(chancery({"log", "verify", "empty", "--trusted-root", "root.json"}).status, 3);
}

TEST_F(CommandTest, HandOverMustBeMeantAndEndsTheLog) {
  write_text(work("app"), "an artefact");
  ASSERT_EQ(chancery({"sign", "app"}).status, 0);
  EXPECT_EQ(chancery({"log", "hand-over"}).status, 2);
  const auto given = chancery({"log", "hand-over", "--yes"});
  EXPECT_EQ(given.status, 0) << given.err;
  EXPECT_THAT(given.out, HasSubstr("Handed over"));
  const auto status = chancery({"status"});
  EXPECT_EQ(status.status, 1);
  EXPECT_THAT(status.out, HasSubstr("TROUBLE: the log was handed over"));
  // The archive answers until the daemon is stopped.
  EXPECT_THAT(chancery({"get", "--file", "app"}).out,
              HasSubstr(read_text(work("app.sigstore.json"))));
}

TEST_F(CommandTest, KeysProfilesAndReloadAnswer) {
  EXPECT_THAT(chancery({"keys", "list"}).out, HasSubstr("ecdsa-p256-sha256"));
  EXPECT_THAT(chancery({"keys", "public-key"}).out, HasSubstr("-----BEGIN PUBLIC KEY-----"));
  EXPECT_EQ(chancery({"keys", "public-key", "software:none"}).status, 1);
  EXPECT_THAT(chancery({"profiles"}).out, HasSubstr("default"));
  EXPECT_EQ(chancery({"reload"}).status, 0);
}

}  // namespace
}  // namespace chancery::testing
