// chancery-dbus: shows the daemon on the system's bus, and is nothing but one of its clients.
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>

#include <CLI/CLI.hpp>
#include <cstdlib>

#include "client/dbus/inbox.h"
#include "client/dbus/service.h"
#include "client/dbus/watch.h"
#include "client/terminal/report.h"
#include "wire/own_places.h"

namespace chancery::client {

namespace {

// Before any thread exists: they inherit the mask, and only the loop sees the signals.
wire::Descriptor take_signals() {
  signal(SIGPIPE, SIG_IGN);
  sigset_t handled;
  sigemptyset(&handled);
  for (const int number : {SIGTERM, SIGINT}) sigaddset(&handled, number);
  sigprocmask(SIG_BLOCK, &handled, nullptr);
  return wire::Descriptor(::signalfd(-1, &handled, SFD_CLOEXEC));
}

// Until a signal to stop. Throws sdbus::Error where the bus is gone.
void serve(sdbus::IConnection& bus, Inbox& inbox, const wire::Descriptor& signals) {
  while (true) {
    const bool is_busy = bus.processPendingRequest();
    const auto wanted = bus.getEventLoopPollData();
    pollfd entries[] = {{wanted.fd, wanted.events, 0},
                        {inbox.descriptor().number(), POLLIN, 0},
                        {signals.number(), POLLIN, 0}};
    ::poll(entries, std::size(entries), is_busy ? 0 : wanted.getPollTimeout());
    if (entries[1].revents != 0) inbox.work();
    if (entries[2].revents != 0) return;
  }
}

void run(const std::filesystem::path& socket) {
  const wire::Descriptor signals = take_signals();
  const auto bus = sdbus::createSystemBusConnection();
  Inbox inbox;
  Watch* asked = nullptr;
  Service service(*bus, [&] { asked->reload(); });
  Watch watch(
      socket,
      [&](const Result<v1::StatusReply>& status) {
        const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
        inbox.post([&service, view = view_of(status, now)] { service.show(view); });
      },
      [&](const Result<v1::ReloadReply>& reply) {
        inbox.post([&service, reply] { service.answer_reload(reply); });
      });
  asked = &watch;
  serve(*bus, inbox, signals);
}

}  // namespace

}  // namespace chancery::client

int main(int argc, char** argv) {
  using namespace chancery::client;
  std::string socket = chancery::wire::system_socket;
  CLI::App app("chancery-dbus shows a signing daemon on the system's bus as org.chancery.Signer1.");
  app.set_version_flag("--version", std::string(CHANCERY_VERSION));
  app.add_option("--socket", socket, "the daemon's socket (default: the system's)")
      ->type_name("PATH");
  CLI11_PARSE(app, argc, argv);
  try {
    run(socket);
  } catch (const sdbus::Error& error) {
    print_remark("chancery-dbus: the system's bus: " + error.getMessage());
    return EXIT_FAILURE;
  }
  return EXIT_SUCCESS;
}
