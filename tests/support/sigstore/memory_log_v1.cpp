#include "tests/support/sigstore/memory_log_v1.h"

#include <fmt/format.h>

#include "core/base/encoding.h"

namespace chancery::testing {
namespace {

constexpr std::uint64_t entries_of_earlier_shards = 1'000'000;
constexpr std::string_view tree_id = "2605736670972794746";

std::string promised_text(const bundle::LogEntry& entry) {
  return fmt::format(R"({{"body":"{}","integratedTime":{},"logID":"{}","logIndex":{}}})",
                     base64_encode(as_bytes(entry.canonicalized_body)), entry.integrated_time,
                     hex_encode(entry.log_id), entry.log_index);
}

}  // namespace

tlog::Checkpoint MemoryLogV1::head() const {
  tlog::Checkpoint checkpoint = tree_.head();
  checkpoint.origin = fmt::format("{} - {}", host_, tree_id);
  return checkpoint;
}

std::string MemoryLogV1::checkpoint() const { return sign_note(tlog::checkpoint_text(head())); }

Bytes MemoryLogV1::promise(const bundle::LogEntry& entry) const {
  return tree_.key().sign(as_bytes(promised_text(entry)));
}

Bytes MemoryLogV1::promise_over(HashAlgorithm hash, const bundle::LogEntry& entry) const {
  const SigningKey& key = tree_.key();
  return key.sign_digest(key.algorithm(), digest(hash, as_bytes(promised_text(entry))));
}

bundle::LogEntry MemoryLogV1::add(std::string_view kind, std::string_view version,
                                  std::string_view body, WallTime time) {
  bundle::LogEntry entry = tree_.add(body);
  entry.kind = kind;
  entry.version = version;
  entry.inclusion_proof->checkpoint = checkpoint();
  entry.log_index += entries_of_earlier_shards;
  entry.integrated_time = std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count();
  entry.signed_entry_timestamp = promise(entry);
  return entry;
}

}  // namespace chancery::testing
