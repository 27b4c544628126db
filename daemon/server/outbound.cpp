#include "daemon/server/outbound.h"

#include <utility>

#include "core/base/limits/socket.h"
#include "wire/message.h"

namespace chancery::daemon {

void Outbound::start(Parts parts, std::unique_ptr<Answer> answer) {
  std::make_shared<Outbound>(std::move(parts), std::move(answer))->go_on();
}

void Outbound::go_on() {
  parts_.dispatch->post([self = shared_from_this()] { self->run(); });
}

void Outbound::run() {
  if (!stream_) {
    const Result<void> begun = begin();
    if (!begun.ok()) return answer_->answer(begun.error());
  }
  while (!parts_.outbox->is_closed()) {
    if (!parts_.outbox->has_room([self = shared_from_this()] { self->go_on(); })) return;
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

Result<void> Outbound::begin() {
  TRY(parts_.dispatch->admit(parts_.row, parts_.call, deadline_));
  stream_ = TRY(parts_.row.method.start_outbound(std::move(parts_.call)));
  CHANCERY_ASSERT(stream_);
  return {};
}

}  // namespace chancery::daemon
