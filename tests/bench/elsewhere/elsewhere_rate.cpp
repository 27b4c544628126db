// What services elsewhere give to a plain client, and to signatures through the whole daemon.
//
//   elsewhere_rate SOCKET PROFILE REKOR_V2_URL TSA_URL    (elsewhere_rates.py starts all of them)
#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>

#include "core/base/limits/services.h"
#include "core/crypto/x509/timestamp_query.h"
#include "core/services/proposal.h"
#include "remote/http/http_client.h"
#include "tests/bench/load.h"
#include "tests/support/sigstore/signing_key.h"

namespace chancery::bench {
namespace {

using std::chrono::steady_clock;

// Asks over and over, so many at once, and checks nothing of what is answered but its status.
class PlainClient {
 public:
  using Make = std::function<remote::HttpRequest(std::size_t number)>;

  PlainClient(remote::HttpClient& http, Make make) : http_(http), make_(std::move(make)) {}

  LoadResult run(std::size_t in_flight, std::size_t requests) {
    wanted_ = requests;
    for (std::size_t i = 0; i < requests; ++i) ready_.push_back(make_(i));
    const auto begin = steady_clock::now();
    for (std::size_t i = 0; i < in_flight; ++i) send_next();
    std::unique_lock lock(mutex_);
    ended_.wait(lock, [this] { return result_.latencies.size() == wanted_; });
    result_.seconds = std::chrono::duration<double>(steady_clock::now() - begin).count();
    std::ranges::sort(result_.latencies);
    return std::move(result_);
  }

 private:
  void send_next() {
    std::unique_lock lock(mutex_);
    if (sent_ == wanted_) return;
    remote::HttpRequest request = std::move(ready_[sent_++]);
    request.deadline = Deadline::after(limits::log_add_max);
    lock.unlock();
    http_.send(std::move(request),
               [this, sent_at = steady_clock::now()](const Result<remote::HttpAnswer>& answer) {
                 send_next();
                 const std::lock_guard counting(mutex_);
                 result_.latencies.push_back(steady_clock::now() - sent_at);
                 const bool is_good =
                     answer.ok() && (answer->status == 200 || answer->status == 201);
                 if (!is_good) ++result_.failed;
                 ended_.notify_all();
               });
  }

  remote::HttpClient& http_;
  const Make make_;
  std::mutex mutex_;
  std::condition_variable ended_;
  std::vector<remote::HttpRequest> ready_;
  std::size_t wanted_ = 0;
  std::size_t sent_ = 0;
  LoadResult result_;
};

remote::HttpRequest post(std::string url, std::string_view type, std::string body) {
  return {remote::HttpMethod::post,
          std::move(url),
          {{"Content-Type", std::string(type)}},
          std::move(body),
          limits::log_answer_bytes_max,
          Deadline::after(limits::log_add_max)};
}

void print(std::string_view name, std::size_t in_flight, const LoadResult& load) {
  fmt::print("{:28} {:>4} in flight {:>8.1f}/s  p50 {:>8.2f} ms  p99 {:>8.2f} ms{}\n", name,
             in_flight, load.per_second(), load.percentile_ms(0.5), load.percentile_ms(0.99),
             load.failed == 0 ? "" : fmt::format("  {} FAILED", load.failed));
}

void measure(const std::vector<std::string>& words, std::size_t in_flight, std::size_t requests) {
  const auto http = remote::HttpClient::start({});
  const testing::SigningKey key = testing::SigningKey::make(Algorithm::ecdsa_p256_sha256);
  PlainClient log(**http, [&](std::size_t number) {
    const std::string artefact = fmt::format("{}-{}-plain", in_flight, number);
    const Digest digest = chancery::digest(HashAlgorithm::sha256, as_bytes(artefact));
    const auto proposal = services::propose_v2(
        {digest, key.sign(as_bytes(artefact)), key.algorithm(), key.public_key().spki(), false});
    return post(words[2] + "/api/v2/log/entries", "application/json", proposal->request);
  });
  print("log, plain client", in_flight, log.run(in_flight, requests));
  const auto ours = run_load({.socket = words[0],
                              .profile = words[1],
                              .clients = in_flight,
                              .requests = requests,
                              .run = fmt::format("elsewhere-{}", in_flight)});
  if (ours.ok()) print("log and stamp, daemon", in_flight, *ours);
  PlainClient stamps(**http, [&](std::size_t number) {
    const Digest digest = chancery::digest(HashAlgorithm::sha256, as_bytes(std::to_string(number)));
    const Bytes query = timestamp_query(digest, Bytes{1, 2, 3, 4, 5, 6, 7, 8});
    return post(words[3], "application/timestamp-query", to_text(query));
  });
  print("timestamps, plain client", in_flight, stamps.run(in_flight, 4 * requests));
}

}  // namespace
}  // namespace chancery::bench

int main(int argc, char** argv) {
  if (argc != 5) {
    fmt::print(stderr, "usage: elsewhere_rate SOCKET PROFILE REKOR_V2_URL TSA_URL\n");
    return 2;
  }
  for (const std::size_t in_flight : {1U, 16U, 64U, 256U}) {
    chancery::bench::measure({argv + 1, argv + argc}, in_flight, 8 * in_flight);
  }
}
