// Typed questions to the daemon: a message out, a message back.
#pragma once

#include "client/requests/daemon_options.h"
#include "client/requests/link.h"

namespace chancery::client {

namespace services {
inline constexpr std::string_view signer = "chancery.v1.Signer";
inline constexpr std::string_view keys = "chancery.v1.Keys";
inline constexpr std::string_view log = "chancery.v1.Log";
inline constexpr std::string_view policy = "chancery.v1.Policy";
inline constexpr std::string_view admin = "chancery.v1.Admin";
}  // namespace services

// Error: corrupt ANSWER_MALFORMED.
template <typename Reply>
Result<Reply> read_reply(const std::string& payload) {
  Reply reply;
  if (!reply.ParseFromString(payload))
    return corrupt("ANSWER_MALFORMED",
                   "the daemon's answer cannot be read; is it another version?");
  return reply;
}

// Once, without a retry. Errors: those of Connection, of the daemon, and of read_reply.
template <typename Reply, typename Request>
Result<Reply> ask(Link& link, std::string_view service, std::string_view method,
                  const Request& request, Deadline deadline) {
  const auto connection = TRY(link.connection(deadline));
  const std::string payload =
      TRY(connection->call(service, method, request.SerializeAsString(), deadline));
  return read_reply<Reply>(payload);
}

// The same over a connection of its own, for commands that ask a single question.
template <typename Reply, typename Request>
Result<Reply> ask_once(const DaemonOptions& options, std::string_view service,
                       std::string_view method, const Request& request) {
  Link link(socket_path(options));
  return ask<Reply>(link, service, method, request, options.deadline());
}

}  // namespace chancery::client
