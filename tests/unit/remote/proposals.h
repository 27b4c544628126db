// Entries to be recorded, and asking a log for that.
#pragma once

#include "remote/rekor/transparency_log.h"
#include "tests/support/sigstore/sigstore.h"
#include "tests/unit/remote/asking.h"

namespace chancery::testing {

// Signed anew each time.
inline tlog::HashedRekord signed_record(const SigningKey& key, std::string_view artefact) {
  const Digest digest = chancery::digest(hash_of(key.algorithm()), as_bytes(artefact));
  return {digest, key.sign(as_bytes(artefact)), key.algorithm(), key.public_key().spki(), false};
}

inline Deadline in_a_minute() { return Deadline::after(std::chrono::seconds(60)); }

inline remote::LogAdded add(remote::TransparencyLog& log, const services::Proposal& proposal,
                            Deadline deadline = in_a_minute()) {
  const auto promise = std::make_shared<std::promise<remote::LogAdded>>();
  std::future<remote::LogAdded> answer = promise->get_future();
  meet();
  log.add(proposal, deadline,
          [promise](remote::LogAdded added) { promise->set_value(std::move(added)); });
  answer.wait();
  meet();
  return answer.get();
}

inline Result<services::LogSearch> find(remote::TransparencyLog& log,
                                        const services::Proposal& proposal, std::uint64_t from) {
  return answer_of<services::LogSearch>(
      [&](auto done) { log.find(proposal, from, in_a_minute(), std::move(done)); });
}

inline Result<std::uint64_t> note_size(remote::TransparencyLog& log) {
  return answer_of<std::uint64_t>(
      [&](auto done) { log.note_size(in_a_minute(), std::move(done)); });
}

inline void expect_failure(const Result<bundle::LogEntry>& entry, ErrorCode code,
                           std::string_view reason) {
  ASSERT_FALSE(entry.ok());
  EXPECT_EQ(entry.error().code, code) << entry.error().message;
  EXPECT_EQ(entry.error().reason, reason) << entry.error().message;
}

}  // namespace chancery::testing
