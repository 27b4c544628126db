#include "daemon/local_log/projector.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/base/limits/local_log.h"
#include "daemon/local_log/state_files.h"

namespace chancery::daemon {
namespace {

Bytes tile_content(const std::vector<tlog::Hash>& hashes) {
  Bytes content;
  content.reserve(hashes.size() * sizeof(tlog::Hash));
  for (const tlog::Hash& hash : hashes) append(content, hash);
  return content;
}

std::string partial_directory(const std::string& full_path) { return full_path + ".p"; }

}  // namespace

Projector::Projector(Files& files, LogTree& tree, Journal& journal, ProjectedState state)
    : files_(files),
      tree_(tree),
      journal_(journal),
      state_(std::move(state)),
      collection_written_(state_.collected_size) {}

Result<void> Projector::project(const SignedTree& to) {
  batch_.clear();
  batch_bytes_ = 0;
  prepared_.clear();
  TRY(files_.check_place());
  TRY(write_tiles(to.tree.size));
  Bytes open_bundle = TRY(write_bundles(to.tree.size));
  const std::vector<std::string> tiles = std::exchange(prepared_, {});
  TRY(prepare(
      {state_files::tree_state, to_bytes(as_bytes(state_files::write_tree_state(to.tree)))}));
  TRY(prepare({state_files::checkpoint, to_bytes(as_bytes(to.note))}));
  TRY(prepare_batch());
  TRY(files_.reveal(tiles));
  // h.2 of Tessera's layout: "never publish a checkpoint beyond treeState", hence one by one.
  TRY(files_.reveal({state_files::tree_state}));
  TRY(files_.reveal({state_files::checkpoint}));
  TRY(journal_.record_projection(to.tree));
  state_.tree = to.tree;
  state_.checkpoint_size = to.tree.size;
  state_.open_bundle = std::move(open_bundle);
  tree_.set_projected(to.tree.size);
  return collect_partial_tiles();
}

Result<void> Projector::write_tiles(std::uint64_t to_size) {
  for (const tlog::TileId& id : tlog::new_tiles(state_.tree.size, to_size)) {
    TRY(prepare({tlog::tile_path(id), tile_content(tree_.tile(id))}));
  }
  return {};
}

// Answers the content of the last bundle, where it is not full.
Result<Bytes> Projector::write_bundles(std::uint64_t to_size) {
  Bytes bundle = state_.open_bundle;
  for (std::uint64_t from = state_.tree.size; from < to_size;) {
    const std::uint64_t index = from / tlog::tile_width;
    const std::uint64_t end = std::min(to_size, (index + 1) * tlog::tile_width);
    TRY(extend_bundle(bundle, from, end));
    const auto width = static_cast<unsigned>(end - index * tlog::tile_width);
    TRY(prepare({tlog::entries_path(index, width), bundle}));
    if (width == tlog::tile_width) bundle.clear();
    from = end;
  }
  return bundle;
}

Result<void> Projector::extend_bundle(Bytes& bundle, std::uint64_t from, std::uint64_t to) {
  const std::vector<LogEntryRow> rows =
      TRY(journal_.log_entries(from, static_cast<std::size_t>(to - from)));
  if (rows.size() != to - from) {
    return corrupt("LOG_CONTRADICTS_JOURNAL",
                   fmt::format("the journal has lost log entries between {} and {}", from, to));
  }
  for (const LogEntryRow& row : rows) {
    // Tiles come from the leaves and bundles from the bodies: nobody else would see them differ.
    if (row.index != from || tlog::leaf_hash(as_bytes(row.body)) != TRY(tree_.leaf(from))) {
      return corrupt(
          "LOG_CONTRADICTS_JOURNAL",
          fmt::format("the journal's body of log entry {} is not what was signed", from));
    }
    tlog::append_entry(bundle, as_bytes(row.body));
    ++from;
  }
  return {};
}

// tlog-tiles: partial tiles may go "once the corresponding full tile is [...] available".
Result<void> Projector::collect_partial_tiles() {
  while (state_.collected_size + tlog::tile_width <= state_.tree.size) {
    std::uint64_t index = state_.collected_size / tlog::tile_width;
    const auto width = static_cast<unsigned>(tlog::tile_width);
    TRY(files_.remove_directory(partial_directory(tlog::entries_path(index, width))));
    TRY(files_.remove_directory(partial_directory(tlog::tile_path({0, index, width}))));
    // The last child completes its parent.
    for (unsigned level = 1; index % tlog::tile_width == tlog::tile_width - 1; ++level) {
      index /= tlog::tile_width;
      TRY(files_.remove_directory(partial_directory(tlog::tile_path({level, index, width}))));
    }
    state_.collected_size += tlog::tile_width;
  }
  if (state_.collected_size - collection_written_ < limits::log_collection_step) return {};
  return write_collection_state();
}

Result<void> Projector::write_collection_state() {
  if (collection_written_ == state_.collected_size) return {};
  const std::string text = state_files::write_collection_state(state_.collected_size);
  TRY(files_.put({state_files::collection_state, to_bytes(as_bytes(text))}));
  collection_written_ = state_.collected_size;
  return {};
}

Result<void> Projector::prepare(NamedFile file) {
  batch_bytes_ += file.content.size();
  prepared_.push_back(file.path);
  batch_.push_back(std::move(file));
  return batch_bytes_ < limits::log_batch_bytes_max ? Result<void>() : prepare_batch();
}

Result<void> Projector::prepare_batch() {
  batch_bytes_ = 0;
  return files_.prepare(std::exchange(batch_, {}));
}

}  // namespace chancery::daemon
