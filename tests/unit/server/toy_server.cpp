#include "tests/unit/server/toy_server.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <future>
#include <iterator>
#include <utility>

namespace chancery::daemon {
namespace {

class Join : public InboundStream {
 public:
  Join(Call call, std::atomic<int>& ended) : call_(std::move(call)), ended_(ended) {}
  ~Join() override { ++ended_; }
  Result<void> receive(std::string message) override {
    if (message == "refuse") return invalid_request("TOY_REFUSED", "as asked");
    joined_ += message + ";";
    return {};
  }
  void finish() override { call_.responder->answer(joined_); }

 private:
  const Call call_;
  std::atomic<int>& ended_;
  std::string joined_;
};

class Count : public OutboundStream {
 public:
  explicit Count(std::size_t count) : count_(count) {}
  Result<std::optional<std::string>> next() override {
    if (made_ == count_) return std::optional<std::string>();
    return std::optional<std::string>(
        std::string(64U << 10, static_cast<char>('a' + made_++ % 26)));
  }

 private:
  const std::size_t count_;
  std::size_t made_ = 0;
};

Result<std::unique_ptr<OutboundStream>> start_count(Call call) {
  if (call.payload == "none") return not_found("TOY_NOT_FOUND", "as asked");
  return std::unique_ptr<OutboundStream>(std::make_unique<Count>(std::stoul(call.payload)));
}

Result<Grant> may_administer(const policy::Peer& peer, std::string_view method) {
  if (peer.uid == ::getuid() && method == "Toy.Administer") {
    return denied("NO_RULE", "nobody administers a toy");
  }
  return Grant{"owners", "cafe"};
}

}  // namespace

void Latch::hold(std::shared_ptr<Responder> responder) {
  const std::lock_guard lock(mutex_);
  held_.push_back(std::move(responder));
  changed_.notify_all();
}

void Latch::wait_for(std::size_t held) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return held_.size() >= held; });
}

void Latch::release_all(const std::string& answer) {
  const std::lock_guard lock(mutex_);
  for (const auto& responder : std::exchange(held_, {})) responder->answer(answer);
}

std::vector<Method> ToyServer::methods(std::vector<Method> more) {
  const auto unary = [](std::string_view name, std::function<void(Call)> start) {
    return Method{"toy.Toy", name, Permission::anyone, std::move(start), nullptr, nullptr};
  };
  const auto echo = [](Call call) { call.responder->answer(std::move(call.payload)); };
  const auto join = [this](Call call) -> Result<std::unique_ptr<InboundStream>> {
    ++begun_streams_;
    return std::unique_ptr<InboundStream>(std::make_unique<Join>(std::move(call), ended_streams_));
  };
  std::vector<Method> methods{
      unary("Echo", echo),
      unary("Fail", [](Call call) { call.responder->answer(corrupt(call.payload, "as asked")); }),
      unary("Drop", [](const Call&) {}),
      unary("Hold", [this](Call call) { latch_.hold(std::move(call.responder)); }),
      unary("Administer", echo),
      unary("Own", [](Call call) { call.responder->answer(call.grant.rule + call.grant.policy); }),
      unary("Swell", [](Call call) { call.responder->answer(std::string(5U << 20, 's')); }),
      Method{"toy.Toy", "Join", Permission::anyone, nullptr, join, nullptr},
      Method{"toy.Toy", "Count", Permission::anyone, nullptr, nullptr, start_count},
  };
  methods[4].permission = methods[5].permission = Permission::admin;
  std::move(more.begin(), more.end(), std::back_inserter(methods));
  return methods;
}

ToyServer::ToyServer(const ServerLimits& limits, std::vector<Method> more, unsigned threads)
    : pool_(threads), wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  std::promise<void> started;
  loop_ = std::thread([&] {
    sd_event_new(&event_);
    Listening listening = listen_at(socket_, 0600).value();
    server_ = Server::start(event_, {std::move(listening), limits}, methods(std::move(more)), pool_,
                            may_administer)
                  .value();
    started.set_value();
    run();
    server_.reset();
    sd_event_unref(event_);
  });
  started.get_future().wait();
}

ToyServer::~ToyServer() {
  latch_.release_all();
  on_loop([this](Server&) { sd_event_exit(event_, 0); });
  loop_.join();
}

void ToyServer::run() {
  const auto work = [](sd_event_source*, int, std::uint32_t, void* toy) {
    auto& self = *static_cast<ToyServer*>(toy);
    std::uint64_t count = 0;
    (void)!::read(self.wake_.number(), &count, sizeof(count));
    std::vector<std::function<void()>> batch;
    {
      const std::lock_guard lock(self.mutex_);
      batch.swap(self.work_);
    }
    for (const auto& piece : batch) piece();
    return 0;
  };
  sd_event_add_io(event_, nullptr, wake_.number(), EPOLLIN, work, this);
  sd_event_loop(event_);
}

void ToyServer::on_loop(const std::function<void(Server&)>& work) {
  std::promise<void> done;
  {
    const std::lock_guard lock(mutex_);
    work_.emplace_back([&] {
      work(*server_);
      done.set_value();
    });
  }
  const std::uint64_t one = 1;
  (void)!::write(wake_.number(), &one, sizeof(one));
  done.get_future().wait();
}

void ToyServer::wait_until(const std::function<bool(Server&)>& condition) {
  bool holds = false;
  while (!holds) {
    on_loop([&](Server& server) { holds = condition(server); });
  }
}

}  // namespace chancery::daemon
