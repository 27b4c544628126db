#include "client/requests/explanation.h"

#include <fmt/format.h>

#include "client/requests/ask.h"

namespace chancery::client {

namespace {

ExitStatus status_of(const v1::ExplainReply& reply) {
  if (reply.is_allowed()) return ExitStatus::done;
  return reply.may_try_again() ? ExitStatus::could_not_run : ExitStatus::refused;
}

Json json_of(std::string_view subject, const v1::ExplainReply& reply) {
  return {{"artifact", subject},      {"allowed", reply.is_allowed()},
          {"rule", reply.rule()},     {"explanation", reply.explanation()},
          {"reason", reply.reason()}, {"key", reply.key()}};
}

std::string line_of(std::string_view subject, const v1::ExplainReply& reply) {
  const std::string of = subject.empty() ? "" : fmt::format("{}: ", subject);
  if (!reply.is_allowed()) {
    return fmt::format("{}refused: {}: {}", of, reply.reason(), reply.explanation());
  }
  return fmt::format("{}allowed, with {}: {}", of, reply.key(), reply.explanation());
}

}  // namespace

ExitStatus explain(const DaemonOptions& options, std::string_view subject,
                   const v1::ExplainRequest& request) {
  const auto reply = ask_once<v1::ExplainReply>(options, services::policy, "Explain", request);
  if (!reply.ok()) return report_error(style_of(options.json), subject, reply.error());
  if (options.json) {
    print_json(json_of(subject, *reply));
  } else {
    print_line(line_of(subject, *reply));
  }
  return status_of(*reply);
}

}  // namespace chancery::client
