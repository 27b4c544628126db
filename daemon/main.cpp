// chanceryd: reads the configuration, starts the daemon, and turns signals into its verbs.
#include <fmt/format.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <thread>

#include "backends/registry.h"
#include "core/base/limits/administration.h"
#include "core/base/limits/journal.h"
#include "daemon/config/places.h"
#include "daemon/daemon.h"
#include "daemon/note.h"
#include "daemon/options.h"

namespace chancery::daemon {
namespace {

struct Loop {
  sd_event* event;
  Daemon* daemon = nullptr;
  Deadline give_up = Deadline::after(std::chrono::hours(1));
};

using EventPtr = std::unique_ptr<sd_event, sd_event* (*)(sd_event*)>;

constexpr std::uint64_t drain_look_interval_us = 5'000;
constexpr std::uint64_t retention_interval_us = 3'600'000'000;
constexpr std::uint64_t disk_look_interval_us =
    std::chrono::microseconds(limits::disk_look_interval).count();
constexpr std::uint64_t damage_look_interval_us =
    std::chrono::microseconds(limits::damage_look_interval).count();
constexpr std::uint64_t stuck_look_interval_us =
    std::chrono::microseconds(limits::stuck_look_interval).count();
constexpr std::uint64_t metrics_interval_us = 10'000'000;  // of a monitor's usual look

int look_whether_drained(sd_event_source* timer, std::uint64_t, void* userdata) {
  Loop& loop = *static_cast<Loop*>(userdata);
  if (loop.daemon->is_drained()) return sd_event_exit(loop.event, 0);
  if (loop.give_up.passed()) {
    if (loop.daemon->has_work()) {
      note(Priority::warning,
           "stopping with work unfinished; what was signed is finished after the next start");
    }
    std::_Exit(0);  // see Ending
  }
  sd_event_source_set_time_relative(timer, drain_look_interval_us);
  return sd_event_source_set_enabled(timer, SD_EVENT_ONESHOT);
}

// The daemon's parts end one after the other, each when its device lets it. Past the deadline the
// process ends without them: the journal has it all, and the next start does what they left.
class Ending {
 public:
  explicit Ending(Deadline give_up) : thread_([this, give_up] { wait(give_up); }) {}
  ~Ending() {
    {
      const std::lock_guard lock(mutex_);
      is_over_ = true;
    }
    ended_.notify_all();
    thread_.join();
  }
  Ending(const Ending&) = delete;
  Ending& operator=(const Ending&) = delete;

 private:
  void wait(Deadline give_up) {
    std::unique_lock lock(mutex_);
    if (ended_.wait_until(lock, give_up.when(), [this] { return is_over_; })) return;
    note(Priority::warning, "stopping without a device that does not answer, or a slow disk");
    std::_Exit(0);
  }

  std::mutex mutex_;
  std::condition_variable ended_;
  bool is_over_ = false;
  std::thread thread_;  // last: it uses all the others
};

void end(std::unique_ptr<Daemon> daemon, Deadline give_up) {
  const Deadline orderly = Deadline::after(limits::shutdown_end_max);
  const Ending ending(orderly.when() < give_up.when() ? orderly : give_up);
  daemon.reset();
}

int stop(sd_event_source*, const signalfd_siginfo*, void* userdata) {
  Loop& loop = *static_cast<Loop*>(userdata);
  sd_notify(0, "STOPPING=1");
  loop.give_up = Deadline::after(limits::shutdown_max);
  loop.daemon->drain();
  sd_event_add_time_relative(loop.event, nullptr, CLOCK_MONOTONIC, 0, 0, look_whether_drained,
                             &loop);
  return 0;
}

int reload(sd_event_source*, const signalfd_siginfo* signal, void* userdata) {
  sd_notify(0, "RELOADING=1");
  policy::Peer sender;
  sender.uid = signal->ssi_uid;
  sender.pid = static_cast<std::int32_t>(signal->ssi_pid);
  static_cast<Loop*>(userdata)->daemon->reload(sender);
  sd_notify(0, "READY=1");
  return 0;
}

int feed_watchdog(sd_event_source* timer, std::uint64_t, void* userdata) {
  Loop& loop = *static_cast<Loop*>(userdata);
  std::uint64_t interval_us = 0;
  if (sd_watchdog_enabled(0, &interval_us) <= 0) return 0;
  const std::string hanging = loop.daemon->find_hanging_worker();
  if (hanging.empty()) {
    sd_notify(0, "WATCHDOG=1");
  } else {
    note(Priority::error, hanging + " makes no progress; the watchdog is not fed");
  }
  sd_event_source_set_time_relative(timer, interval_us / 3);
  return sd_event_source_set_enabled(timer, SD_EVENT_ONESHOT);
}

// At once, and each `interval_us` after it.
template <void (Daemon::*act)(), std::uint64_t interval_us>
int repeat(sd_event_source* timer, std::uint64_t, void* userdata) {
  (*static_cast<Loop*>(userdata)->daemon.*act)();
  sd_event_source_set_time_relative(timer, interval_us);
  return sd_event_source_set_enabled(timer, SD_EVENT_ONESHOT);
}

void listen(Loop& loop) {
  sd_event_add_signal(loop.event, nullptr, SIGTERM, stop, &loop);
  sd_event_add_signal(loop.event, nullptr, SIGINT, stop, &loop);
  sd_event_add_signal(loop.event, nullptr, SIGHUP, reload, &loop);
  for (const sd_event_time_handler_t handler :
       {&feed_watchdog, &repeat<&Daemon::forget_old, retention_interval_us>,
        &repeat<&Daemon::write_metrics, metrics_interval_us>,
        &repeat<&Daemon::look_at_disks, disk_look_interval_us>,
        &repeat<&Daemon::look_at_damage, damage_look_interval_us>,
        &repeat<&Daemon::retry_stuck, stuck_look_interval_us>}) {
    sd_event_add_time_relative(loop.event, nullptr, CLOCK_MONOTONIC, 0, 0, handler, &loop);
  }
}

// Before any thread exists: they inherit the mask, and only the loop sees the signals.
void block_signals() {
  signal(SIGPIPE, SIG_IGN);
  sigset_t handled;
  sigemptyset(&handled);
  for (const int number : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&handled, number);
  sigprocmask(SIG_BLOCK, &handled, nullptr);
}

Result<Config> configuration(const Options& options) {
  if (!options.config.empty()) return load_config(options.config, backend_types());
  const Places places = default_places(options.state_directory, options.socket);
  if (!places.config.empty()) return load_config(places.config, backend_types());
  return embedded_default(places.state_directory, places.socket, ::getuid());
}

void say_ready(int ready_fd) {
  sd_notify(0, "READY=1");
  if (ready_fd < 0) return;
  [[maybe_unused]] const ssize_t written = ::write(ready_fd, "ready\n", 6);
  ::close(ready_fd);
}

int fail(const Error& error) {
  const std::string text = error.reason + ": " + error.message;
  note_lines(Priority::error, text);
  // One line: a second one would be another assignment.
  sd_notifyf(0, "STATUS=%s", text.substr(0, text.find('\n')).c_str());
  return EXIT_FAILURE;
}

int run(const Options& options) {
  block_signals();
  Result<Config> config = configuration(options);
  if (!config.ok()) {
    // Several lines, one a problem: for a person, so not through note().
    std::fprintf(stderr, "chanceryd: %s\n", config.error().message.c_str());
    return EXIT_FAILURE;
  }
  if (options.check_only) {
    std::puts("the configuration holds");
    if (config->rules.rules.empty()) std::puts("without a [[rule]] nobody may sign");
    return EXIT_SUCCESS;
  }
  sd_event* raw_event = nullptr;
  if (const int error = sd_event_default(&raw_event); error < 0) {
    return fail(system_error("EVENT_LOOP_FAILED", "the event loop", -error));
  }
  const EventPtr event(raw_event, sd_event_unref);
  Result<std::unique_ptr<Daemon>> daemon =
      Daemon::start(std::move(*config), options.to_make_anew, event.get());
  if (!daemon.ok()) return fail(daemon.error());
  Loop loop{event.get(), daemon->get()};
  listen(loop);
  say_ready(options.ready_fd);
  const int looped = sd_event_loop(event.get());
  end(*std::move(daemon), loop.give_up);
  return looped < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

}  // namespace
}  // namespace chancery::daemon

int main(int argc, char** argv) {
  const auto options = chancery::daemon::read_command_line(argc, argv);
  if (const auto* exit_now = std::get_if<chancery::daemon::ExitNow>(&options))
    return exit_now->status;
  return chancery::daemon::run(std::get<chancery::daemon::Options>(options));
}
