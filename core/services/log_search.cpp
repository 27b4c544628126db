#include "core/services/log_search.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/encoding.h"
#include "core/base/limits/bundles.h"
#include "core/base/limits/services.h"

namespace chancery::services {
namespace {

bundle::LogEntry entry_of(const LogHead& head, const Proposal& proposal, std::uint64_t index,
                          std::vector<tlog::Hash> hashes) {
  bundle::LogEntry entry;
  entry.log_index = index;
  entry.log_id = head.log->log_id;
  entry.kind = proposal.kind;
  entry.version = proposal.version;
  entry.canonicalized_body = proposal.body;
  entry.inclusion_proof = {index, head.checkpoint.size, to_bytes(head.checkpoint.root),
                           std::move(hashes), head.note};
  return entry;
}

// Proven from the tiles: that the leaf stands in one of them does not make it the tree's.
Result<bundle::LogEntry> prove(const tlog::LogFiles& files, const LogHead& head,
                               const Proposal& proposal, std::uint64_t index) {
  const tlog::TileNodes nodes(files, head.checkpoint.size);
  std::vector<tlog::Hash> hashes = TRY(tlog::prove_inclusion(index, head.checkpoint.size, nodes));
  TRY(tlog::verify_inclusion(index, head.checkpoint.size, proposal.leaf(), hashes,
                             head.checkpoint.root));
  return entry_of(head, proposal, index, std::move(hashes));
}

}  // namespace

Result<LogHead> read_head(const tlog::LogFiles& files,
                          const std::vector<bundle::TrustedLog>& logs) {
  const Bytes note = TRY(files.read("checkpoint", limits::checkpoint_bytes_max));
  std::string why = "no trusted log has a name for its checkpoints";
  for (const bundle::TrustedLog& log : logs) {
    if (!log.note_key) continue;
    Result<tlog::Checkpoint> checkpoint = tlog::read_checkpoint(as_text(note), *log.note_key);
    if (checkpoint.ok()) return LogHead{&log, to_text(note), *std::move(checkpoint)};
    why = checkpoint.error().message;
  }
  return corrupt("LOG_CHECKPOINT_REFUSED",
                 fmt::format("the log's checkpoint is not to be believed: {}", why));
}

Result<LogSearch> search_log(const tlog::LogFiles& files,
                             const std::vector<bundle::TrustedLog>& logs, const Proposal& proposal,
                             std::uint64_t from) {
  const LogHead head = TRY(read_head(files, logs));
  const std::uint64_t size = head.checkpoint.size;
  if (size < from) {
    return unavailable("LOG_NOT_YET_PUBLISHED",
                       fmt::format("the log had {} entries, its checkpoint is of {}", from, size));
  }
  const tlog::Hash leaf = proposal.leaf();
  LogSearch search{std::nullopt, from, from == size};
  const std::uint64_t tile_end = from / tlog::tile_width + limits::log_search_tiles_max;
  for (std::uint64_t tile = from / tlog::tile_width; tile < tile_end && !search.is_whole; ++tile) {
    const std::vector<tlog::Hash> leaves = TRY(tlog::read_tile(files, 0, tile, size));
    const std::uint64_t first = tile * tlog::tile_width;
    for (std::uint64_t index = std::max(first, from); index - first < leaves.size(); ++index) {
      if (leaves[index - first] != leaf) continue;
      search.entry = TRY(prove(files, head, proposal, index));
      search.searched_to = index + 1;
      return search;
    }
    search.searched_to = first + leaves.size();
    search.is_whole = search.searched_to == size;
  }
  return search;
}

Result<bundle::LogEntry> read_entry_at(const tlog::LogFiles& files,
                                       const std::vector<bundle::TrustedLog>& logs,
                                       const Proposal& proposal, std::uint64_t index) {
  const LogHead head = TRY(read_head(files, logs));
  if (index >= head.checkpoint.size) {
    return unavailable("LOG_NOT_YET_PUBLISHED",
                       fmt::format("the log speaks of its entry {}, its checkpoint is of {}", index,
                                   head.checkpoint.size));
  }
  const std::vector<tlog::Hash> leaves =
      TRY(tlog::read_tile(files, 0, index / tlog::tile_width, head.checkpoint.size));
  if (leaves[index % tlog::tile_width] != proposal.leaf()) {
    return corrupt("LOG_CONFLICT_NOT_OURS",
                   fmt::format("the log says that its entry {} is the one proposed, and it is "
                               "another one, leaf {}",
                               index, hex_encode(leaves[index % tlog::tile_width])));
  }
  return prove(files, head, proposal, index);
}

}  // namespace chancery::services
