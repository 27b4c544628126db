#include "backends/host/program/serve.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <latch>
#include <semaphore>
#include <thread>

#include "backends/host/message.h"
#include "backends/host/program/files.h"
#include "backends/host/program/hardening.h"
#include "backends/host/program/system_calls.h"
#include "backends/host/program/task.h"
#include "backends/registry.h"
#include "core/base/limits/key_hosts.h"

namespace chancery::host {
namespace {

using Instances = std::vector<std::unique_ptr<KeyBackend>>;

// The next message, or nothing once the daemon is gone (or mad).
std::optional<ToHost> receive(int socket, Bytes& packet) {
  packet.resize(limits::key_host_message_bytes_max);
  ssize_t size = 0;
  do {
    size = recv(socket, packet.data(), packet.size(), 0);
  } while (size < 0 && errno == EINTR);
  if (size <= 0) return std::nullopt;
  Result<ToHost> message = decode_to_host(ByteView(packet).first(static_cast<std::size_t>(size)));
  if (!message.ok()) return std::nullopt;
  return std::move(*message);
}

// A daemon that does not read any more is gone; the guard sees to the rest.
void send(int socket, const FromHost& message) {
  const Bytes packet = encode(message);
  while (::send(socket, packet.data(), packet.size(), MSG_NOSIGNAL) < 0 && errno == EINTR) {
  }
}

bool is_unusable(const KeyBackend& backend, const std::string& key_name) {
  const std::vector<UnusableKey> unusable = backend.unusable_keys();
  return std::ranges::find(unusable, key_name, &UnusableKey::name) != unusable.end();
}

FromHost answer(KeyBackend& backend, const Sign& request) {
  if (request.deadline.passed()) {
    return Refused{request.id, unavailable("DEADLINE_PASSED",
                                           "the deadline passed before the key was reached")};
  }
  Result<Bytes> signature = backend.sign(request.key_name, request.input, request.deadline);
  if (!signature.ok()) {
    return Refused{request.id, signature.error(), is_unusable(backend, request.key_name)};
  }
  return Signed{request.id, std::move(*signature)};
}

FromHost answer(KeyBackend& backend, const Probe& request) {
  auto* device = dynamic_cast<DeviceProbe*>(&backend);
  const Result<void> there = device == nullptr ? Result<void>() : device->probe(request.deadline);
  return Probed{there.ok() ? std::nullopt : std::optional(there.error())};
}

// One thread's work. All of them read the one socket: the kernel gives each packet to one.
void work(int socket, KeyBackend& backend) {
  Bytes packet;
  while (const auto message = receive(socket, packet)) {
    if (const Sign* request = std::get_if<Sign>(&*message)) {
      send(socket, answer(backend, *request));
    } else if (const Probe* probe = std::get_if<Probe>(&*message)) {
      send(socket, answer(backend, *probe));
    } else {
      return;
    }
  }
}

// Threads that compute gain nothing beyond the processors; those that wait for a device do.
std::size_t threads_of(const BackendType& type) {
  const std::size_t threads = std::min(type.threads_max, limits::key_host_threads_max);
  if (type.confinement == Confinement::device) return threads;
  return std::min<std::size_t>(threads, std::max(1U, std::thread::hardware_concurrency()));
}

struct Opening {
  Instances instances;
  std::vector<KeyInfo> keys;
  std::vector<UnusableKey> unusable;
  Opened report;
};

Result<Opening> open_backend(const BackendType& type, const Open& open) {
  Opening out;
  out.report.memory_locked = lock_memory();
  out.report.files_confined = TRY(confine_files(type.paths(open.config)));
  TRY(forbid_network_and_programs());
  if (open.task) perform(type, open, out.report);
  out.instances = TRY(type.open(open.config, threads_of(type), open.deadline));
  out.keys = TRY(out.instances.front()->list_keys(open.deadline));
  out.unusable = out.instances.front()->unusable_keys();
  out.report.takes_probes = dynamic_cast<DeviceProbe*>(out.instances.front().get()) != nullptr;
  out.report.threads = static_cast<std::uint32_t>(out.instances.size());
  return out;
}

// Waits until the daemon is gone. Asks for no event, so that requests do not wake it.
void await_hang_up(int socket) {
  pollfd entry{socket, 0, 0};
  while (poll(&entry, 1, -1) <= 0) {
  }
}

[[noreturn]] void give_up(int socket, const Error& why) {
  send(socket, OpenFailed{why});
  _exit(1);
}

// Threads start before the last filter, which allows no more of them, and work after it.
[[noreturn]] void run(int socket, const BackendType& type, Opening opening) {
  // A thread's own start asks for more than the filter allows (a sanitiser's reads a file).
  std::latch begun(static_cast<std::ptrdiff_t>(opening.instances.size()));
  std::latch shut(1);
  std::counting_semaphore<> finished(0);
  std::vector<std::thread> threads;
  for (std::unique_ptr<KeyBackend>& instance : opening.instances) {
    threads.emplace_back([&, socket, backend = std::move(instance)]() mutable {
      begun.count_down();
      shut.wait();
      work(socket, *backend);
      backend.reset();  // leaves its device in order
      finished.release();
    });
  }
  begun.wait();
  if (type.confinement == Confinement::memory_only) {
    forbid_more_processes();
    const Result<void> confined = allow_memory_only();
    if (!confined.ok()) give_up(socket, confined.error());
  }
  for (KeyInfo& key : opening.keys) send(socket, std::move(key));
  for (UnusableKey& key : opening.unusable) send(socket, std::move(key));
  send(socket, opening.report);
  shut.count_down();

  await_hang_up(socket);
  // A thread that hangs in its device is left there.
  const auto last = std::chrono::steady_clock::now() + limits::key_host_exit_max;
  for (std::size_t i = 0; i < threads.size(); ++i) {
    if (!finished.try_acquire_until(last)) _exit(0);
  }
  for (std::thread& thread : threads) thread.join();
  _exit(0);
}

}  // namespace

void serve(int socket) {
  harden_process(socket);
  Bytes packet;
  const auto message = receive(socket, packet);
  const Open* open = message ? std::get_if<Open>(&*message) : nullptr;
  if (open == nullptr) _exit(1);
  const BackendType* type = find_backend_type(open->backend_type);
  if (type == nullptr) {
    give_up(socket,
            unsupported("BACKEND_UNKNOWN", fmt::format("this key host has no backend type \"{}\"",
                                                       open->backend_type)));
  }
  Result<Opening> opening = open_backend(*type, *open);
  if (!opening.ok()) give_up(socket, opening.error());
  run(socket, *type, std::move(*opening));
}

}  // namespace chancery::host
