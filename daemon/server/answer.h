// The one answer of a request, and what the request holds until then.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "daemon/server/call.h"
#include "daemon/server/meter.h"
#include "daemon/server/outbox.h"

namespace chancery::daemon {

// The places that a request takes up.
struct RequestHoldings {
  Holding request;
  Holding bytes;
};

class Answer : public Responder {
 public:
  Answer(std::shared_ptr<Outbox> outbox, std::uint32_t stream_id, RequestHoldings holdings);
  ~Answer() override;

  void answer(Result<std::string> message) override;
  // A server stream ends without a message.
  void end_stream();

  std::uint32_t stream_id() const { return stream_id_; }

 private:
  void finish(std::string frame);

  const std::shared_ptr<Outbox> outbox_;
  const std::uint32_t stream_id_;
  std::atomic<bool> is_answered_ = false;
  RequestHoldings holdings_;
};

}  // namespace chancery::daemon
