// The journal's calls, waited for; and requests to call them with.
#pragma once

#include <future>

#include "daemon/journal/journal.h"

namespace chancery::testing {

inline constexpr WallTime midday{std::chrono::seconds(1'800'000'000)};

// A request of `key`; the same key gives the same request.
daemon::Acceptance acceptance(const std::string& key);
std::string entry_body(const std::string& key);

std::unique_ptr<daemon::Journal> open_journal(const std::filesystem::path& path);
std::unique_ptr<daemon::Journal> open_journal(daemon::JournalOptions options);

// Waits for one completion.
template <typename T>
class Answer {
 public:
  daemon::Journal::Done<T> done() {
    return [promise = promise_](Result<T> outcome) { promise->set_value(std::move(outcome)); };
  }
  Result<T> get() { return promise_->get_future().get(); }

 private:
  std::shared_ptr<std::promise<Result<T>>> promise_ = std::make_shared<std::promise<Result<T>>>();
};

Result<daemon::Accepted> accept(daemon::Journal& journal, const daemon::Acceptance& acceptance);
// Accepts a new request and gives its id.
daemon::RequestId accept(daemon::Journal& journal, const std::string& key);
Result<daemon::Placed> sign(daemon::Journal& journal, daemon::RequestId id, const std::string& body,
                            bool may_repeat = false);
Result<void> record_step(daemon::Journal& journal, daemon::RequestId id, daemon::RemoteStep step);
Result<void> record_trouble(daemon::Journal& journal, daemon::RequestId id,
                            daemon::RemoteTrouble trouble);
Result<void> finish(daemon::Journal& journal, daemon::RequestId id, const std::string& bundle,
                    WallTime at = midday);
Result<void> fail(daemon::Journal& journal, daemon::RequestId id, const Error& error);
Result<void> refuse(daemon::Journal& journal, const daemon::Refusal& refusal);

}  // namespace chancery::testing
