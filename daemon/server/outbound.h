// Draws the messages of a server stream from its flow, as fast as the client reads them.
#pragma once

#include <memory>
#include <utility>

#include "daemon/server/answer.h"
#include "daemon/server/call.h"
#include "daemon/server/dispatch.h"
#include "daemon/server/outbox.h"

namespace chancery::daemon {

class Outbound : public std::enable_shared_from_this<Outbound> {
 public:
  struct Parts {
    std::shared_ptr<const Dispatch> dispatch;
    const Dispatch::Row& row;
    Call call;
    std::shared_ptr<Outbox> outbox;
  };
  // Lives until the stream's end or the client's.
  static void start(Parts parts, std::unique_ptr<Answer> answer);
  Outbound(Parts parts, std::unique_ptr<Answer> answer)
      : parts_(std::move(parts)), answer_(std::move(answer)), deadline_(parts_.call.deadline) {}

 private:
  void post(void (Outbound::*step)());
  void begin();
  void open();
  void run();

  Parts parts_;
  const std::unique_ptr<Answer> answer_;
  const Deadline deadline_;
  std::unique_ptr<OutboundStream> stream_;  // the running pool thread's
};

}  // namespace chancery::daemon
