// Any bytes to the daemon's whole front: no crash, frames alone in answer, nothing left held.
// The first byte says in what pieces the rest arrives, and whether the client reads.
#include <sys/socket.h>

#include <cstdlib>
#include <string>

#include "core/base/limits/socket.h"
#include "daemon/server/connection.h"

namespace {

using namespace chancery;
using namespace chancery::daemon;

class Join : public InboundStream {
 public:
  explicit Join(Call call) : call_(std::move(call)) {}
  Result<void> receive(std::string message) override {
    if (message.empty()) return invalid_request("TOY_EMPTY", "an empty message");
    joined_ += message;
    return {};
  }
  void finish() override { call_.responder->answer(std::move(joined_)); }

 private:
  const Call call_;
  std::string joined_;
};

class Count : public OutboundStream {
 public:
  explicit Count(std::size_t left) : left_(left) {}
  Result<std::optional<std::string>> next() override {
    if (left_ == 0) return std::optional<std::string>();
    --left_;
    return std::optional<std::string>(std::string(100'000, 'c'));
  }

 private:
  std::size_t left_;
};

std::shared_ptr<const Dispatch> make_dispatch() {
  const auto echo = [](Call call) { call.responder->answer(std::move(call.payload)); };
  const auto join = [](Call call) -> Result<std::unique_ptr<InboundStream>> {
    return std::unique_ptr<InboundStream>(std::make_unique<Join>(std::move(call)));
  };
  const auto count = [](const Call& call) -> Result<std::unique_ptr<OutboundStream>> {
    return std::unique_ptr<OutboundStream>(std::make_unique<Count>(call.payload.size()));
  };
  std::vector<Method> methods{
      {"t.T", "E", Permission::anyone, echo, nullptr, nullptr},
      {"t.T", "A", Permission::admin, echo, nullptr, nullptr},
      {"t.T", "J", Permission::per_profile, nullptr, join, nullptr},
      {"t.T", "C", Permission::anyone, nullptr, nullptr, count},
  };
  return std::make_shared<Dispatch>(
      std::move(methods), [](const std::function<void()>& work) { work(); }, [] { return false; },
      [](const policy::Peer&, std::string_view) -> Result<Grant> {
        return denied("NO_RULE", "nobody");
      });
}

Meters make_meters() {
  return {nullptr, std::make_shared<Meter>(8), std::make_shared<Meter>(1U << 20),
          std::make_shared<Meter>(4U << 20)};
}

// What the server said, which must be whole frames with odd ids unless the client's was even.
void read_answers(int socket, wire::FrameReader& reader) {
  static std::uint8_t buffer[256U << 10];
  for (ssize_t count; (count = ::recv(socket, buffer, sizeof(buffer), MSG_DONTWAIT)) > 0;) {
    ByteView bytes(buffer, static_cast<std::size_t>(count));
    wire::FrameReader::Event event;
    while ((event = reader.advance(bytes)) != wire::FrameReader::Event::starved) {
      const wire::FrameHeader& header = reader.header();
      const bool is_answer =
          header.type == wire::FrameType::response || header.type == wire::FrameType::data;
      if (!is_answer || header.data_bytes > limits::frame_bytes_max) std::abort();
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::shared_ptr<const Dispatch> dispatch = make_dispatch();
  wire::silence_parser();
  if (size == 0) return 0;
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) std::abort();
  const wire::Descriptor theirs(ends[1]);
  const Meters meters = make_meters();
  wire::FrameReader answers;
  const std::size_t piece = 1U + (data[0] & 0x7fU);
  const bool reads = (data[0] & 0x80U) == 0;
  {
    auto outbox = std::make_shared<Outbox>(wire::Descriptor(ends[0]), meters.unsent_bytes, [] {});
    Connection connection({{}, meters, outbox, dispatch, [] {}, [](Room) { return false; }});
    Connection::Time now{};
    for (ByteView rest(data + 1, size - 1); !rest.empty() && connection.wants_input();) {
      const std::size_t count = std::min(piece, rest.size());
      connection.input(rest.first(count), now);
      rest = rest.subspan(count);
      if (reads) read_answers(theirs.number(), answers);
      outbox->flush();
      now += std::chrono::milliseconds(10);
      connection.check_time(now, {std::chrono::seconds(1), {100, std::chrono::seconds(1)}});
    }
  }
  if (meters.requests->used() + meters.request_bytes->used() + meters.unsent_bytes->used() != 0) {
    std::abort();
  }
  return 0;
}
