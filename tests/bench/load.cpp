#include "tests/bench/load.h"

#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <deque>
#include <memory>

#include "core/crypto/digest.h"
#include "wire/descriptor.h"
#include "wire/frame.h"
#include "wire/message.h"

namespace chancery::bench {
namespace {

using std::chrono::steady_clock;

struct Client {
  wire::Descriptor socket;
  wire::FrameReader reader;
  std::uint32_t stream_id = 1;
  steady_clock::time_point sent_at;
};

Result<wire::Descriptor> connect_to(const std::filesystem::path& path) {
  wire::Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.string().copy(address.sun_path, sizeof address.sun_path - 1);
  if (connect(socket.number(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    return system_error("DAEMON_UNREACHABLE", path.string(), errno);
  }
  return socket;
}

class Load {
 public:
  explicit Load(const LoadOptions& options)
      : options_(options), epoll_(epoll_create1(EPOLL_CLOEXEC)) {}

  Result<LoadResult> run() {
    result_.latencies.reserve(options_.requests);
    TRY(connect_all());
    began_ = steady_clock::now();
    for (Client& client : clients_) idle_.push_back(&client);
    while (answered_ < options_.requests) {
      TRY(send_due());
      TRY(take_answers());
    }
    result_.seconds = std::chrono::duration<double>(steady_clock::now() - began_).count();
    std::ranges::sort(result_.latencies);
    return std::move(result_);
  }

 private:
  Result<void> connect_all() {
    for (std::size_t i = 0; i < options_.clients; ++i) {
      clients_.push_back({TRY(connect_to(options_.socket)), {}, 1, {}});
    }
    for (std::size_t i = 0; i < clients_.size(); ++i) {
      epoll_event event{EPOLLIN, {.u64 = i}};
      epoll_ctl(epoll_.number(), EPOLL_CTL_ADD, clients_[i].socket.number(), &event);
    }
    return {};
  }

  std::string next_request(std::uint32_t stream_id) {
    const std::string name = fmt::format("{}-{:09}", options_.run, sent_);
    v1::SignRequest request;
    request.set_profile(options_.profile);
    request.set_idempotency_key(name);
    request.set_hash_algorithm(v1::HASH_ALGORITHM_SHA2_256);
    request.set_digest(to_text(sha256(as_bytes(name))));
    return *wire::build_request(stream_id, wire::flags::none,
                                {"chancery.v1.Signer", "Sign", request.SerializeAsString()});
  }

  steady_clock::time_point next_due() const {
    if (!options_.per_second) return began_;
    const std::chrono::duration<double> since(static_cast<double>(sent_) / *options_.per_second);
    return began_ + std::chrono::duration_cast<steady_clock::duration>(since);
  }
  bool has_next() const { return sent_ < options_.requests && !idle_.empty(); }

  Result<void> send_due() {
    while (has_next() && next_due() <= steady_clock::now()) {
      Client& client = *idle_.front();
      idle_.pop_front();
      TRY(send_next(client));
    }
    return {};
  }

  Result<void> send_next(Client& client) {
    const std::string frame = next_request(client.stream_id);
    ++sent_;
    client.stream_id += 2;
    client.sent_at = steady_clock::now();
    if (send(client.socket.number(), frame.data(), frame.size(), MSG_NOSIGNAL) !=
        static_cast<ssize_t>(frame.size())) {
      return system_error("CONNECTION_LOST", "send", errno);
    }
    return {};
  }

  Result<void> take_answers() {
    epoll_event events[64];
    const bool waits_for_turn = has_next();
    const int count =
        epoll_wait(epoll_.number(), events, 64, waits_for_turn ? until_next_ms() : 60'000);
    if (count == 0 && waits_for_turn) return {};
    if (count <= 0) return unavailable("NO_ANSWER", "no answer within a minute");
    for (int i = 0; i < count; ++i) TRY(read_from(clients_[events[i].data.u64]));
    return {};
  }

  int until_next_ms() const {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(next_due() - steady_clock::now());
    return static_cast<int>(std::max<std::int64_t>(0, left.count()));
  }

  Result<void> read_from(Client& client) {
    const ssize_t got = recv(client.socket.number(), buffer_.data(), buffer_.size(), 0);
    if (got <= 0) return unavailable("CONNECTION_LOST", "the daemon closed a connection");
    ByteView bytes(buffer_.data(), static_cast<std::size_t>(got));
    while (true) {
      const auto event = client.reader.advance(bytes);
      if (event == wire::FrameReader::Event::starved) return {};
      if (event != wire::FrameReader::Event::frame) continue;
      count(client, wire::parse_response(client.reader.take_data()));
      idle_.push_back(&client);
    }
  }

  void count(const Client& client, const Result<std::string>& answer) {
    ++answered_;
    result_.latencies.push_back(steady_clock::now() - client.sent_at);
    v1::SignReply reply;
    if (answer.ok() && reply.ParseFromString(*answer) && reply.state() == options_.wanted) return;
    ++result_.failed;
    if (result_.first_failure.empty()) {
      result_.first_failure = answer.ok() ? v1::State_Name(reply.state())
                                          : answer.error().reason + ": " + answer.error().message;
    }
  }

  const LoadOptions& options_;
  wire::Descriptor epoll_;
  steady_clock::time_point began_;
  std::vector<Client> clients_;
  std::deque<Client*> idle_;  // they have no request in flight
  std::vector<std::uint8_t> buffer_ = std::vector<std::uint8_t>(256U << 10);
  std::size_t sent_ = 0;
  std::size_t answered_ = 0;
  LoadResult result_;
};

}  // namespace

std::chrono::nanoseconds LoadResult::percentile(double share) const {
  if (latencies.empty()) return {};
  const auto last = static_cast<double>(latencies.size() - 1);
  return latencies[static_cast<std::size_t>(share * last)];
}

double LoadResult::percentile_ms(double share) const {
  return std::chrono::duration<double, std::milli>(percentile(share)).count();
}

Result<LoadResult> run_load(const LoadOptions& options) { return Load(options).run(); }

}  // namespace chancery::bench
