// Who comes to a listening socket of a test is served on a thread of their own.
#pragma once

#include <functional>
#include <mutex>
#include <string_view>
#include <thread>
#include <vector>

#include "wire/descriptor.h"

namespace chancery::testing {

// Listens from the first to the last moment of its life; at its end every connection is cut and
// every thread has ended, so declare it last: what `serve` uses must outlive it.
class Acceptor {
 public:
  using Serve = std::function<void(int connection)>;

  Acceptor(wire::Descriptor bound, Serve serve);
  ~Acceptor();
  Acceptor(const Acceptor&) = delete;
  Acceptor& operator=(const Acceptor&) = delete;

  std::size_t connections() const;  // so far
  void stop_listening();

 private:
  void accept_all();

  Serve serve_;
  wire::Descriptor listener_;
  mutable std::mutex mutex_;
  std::vector<wire::Descriptor> connections_;
  std::vector<std::thread> threads_;
  std::thread acceptor_;
};

// False: the other side is gone.
bool send_all(int connection, std::string_view bytes);

}  // namespace chancery::testing
