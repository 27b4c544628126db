#include "remote/rekor/rekor_v2.h"

#include <fmt/format.h>

#include <charconv>
#include <mutex>

#include "core/base/http_url.h"
#include "core/base/limits/services.h"
#include "remote/rekor/log_reader.h"
#include "remote/rekor/log_status.h"

namespace chancery::remote {
namespace {

using services::LogSearch;
using services::Proposal;

std::optional<std::uint64_t> conflicting_index(const HttpAnswer& answer) {
  const std::string* text = answer.find_header("X-Log-Index");
  std::uint64_t index = 0;
  if (text == nullptr) return std::nullopt;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), index);
  const bool is_whole = error == std::errc{} && end == text->data() + text->size();
  return is_whole ? std::optional(index) : std::nullopt;
}

class RekorV2 : public TransparencyLog {
 public:
  RekorV2(HttpClient& http, RekorV2Options options)
      : http_(http),
        add_url_(join_url(options.url, "api/v2/log/entries")),
        reader_(http,
                options.read_url.empty() ? join_url(options.url, "api/v2") : options.read_url),
        trust_{services::LogGeneration::v2, std::move(options.logs)} {}

  Result<Proposal> propose(const tlog::HashedRekord& record,
                           const bundle::DsseEnvelope* /*envelope*/) const override {
    return services::propose_v2(record);
  }

  void note_size(Deadline deadline, std::function<void(Result<std::uint64_t>)> done) override {
    reader_.read<std::uint64_t>(
        [this](const tlog::LogFiles& files) -> Result<std::uint64_t> {
          return TRY(services::read_head(files, trust_.logs)).checkpoint.size;
        },
        deadline, std::move(done));
  }

  void add(Proposal proposal, Deadline deadline, std::function<void(LogAdded)> done) override {
    HttpRequest request{HttpMethod::post,
                        add_url_,
                        {{"Content-Type", "application/json"}},
                        std::move(proposal.request),
                        limits::log_answer_bytes_max,
                        deadline};
    http_.send(std::move(request), [this, proposal = std::move(proposal), deadline,
                                    done = std::move(done)](const Result<HttpAnswer>& answer) {
      if (!answer.ok()) return done({answer.error(), std::nullopt});
      if (answer->status == 409) return settle_conflict(proposal, *answer, deadline, done);
      const bool is_recorded = answer->status == 200 || answer->status == 201;
      if (!is_recorded) return done({failure_of(*answer, add_url_), answer->retry_after()});
      done({read_answer(*answer, proposal), std::nullopt});
    });
  }

  void find(Proposal proposal, std::uint64_t from, Deadline deadline,
            std::function<void(Result<LogSearch>)> done) override {
    reader_.read<LogSearch>(
        [this, proposal = std::move(proposal), from](const tlog::LogFiles& files) {
          return services::search_log(files, trust_.logs, proposal, from);
        },
        deadline, std::move(done));
  }

 private:
  Result<bundle::LogEntry> read_answer(const HttpAnswer& answer, const Proposal& proposal) {
    Result<bundle::LogEntry> entry = services::parse_answer_v2(answer.body);
    if (!entry.ok()) {
      return outcome_unknown("LOG_ANSWER_UNREADABLE",
                             fmt::format("{}: {}", add_url_, entry.error().message));
    }
    const std::lock_guard lock(mutex_);
    TRY(services::check_answer(*entry, proposal, trust_, notes_));
    return entry;
  }

  // 409 gives an index and no proof: the log's own tiles say whether the entry there is ours.
  void settle_conflict(const Proposal& proposal, const HttpAnswer& answer, Deadline deadline,
                       const std::function<void(LogAdded)>& done) {
    const std::optional<std::uint64_t> index = conflicting_index(answer);
    if (!index) {
      return done({outcome_unknown("LOG_CONFLICT_UNREAD",
                                   fmt::format("{}: status 409 without an index", add_url_)),
                   std::nullopt});
    }
    reader_.read<bundle::LogEntry>(
        [this, proposal, index](const tlog::LogFiles& files) {
          return services::read_entry_at(files, trust_.logs, proposal, *index);
        },
        deadline,
        [done](Result<bundle::LogEntry> entry) {
          if (entry.ok() || entry.error().code == ErrorCode::corrupt) {
            return done({std::move(entry), std::nullopt});
          }
          done({outcome_unknown("LOG_CONFLICT_UNREAD", entry.error().message), std::nullopt});
        });
  }

  HttpClient& http_;
  const std::string add_url_;
  const LogReader reader_;
  const services::LogTrust trust_;
  std::mutex mutex_;
  bundle::VerifiedNotes notes_;
};

}  // namespace

std::unique_ptr<TransparencyLog> make_rekor_v2(HttpClient& http, RekorV2Options options) {
  return std::make_unique<RekorV2>(http, std::move(options));
}

}  // namespace chancery::remote
