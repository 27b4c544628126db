#include "daemon/server/outbound.h"

#include <utility>

#include "core/base/limits/socket.h"
#include "wire/message.h"

namespace chancery::daemon {

void Outbound::start(Parts parts, std::unique_ptr<Answer> answer) {
  std::make_shared<Outbound>(std::move(parts), std::move(answer))->post(&Outbound::begin);
}

void Outbound::post(void (Outbound::*step)()) {
  parts_.dispatch->post([self = shared_from_this(), step] { (self.get()->*step)(); });
}

void Outbound::begin() {
  const Result<void> admitted = parts_.dispatch->admit(parts_.row, parts_.call, deadline_);
  if (!admitted.ok()) return answer_->answer(admitted.error());
  const Method& method = parts_.row.method;
  if (!method.prepare) return open();
  method.prepare(parts_.call, [self = shared_from_this()](const Result<void>& prepared) {
    if (!prepared.ok()) return self->answer_->answer(prepared.error());
    self->post(&Outbound::open);
  });
}

void Outbound::open() {
  if (parts_.outbox->is_closed()) return;  // nobody reads it any more
  Result<std::unique_ptr<OutboundStream>> stream =
      parts_.row.method.start_outbound(std::move(parts_.call));
  if (!stream.ok()) return answer_->answer(stream.error());
  stream_ = *std::move(stream);
  CHANCERY_ASSERT(stream_);
  run();
}

void Outbound::run() {
  while (!parts_.outbox->is_closed()) {
    const auto go_on = [self = shared_from_this()] { self->post(&Outbound::run); };
    if (!parts_.outbox->has_room(go_on)) return;
    if (deadline_.passed()) {
      return answer_->answer(
          unavailable("DEADLINE_PASSED", "the stream took longer than its time"));
    }
    Result<std::optional<std::string>> message = stream_->next();
    if (!message.ok()) return answer_->answer(message.error());
    if (!message->has_value()) return answer_->end_stream();
    if ((*message)->size() > limits::frame_bytes_max) {
      return answer_->answer(internal("ANSWER_TOO_LARGE", "a message of a stream fits no frame"));
    }
    parts_.outbox->push(wire::build_data(answer_->stream_id(), **message));
  }
}

}  // namespace chancery::daemon
