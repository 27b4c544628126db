// A private chanceryd for one test, and calls to it by message.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "chancery/v1/admin.pb.h"
#include "chancery/v1/log.pb.h"
#include "chancery/v1/signer.pb.h"
#include "client/connection/connection.h"
#include "core/crypto/digest.h"
#include "tests/support/daemon/daemon_process.h"
#include "tests/support/temporary_directory.h"

namespace chancery::testing {

inline constexpr std::string_view signer = "chancery.v1.Signer";

inline Deadline soon() { return Deadline::after(std::chrono::seconds(60)); }

// The embedded default in a directory of the test's own. Restartable.
class RunningDaemon {
 public:
  RunningDaemon() : RunningDaemon(std::filesystem::temp_directory_path()) {}
  explicit RunningDaemon(const std::filesystem::path& parent) : directory_(parent) { start(); }

  // Asserts that it starts.
  void start() { start(options()); }
  void start(const DaemonOptions& options) {
    Result<DaemonProcess> started = DaemonProcess::start(options);
    ASSERT_TRUE(started.ok()) << started.error().message << "\n" << standard_error();
    process_.emplace(std::move(*started));
    connect();
  }
  void connect() {
    auto connection = client::Connection::open(socket(), soon());
    ASSERT_TRUE(connection.ok()) << connection.error().message;
    connection_ = std::move(*connection);
  }

  DaemonOptions options() const {
    return {.program = std::filesystem::path(CHANCERY_PROGRAMS) / "chanceryd",
            .state_directory = state(),
            .socket = socket(),
            .standard_error = directory_ / "stderr"};
  }
  std::filesystem::path state() const { return directory_ / "state"; }
  std::filesystem::path socket() const { return directory_ / "socket"; }
  std::string standard_error() const { return read_text(directory_ / "stderr"); }
  DaemonProcess& process() { return *process_; }
  client::Connection& connection() { return *connection_; }

  template <typename Reply, typename Request>
  Result<Reply> call(std::string_view service, std::string_view method, const Request& request) {
    const std::string answer =
        TRY(connection_->call(service, method, request.SerializeAsString(), soon()));
    Reply reply;
    EXPECT_TRUE(reply.ParseFromString(answer));
    return reply;
  }
  Result<v1::SignReply> sign(const v1::SignRequest& request) {
    return call<v1::SignReply>(signer, "Sign", request);
  }
  v1::StatusReply status() {
    return *call<v1::StatusReply>("chancery.v1.Admin", "Status", v1::StatusRequest());
  }
  // Empty where it does not stand.
  v1::Alarm alarm(std::string_view name) {
    const v1::StatusReply now = status();
    for (const v1::Alarm& standing : now.alarms()) {
      if (standing.name() == name) return standing;
    }
    return {};
  }

 private:
  TemporaryDirectory directory_;
  std::optional<DaemonProcess> process_;
  std::unique_ptr<client::Connection> connection_;
};

// A good request over SHA-256 of `content`.
inline v1::SignRequest sign_request(std::string_view idempotency_key, std::string_view content) {
  v1::SignRequest request;
  request.set_idempotency_key(std::string(idempotency_key));
  request.set_hash_algorithm(v1::HASH_ALGORITHM_SHA2_256);
  request.set_digest(to_text(sha256(as_bytes(content))));
  return request;
}

// A statement in chunks, and the answer to it.
inline Result<std::string> upload_statement(client::Connection& connection, std::string_view key,
                                            const std::string& statement,
                                            std::string_view profile = "default",
                                            Deadline deadline = soon()) {
  auto upload = connection.upload(signer, "SignStatementStream", deadline);
  v1::SignStatementChunk chunk;
  chunk.set_profile(std::string(profile));
  chunk.set_idempotency_key(std::string(key));
  chunk.set_statement_bytes(statement.size());
  TRY(upload.send(chunk.SerializeAsString()));
  for (std::size_t from = 0; from < statement.size(); from += 1U << 20) {
    v1::SignStatementChunk data;
    data.set_data(statement.substr(from, 1U << 20));
    TRY(upload.send(data.SerializeAsString()));
  }
  return upload.finish();
}

// A statement of about `bytes`, over one subject.
inline std::string statement_of(std::size_t bytes) {
  std::string text =
      R"({"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"app","digest":{"sha256":)"
      R"("2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"}}],)"
      R"("predicateType":"https://example.com/sbom","predicate":{"files":["")";
  while (text.size() + 4 < bytes) text += R"(,"usr/lib/some/file/of/a/package")";
  return text + "]}}";
}

}  // namespace chancery::testing
