#include "remote/rekor/rekor_v2.h"

#include <gmock/gmock.h>

#include "tests/support/services/memory_rekor.h"
#include "tests/unit/remote/proposals.h"

namespace chancery::testing {
namespace {

struct RekorV2 : ::testing::Test {
  MemoryRekor rekor;
  ScriptedServer server{[this](const SeenRequest& request) { return rekor(request); }};
  std::unique_ptr<remote::HttpClient> http = start_client();
  SigningKey key = SigningKey::make(Algorithm::ecdsa_p256_sha256);
  bundle::TrustedLog trusted = rekor.log.trusted({at("2026-01-01T00:00:00Z"), {}});
  std::unique_ptr<remote::TransparencyLog> log =
      remote::make_rekor_v2(*http, {server.url(), "", {trusted}});

  services::Proposal propose(std::string_view artefact = "an artefact") const {
    return *log->propose(signed_record(key, artefact), nullptr);
  }
  void add_strangers(unsigned count) {
    for (unsigned i = 0; i < count; ++i) rekor.log.append("stranger " + std::to_string(i));
  }
};

TEST_F(RekorV2, EntryComesBackVerified) {
  add_strangers(300);
  const services::Proposal proposal = propose();
  const remote::LogAdded added = add(*log, proposal);
  ASSERT_TRUE(added.entry.ok()) << added.entry.error().message;
  EXPECT_EQ(added.entry->log_index, 300U);
  EXPECT_EQ(added.entry->canonicalized_body, proposal.body);
  EXPECT_EQ(note_size(*log).value(), 301U);
}

TEST_F(RekorV2, LogThatHasTheEntryAlreadyGivesItFromItsTiles) {
  add_strangers(500);
  const services::Proposal proposal = propose();
  ASSERT_TRUE(add(*log, proposal).entry.ok());
  add_strangers(300);
  const remote::LogAdded again = add(*log, proposal);
  ASSERT_TRUE(again.entry.ok()) << again.entry.error().message;
  EXPECT_EQ(again.entry->log_index, 500U);
  EXPECT_EQ(again.entry->inclusion_proof->tree_size, 801U);
  bundle::VerifiedNotes notes;
  const services::LogTrust trust{services::LogGeneration::v2, {trusted}};
  EXPECT_TRUE(services::check_answer(*again.entry, proposal, trust, notes).ok());
}

TEST_F(RekorV2, ConflictWithAnotherEntryIsAnAlarm) {
  add_strangers(10);
  rekor.instead_of_adding = [](const SeenRequest&) {
    return Reply::answer(409, "{}", "X-Log-Index: 5\r\n");
  };
  expect_failure(add(*log, propose()).entry, ErrorCode::corrupt, "LOG_CONFLICT_NOT_OURS");
}

TEST_F(RekorV2, ConflictThatCannotBeReadIsInDoubt) {
  add_strangers(10);
  for (const std::string_view index : {"", "X-Log-Index: none\r\n", "X-Log-Index: 10\r\n"}) {
    rekor.instead_of_adding = [index](const SeenRequest&) {
      return Reply::answer(409, "{}", index);
    };
    expect_failure(add(*log, propose()).entry, ErrorCode::outcome_unknown, "LOG_CONFLICT_UNREAD");
  }
}

TEST_F(RekorV2, EachStatusSaysWhatToDoNext) {
  struct Case {
    int status;
    ErrorCode code;
    std::string_view reason;
  };
  for (const Case& each :
       std::initializer_list<Case>{{429, ErrorCode::unavailable, "LOG_ADDS_TOO_FAST"},
                                   {400, ErrorCode::invalid_request, "LOG_REFUSED"},
                                   {403, ErrorCode::invalid_request, "LOG_REFUSED"},
                                   {404, ErrorCode::invalid_request, "LOG_REFUSED"},
                                   {405, ErrorCode::unsupported, "LOG_FROZEN"},
                                   {408, ErrorCode::outcome_unknown, "LOG_FAILED"},
                                   {499, ErrorCode::outcome_unknown, "LOG_FAILED"},
                                   {500, ErrorCode::outcome_unknown, "LOG_FAILED"},
                                   {503, ErrorCode::outcome_unknown, "LOG_FAILED"},
                                   {302, ErrorCode::outcome_unknown, "LOG_FAILED"},
                                   {204, ErrorCode::outcome_unknown, "LOG_FAILED"}}) {
    rekor.instead_of_adding = [&each](const SeenRequest&) {
      return Reply::answer(each.status, each.status == 204 ? "" : "{\"message\":\"no\"}",
                           "Retry-After: 7\r\n");
    };
    const remote::LogAdded added = add(*log, propose());
    SCOPED_TRACE(each.status);
    expect_failure(added.entry, each.code, each.reason);
    EXPECT_EQ(added.retry_after, std::chrono::seconds(7));
  }
}

TEST_F(RekorV2, AnswerThatIsNoEntryIsInDoubt) {
  const std::string good = entry_json(rekor.log.add(propose().body));
  for (const std::string& body :
       {std::string(), std::string("{}"), std::string("<html>"), good.substr(0, good.size() / 2),
        "{\"surprise\":1," + good.substr(1), std::string(100, '[')}) {
    rekor.instead_of_adding = [&body](const SeenRequest&) { return Reply::answer(201, body); };
    expect_failure(add(*log, propose()).entry, ErrorCode::outcome_unknown, "LOG_ANSWER_UNREADABLE");
  }
}

TEST_F(RekorV2, ValidAnswerForSomebodyElseIsAnAlarm) {
  const bundle::LogEntry other = rekor.log.add(propose("another artefact").body);
  rekor.instead_of_adding = [&other](const SeenRequest&) {
    return Reply::answer(201, entry_json(other));
  };
  expect_failure(add(*log, propose()).entry, ErrorCode::corrupt, "LOG_ANSWER_NOT_OURS");
}

TEST_F(RekorV2, AnswerThatIsNotProvenIsAnAlarm) {
  const services::Proposal proposal = propose();
  add_strangers(3);
  const bundle::LogEntry good = rekor.log.add(proposal.body);
  MemoryLog impostor("log.example.test");
  std::vector<bundle::LogEntry> wrong(4, good);
  wrong[0].inclusion_proof->hashes[0][0] ^= 1;
  wrong[1].inclusion_proof->checkpoint[20] ^= 1;
  wrong[2] = impostor.add(proposal.body);
  wrong[3].log_id[0] ^= 1;
  for (const bundle::LogEntry& entry : wrong) {
    rekor.instead_of_adding = [&entry](const SeenRequest&) {
      return Reply::answer(201, entry_json(entry));
    };
    expect_failure(add(*log, proposal).entry, ErrorCode::corrupt, "LOG_ANSWER_NOT_PROVEN");
  }
}

TEST_F(RekorV2, EntryWhoseReplyWasLostIsFoundFromTheNotedSizeOn) {
  add_strangers(700);
  const std::uint64_t noted = note_size(*log).value();
  rekor.on_added = [](const Reply&) { return Reply::hang_up(); };
  const services::Proposal proposal = propose();
  expect_failure(add(*log, proposal).entry, ErrorCode::outcome_unknown, "HTTP_ANSWER_MISSING");
  add_strangers(300);
  const auto found = find(*log, proposal, noted);
  ASSERT_TRUE(found.ok()) << found.error().message;
  ASSERT_TRUE(found->entry);
  EXPECT_EQ(found->entry->log_index, 700U);
  bundle::VerifiedNotes notes;
  const services::LogTrust trust{services::LogGeneration::v2, {trusted}};
  EXPECT_TRUE(services::check_answer(*found->entry, proposal, trust, notes).ok());
}

TEST_F(RekorV2, EntryThatIsNotThereIsNotFound) {
  add_strangers(300);
  const auto found = find(*log, propose(), 100);
  ASSERT_TRUE(found.ok());
  EXPECT_FALSE(found->entry);
  EXPECT_TRUE(found->is_whole);
  EXPECT_EQ(found->searched_to, 300U);
}

TEST_F(RekorV2, LongSearchGoesOnWhereItWas) {
  add_strangers(4500);
  const services::Proposal proposal = propose();
  ASSERT_TRUE(add(*log, proposal).entry.ok());
  const auto first = find(*log, proposal, 10);
  ASSERT_TRUE(first.ok()) << first.error().message;
  EXPECT_FALSE(first->entry);
  EXPECT_FALSE(first->is_whole);
  EXPECT_EQ(first->searched_to, 4096U);
  const auto second = find(*log, proposal, first->searched_to);
  ASSERT_TRUE(second.ok());
  EXPECT_TRUE(second->entry);
}

TEST_F(RekorV2, OfTwoEntriesTheFirstIsFound) {
  rekor.remembers_duplicates = false;
  const services::Proposal proposal = propose();
  for (int i = 0; i < 2; ++i) {
    add_strangers(3);
    ASSERT_TRUE(add(*log, proposal).entry.ok());
  }
  EXPECT_EQ(find(*log, proposal, 0)->entry->log_index, 3U);
}

TEST_F(RekorV2, FilesThatDoNotReachTheFirstPlaceAreNoAnswer) {
  add_strangers(5);
  const auto found = find(*log, propose(), 6);
  ASSERT_FALSE(found.ok());
  EXPECT_EQ(found.error().reason, "LOG_NOT_YET_PUBLISHED");
  EXPECT_EQ(found.error().code, ErrorCode::unavailable);
}

TEST_F(RekorV2, TileThatDoesNotBelongToTheTreeIsNotBelieved) {
  add_strangers(3);
  const services::Proposal proposal = propose();
  rekor.instead_of_reading = [&](const SeenRequest& request) -> std::optional<Reply> {
    if (!request.path.starts_with("/api/v2/tile/0/")) return std::nullopt;
    const tlog::Hash leaf = proposal.leaf();
    std::string tile;
    for (int i = 0; i < 3; ++i) tile += as_text(leaf);
    return Reply::answer(200, tile);
  };
  const auto found = find(*log, proposal, 0);
  ASSERT_FALSE(found.ok());
  EXPECT_EQ(found.error().reason, "INCLUSION_PROOF_INVALID");
}

TEST_F(RekorV2, LogThatCannotBeReadIsUnavailable) {
  for (const int status : {500, 301, 403}) {
    rekor.instead_of_reading = [status](const SeenRequest&) { return Reply::answer(status, "x"); };
    const auto size = note_size(*log);
    ASSERT_FALSE(size.ok());
    EXPECT_EQ(size.error().code, ErrorCode::unavailable);
    EXPECT_EQ(size.error().reason, "LOG_READ_FAILED");
  }
}

TEST_F(RekorV2, CheckpointOfAnotherKeyIsAnAlarm) {
  MemoryLog impostor("log.example.test");
  rekor.instead_of_reading = [&](const SeenRequest&) {
    return Reply::answer(200, impostor.checkpoint());
  };
  const auto size = note_size(*log);
  ASSERT_FALSE(size.ok());
  EXPECT_EQ(size.error().reason, "LOG_CHECKPOINT_REFUSED");
}

}  // namespace
}  // namespace chancery::testing
