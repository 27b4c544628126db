// A statement that arrives in chunks: bounded in size and in memory shared with others.
#pragma once

#include "chancery/v1/signer.pb.h"
#include "daemon/flows/parts.h"
#include "daemon/server/call.h"
#include "daemon/services/byte_budget.h"

namespace chancery::daemon {

// The share of a statement, held as long as the statement is in memory. Error: exhausted
// STATEMENTS_IN_FLIGHT.
Result<std::shared_ptr<void>> reserve(ByteBudget& budget, std::uint32_t uid, std::size_t bytes);

// The first chunk names profile, key and size; the rest carry data. When it is whole, the spool
// thread reads it and starts the signing flow.
class StatementStream : public InboundStream {
 public:
  StatementStream(const Parts& parts, ByteBudget& budget, Call call);

  // Errors: REQUEST_MALFORMED, STREAM_NAMED_TWICE, STATEMENT_TOO_LARGE, STATEMENT_SIZE_WRONG;
  // denied NO_RULE before any data is taken; exhausted STATEMENTS_IN_FLIGHT.
  Result<void> receive(std::string message) override;
  void finish() override;

 private:
  Result<void> begin(const v1::SignStatementChunk& chunk);

  const Parts& parts_;
  ByteBudget& budget_;
  Call call_;
  bool has_begun_ = false;
  std::string profile_;
  std::string idempotency_key_;
  std::size_t bytes_expected_ = 0;
  std::string statement_;
  std::shared_ptr<void> reservation_;
};

}  // namespace chancery::daemon
