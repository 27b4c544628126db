// A log elsewhere that answers what a test has written down, in order; then it is silent.
#pragma once

#include <atomic>
#include <deque>
#include <vector>

#include "remote/rekor/transparency_log.h"

namespace chancery::daemon {

// Written before the finisher starts; read on its thread.
class ScriptedLog : public remote::TransparencyLog {
 public:
  using Search = Result<services::LogSearch>;

  Result<services::Proposal> propose(const tlog::HashedRekord& record,
                                     const bundle::DsseEnvelope* /*envelope*/) const override {
    if (refusal) return *refusal;
    return services::propose_v2(record);
  }
  void note_size(Deadline /*deadline*/, std::function<void(Result<std::uint64_t>)> done) override {
    sizes_seen += 1;
    if (size) done(*size);
  }
  void add(services::Proposal /*proposal*/, Deadline /*deadline*/,
           std::function<void(remote::LogAdded)> done) override {
    adds_seen += 1;
    if (hold) return hold(std::move(done));
    if (auto answer = next(adds)) done({*std::move(answer), std::nullopt});
  }
  void find(services::Proposal /*proposal*/, std::uint64_t from, Deadline /*deadline*/,
            std::function<void(Search)> done) override {
    searched_from.push_back(from);
    if (auto answer = next(searches)) done(*std::move(answer));
  }

  std::optional<std::uint64_t> size = 2;  // nothing: not even that is answered
  std::optional<Error> refusal;           // of every entry that is proposed
  std::deque<Result<bundle::LogEntry>> adds;
  std::atomic<unsigned> sizes_seen = 0, adds_seen = 0;
  std::function<void(std::function<void(remote::LogAdded)>)> hold;  // answers them in its own time
  std::deque<Search> searches;
  std::vector<std::uint64_t> searched_from;

 private:
  template <typename Answer>
  static std::optional<Answer> next(std::deque<Answer>& answers) {
    if (answers.empty()) return std::nullopt;
    std::optional<Answer> first(std::move(answers.front()));
    answers.pop_front();
    return first;
  }
};

}  // namespace chancery::daemon
