// A daemon with a configuration file that the test may change.
#pragma once

#include <unistd.h>

#include "tests/end_to_end/running_daemon.h"

namespace chancery::testing {

// The tests' own user, for signing and for administering.
inline std::string we_may() {
  const std::string us = "users = [" + std::to_string(::getuid()) + "]\n";
  return "[[rule]]\nname = \"we\"\n" + us + "profiles = [\"*\"]\n";
}
inline std::string we_administer() {
  return "[[rule]]\nname = \"admins\"\nusers = [" + std::to_string(::getuid()) +
         "]\nadmin = true\n";
}

// Which program plays chanceryd, and what it finds in its environment.
struct Stage {
  std::filesystem::path program = std::filesystem::path(CHANCERY_PROGRAMS) / "chanceryd";
  std::vector<std::pair<std::string, std::string>> environment = {};
};

// One software backend, the local log, a profile "default"; `more` is what the test adds.
class ConfiguredDaemon {
 public:
  // `more_keys` are made beside the two that are always there: ",
  // \"rsa=rsa-pkcs1v15-3072-sha256\"".
  explicit ConfiguredDaemon(std::string_view more, std::string_view more_keys = "",
                            Stage stage = {})
      : stage_(std::move(stage)), more_keys_(more_keys) {
    write(more);
    start();
  }

  void restart() {
    stop();
    start();
  }
  // Where it was stopped.
  void start() {
    auto started = try_start();
    EXPECT_TRUE(started.ok()) << standard_error();
    if (started.ok()) process_.emplace(std::move(*started));
    auto connection = client::Connection::open(socket(), soon());
    EXPECT_TRUE(connection.ok());
    if (connection.ok()) connection_ = std::move(*connection);
  }
  void stop() {
    connection_.reset();
    process_->stop();
    process_.reset();
  }
  // For one that is not to start, as standard_error() says.
  Result<DaemonProcess> try_start() const {
    return DaemonProcess::start({.program = stage_.program,
                                 .state_directory = {},
                                 .socket = {},
                                 .config = file(),
                                 .standard_error = directory_ / "stderr",
                                 .environment = stage_.environment});
  }

  void write(std::string_view more) const {
    const std::string at = directory_.path().string();
    write_text(file(),
               "[server]\nsocket = \"" + at + "/socket\"\n[state]\ndirectory = \"" + at +
                   "/state\"\n[log]\norigin = \"log.test\"\nbackend = \"software\"\nkey = \"log\"\n"
                   "[[backend]]\nname = \"software\"\ntype = \"software\"\ndirectory = \"" +
                   at +
                   "/state/keys\"\nmake_missing = [\"default=ecdsa-p256-sha256\", \"log=ed25519\"" +
                   more_keys_ +
                   "]\n"
                   "[[profile]]\nname = \"default\"\nbackend = \"software\"\nkey = \"default\"\n"
                   "signs = \"digests\"\n" +
                   // Where the rules have a file of their own, all of them are there.
                   (more.starts_with("[policy]\nfile") ? "" : we_administer()) + std::string(more));
  }
  std::filesystem::path socket() const { return directory_ / "socket"; }
  std::filesystem::path state() const { return directory_ / "state"; }
  std::filesystem::path file() const { return directory_ / "chancery.toml"; }
  std::string standard_error() const { return read_text(directory_ / "stderr"); }
  DaemonProcess& process() { return *process_; }

  template <typename Reply, typename Request>
  Result<Reply> call(std::string_view service, std::string_view method, const Request& request,
                     Deadline deadline = soon()) {
    const std::string answer =
        TRY(connection_->call(service, method, request.SerializeAsString(), deadline));
    Reply reply;
    EXPECT_TRUE(reply.ParseFromString(answer));
    return reply;
  }

 private:
  const Stage stage_;
  const std::string more_keys_;
  TemporaryDirectory directory_;
  std::optional<DaemonProcess> process_;
  std::unique_ptr<client::Connection> connection_;
};

inline constexpr std::string_view nobody_may =
    "[[rule]]\nname = \"nobody-may\"\nusers = [65533]\nprofiles = [\"default\"]\n";

}  // namespace chancery::testing
