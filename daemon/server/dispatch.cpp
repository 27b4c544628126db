#include "daemon/server/dispatch.h"

#include <utility>

#include "core/base/limits/statements.h"

namespace chancery::daemon {
namespace {

// A name from outside, fit for a message.
std::string quoted(std::string_view name) {
  std::string text = "\"";
  for (const char character : name.substr(0, limits::name_bytes_max)) {
    const bool is_plain = character >= 0x20 && character < 0x7f && character != '"';
    text += is_plain ? character : '?';
  }
  return text + (name.size() > limits::name_bytes_max ? "...\"" : "\"");
}

std::string short_name(std::string_view service) {
  return std::string(service.substr(service.rfind('.') + 1));
}

}  // namespace

Dispatch::Dispatch(std::vector<Method> methods, Post post, IsAlone is_alone,
                   MayAdminister may_administer)
    : post_(std::move(post)),
      is_alone_(std::move(is_alone)),
      may_administer_(std::move(may_administer)) {
  for (Method& method : methods) {
    const int kinds =
        (method.start ? 1 : 0) + (method.start_inbound ? 1 : 0) + (method.start_outbound ? 1 : 0);
    CHANCERY_ASSERT(kinds == 1);
    std::string call_name = short_name(method.service) + "." + std::string(method.name);
    auto& service = rows_[std::string(method.service)];
    std::string name(method.name);
    service.emplace(std::move(name), Row{std::move(method), std::move(call_name)});
  }
}

Result<const Dispatch::Row*> Dispatch::find(const std::string& service,
                                            const std::string& method) const {
  const auto rows = rows_.find(service);
  if (rows == rows_.end()) {
    return unsupported("SERVICE_UNKNOWN",
                       "there is no service " + quoted(service) + " here; docs/wire.md lists them");
  }
  const auto row = rows->second.find(method);
  if (row == rows->second.end()) {
    return unsupported("METHOD_UNKNOWN", "the service " + service + " has no method " +
                                             quoted(method) + "; docs/wire.md lists them");
  }
  return &row->second;
}

void Dispatch::start(const Row& row, Call call) const {
  if (row.method.is_brief && is_alone_()) return run(row, std::move(call));
  post_([self = shared_from_this(), &row, call = std::move(call)]() mutable {
    self->run(row, std::move(call));
  });
}

void Dispatch::run(const Row& row, Call call) const {
  const Result<void> allowed = admit(row, call, call.deadline);
  if (!allowed.ok()) return call.responder->answer(allowed.error());
  row.method.start(std::move(call));
}

Result<void> Dispatch::admit(const Row& row, Call& call, Deadline deadline) const {
  if (deadline.passed()) {
    return unavailable("DEADLINE_PASSED",
                       "the request's time was over before its turn came: nothing happened");
  }
  if (row.method.permission != Permission::admin) return {};
  call.grant = TRY(may_administer_(call.peer, row.call_name));
  return {};
}

}  // namespace chancery::daemon
