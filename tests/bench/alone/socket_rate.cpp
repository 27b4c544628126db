// What the socket alone costs: an echo method, a server in a process of its own, clients with one
// request in flight each, all in this thread. Usage: socket_rate [answer bytes]
#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <systemd/sd-event.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <vector>

#include "daemon/server/server.h"
#include "tests/support/temporary_directory.h"
#include "wire/message.h"

namespace chancery::bench {
namespace {

using Clock = std::chrono::steady_clock;
using Microseconds = std::chrono::duration<double, std::micro>;
constexpr unsigned pool_threads = 2;

[[noreturn]] void serve(const std::filesystem::path& socket, std::size_t answer_bytes, int ready) {
  daemon::Pool pool(pool_threads);
  sd_event* event = nullptr;
  sd_event_new(&event);
  const auto echo = [answer_bytes](daemon::Call call) {
    call.responder->answer(std::string(answer_bytes, 'a'));
  };
  std::vector<daemon::Method> methods{
      {"toy.Toy", "Echo", daemon::Permission::anyone, echo, nullptr, nullptr}};
  const auto server = daemon::Server::start(event, {daemon::listen_at(socket, 0600).value(), {}},
                                            std::move(methods), pool, nullptr)
                          .value();
  (void)!::write(ready, "!", 1);
  sd_event_loop(event);
  std::_Exit(0);
}

double cpu_microseconds_of(pid_t pid) {
  clockid_t clock = 0;
  timespec time{};
  if (::clock_getcpuclockid(pid, &clock) != 0 || ::clock_gettime(clock, &time) != 0) return 0;
  return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) / 1e3;
}

struct Client {
  int socket = -1;
  std::uint32_t stream_id = 1;
  wire::FrameReader reader;
  Clock::time_point sent_at;
};

class Load {
 public:
  Load(const std::filesystem::path& socket, std::size_t clients) : poll_(::epoll_create1(0)) {
    for (std::size_t i = 0; i < clients; ++i) clients_.push_back(connect(socket));
    for (std::size_t i = 0; i < clients; ++i) {
      epoll_event event{EPOLLIN, {.u64 = i}};
      ::epoll_ctl(poll_.number(), EPOLL_CTL_ADD, clients_[i].socket, &event);
    }
  }
  ~Load() {
    for (const Client& client : clients_) ::close(client.socket);
  }

  std::vector<double> run(std::size_t requests) {
    std::vector<double> latencies;
    latencies.reserve(requests);
    for (Client& client : clients_) send(client);
    while (latencies.size() < requests) {
      epoll_event events[64];
      const int count = ::epoll_wait(poll_.number(), events, 64, -1);
      for (int i = 0; i < count; ++i) {
        Client& client = clients_[events[i].data.u64];
        if (!read(client)) continue;
        latencies.push_back(Microseconds(Clock::now() - client.sent_at).count());
        send(client);
      }
    }
    return latencies;
  }

 private:
  static Client connect(const std::filesystem::path& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.string().copy(address.sun_path, sizeof(address.sun_path) - 1);
    Client client;
    client.socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (::connect(client.socket, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) {
      std::perror("connect");
      std::exit(1);
    }
    return client;
  }
  void send(Client& client) {
    const wire::Request request{"toy.Toy", "Echo", payload_, std::chrono::seconds(10)};
    const std::string frame = wire::build_request(client.stream_id, 0, request).value();
    client.stream_id += 2;
    client.sent_at = Clock::now();
    (void)!::send(client.socket, frame.data(), frame.size(), MSG_NOSIGNAL);
  }
  bool read(Client& client) {
    const ssize_t count = ::recv(client.socket, buffer_.data(), buffer_.size(), MSG_DONTWAIT);
    if (count <= 0) std::exit(1);
    ByteView bytes = ByteView(buffer_).first(static_cast<std::size_t>(count));
    while (true) {
      const auto event = client.reader.advance(bytes);
      if (event == wire::FrameReader::Event::starved) return false;
      if (event == wire::FrameReader::Event::frame) return true;
    }
  }

  wire::Descriptor poll_;
  std::vector<Client> clients_;
  std::string payload_ = std::string(150, 'p');  // as a SignRequest
  std::vector<std::uint8_t> buffer_ = std::vector<std::uint8_t>(256U << 10);
};

void measure(const std::filesystem::path& socket, pid_t server, std::size_t clients) {
  Load load(socket, clients);
  load.run(2000);
  const std::size_t requests = clients == 1 ? 20'000 : 100'000;
  const double cpu = cpu_microseconds_of(server);
  const Clock::time_point start = Clock::now();
  std::vector<double> latencies = load.run(requests);
  const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
  const double cpu_each = (cpu_microseconds_of(server) - cpu) / static_cast<double>(requests);
  std::sort(latencies.begin(), latencies.end());
  fmt::print("{:4} clients: {:7.0f}/s, p50 {:6.1f} us, p99 {:7.1f} us, server CPU {:.1f} us each\n",
             clients, static_cast<double>(requests) / seconds, latencies[requests / 2],
             latencies[requests * 99 / 100], cpu_each);
}

}  // namespace
}  // namespace chancery::bench

int main(int argc, char** argv) {
  using namespace chancery;
  const std::size_t answer_bytes = argc > 1 ? std::stoul(argv[1]) : 3000;
  const testing::TemporaryDirectory directory;
  const std::filesystem::path socket = directory / "echo.sock";
  int ready[2];
  if (::pipe(ready) != 0) return 1;
  const pid_t server = ::fork();
  if (server == 0) bench::serve(socket, answer_bytes, ready[1]);
  char byte = 0;
  (void)!::read(ready[0], &byte, 1);
  for (const std::size_t clients : {1U, 16U, 64U, 256U}) bench::measure(socket, server, clients);
  ::kill(server, SIGKILL);
  ::waitpid(server, nullptr, 0);
}
