#include "tests/support/sockets/acceptor.h"

#include <sys/socket.h>

#include "core/base/result.h"

namespace chancery::testing {

Acceptor::Acceptor(wire::Descriptor bound, Serve serve)
    : serve_(std::move(serve)), listener_(std::move(bound)) {
  CHANCERY_ASSERT(::listen(listener_.number(), SOMAXCONN) == 0);
  acceptor_ = std::thread([this] { accept_all(); });
}

Acceptor::~Acceptor() {
  stop_listening();
  acceptor_.join();
  for (const wire::Descriptor& connection : connections_)
    ::shutdown(connection.number(), SHUT_RDWR);
  for (std::thread& thread : threads_) thread.join();
}

std::size_t Acceptor::connections() const {
  const std::lock_guard lock(mutex_);
  return connections_.size();
}

void Acceptor::stop_listening() { ::shutdown(listener_.number(), SHUT_RDWR); }

void Acceptor::accept_all() {
  for (;;) {
    wire::Descriptor connection(::accept4(listener_.number(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!connection.is_open()) return;
    const std::lock_guard lock(mutex_);
    const int number = connection.number();
    connections_.push_back(std::move(connection));
    threads_.emplace_back([this, number] { serve_(number); });
  }
}

bool send_all(int connection, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::send(connection, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

}  // namespace chancery::testing
