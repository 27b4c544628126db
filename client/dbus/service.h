// org.chancery.Signer1: what docs/dbus.md describes. The bus's thread alone.
#pragma once

#include <sdbus-c++/sdbus-c++.h>

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "client/dbus/authority.h"
#include "client/dbus/view.h"

namespace chancery::client {

// What the service has others do: it answers when `done` is called, on the bus's thread.
using Reload = std::function<void(std::function<void(const Result<v1::ReloadReply>&)> done)>;

class Service {
 public:
  Service(sdbus::IConnection& bus, Reload reload);

  // The first view makes the name known; from then on every change is told.
  void show(View view);

 private:
  using Act = std::function<void(const Caller&, const sdbus::MethodCall&)>;

  void add_properties();
  void add_methods();
  void guard(const sdbus::MethodCall& call, const std::string& action, Act act);
  Result<void> begin(const Caller& caller);
  void end(const Caller& caller);
  void tell(const std::vector<Change>& changes, const View& before);

  sdbus::IConnection& bus_;
  const Reload reload_;
  Authority authority_;
  View view_;
  bool is_shown_ = false;
  std::size_t waiting_ = 0;
  std::map<std::string, std::size_t> waiting_of_;  // by the caller's name on the bus
  std::unique_ptr<sdbus::IObject> object_;         // last: its handlers use all of the above
};

}  // namespace chancery::client
