// Writes the log's files: tiles, entry bundles, tree state, checkpoint, in the order that no loss
// of power can turn into a contradiction.
#pragma once

#include "daemon/local_log/durable_files.h"
#include "daemon/local_log/log_tree.h"
#include "daemon/local_log/signed_tree.h"

namespace chancery::daemon {

// What the files hold already.
struct ProjectedState {
  Projection tree;
  std::uint64_t checkpoint_size = 0;  // smaller only where an older file was put back
  Bytes open_bundle;                  // the entries of the last bundle, where it is not full
  std::uint64_t collected_size = 0;   // partial tiles before it are gone
};

// One thread. Borrows all it is given.
//
// The order, and what a crash after each step leaves:
//   0. all contents, synced under temporary names: the next try overwrites them.
//   1. tiles and bundles get their names, synced. Nobody looks for them yet; the journal still has
//      the rows, so the next try writes the same bytes under the same names again.
//   2. treeState, synced: ahead of checkpoint and journal, which a start accepts.
//   3. checkpoint, synced: never beyond treeState; ahead of the journal's projection only.
//   4. the journal's projection, committed: now the rows may go, for their files are synced.
//   5. partial tiles that full ones replace are removed.
class Projector {
 public:
  Projector(Files& files, LogTree& tree, Journal& journal, ProjectedState state);

  const Projection& projected() const { return state_.tree; }
  std::uint64_t checkpoint_size() const { return state_.checkpoint_size; }

  // Brings the files to a signed tree. Fails whole: what was written is written again by the next
  // try. Errors: those of Files and Journal, and of LogTree.
  Result<void> project(const SignedTree& to);
  // Writes down how far partial tiles were removed; a start would find out by itself.
  Result<void> write_collection_state();

 private:
  Result<void> write_tiles(std::uint64_t to_size);
  Result<Bytes> write_bundles(std::uint64_t to_size);
  Result<void> extend_bundle(Bytes& bundle, std::uint64_t from, std::uint64_t to);
  Result<void> collect_partial_tiles();
  Result<void> prepare(NamedFile file);
  Result<void> prepare_batch();

  DurableFiles files_;
  LogTree& tree_;
  Journal& journal_;
  ProjectedState state_;
  std::uint64_t collection_written_;
  std::vector<NamedFile> batch_;  // gathered, so that one commit of the disk's serves many
  std::size_t batch_bytes_ = 0;
  std::vector<std::string> prepared_;  // tiles and bundles
};

}  // namespace chancery::daemon
