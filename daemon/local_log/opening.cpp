#include "daemon/local_log/opening.h"

#include <fmt/format.h>

#include <optional>

#include "core/base/limits/bundles.h"
#include "daemon/local_log/state_files.h"

namespace chancery::daemon {
namespace {

constexpr std::size_t rows_at_once = 1024;

// What the two small files say.
struct Stored {
  std::optional<Projection> tree_state;
  std::optional<SignedTree> checkpoint;
};

Error damaged(std::string_view what) {
  return corrupt(
      "LOG_DAMAGED",
      fmt::format("the log's files are damaged: {}. Restore the log and the journal from "
                  "one backup",
                  what));
}

Error contradiction(std::string_view which, std::uint64_t size) {
  return corrupt("LOG_CONTRADICTS_JOURNAL",
                 fmt::format("at {} entries {} has another root than the journal's entries give: "
                             "files and journal are not of one log. Restore both from one backup",
                             size, which));
}

// A file of a few bytes; nothing where it is not there.
Result<std::optional<std::string>> read_small(const Files& files, const char* path,
                                              std::size_t bytes_max) {
  const Result<Bytes> content = files.read(path, bytes_max);
  if (content.ok()) return std::optional(to_text(*content));
  if (content.error().reason == "FILE_NOT_FOUND") return std::optional<std::string>();
  if (content.error().reason == "FILE_TOO_LARGE") return damaged(content.error().message);
  return content.error();
}

Result<void> check_version(Files& files, DurableFiles& durable) {
  const auto version = TRY(read_small(files, state_files::version, state_files::bytes_max));
  if (!version) {
    return durable.put({state_files::version, to_bytes(as_bytes(state_files::version_text))});
  }
  if (*version == state_files::version_text) return {};
  return unsupported("LOG_LAYOUT_UNKNOWN",
                     fmt::format("{} is not \"{}\": a newer program has written this log",
                                 state_files::version, state_files::version_text));
}

Result<Stored> read_stored(const Files& files, const tlog::NoteKey& key) {
  Stored stored;
  const auto state = TRY(read_small(files, state_files::tree_state, state_files::bytes_max));
  if (state) stored.tree_state = TRY(state_files::parse_tree_state(*state));
  const auto note = TRY(read_small(files, state_files::checkpoint, limits::checkpoint_bytes_max));
  if (!note) return stored;
  const Result<tlog::Checkpoint> checkpoint = tlog::read_checkpoint(*note, key);
  if (!checkpoint.ok()) return damaged(checkpoint.error().message);
  stored.checkpoint = SignedTree{{checkpoint->size, checkpoint->root}, *note};
  return stored;
}

Result<Stored> make_new_log(DurableFiles& durable, const CheckpointSigner& signer) {
  const Projection nothing{0, tlog::empty_root()};
  TRY(durable.put(
      {state_files::tree_state, to_bytes(as_bytes(state_files::write_tree_state(nothing)))}));
  SignedTree first = TRY(signer.begin(nothing).get());
  TRY(durable.put({state_files::checkpoint, to_bytes(as_bytes(first.note))}));
  return Stored{nothing, std::move(first)};
}

// A restored backup must not fork the log: each signed size must still be ahead of us, or behind
// us in the same tree.
Result<void> check_sizes(const Stored& stored, std::uint64_t projected, std::uint64_t committed) {
  const std::uint64_t in_files = stored.tree_state->size;
  const std::uint64_t in_checkpoint = stored.checkpoint->tree.size;
  if (committed == 0 && std::max(in_files, in_checkpoint) > 0) {
    return corrupt("LOG_AHEAD_OF_JOURNAL",
                   fmt::format("the log's files hold {} entries, the journal none: journal.db was "
                               "lost, or emptied, and going on would fork the log. Restore the "
                               "journal that belongs to these files (docs/backup.md)",
                               std::max(in_files, in_checkpoint)));
  }
  if (std::max(in_files, in_checkpoint) > committed) {
    return corrupt("LOG_AHEAD_OF_JOURNAL",
                   fmt::format("the log's files hold {} entries, the journal only {}: the journal "
                               "was restored from an older backup, and going on would fork the "
                               "log. Restore the journal that belongs to these files "
                               "(docs/backup.md)",
                               std::max(in_files, in_checkpoint), committed));
  }
  if (in_checkpoint > in_files) return damaged("the checkpoint is beyond treeState");
  if (in_files >= projected) return {};
  return corrupt(
      "LOG_BEHIND_JOURNAL",
      fmt::format("the log's files hold {} entries, but the journal has left {} to them: "
                  "the files were lost or restored from an older backup. Restore the "
                  "files that belong to this journal",
                  in_files, projected));
}

Result<tlog::EdgeTree> restore_edge(const Files& files, const Stored& stored,
                                    const Projection& projected) {
  Result<tlog::EdgeTree> edge = tlog::EdgeTree::restore(projected.size, files);
  if (!edge.ok()) {
    return edge.error().code == ErrorCode::corrupt ? damaged(edge.error().message) : edge.error();
  }
  const bool is_first = projected.size == 0;
  if (is_first || edge->root() == projected.root) return edge;
  // The small files say who is right: then a tile is damaged rather than of another log.
  for (const Projection& tree : {*stored.tree_state, stored.checkpoint->tree}) {
    if (tree.size == projected.size && tree.root == projected.root) {
      return damaged("the tiles do not give the signed root: see `chancery log verify`");
    }
  }
  return contradiction("the tree in the tiles", projected.size);
}

// The last bundle's bytes, where it is not full.
Result<Bytes> read_open_bundle(const Files& files, const tlog::EdgeTree& edge) {
  const unsigned width = tlog::partial_width(0, edge.size() / tlog::tile_width, edge.size());
  if (width == 0) return Bytes();
  const std::uint64_t index = edge.size() / tlog::tile_width;
  const Result<std::vector<Bytes>> entries = tlog::read_entries(files, index, edge.size());
  if (!entries.ok()) {
    const Error& error = entries.error();
    return error.code == ErrorCode::corrupt ? damaged(error.message) : error;
  }
  const std::vector<tlog::Hash> leaves = edge.tile({0, index, width});
  for (unsigned i = 0; i < width; ++i) {
    if (tlog::leaf_hash((*entries)[i]) == leaves[i]) continue;
    return damaged(fmt::format("entry {} in its bundle is not the one in the tree",
                               index * tlog::tile_width + i));
  }
  return tlog::encode_entries(*entries);
}

// The trees that the files speak of, each compared as soon as the edge has its size.
class KnownTrees {
 public:
  explicit KnownTrees(const Stored& stored)
      : known_{{*stored.tree_state, "treeState"}, {stored.checkpoint->tree, "the checkpoint"}} {}

  Result<void> check(std::uint64_t size, const tlog::NodeReader& nodes, bool is_older) const {
    for (const auto& [tree, name] : known_) {
      if (is_older ? tree.size >= size : tree.size != size) continue;
      const Result<tlog::Hash> root = tlog::root_at(tree.size, nodes);
      if (!root.ok()) return damaged(root.error().message);
      if (*root != tree.root) return contradiction(name, tree.size);
    }
    return {};
  }

 private:
  std::vector<std::pair<Projection, const char*>> known_;
};

Result<void> replay(Journal& journal, const KnownTrees& known, tlog::EdgeTree& edge) {
  for (;;) {
    const std::vector<LogEntryRow> rows = TRY(journal.log_entries(edge.size(), rows_at_once));
    if (rows.empty()) return {};
    for (const LogEntryRow& row : rows) {
      if (row.index != edge.size() || tlog::leaf_hash(as_bytes(row.body)) != row.leaf) {
        return corrupt("JOURNAL_DAMAGED",
                       fmt::format("the journal's log entry {} is missing, or its body has another "
                                   "hash than it: restore a backup",
                                   edge.size()));
      }
      edge.append(row.leaf);
      TRY(known.check(edge.size(), edge, false));
    }
  }
}

Result<std::uint64_t> read_collected_size(const Files& files, std::uint64_t projected) {
  const auto text = TRY(read_small(files, state_files::collection_state, state_files::bytes_max));
  if (!text) return 0;
  // Only a hint: beyond the projection it would hide partial tiles from their removal.
  const std::uint64_t size = TRY(state_files::parse_collection_state(*text));
  return std::min(size, projected) / tlog::tile_width * tlog::tile_width;
}

}  // namespace

Result<OpenedLog> open_log_files(Files& files, Journal& journal, const CheckpointSigner& signer) {
  OpenedLog opened;
  DurableFiles durable(files);
  TRY(files.make_directory(state_files::directory));
  for (const char* path : state_files::locks) opened.locks.push_back(TRY(files.lock(path)));
  TRY(check_version(files, durable));

  const Projection projected = TRY(journal.projection());
  Stored stored = TRY(read_stored(files, signer.key()));
  const bool is_new = !stored.checkpoint && stored.tree_state.value_or(Projection{}).size == 0;
  if (is_new && projected.size == 0) stored = TRY(make_new_log(durable, signer));
  if (!stored.tree_state) stored.tree_state = Projection{0, tlog::empty_root()};
  if (!stored.checkpoint && stored.tree_state->size != 0) return damaged("no checkpoint");
  if (!stored.checkpoint) stored.checkpoint = SignedTree{*stored.tree_state, ""};
  TRY(check_sizes(stored, projected.size, journal.log_size()));

  opened.edge = TRY(restore_edge(files, stored, projected));
  Bytes open_bundle = TRY(read_open_bundle(files, opened.edge));
  const std::uint64_t collected_size = TRY(read_collected_size(files, projected.size));
  opened.projected = {projected, stored.checkpoint->tree.size, std::move(open_bundle),
                      collected_size};
  const KnownTrees known(stored);
  TRY(known.check(projected.size, tlog::TileNodes(files, projected.size), true));
  TRY(known.check(projected.size, opened.edge, false));
  TRY(replay(journal, known, opened.edge));
  opened.published = std::move(*stored.checkpoint);
  return opened;
}

}  // namespace chancery::daemon
