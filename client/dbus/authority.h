// Asks polkit whether a caller on the bus may do a thing. The bus's thread alone.
#pragma once

#include <sdbus-c++/sdbus-c++.h>

#include <functional>
#include <memory>
#include <string>

#include "core/base/result.h"

namespace chancery::client {

// Who asks, as the bus says.
struct Caller {
  std::string bus_name;  // ":1.42"
  uid_t uid;
  bool may_be_asked;  // for a password, as the call's own flag allows
};

// Error: unavailable CALLER_GONE.
Result<Caller> caller_of(const sdbus::MethodCall& call);

class Authority {
 public:
  explicit Authority(sdbus::IConnection& bus);

  using Answer = std::function<void(const Result<void>&)>;

  // `answer` comes later, on the bus's thread: yes, or
  //   denied POLKIT_REFUSED          the rules say no, or the password was not given
  //   denied AUTHENTICATION_NEEDED   they would after a password, and the caller may not be asked
  //   unavailable POLKIT_UNAVAILABLE  it could not be asked
  void check(const Caller& caller, const std::string& action, Answer answer);

 private:
  std::unique_ptr<sdbus::IProxy> polkit_;
};

}  // namespace chancery::client
