#include "remote/rekor/rekor_v1.h"

#include <fmt/format.h>

#include <mutex>

#include "core/base/encoding.h"
#include "core/base/http_url.h"
#include "core/base/limits/services.h"
#include "core/base/rfc3339.h"
#include "remote/rekor/log_status.h"

namespace chancery::remote {
namespace {

using services::LogSearch;
using services::Proposal;

// ".../api/v1/log/entries/ID", where the ID's last 64 digits are the hash of the leaf. Nothing: it
// names none.
std::optional<std::string> conflicting_leaf(const HttpAnswer& answer) {
  constexpr std::size_t digits = 2 * std::tuple_size_v<tlog::Hash>;
  const std::string* place = answer.find_header("Location");
  if (place == nullptr || place->size() < digits) return std::nullopt;
  std::string leaf = place->substr(place->size() - digits);
  const bool is_hash = leaf.find_first_not_of("0123456789abcdef") == std::string::npos;
  return is_hash ? std::optional(std::move(leaf)) : std::nullopt;
}

class RekorV1 : public TransparencyLog {
 public:
  RekorV1(HttpClient& http, RekorV1Options options)
      : http_(http),
        entries_url_(join_url(options.url, "api/v1/log/entries")),
        now_(std::move(options.now)),
        trust_{services::LogGeneration::v1, std::move(options.logs)} {}

  Result<Proposal> propose(const tlog::HashedRekord& record,
                           const bundle::DsseEnvelope* envelope) const override {
    return envelope == nullptr ? services::propose_v1(record)
                               : services::propose_envelope_v1(record, *envelope);
  }

  // Entries are found by hash, wherever they are.
  void note_size(Deadline /*deadline*/, std::function<void(Result<std::uint64_t>)> done) override {
    done(std::uint64_t{0});
  }

  void add(Proposal proposal, Deadline deadline, std::function<void(LogAdded)> done) override {
    HttpRequest request{HttpMethod::post,
                        entries_url_,
                        {{"Content-Type", "application/json"}, {"Accept", "application/json"}},
                        std::move(proposal.request),
                        limits::log_answer_bytes_max,
                        deadline};
    http_.send(std::move(request), [this, proposal = std::move(proposal), deadline,
                                    done = std::move(done)](const Result<HttpAnswer>& answer) {
      if (!answer.ok()) return done({answer.error(), std::nullopt});
      if (answer->status == 409) return settle_conflict(proposal, *answer, deadline, done);
      const bool is_recorded = answer->status == 200 || answer->status == 201;
      if (!is_recorded) return done({failure_of(*answer, entries_url_), answer->retry_after()});
      Result<bundle::LogEntry> entry = read_answer(*answer, proposal);
      if (entry.ok()) {
        const Result<void> timely = check_new_time(*entry);
        if (!timely.ok()) entry = timely.error();
      }
      done({std::move(entry), std::nullopt});
    });
  }

  void find(Proposal proposal, std::uint64_t /*from*/, Deadline deadline,
            std::function<void(Result<LogSearch>)> done) override {
    // Named by the hash of its leaf, without the tree: the log looks through its shards.
    const std::string url = fmt::format("{}/{}", entries_url_, hex_encode(proposal.leaf()));
    HttpRequest request{
        HttpMethod::get, url, {{"Accept", "application/json"}}, "", limits::log_answer_bytes_max,
        deadline};
    http_.send(std::move(request), [this, url, proposal = std::move(proposal),
                                    done = std::move(done)](const Result<HttpAnswer>& answer) {
      if (!answer.ok()) return done(unavailable("LOG_READ_FAILED", answer.error().message));
      if (answer->status == 404) return done(LogSearch{std::nullopt, 0, /*is_whole=*/true});
      if (answer->status != 200) {
        return done(
            unavailable("LOG_READ_FAILED", fmt::format("{}: status {}", url, answer->status)));
      }
      Result<bundle::LogEntry> entry = read_answer(*answer, proposal);
      if (!entry.ok()) return done(entry.error());
      const Result<void> timely = check_time(*entry);
      if (!timely.ok()) return done(timely.error());
      done(LogSearch{*std::move(entry), 0, /*is_whole=*/true});
    });
  }

 private:
  Result<bundle::LogEntry> read_answer(const HttpAnswer& answer, const Proposal& proposal) {
    Result<bundle::LogEntry> entry = services::parse_answer_v1(answer.body);
    if (!entry.ok()) {
      return outcome_unknown("LOG_ANSWER_UNREADABLE",
                             fmt::format("{}: {}", entries_url_, entry.error().message));
    }
    const std::lock_guard lock(mutex_);
    TRY(services::check_answer(*entry, proposal, trust_, notes_));
    return entry;
  }

  // It dates the signature. One that is found may be of long ago, but not of a time to come.
  Result<void> check_time(const bundle::LogEntry& entry) const {
    const WallTime now = now_();
    if (time_of(entry) <= now + limits::clock_difference_max) return {};
    return implausible(time_of(entry), now);
  }

  Result<void> check_new_time(const bundle::LogEntry& entry) const {
    const WallTime now = now_();
    if (time_of(entry) < now - limits::clock_difference_max) {
      return implausible(time_of(entry), now);
    }
    return check_time(entry);
  }

  static WallTime time_of(const bundle::LogEntry& entry) {
    return WallTime(std::chrono::seconds(entry.integrated_time));
  }

  Error implausible(WallTime time, WallTime now) const {
    return corrupt("LOG_TIME_IMPLAUSIBLE",
                   fmt::format("{} says that it recorded this at {}, our clock says {}; set "
                               "whichever is wrong",
                               entries_url_, format_rfc3339(time), format_rfc3339(now)));
  }

  // 409 is said of the identical entry alone, whose id we know as well as the log: ours is asked
  // for, and where it is not there the log has told whose it was.
  void settle_conflict(const Proposal& proposal, const HttpAnswer& answer, Deadline deadline,
                       const std::function<void(LogAdded)>& done) {
    const std::optional<std::string> leaf = conflicting_leaf(answer);
    const bool is_ours = !leaf || *leaf == hex_encode(proposal.leaf());
    find(proposal, 0, deadline, [this, done, leaf, is_ours](Result<LogSearch> search) {
      if (search.ok() && search->entry) return done({*std::move(search->entry), std::nullopt});
      if (!search.ok() && search.error().code == ErrorCode::corrupt) {
        return done({search.error(), std::nullopt});
      }
      if (!is_ours) {
        return done({corrupt("LOG_CONFLICT_NOT_OURS",
                             fmt::format("{} says that it has the entry proposed, and names "
                                         "another one, leaf {}",
                                         entries_url_, *leaf)),
                     std::nullopt});
      }
      done({outcome_unknown("LOG_CONFLICT_UNREAD",
                            search.ok() ? fmt::format("{}: status 409, and it does not find the "
                                                      "entry",
                                                      entries_url_)
                                        : search.error().message),
            std::nullopt});
    });
  }

  HttpClient& http_;
  const std::string entries_url_;
  const std::function<WallTime()> now_;
  const services::LogTrust trust_;
  std::mutex mutex_;
  bundle::VerifiedNotes notes_;
};

}  // namespace

std::unique_ptr<TransparencyLog> make_rekor_v1(HttpClient& http, RekorV1Options options) {
  return std::make_unique<RekorV1>(http, std::move(options));
}

}  // namespace chancery::remote
