// Requests on their way: whoever asks again for one of them waits for the same answer.
#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "core/base/deadline.h"
#include "daemon/journal/records.h"
#include "daemon/server/call.h"

namespace chancery::daemon {

// Thread-safe.
class InFlight {
 public:
  // The request is on its way from now on. False once closed: it must not be signed any more.
  bool begin(RequestId id);
  // Lets nothing more begin, and waits for what has begun. False when the deadline passed: then
  // things go on as before.
  bool close(Deadline deadline);
  void open_again();
  // `responder` gets the answer of request `id` too. False: it is not on its way (any more).
  bool join(RequestId id, std::shared_ptr<Responder> responder);
  // The request has its answer; gives those who joined.
  std::vector<std::shared_ptr<Responder>> end(RequestId id);
  std::size_t size() const;

 private:
  mutable std::mutex mutex_;
  std::condition_variable ended_;
  bool is_closed_ = false;
  std::map<RequestId, std::vector<std::shared_ptr<Responder>>> waiting_;
};

}  // namespace chancery::daemon
