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

// Groups go out to the workers in order and are reported in order. A worker that is ahead of the
// report waits where too many verdicts do, so that memory does not follow the number of cases.
class Batch {
 public:
  Batch(std::vector<Group> groups, const Bench& bench)
      : groups_(std::move(groups)), bench_(&bench), slots_(groups_.size()) {}

  void run(const OnOutcome& on_outcome) {
    std::vector<std::jthread> workers(
        std::min<std::size_t>(groups_.size(), std::max(1U, std::thread::hardware_concurrency())));
    for (std::jthread& worker : workers) worker = std::jthread([this] { work(); });
    while (reported_ < groups_.size())
      for (Outcome& outcome : await_some()) on_outcome(std::move(outcome));
  }

 private:
  struct Slot {
    std::vector<Outcome> outcomes;  // to be reported
    bool is_complete = false;
  };

  void work() {
    bundle::Verifier verifier(bench_->root);  // one thread each; it learns from its own cases
    while (const std::optional<std::size_t> index = take()) {
      judge_artifact(groups_[*index], *bench_, verifier,
                     [&](Outcome outcome) { put(*index, std::move(outcome)); });
      const std::lock_guard lock(mutex_);
      slots_[*index].is_complete = true;
      if (*index == reported_) told_.notify_one();
    }
  }

  std::optional<std::size_t> take() {
    const std::lock_guard lock(mutex_);
    return next_ == groups_.size() ? std::nullopt : std::optional(next_++);
  }

  // Whose turn it is has room for one at any time: somebody always gets on. The reporter is not
  // woken for each, which would cost as much as reporting it.
  void put(std::size_t index, Outcome outcome) {
    std::unique_lock lock(mutex_);
    std::vector<Outcome>& outcomes = slots_[index].outcomes;
    const auto has_room = [&] {
      return waiting_ < limits::verdicts_waiting_max || (index == reported_ && outcomes.empty());
    };
    if (!has_room()) {
      told_.notify_one();
      room_.wait(lock, has_room);
    }
    outcomes.push_back(std::move(outcome));
    ++waiting_;
  }

  // Of the group whose turn it is; the next one's turn where that was all.
  std::vector<Outcome> await_some() {
    std::unique_lock lock(mutex_);
    Slot& slot = slots_[reported_];
    told_.wait(lock, [&] { return slot.is_complete || !slot.outcomes.empty(); });
    std::vector<Outcome> outcomes = std::exchange(slot.outcomes, {});
    waiting_ -= outcomes.size();
    if (slot.is_complete) ++reported_;
    room_.notify_all();
    return outcomes;
  }

  const std::vector<Group> groups_;
  const Bench* bench_;
  std::mutex mutex_;
  std::condition_variable told_;  // the reporter: of the group whose turn it is
  std::condition_variable room_;  // the workers
  std::size_t next_ = 0;
  std::size_t reported_ = 0;
  std::size_t waiting_ = 0;  // outcomes in all slots
  std::vector<Slot> slots_;
};

}  // namespace

void judge(const std::vector<Case>& cases, const Bench& bench, const OnOutcome& on_outcome) {
  std::vector<Group> groups = group(cases);
  if (groups.size() > 1) return Batch(std::move(groups), bench).run(on_outcome);
  bundle::Verifier verifier(bench.root);
  for (const Group& one : groups) judge_artifact(one, bench, verifier, on_outcome);
}

}  // namespace chancery::client
