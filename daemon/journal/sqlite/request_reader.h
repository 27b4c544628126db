// Finds requests: the rows of one id in several tables, put together again.
#pragma once

#include <optional>
#include <vector>

#include "daemon/journal/records.h"
#include "daemon/journal/sqlite/database.h"

namespace chancery::daemon::sqlite {

// What the index over idempotency keys holds of one: eight bytes; the row is compared before it
// counts.
std::int64_t key_hash_of(std::uint32_t uid, std::string_view profile, std::string_view key);
std::int64_t digest_hash_of(ByteView digest);

// A statement may have a megabyte: whoever lists many leaves it out.
enum class Payload { left_out, read };

// On the connection and the thread it is given.
class RequestReader {
 public:
  explicit RequestReader(Database& database);

  Result<std::optional<StoredRequest>> find(RequestId id, Payload payload = Payload::read);
  // The newest of that key, whatever became of it.
  Result<std::optional<RequestId>> find_by_key(std::uint32_t uid, std::string_view profile,
                                               std::string_view key);
  Result<std::vector<RequestId>> find_by_digest(ByteView digest, std::size_t count_max);
  Result<std::vector<RequestId>> unfinished(std::size_t count_max);
  Result<std::vector<RequestId>> unreleased(RequestId after, std::size_t count_max);

 private:
  Statement find_;
  Statement find_by_key_;
  Statement find_by_digest_;
  Statement unfinished_;
  Statement unreleased_;
};

}  // namespace chancery::daemon::sqlite
