#include "remote/rekor/rekor_v1.h"

#include "core/base/encoding.h"
#include "core/base/json.h"
#include "core/bundle/dsse.h"
#include "tests/support/services/memory_rekor_v1.h"
#include "tests/unit/remote/proposals.h"

namespace chancery::testing {
namespace {

const WallTime now = at("2026-06-01T12:00:00Z");

struct RekorV1 : ::testing::Test {
  MemoryLogV1 memory{"rekor.example.test"};
  std::optional<bundle::LogEntry> stored;
  std::function<Reply(const SeenRequest&)> script;
  ScriptedServer server{[this](const SeenRequest& request) { return script(request); }};
  std::unique_ptr<remote::HttpClient> http = start_client();
  SigningKey key = SigningKey::make(Algorithm::ecdsa_p256_sha256);
  std::unique_ptr<remote::TransparencyLog> log = remote::make_rekor_v1(
      *http,
      {server.url(), {memory.trusted({at("2026-01-01T00:00:00Z"), {}})}, [] { return now; }});

  services::Proposal propose() const { return *log->propose(signed_record(key, "x"), nullptr); }
  const bundle::LogEntry& record(const services::Proposal& proposal, WallTime time = now) {
    memory.add_stranger("a stranger's");
    stored = memory.add(proposal.kind, proposal.version, proposal.body, time);
    return *stored;
  }
  void answer_with(int status, const std::string& body) {
    script = [status, body](const SeenRequest&) { return Reply::answer(status, body); };
  }
};

TEST_F(RekorV1, EntryComesBackVerified) {
  const services::Proposal proposal = propose();
  answer_with(201, answer_json_v1(record(proposal)));
  const remote::LogAdded added = add(*log, proposal);
  ASSERT_TRUE(added.entry.ok()) << added.entry.error().message;
  EXPECT_EQ(added.entry->log_index, stored->log_index);
  EXPECT_EQ(added.entry->inclusion_proof->log_index, stored->inclusion_proof->log_index);
  EXPECT_EQ(added.entry->integrated_time, stored->integrated_time);
  EXPECT_EQ(server.seen()[0].path, "/api/v1/log/entries");
}

TEST_F(RekorV1, EnvelopeIsProposedAsDsse) {
  const bundle::DsseEnvelope envelope{
      std::string(bundle::in_toto_payload_type), "{\"a\":\"\\\"\"}", {{{1, 2, 3}, ""}}};
  tlog::HashedRekord record = signed_record(key, "x");
  record.signature = {1, 2, 3};
  const auto proposal = log->propose(record, &envelope);
  ASSERT_TRUE(proposal.ok());
  const Json request = Json::parse(proposal->request);
  const std::string sent = request["spec"]["proposedContent"]["envelope"];
  EXPECT_EQ(Json::parse(sent)["payload"], base64_encode(as_bytes(envelope.payload)));
  EXPECT_EQ(Json::parse(proposal->body)["spec"]["envelopeHash"]["value"],
            hex_encode(sha256(as_bytes(sent))));
}

TEST_F(RekorV1, LogThatHasTheEntryAlreadyIsAskedForIt) {
  const services::Proposal proposal = propose();
  const std::string answer = answer_json_v1(record(proposal, now - std::chrono::hours(5)));
  script = [&](const SeenRequest& request) {
    return request.method == "POST"
               ? Reply::answer(409, "{\"code\":409}", "Location: http://elsewhere.test/\r\n")
               : Reply::answer(200, answer);
  };
  const remote::LogAdded added = add(*log, proposal);
  ASSERT_TRUE(added.entry.ok()) << added.entry.error().message;
  EXPECT_EQ(server.seen()[1].path, "/api/v1/log/entries/" + hex_encode(proposal.leaf()));
}

TEST_F(RekorV1, ConflictWithAnotherEntryIsAnAlarm) {
  const std::string other = answer_json_v1(record(propose()));
  script = [&](const SeenRequest& request) {
    return Reply::answer(request.method == "POST" ? 409 : 200, other);
  };
  expect_failure(add(*log, propose()).entry, ErrorCode::corrupt, "LOG_ANSWER_NOT_OURS");
}

TEST_F(RekorV1, ConflictWhoseLocationIsOfAnotherEntryIsAnAlarm) {
  const std::string place =
      "Location: /api/v1/log/entries/0123456789abcdef" + hex_encode(sha256({})) + "\r\n";
  script = [&](const SeenRequest& request) {
    return request.method == "POST" ? Reply::answer(409, "{}", place) : Reply::answer(404, "{}");
  };
  expect_failure(add(*log, propose()).entry, ErrorCode::corrupt, "LOG_CONFLICT_NOT_OURS");
}

TEST_F(RekorV1, ConflictWhoseLocationIsOfOurEntryIsInDoubtUntilThatIsRead) {
  const services::Proposal proposal = propose();
  const std::string place =
      "Location: /api/v1/log/entries/0123456789abcdef" + hex_encode(proposal.leaf()) + "\r\n";
  script = [&](const SeenRequest& request) {
    return request.method == "POST" ? Reply::answer(409, "{}", place) : Reply::answer(404, "{}");
  };
  expect_failure(add(*log, proposal).entry, ErrorCode::outcome_unknown, "LOG_CONFLICT_UNREAD");
}

TEST_F(RekorV1, ConflictWithoutItsEntryIsInDoubt) {
  script = [](const SeenRequest& request) {
    return Reply::answer(request.method == "POST" ? 409 : 404, "{}");
  };
  expect_failure(add(*log, propose()).entry, ErrorCode::outcome_unknown, "LOG_CONFLICT_UNREAD");
}

TEST_F(RekorV1, AnswerThatIsNotProvenIsAnAlarm) {
  const services::Proposal proposal = propose();
  const bundle::LogEntry good = record(proposal);
  std::vector<bundle::LogEntry> wrong(4, good);
  wrong[0].integrated_time += 1;  // not what was promised
  wrong[1].signed_entry_timestamp[9] ^= 1;
  wrong[2].inclusion_proof->hashes[0][0] ^= 1;
  wrong[3].inclusion_proof->log_index += 1;
  for (const bundle::LogEntry& entry : wrong) {
    answer_with(201, answer_json_v1(entry));
    expect_failure(add(*log, proposal).entry, ErrorCode::corrupt, "LOG_ANSWER_NOT_PROVEN");
  }
}

TEST_F(RekorV1, LogWhoseClockIsWrongIsAnAlarm) {
  const services::Proposal proposal = propose();
  answer_with(201, answer_json_v1(record(proposal, now + std::chrono::hours(1))));
  expect_failure(add(*log, proposal).entry, ErrorCode::corrupt, "LOG_TIME_IMPLAUSIBLE");
}

TEST_F(RekorV1, EntryThatIsFoundWithATimeToComeIsAnAlarmToo) {
  const services::Proposal proposal = propose();
  const std::string answer = answer_json_v1(record(proposal, now + std::chrono::hours(1)));
  script = [&](const SeenRequest& request) {
    return Reply::answer(request.method == "POST" ? 409 : 200, answer);
  };
  const auto found = find(*log, proposal, 0);
  ASSERT_FALSE(found.ok());
  EXPECT_EQ(found.error().code, ErrorCode::corrupt);
  EXPECT_EQ(found.error().reason, "LOG_TIME_IMPLAUSIBLE");
  expect_failure(add(*log, proposal).entry, ErrorCode::corrupt, "LOG_TIME_IMPLAUSIBLE");
}

TEST_F(RekorV1, EntryThatIsFoundMayBeOld) {
  const services::Proposal proposal = propose();
  answer_with(200, answer_json_v1(record(proposal, now - std::chrono::hours(5))));
  EXPECT_TRUE(find(*log, proposal, 0)->entry);
}

TEST_F(RekorV1, AnswerThatIsNoEntryIsInDoubt) {
  const services::Proposal proposal = propose();
  const std::string good = answer_json_v1(record(proposal));
  std::string negative = good;
  negative.replace(negative.find("\"treeSize\":") + 11, 1, "-1");
  std::string twice = good;
  twice.insert(twice.size() - 1, ",\"other\":{}");
  for (const std::string& body : {std::string(), std::string("{}"), std::string("[]"), negative,
                                  twice, good.substr(0, good.size() - 1)}) {
    answer_with(201, body);
    expect_failure(add(*log, proposal).entry, ErrorCode::outcome_unknown, "LOG_ANSWER_UNREADABLE");
  }
}

TEST_F(RekorV1, EntryInDoubtIsFoundByItsHash) {
  const services::Proposal proposal = propose();
  answer_with(404, "{}");
  EXPECT_FALSE(find(*log, proposal, 0)->entry);
  answer_with(200, answer_json_v1(record(proposal)));
  EXPECT_TRUE(find(*log, proposal, 0)->entry);
  answer_with(500, "{}");
  EXPECT_EQ(find(*log, proposal, 0).error().reason, "LOG_READ_FAILED");
}

}  // namespace
}  // namespace chancery::testing
