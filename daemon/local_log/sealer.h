// Takes committed entries in order, has one checkpoint signed for all that gathered, and proves to
// each who waits where its entry lies.
#pragma once

#include <condition_variable>
#include <future>
#include <map>
#include <mutex>
#include <optional>
#include <thread>

#include "core/base/deadline.h"
#include "daemon/local_log/inclusion.h"
#include "daemon/local_log/log_tree.h"
#include "daemon/local_log/signed_tree.h"

namespace chancery::daemon {

// Thread-safe; its own thread works. Borrows the tree, which only it grows.
class Sealer {
 public:
  using Done = std::function<void(Result<Inclusion>)>;

  // `newest`: the last tree known to be signed. `on_signed` is called on the sealer's thread.
  Sealer(LogTree& tree, CheckpointSigner signer, SignedTree newest,
         std::function<void(const SignedTree&)> on_signed);
  ~Sealer() { stop(); }

  // This is being committed, alone: where nothing else is to be signed, its checkpoint is signed
  // meanwhile. Until append() nobody hears of it.
  void expect(const AppendedEntry& entry);
  // It does not come: what was signed is forgotten.
  void expect_nothing();
  void append(const std::vector<AppendedEntry>& entries);
  // Errors: corrupt LOG_CONTRADICTS_JOURNAL (another leaf lies there), unavailable LOG_CLOSED;
  // those of LogTree.
  void await(std::uint64_t index, const tlog::Hash& leaf, Done done);

  std::uint64_t size() const;  // appended
  SignedTree newest() const;
  std::optional<Error> trouble() const;  // why the last checkpoint could not be signed
  // Since when there are entries without one, and no other was signed; nothing: all have one.
  std::optional<Deadline::Clock::time_point> unsigned_since() const;
  std::uint64_t tries() const;  // to have one signed, failed ones too
  // Until everything appended is signed. Error: unavailable LOG_CHECKPOINT_UNSIGNED.
  Result<void> flush(Deadline deadline) const;
  // Signs what was appended, if the key host lets it at the first try; who still waits is told
  // LOG_CLOSED.
  void stop();

 private:
  struct Waiter {
    tlog::Hash leaf;
    Done done;
  };
  struct Early {
    Projection head;
    std::future<Result<SignedTree>> answer;
  };
  struct Proven {
    std::uint64_t index;
    Waiter waiter;
    Result<std::vector<tlog::Hash>> hashes;
  };

  void run();
  bool has_work() const;
  bool seal();
  std::future<Result<SignedTree>> begin(const Projection& head);
  std::vector<Proven> prove_waiters(std::uint64_t size);
  void complete(std::vector<Proven> proven, const SignedTree& tree);
  void give_back(std::vector<Proven> proven);
  Result<std::vector<tlog::Hash>> prove(std::uint64_t index, const tlog::Hash& leaf,
                                        std::uint64_t size) const;

  LogTree& tree_;
  const CheckpointSigner signer_;
  const std::function<void(const SignedTree&)> on_signed_;

  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::vector<AppendedEntry> appended_;  // not yet in the tree
  std::multimap<std::uint64_t, Waiter> waiters_;
  std::uint64_t size_;
  SignedTree newest_;
  std::optional<Early> early_;  // of a tree that is expected
  std::optional<Error> trouble_;
  std::optional<Deadline::Clock::time_point> unsigned_since_;
  std::uint64_t tries_ = 0;
  bool is_stopping_ = false;
  std::thread thread_;  // last: it uses all the others
};

}  // namespace chancery::daemon
