// The table of methods: which one a request means, and what stands before every flow.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/server/call.h"

namespace chancery::daemon {

// Pool::post in the daemon; tests and fuzzers run the work where they stand.
using Post = std::function<void(std::function<void()>)>;
using IsAlone = std::function<bool()>;  // nothing but the request at hand is in flight
using MayAdminister = std::function<Result<Grant>(const policy::Peer&, std::string_view method)>;

class Dispatch : public std::enable_shared_from_this<Dispatch> {
 public:
  struct Row {
    Method method;
    std::string call_name;  // "Signer.Sign"
  };

  Dispatch(std::vector<Method> methods, Post post, IsAlone is_alone, MayAdminister may_administer);

  // Errors: unsupported SERVICE_UNKNOWN, METHOD_UNKNOWN.
  Result<const Row*> find(const std::string& service, const std::string& method) const;
  void post(std::function<void()> work) const { post_(std::move(work)); }
  // A unary call.
  void start(const Row& row, Call call) const;

  // Just before the flow, on its thread: whether it may run, which the call then says. Errors:
  // unavailable DEADLINE_PASSED, or the administrator's.
  Result<void> admit(const Row& row, Call& call, Deadline deadline) const;

 private:
  void run(const Row& row, Call call) const;

  std::map<std::string, std::map<std::string, Row>> rows_;  // by service, by name
  Post post_;
  IsAlone is_alone_;
  MayAdminister may_administer_;
};

}  // namespace chancery::daemon
