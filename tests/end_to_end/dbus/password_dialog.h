// Who is asked for a password: an authentication agent that knows it, for one process.
#pragma once

#include <sdbus-c++/sdbus-c++.h>
#include <sys/types.h>

#include <memory>
#include <string>

namespace chancery::testing {

// Answers while somebody lets `bus` work. Of the test's one thread.
class PasswordDialog {
 public:
  enum class Person { knows_it, gives_up };

  // For what this process asks. It must run as its user already.
  PasswordDialog(sdbus::IConnection& bus, pid_t process, Person person);

  // What the person was asked; empty: nothing yet.
  const std::string& message() const { return message_; }

 private:
  using Identity = sdbus::Struct<std::string, std::map<std::string, sdbus::Variant>>;
  void enter(const std::string& cookie, const std::vector<Identity>& identities);

  const Person person_;
  std::string message_;
  std::unique_ptr<sdbus::IProxy> polkit_;
  std::unique_ptr<sdbus::IObject> agent_;
};

}  // namespace chancery::testing
