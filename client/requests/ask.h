// Typed questions to the daemon: a message out, a message back.
#pragma once

#include <utility>

#include "client/requests/daemon_options.h"
#include "client/requests/link.h"
#include "wire/service_names.h"

namespace chancery::client {

namespace services = wire::services;

// Error: corrupt ANSWER_MALFORMED.
template <typename Reply>
Result<Reply> read_reply(const std::string& payload) {
  Reply reply;
  if (!reply.ParseFromString(payload))
    return corrupt("ANSWER_MALFORMED",
                   "the daemon's answer cannot be read; is it another version?");
  return reply;
}

// Errors: those of Connection, of the daemon, and of read_reply.
template <typename Reply, typename Request>
Result<Reply> ask(Connection& connection, std::string_view service, std::string_view method,
                  const Request& request, Deadline deadline) {
  const std::string payload =
      TRY(connection.call(service, method, request.SerializeAsString(), deadline));
  return read_reply<Reply>(payload);
}

// The same, once, over a connection that comes back.
template <typename Reply, typename Request>
Result<Reply> ask(Link& link, std::string_view service, std::string_view method,
                  const Request& request, Deadline deadline) {
  const auto connection = TRY(link.connection(deadline));
  return ask<Reply>(*connection, service, method, request, deadline);
}

// Until when a question is repeated, and after which errors.
struct Patience {
  Deadline deadline;
  bool (*passes)(ErrorCode) = may_retry;
};

// Repeats `question`, a function of a connection, later each time and each time on another one.
template <typename Question>
auto repeat(Link& link, const Patience& patience, const Question& question)
    -> decltype(question(std::declval<Connection&>())) {
  for (;;) {
    const auto connection = TRY(link.connection(patience.deadline));
    auto reply = question(*connection);
    if (reply.ok()) link.note_success();
    const bool goes_on = !reply.ok() && patience.passes(reply.error().code) &&
                         link.try_again(connection, reply.error(), patience.deadline);
    if (!goes_on) return reply;
  }
}

// For what only reads, or has an idempotency key.
template <typename Reply, typename Request>
Result<Reply> ask_patiently(Link& link, std::string_view service, std::string_view method,
                            const Request& request, const Patience& patience) {
  return repeat(link, patience, [&](Connection& connection) {
    return ask<Reply>(connection, service, method, request, patience.deadline);
  });
}

// Over a connection of its own, for commands that ask a single question. Only a daemon that is full
// is asked again: nothing happened there.
template <typename Reply, typename Request>
Result<Reply> ask_once(const DaemonOptions& options, std::string_view service,
                       std::string_view method, const Request& request) {
  Link link(socket_path(options));
  return ask_patiently<Reply>(link, service, method, request, {options.deadline(), is_full});
}

}  // namespace chancery::client
