#include "daemon/server/server.h"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <systemd/sd-event.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "daemon/server/connection.h"
#include "daemon/server/gate.h"
#include "daemon/server/identity.h"
#include "daemon/server/loop_caller.h"

namespace chancery::daemon {
namespace {

// Shared by all connections, since one thread reads: an idle connection holds no buffer.
constexpr std::size_t read_bytes = 64U << 10;
constexpr std::uint64_t tick_accuracy_us = 1000;

struct SourceCloser {
  void operator()(sd_event_source* source) const { sd_event_source_disable_unref(source); }
};
using Source = std::unique_ptr<sd_event_source, SourceCloser>;

class SocketServer;

struct Client {
  Client(SocketServer& of, std::uint64_t its_number, int its_socket, Connection::Parts parts)
      : server(of), number(its_number), socket(its_socket), connection(std::move(parts)) {}
  SocketServer& server;
  const std::uint64_t number;
  const int socket;  // its connection's outbox owns it
  Identity identity;
  Holding place;  // none when refused
  bool is_disowned = false;
  const Connection::Time since = Deadline::Clock::now();
  Connection::Time heard = since;  // it said something, or read
  Connection connection;
  Source source;
  std::uint32_t events = EPOLLIN;
};

class SocketServer : public Server {
 public:
  SocketServer(ServerOptions options, std::vector<Method> methods, Pool& pool,
               MayAdminister may_administer)
      : limits_(options.limits),
        listening_(std::move(options.listening)),
        gate_(options.limits, ::geteuid()),
        dispatch_(std::make_shared<Dispatch>(
            std::move(methods), [&pool](std::function<void()> work) { pool.post(std::move(work)); },
            [this] { return gate_.all().requests->used() <= 1; }, std::move(may_administer))) {}

  Result<void> join(sd_event* event);
  void drain() override;
  bool is_drained() const override;
  ServerCounts counts() const override;

 private:
  static int on_listening(sd_event_source*, int, std::uint32_t, void* server);
  static int on_called(sd_event_source*, int, std::uint32_t, void* server);
  static int on_tick(sd_event_source*, std::uint64_t, void* server);
  static int on_client(sd_event_source*, int, std::uint32_t events, void* client);

  void accept_some();
  void admit(wire::Descriptor socket);
  void end_oldest_refused();
  bool make_room(std::uint32_t uid);
  struct Quiet {
    Connection::Time since;
    Connection::Time gives_way_at;
  };
  std::optional<Quiet> quiet(const Client& client) const;
  bool make_room_within(Room room, std::uint32_t uid);
  void add(wire::Descriptor socket, Identity identity, Holding place);
  void handle(Client& client, std::uint32_t events);
  bool read(Client& client, std::uint32_t events);
  void settle(Client& client);
  void remove(Client& client);
  void tick();
  bool is_overdue(Client& client, Connection::Time now);
  std::chrono::milliseconds tick_interval() const;
  void set_tick();

  const ServerLimits limits_;
  sd_event* event_ = nullptr;
  Listening listening_;
  Gate gate_;
  const std::shared_ptr<const Dispatch> dispatch_;
  const std::shared_ptr<LoopCaller> caller_ = std::make_shared<LoopCaller>();
  std::vector<std::uint8_t> buffer_ = std::vector<std::uint8_t>(read_bytes);
  Source listening_source_, caller_source_, tick_source_;
  std::uint64_t last_number_ = 0;
  std::set<std::uint64_t> refused_now_;  // by number: the oldest is the first
  // Of a user, and whether its own bound is the one that is reached: when a search that found
  // nobody is worth the next.
  std::map<std::pair<std::uint32_t, bool>, Connection::Time> next_place_search_;
  std::atomic<std::uint64_t> searches_ = 0;
  Connection::Time next_search_{};  // for who is silent, after one that found nobody
  MinimumPace pace_{limits::unsent_progress_bytes_min, limits_.unsent_wait_max};
  const Connection::Patience patience_{
      limits_.partial_frame_wait_max, {limits::stream_progress_bytes_min, limits_.stream_wait_max}};
  std::map<std::uint64_t, std::unique_ptr<Client>> clients_;
  std::atomic<std::uint64_t> refused_ = 0;
  std::atomic<std::uint64_t> calls_ = 0;
};

Result<void> SocketServer::join(sd_event* event) {
  event_ = event;
  TRY(ask_for_senders(listening_.socket.number()));
  sd_event_source* source = nullptr;
  int failed =
      sd_event_add_io(event, &source, listening_.socket.number(), EPOLLIN, on_listening, this);
  listening_source_.reset(source);
  if (failed >= 0) {
    failed =
        sd_event_add_io(event, &source, caller_->descriptor().number(), EPOLLIN, on_called, this);
    caller_source_.reset(source);
  }
  if (failed >= 0) {
    failed = sd_event_add_time_relative(event, &source, CLOCK_MONOTONIC, 0, tick_accuracy_us,
                                        on_tick, this);
    tick_source_.reset(source);
  }
  if (failed < 0) {
    return system_error("SERVER_START_FAILED", "watching the listening socket", -failed);
  }
  return {};
}

int SocketServer::on_listening(sd_event_source*, int, std::uint32_t, void* server) {
  static_cast<SocketServer*>(server)->accept_some();
  return 0;
}

int SocketServer::on_called(sd_event_source*, int, std::uint32_t, void* server) {
  auto& self = *static_cast<SocketServer*>(server);
  for (const std::uint64_t number : self.caller_->take()) {
    const auto client = self.clients_.find(number);
    if (client != self.clients_.end()) self.settle(*client->second);
  }
  return 0;
}

int SocketServer::on_tick(sd_event_source*, std::uint64_t, void* server) {
  static_cast<SocketServer*>(server)->tick();
  return 0;
}

int SocketServer::on_client(sd_event_source*, int, std::uint32_t events, void* client) {
  auto& self = *static_cast<Client*>(client);
  self.server.handle(self, events);
  return 0;
}

void SocketServer::accept_some() {
  for (int i = 0; i < limits::accepts_in_a_row_max; ++i) {
    wire::Descriptor socket(
        ::accept4(listening_.socket.number(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (socket.is_open()) {
      admit(std::move(socket));
    } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
      // Without a descriptor to accept with, the loop would spin: look again at the next tick.
      sd_event_source_set_enabled(listening_source_.get(), SD_EVENT_OFF);
      return set_tick();
    } else if (errno != EINTR && errno != ECONNABORTED) {
      return;
    }
  }
}

void SocketServer::admit(wire::Descriptor socket) {
  Result<Identity> identity = identify(socket.number());
  if (!identity.ok() || !ask_for_senders(socket.number()).ok()) return;
  const std::uint32_t uid = identity->peer.uid;
  Holding place(gate_.of_user(uid).connections);
  if (place.grow_to(1) || (make_room(uid) && place.grow_to(1))) {
    return add(std::move(socket), std::move(*identity), std::move(place));
  }
  ++refused_;
  if (refused_now_.size() >= limits_.connections_refused_max) end_oldest_refused();
  add(std::move(socket), std::move(*identity), {});
}

// So that each newcomer is told. What the oldest has asked by now is answered before it goes.
void SocketServer::end_oldest_refused() {
  if (refused_now_.empty()) return;
  Client& client = *clients_.at(*refused_now_.begin());
  read(client, 0);
  remove(client);
}

// Ends the longest silent connection whose place helps. Those that have never asked for anything
// come first, so that they cannot push out one that has.
bool SocketServer::make_room(std::uint32_t uid) {
  const Connection::Time now = Deadline::Clock::now();
  const std::pair scope(uid, gate_.of_user(uid).connections->is_full());
  if (const auto next = next_place_search_.find(scope);
      next != next_place_search_.end() && now < next->second) {
    return false;
  }
  ++searches_;
  const Gate::UserTest helps = gate_.whose_helps(uid, &Meters::connections);
  // Whoever falls silent from now on gives way no sooner.
  Connection::Time next =
      now + std::min(limits_.idle_before_giving_way, limits_.silence_before_giving_way);
  std::pair<bool, Connection::Time> first{true, Connection::Time::max()};
  Client* found = nullptr;
  for (const auto& [number, client] : clients_) {
    if (!helps(client->connection.peer().uid)) continue;
    const std::optional<Quiet> is_quiet = quiet(*client);
    if (!is_quiet) continue;
    if (is_quiet->gives_way_at > now) {
      next = std::min(next, is_quiet->gives_way_at);
      continue;
    }
    const std::pair<bool, Connection::Time> order{client->connection.calls() > 0, is_quiet->since};
    if (order < first) {
      first = order;
      found = client.get();
    }
  }
  if (found == nullptr) {
    std::erase_if(next_place_search_, [now](const auto& entry) { return entry.second <= now; });
    next_place_search_[scope] = next;
    return false;
  }
  remove(*found);
  return true;
}

// Since when, and when that is long enough to give way; nothing: it is at work, or has no place.
std::optional<SocketServer::Quiet> SocketServer::quiet(const Client& client) const {
  const Connection& connection = client.connection;
  const std::optional<Connection::Time> silent = connection.silent_since();
  if (!silent || connection.is_refused()) return std::nullopt;
  const Connection::Time since = std::max(*silent, client.heard);
  return Quiet{since, since + (connection.is_idle() ? limits_.idle_before_giving_way
                                                    : limits_.silence_before_giving_way)};
}

// Ends the longest silent stream, or half a frame, whose place helps.
bool SocketServer::make_room_within(Room room, std::uint32_t uid) {
  const Connection::Time now = Deadline::Clock::now();
  if (now < next_search_) return false;
  const Gate::UserTest helps =
      gate_.whose_helps(uid, room == Room::requests ? &Meters::requests : &Meters::request_bytes);
  Connection::Silence first{now - limits_.silence_before_giving_way, 0};
  Client* found = nullptr;
  for (const auto& [number, client] : clients_) {
    if (!helps(client->connection.peer().uid)) continue;
    const auto silence = client->connection.longest_silence(room);
    if (silence && silence->since <= first.since) {
      first = *silence;
      found = client.get();
    }
  }
  if (found == nullptr) {
    next_search_ = now + limits::silence_search_interval;
    return false;
  }
  found->connection.end_silence(room, first);
  caller_->call(found->number);  // later: it may be the one that is being read from
  return true;
}

void SocketServer::add(wire::Descriptor socket, Identity identity, Holding place) {
  const std::uint64_t number = ++last_number_;
  const int descriptor = socket.number();
  Meters meters = gate_.for_connection(identity.peer.uid);
  auto call_loop = [caller = caller_, number] { caller->call(number); };
  auto outbox = std::make_shared<Outbox>(std::move(socket), meters.unsent_bytes, call_loop);
  const bool is_refused = place.is_empty();
  auto client = std::make_unique<Client>(
      *this, number, descriptor,
      Connection::Parts{
          identity.peer, std::move(meters), std::move(outbox), dispatch_, std::move(call_loop),
          [this, uid = identity.peer.uid](Room room) { return make_room_within(room, uid); }});
  client->identity = std::move(identity);
  client->place = std::move(place);
  if (is_refused) {
    refused_now_.insert(number);
    // By then an idle one gives way.
    client->connection.refuse(
        with_retry_after(exhausted("CONNECTIONS_EXHAUSTED",
                                   "all connections, or all of this user, are taken: try later"),
                         limits_.idle_before_giving_way));
  }
  sd_event_source* source = nullptr;
  const int failed = sd_event_add_io(event_, &source, descriptor, EPOLLIN, on_client, client.get());
  client->source.reset(source);
  Client& added = *clients_.emplace(number, std::move(client)).first->second;
  if (failed < 0) return remove(added);
  if (clients_.size() == 1) set_tick();
}

void SocketServer::handle(Client& client, std::uint32_t events) {
  if ((events & EPOLLOUT) != 0) {
    client.heard = Deadline::Clock::now();
    client.connection.outbox().flush();
  }
  if ((events & EPOLLIN) != 0) {
    if (!read(client, events)) return remove(client);
  } else if ((events & (EPOLLHUP | EPOLLERR)) != 0) {
    return remove(client);
  }
  settle(client);
}

// False when the client has gone.
bool SocketServer::read(Client& client, std::uint32_t events) {
  const auto [count, sender] = receive(client.socket, buffer_);
  if (count < 0) return errno == EAGAIN || errno == EINTR;
  if (count == 0) {
    // Half a close only says that no request will follow.
    client.connection.end_input();
    return (events & EPOLLHUP) == 0;
  }
  const Result<void> is_same = check_sender(client.identity, sender);
  if (!is_same.ok() && !std::exchange(client.is_disowned, true)) {
    client.connection.take_no_more(is_same.error());
  }
  const std::uint64_t calls_before = client.connection.calls();
  client.heard = Deadline::Clock::now();
  client.connection.input(ByteView(buffer_).first(static_cast<std::size_t>(count)), client.heard);
  calls_ += client.connection.calls() - calls_before;
  return true;
}

// Ends it, or waits for what can come next.
void SocketServer::settle(Client& client) {
  if (client.connection.is_finished()) return remove(client);
  std::uint32_t events = 0;
  if (client.connection.wants_input()) events |= EPOLLIN;
  if (client.connection.outbox().state().is_blocked) events |= EPOLLOUT;
  if (events == client.events) return;
  client.events = events;
  sd_event_source_set_io_events(client.source.get(), events);
}

void SocketServer::remove(Client& client) {
  refused_now_.erase(client.number);
  client.source.reset();  // before its descriptor is closed
  clients_.erase(client.number);
}

void SocketServer::tick() {
  const Connection::Time now = Deadline::Clock::now();
  for (auto next = clients_.begin(); next != clients_.end();) {
    Client& client = *next++->second;
    client.connection.check_time(now, patience_);
    if (is_overdue(client, now)) {
      remove(client);
    } else {
      settle(client);
    }
  }
  if (listening_source_) sd_event_source_set_enabled(listening_source_.get(), SD_EVENT_ON);
  if (!clients_.empty()) set_tick();
}

bool SocketServer::is_overdue(Client& client, Connection::Time now) {
  if (client.connection.is_refused() && now - client.since >= limits_.refused_connection_wait_max) {
    return true;
  }
  return client.connection.outbox().is_stalled(now, pace_);
}

std::chrono::milliseconds SocketServer::tick_interval() const {
  using std::chrono::milliseconds;
  const milliseconds shortest =
      std::min({limits_.refused_connection_wait_max, limits_.partial_frame_wait_max,
                limits_.stream_wait_max, pace_.within});
  return std::clamp(shortest / 2, milliseconds(5), milliseconds(500));
}

void SocketServer::set_tick() {
  const std::chrono::microseconds interval = tick_interval();
  sd_event_source_set_time_relative(tick_source_.get(),
                                    static_cast<std::uint64_t>(interval.count()));
  sd_event_source_set_enabled(tick_source_.get(), SD_EVENT_ONESHOT);
}

void SocketServer::drain() {
  listening_source_.reset();
  listening_.socket.close();
  pace_ = {limits::unsent_progress_at_stop_bytes_min, limits_.unsent_wait_at_stop_max};
  for (const auto& [number, client] : clients_) {
    client->connection.take_no_more(
        unavailable("SHUTTING_DOWN", "the daemon is stopping: try again when it is back"));
  }
  if (!clients_.empty()) set_tick();
}

bool SocketServer::is_drained() const {
  return gate_.all().requests->used() == 0 && gate_.all().unsent_bytes->used() == 0;
}

ServerCounts SocketServer::counts() const {
  return {gate_.all().connections->used(), gate_.all().requests->used(), calls_, refused_,
          searches_};
}

}  // namespace

Result<std::unique_ptr<Server>> Server::start(sd_event* event, ServerOptions options,
                                              std::vector<Method> methods, Pool& pool,
                                              MayAdminister may_administer) {
  wire::silence_parser();
  auto server = std::make_unique<SocketServer>(std::move(options), std::move(methods), pool,
                                               std::move(may_administer));
  TRY(server->join(event));
  return std::unique_ptr<Server>(std::move(server));
}

}  // namespace chancery::daemon
