// One call on one stream, between the socket and the flows.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/deadline.h"
#include "core/base/result.h"
#include "core/policy/rule.h"

namespace chancery::daemon {

// The way back to the client. Thread-safe; keeps working (to no effect) when the client has gone.
// Let go of without an answer, it answers internal NO_ANSWER.
class Responder {
 public:
  virtual ~Responder() = default;
  // The final answer, a serialised protobuf message or an error; only the first one counts.
  virtual void answer(Result<std::string> message) = 0;
};

// By which rule an administrator may, and of which rules: for records. Root may by none.
struct Grant {
  std::string rule = {};
  std::string policy = {};  // the rules' hash
};

struct Call {
  policy::Peer peer;
  std::string method;   // "Signer.Sign", for records
  std::string payload;  // the serialised request message
  Deadline deadline;
  std::shared_ptr<Responder> responder;  // null where an OutboundStream answers
  Grant grant = {};                      // of Permission::admin
};

// The messages of a client stream, in order, on a pool thread, never two at once.
// Destroyed without finish() when the client goes or the deadline passes: then nothing happened.
class InboundStream {
 public:
  virtual ~InboundStream() = default;
  // An error ends the stream: it is the answer, later messages are dropped.
  virtual Result<void> receive(std::string message) = 0;
  // The client has said everything; the answer goes to the call's responder.
  virtual void finish() = 0;
};

// The messages of a server stream, on a pool thread, never two at once. The next one is asked for
// when the client has read most of those before it, so a slow reader holds no thread.
class OutboundStream {
 public:
  virtual ~OutboundStream() = default;
  // One serialised message that fits a frame; nothing at the end. An error ends the stream.
  virtual Result<std::optional<std::string>> next() = 0;
};

enum class Permission {
  anyone,       // whoever may connect
  per_profile,  // the flow asks core/policy about the profile in the request
  admin,        // root or a rule with admin = true; checked before the flow runs
};

// One row of the table that dispatch reads. Exactly one of the three functions is set, and says
// what kind of call it is; all run on a pool thread.
struct Method {
  std::string_view service;  // "chancery.v1.Signer"
  std::string_view name;     // "Sign"
  Permission permission;
  std::function<void(Call)> start;                                              // unary
  std::function<Result<std::unique_ptr<InboundStream>>(Call)> start_inbound;    // client stream
  std::function<Result<std::unique_ptr<OutboundStream>>(Call)> start_outbound;  // server stream
  // Starts within microseconds: where nothing else is in flight it runs on the event loop, since a
  // switch to the pool would take longer.
  bool is_brief = false;
  // What a server stream waits for before it starts, a device or the journal: it begins on a pool
  // thread, which it does not keep. `done` runs once, on any thread; its error is the answer.
  std::function<void(const Call&, std::function<void(Result<void>)> done)> prepare = nullptr;
};

}  // namespace chancery::daemon
