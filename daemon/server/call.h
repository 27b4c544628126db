// One call on one stream, between the socket and the flows.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/base/deadline.h"
#include "core/base/result.h"
#include "core/policy/rule.h"

namespace chancery::daemon {

// The way back to the client. Thread-safe; keeps working (to no effect) when the client has gone.
class Responder {
 public:
  virtual ~Responder() = default;
  // The final answer, a serialised protobuf message or an error; only the first one counts.
  virtual void answer(Result<std::string> message) = 0;
  // One message of a server stream. Blocks while the client is slow; unavailable CLIENT_GONE.
  virtual Result<void> send(std::string message) = 0;
};

struct Call {
  policy::Peer peer;
  std::string method;   // "Signer.Sign", for records
  std::string payload;  // the serialised request message
  Deadline deadline;
  std::shared_ptr<Responder> responder;
};

// The messages of a client stream, in order, on a pool thread, never two at once.
class InboundStream {
 public:
  virtual ~InboundStream() = default;
  // An error ends the stream: it is the answer, later messages are dropped.
  virtual Result<void> receive(std::string message) = 0;
  virtual void finish() = 0;
};

enum class Permission {
  anyone,       // whoever may connect
  per_profile,  // the flow asks core/policy about the profile in the request
  admin,        // root or a rule with admin = true; checked before the flow runs
};

// One row of the table that dispatch reads. Exactly one of the two functions is set; both run on a
// pool thread.
struct Method {
  std::string_view service;  // "chancery.v1.Signer"
  std::string_view name;     // "Sign"
  Permission permission;
  std::function<void(Call)> start;
  std::function<std::unique_ptr<InboundStream>(Call)> start_stream;
};

}  // namespace chancery::daemon
