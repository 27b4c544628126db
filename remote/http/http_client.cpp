#include "remote/http/http_client.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <thread>

#include "core/base/http_url.h"
#include "remote/http/transfer.h"

namespace chancery::remote {
namespace {

// RFC 9110 5.5: what could end a header has no place in one.
bool is_header_text(std::string_view text) {
  return std::ranges::none_of(text, [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
}

Result<void> check(const HttpRequest& request) {
  TRY(check_http_url(request.url));
  for (const HttpHeader& header : request.headers) {
    if (!header.name.empty() && is_header_text(header.name) && is_header_text(header.value)) {
      continue;
    }
    return invalid_request("HTTP_HEADER_INVALID",
                           fmt::format("{}: a header with a line break", request.url));
  }
  return {};
}

class CurlClient : public HttpClient {
 public:
  CurlClient(const Libcurl& curl, HttpOptions options, CURLM* multi)
      : curl_(curl), options_(std::move(options)), multi_(multi) {
    thread_ = std::thread([this] { run(); });
  }
  ~CurlClient() override {
    stopping_ = true;
    curl_.multi_wakeup(multi_);
    thread_.join();
    curl_.multi_cleanup(multi_);
  }

  void send(HttpRequest request, Done done) override {
    const Result<void> good = check(request);
    if (!good.ok()) return done(good.error());
    if (in_flight_.fetch_add(1) >= options_.requests_in_flight_max) {
      in_flight_ -= 1;
      return done(exhausted("HTTP_TOO_MANY_REQUESTS",
                            fmt::format("{}: {} requests are on their way already", request.url,
                                        options_.requests_in_flight_max)));
    }
    {
      const std::lock_guard lock(mutex_);
      waiting_.push_back({std::move(request), std::move(done)});
    }
    curl_.multi_wakeup(multi_);
  }

  HttpCounts counts() const override { return {answered_, in_flight_}; }

 private:
  struct Waiting {
    HttpRequest request;
    Done done;
  };

  void run() {
    while (!stopping_) {
      begin_waiting();
      int running = 0;
      curl_.multi_perform(multi_, &running);
      end_finished();
      curl_.multi_poll(multi_, nullptr, 0, limits::http_poll_milliseconds_max, nullptr);
    }
    begin_waiting();
    while (!transfers_.empty()) end(transfers_.begin()->first, std::nullopt);
  }

  void begin_waiting() {
    std::vector<Waiting> waiting;
    {
      const std::lock_guard lock(mutex_);
      waiting.swap(waiting_);
    }
    for (Waiting& each : waiting) begin(std::move(each));
  }

  void begin(Waiting waiting) {
    const Done done = waiting.done;
    auto transfer =
        Transfer::make(curl_, std::move(waiting.request), options_, std::move(waiting.done));
    CURL* handle = transfer.ok() ? (*transfer)->handle() : nullptr;
    if (handle == nullptr || curl_.multi_add_handle(multi_, handle) != CURLM_OK) {
      count_answer();
      return done(unavailable("HTTP_NOT_SENT", "libcurl takes no more requests"));
    }
    transfers_.emplace(handle, std::move(*transfer));
  }

  void end_finished() {
    int left = 0;
    while (const CURLMsg* message = curl_.multi_info_read(multi_, &left)) {
      // The message lives no longer than its handle.
      if (message->msg == CURLMSG_DONE) end(message->easy_handle, message->data.result);
    }
  }

  // Nothing: cut short.
  void end(CURL* handle, std::optional<CURLcode> code) {
    const auto node = transfers_.extract(handle);
    curl_.multi_remove_handle(multi_, handle);
    count_answer();
    if (code) {
      node.mapped()->finish(*code);
    } else {
      node.mapped()->abandon();
    }
  }

  void count_answer() {
    in_flight_ -= 1;
    answered_ += 1;
  }

  const Libcurl& curl_;
  const HttpOptions options_;
  CURLM* const multi_;
  std::atomic<bool> stopping_ = false;
  std::atomic<std::size_t> in_flight_ = 0;
  std::atomic<std::uint64_t> answered_ = 0;
  std::mutex mutex_;
  std::vector<Waiting> waiting_;
  std::map<CURL*, std::unique_ptr<Transfer>> transfers_;  // the thread's own
  std::thread thread_;
};

}  // namespace

Result<std::unique_ptr<HttpClient>> HttpClient::start(HttpOptions options) {
  const Libcurl& curl = *TRY(load_libcurl());
  CURLM* multi = curl.multi_init();
  if (multi == nullptr) return unavailable("HTTP_CLIENT_FAILED", "libcurl does not start");
  curl.multi_setopt(multi, CURLMOPT_MAX_HOST_CONNECTIONS, limits::http_connections_per_host_max);
  curl.multi_setopt(multi, CURLMOPT_MAXCONNECTS, limits::http_connections_kept_max);
  return std::unique_ptr<HttpClient>(new CurlClient(curl, std::move(options), multi));
}

}  // namespace chancery::remote
