#include "tests/support/journal/journal_calls.h"

#include <utility>

namespace chancery::testing {

using daemon::Journal;
using daemon::RequestId;

daemon::Acceptance acceptance(const std::string& key) {
  daemon::Acceptance out;
  out.uid = 1000;
  out.gid = 1000;
  out.pid = 4711;
  out.profile = "default";
  out.rule = "builders";
  out.idempotency_key = key;
  out.request_hash = sha256(as_bytes("request " + key));
  out.artifact = key + ".tar.gz";
  out.digest = digest(HashAlgorithm::sha256, as_bytes("artifact " + key));
  out.backend = "software";
  out.key_name = "signing";
  out.algorithm = "ecdsa-p256-sha256";
  out.accepted_at = midday;
  out.expires_at = midday + std::chrono::hours(24);
  return out;
}

std::string entry_body(const std::string& key) { return R"({"entry":")" + key + R"("})"; }

std::unique_ptr<Journal> open_journal(daemon::JournalOptions options) {
  auto opened = Journal::open(std::move(options));
  if (!opened.ok()) std::fprintf(stderr, "%s\n", opened.error().message.c_str());
  return std::move(opened).value();
}

std::unique_ptr<Journal> open_journal(const std::filesystem::path& path) {
  daemon::JournalOptions options;
  options.path = path;
  options.log_room_bytes = 0;  // hundreds are opened
  return open_journal(std::move(options));
}

Result<daemon::Accepted> accept(Journal& journal, const daemon::Acceptance& acceptance) {
  Answer<daemon::Accepted> answer;
  journal.accept(acceptance, answer.done());
  return answer.get();
}

RequestId accept(Journal& journal, const std::string& key) {
  const daemon::Accepted accepted = accept(journal, acceptance(key)).value();
  CHANCERY_ASSERT(!accepted.earlier);
  return accepted.id;
}

Result<daemon::Placed> sign(Journal& journal, RequestId id, const std::string& body,
                            bool may_repeat) {
  Answer<daemon::Placed> answer;
  journal.record_signed(id, to_bytes(as_bytes("signature of " + body)), "spki", body, may_repeat,
                        answer.done());
  return answer.get();
}

Result<void> record_step(daemon::Journal& journal, daemon::RequestId id, daemon::RemoteStep step) {
  Answer<void> answer;
  journal.record_remote_step(id, std::move(step), std::nullopt, answer.done());
  return answer.get();
}

Result<void> record_trouble(daemon::Journal& journal, daemon::RequestId id,
                            daemon::RemoteTrouble trouble) {
  Answer<void> answer;
  journal.record_remote_trouble(id, std::move(trouble), answer.done());
  return answer.get();
}

Result<void> finish(Journal& journal, RequestId id, const std::string& bundle, WallTime at) {
  Answer<void> answer;
  journal.record_done(id, bundle, at, answer.done());
  return answer.get();
}

Result<void> fail(Journal& journal, RequestId id, const Error& error) {
  Answer<void> answer;
  journal.record_failed(id, error, midday, answer.done());
  return answer.get();
}

Result<void> refuse(Journal& journal, const daemon::Refusal& refusal) {
  Answer<void> answer;
  journal.record_refusal(refusal, answer.done());
  return answer.get();
}

}  // namespace chancery::testing
