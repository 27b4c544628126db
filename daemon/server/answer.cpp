#include "daemon/server/answer.h"

#include <utility>

#include "wire/message.h"

namespace chancery::daemon {

Answer::Answer(std::shared_ptr<Outbox> outbox, std::uint32_t stream_id, RequestHoldings holdings)
    : outbox_(std::move(outbox)), stream_id_(stream_id), holdings_(std::move(holdings)) {}

Answer::~Answer() {
  if (is_answered_) return;
  answer(internal("NO_ANSWER", "the daemon dropped this request without an answer: a bug"));
}

void Answer::answer(Result<std::string> message) {
  if (is_answered_.exchange(true)) return;
  finish(wire::build_response(stream_id_, message));
}

void Answer::end_stream() {
  if (is_answered_.exchange(true)) return;
  finish(wire::build_end(stream_id_));
}

void Answer::finish(std::string frame) {
  outbox_->push(std::move(frame));
  // After the frame: who sees no request in flight and nothing unsent may end the process.
  holdings_.request.release();
  holdings_.bytes.release();
}

}  // namespace chancery::daemon
