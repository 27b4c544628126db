#include "client/verification/judge.h"

#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <thread>

#include "core/base/limits/command.h"

namespace chancery::client {

namespace {

using Group = std::vector<const Case*>;  // of one artefact

std::vector<Group> group(const std::vector<Case>& cases) {
  std::vector<Group> groups;
  std::map<std::string_view, std::size_t> places;
  for (const Case& one : cases) {
    const auto [place, is_new] = places.try_emplace(one.artifact, groups.size());
    if (is_new) groups.emplace_back();
    groups[place->second].push_back(&one);
  }
  return groups;
}

// Groups go out to the workers in order and are reported in order; a worker does not run further
// ahead of the report than the window, so that memory does not follow the number of cases.
class Batch {
 public:
  Batch(std::vector<Group> groups, const Bench& bench)
      : groups_(std::move(groups)), bench_(&bench), slots_(groups_.size()) {}

  void run(const OnOutcome& on_outcome) {
    std::vector<std::jthread> workers(
        std::min<std::size_t>(groups_.size(), std::max(1U, std::thread::hardware_concurrency())));
    for (std::jthread& worker : workers) worker = std::jthread([this] { work(); });
    for (std::size_t index = 0; index < groups_.size(); ++index)
      for (const Outcome& outcome : await(index)) on_outcome(outcome);
  }

 private:
  void work() {
    bundle::Verifier verifier(bench_->root);  // one thread each; it learns from its own cases
    while (const std::optional<std::size_t> index = take()) {
      std::vector<Outcome> outcomes = judge_artifact(groups_[*index], *bench_, verifier);
      const std::lock_guard lock(mutex_);
      slots_[*index] = std::move(outcomes);
      changed_.notify_all();
    }
  }

  std::optional<std::size_t> take() {
    std::unique_lock lock(mutex_);
    if (next_ == groups_.size()) return std::nullopt;
    const std::size_t index = next_++;
    changed_.wait(lock, [&] { return index < reported_ + limits::verdicts_waiting_max; });
    return index;
  }

  std::vector<Outcome> await(std::size_t index) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return slots_[index].has_value(); });
    std::vector<Outcome> outcomes = *std::exchange(slots_[index], std::nullopt);
    reported_ = index + 1;
    changed_.notify_all();
    return outcomes;
  }

  const std::vector<Group> groups_;
  const Bench* bench_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t next_ = 0;
  std::size_t reported_ = 0;
  std::vector<std::optional<std::vector<Outcome>>> slots_;
};

}  // namespace

void judge(const std::vector<Case>& cases, const Bench& bench, const OnOutcome& on_outcome) {
  std::vector<Group> groups = group(cases);
  if (groups.size() > 1) return Batch(std::move(groups), bench).run(on_outcome);
  bundle::Verifier verifier(bench.root);
  for (const Group& one : groups)
    for (const Outcome& outcome : judge_artifact(one, bench, verifier)) on_outcome(outcome);
}

}  // namespace chancery::client
