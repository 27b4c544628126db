// org.chancery.Signer1: what docs/dbus.md describes. The bus's thread alone.
#pragma once

#include <sdbus-c++/sdbus-c++.h>

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "client/dbus/authority.h"
#include "client/dbus/view.h"

namespace chancery::client {

class Service {
 public:
  // `reload` is to have the daemon reload; each call of it is followed by one of answer_reload(),
  // in the same order.
  Service(sdbus::IConnection& bus, std::function<void()> reload);

  // The first view makes the name known; from then on every change is told.
  void show(View view);
  void answer_reload(const Result<v1::ReloadReply>& reply);

 private:
  // Messages of the bus count their users without a lock: they stay on this thread.
  struct Waiting {
    Caller caller;
    sdbus::MethodCall call;
  };
  using Act = std::function<void(const Caller&, const sdbus::MethodCall&)>;

  void add_properties();
  void add_methods();
  void guard(const sdbus::MethodCall& call, const std::string& action, Act act);
  Result<void> begin(const Caller& caller);
  void end(const Caller& caller);
  void tell(const std::vector<Change>& changes, const View& before);

  sdbus::IConnection& bus_;
  const std::function<void()> reload_;
  Authority authority_;
  View view_;
  bool is_shown_ = false;
  std::deque<Waiting> reloads_;
  std::size_t waiting_ = 0;
  std::map<uid_t, std::size_t> waiting_of_;
  std::unique_ptr<sdbus::IObject> object_;  // last: its handlers use all of the above
};

}  // namespace chancery::client
