#include <fmt/format.h>
#include <unistd.h>

#include <iostream>
#include <memory>

#include "chancery/v1/keys.pb.h"
#include "client/admin/commands.h"
#include "client/requests/ask.h"
#include "client/terminal/report.h"
#include "core/base/encoding.h"
#include "core/crypto/digest.h"

namespace chancery::client {

namespace {

const CommandHelp make_help{"Make a key in a backend (administrators).",
                            R"(Examples:
  chancery keys make software:release-2026 --algorithm ecdsa-p256-sha256
  chancery keys make hsm:release --algorithm rsa-pkcs1v15-3072-sha256 --timeout 120

Prints the public key. Name the key in a [[profile]] and `chancery reload`: no restart is needed.
)"};
const CommandHelp delete_help{"Delete a key for good (administrators; asks first).",
                              R"(Examples:
  chancery keys delete software:release-2024                  asks, where a person is there
  chancery keys delete software:release-2024 --confirm TOKEN  what the first call gave

What it signed stays verifiable by whoever has its public key: export that before.
Exit status: 0 deleted, 1 refused or not confirmed, 3 could not ask.
)"};
const CommandHelp stop_key_help{"Refuse to sign with a key from the next request on.",
                                "It stays so until `chancery keys resume`, over restarts too.\n"};
const CommandHelp resume_key_help{"Sign with a stopped key again.", ""};
const CommandHelp stop_profile_help{
    "Refuse to sign with a profile from the next request on.",
    "It stays so until `chancery profiles resume`, over restarts too.\n"};
const CommandHelp resume_profile_help{"Sign with a stopped profile again.", ""};

struct MakeOptions {
  DaemonOptions daemon;
  std::string name;
  std::string algorithm;
};
struct DeleteOptions {
  DaemonOptions daemon;
  std::string name;
  std::string confirmation;
};
struct NameOptions {
  DaemonOptions daemon;
  std::string name;
};

ExitStatus make(const MakeOptions& options) {
  v1::MakeKeyRequest request;
  request.set_key(options.name);
  request.set_algorithm(options.algorithm);
  Link link(socket_path(options.daemon));
  // Once, whatever is full: a device does not empty itself.
  const auto reply =
      ask<v1::MakeKeyReply>(link, services::keys, "MakeKey", request, options.daemon.deadline());
  if (!reply.ok()) return report_error(Style::people, options.name, reply.error());
  print_text(reply->pem());
  return ExitStatus::done;
}

Result<v1::DeleteKeyReply> ask_to_delete(const DeleteOptions& options,
                                         const std::string& confirmation) {
  v1::DeleteKeyRequest request;
  request.set_key(options.name);
  request.set_confirmation(confirmation);
  return ask_once<v1::DeleteKeyReply>(options.daemon, services::keys, "DeleteKey", request);
}

void print_loss(const v1::Key& key) {
  print_remark(fmt::format("{} ({}, SHA-256 {}) would be gone for good.", key.name(),
                           key.algorithm(), hex_encode(sha256(as_bytes(key.spki())))));
  if (!key.certificates().empty()) print_remark("The certificates imported for it would go too.");
}

bool is_said_again(const std::string& name) {
  print_remark("Type its name to delete it:");
  std::string line;
  std::getline(std::cin, line);
  return line == name;
}

ExitStatus finish_deletion(const DeleteOptions& options, const std::string& confirmation) {
  const auto reply = ask_to_delete(options, confirmation);
  if (!reply.ok()) return report_error(Style::people, options.name, reply.error());
  print_line(fmt::format("Deleted {}", reply->key().name()));
  return ExitStatus::done;
}

ExitStatus remove(const DeleteOptions& options) {
  if (!options.confirmation.empty()) return finish_deletion(options, options.confirmation);
  const auto asked = ask_to_delete(options, "");
  if (!asked.ok()) return report_error(Style::people, options.name, asked.error());
  print_loss(asked->key());
  if (isatty(STDIN_FILENO) == 0) {
    print_remark(fmt::format("Nothing is deleted yet. Within {} s, repeat it with --confirm {}",
                             asked->confirmation_seconds(), asked->confirmation()));
    return ExitStatus::refused;
  }
  if (is_said_again(options.name)) return finish_deletion(options, asked->confirmation());
  print_remark("Nothing is deleted.");
  return ExitStatus::refused;
}

// One of the four that change what is signed with.
template <typename Request, typename Reply>
ExitStatus change(const NameOptions& options, std::string_view method,
                  void (*name)(Request&, const std::string&), std::string_view done) {
  Request request;
  name(request, options.name);
  const auto reply = ask_once<Reply>(options.daemon, services::keys, method, request);
  if (!reply.ok()) return report_error(Style::people, options.name, reply.error());
  print_line(fmt::format("{} {}", done, options.name));
  return ExitStatus::done;
}

template <typename Request>
void name_key(Request& request, const std::string& name) {
  request.set_key(name);
}
template <typename Request>
void name_profile(Request& request, const std::string& name) {
  request.set_profile(name);
}

using Change = ExitStatus (*)(const NameOptions&);

void add_change(CommandLine& line, const std::string& name, const CommandHelp& help,
                const std::string& place, Change run) {
  const auto options = std::make_shared<NameOptions>();
  Arguments arguments = line.command(name, help, [options, run] { return run(*options); });
  arguments.place(place, options->name,
                  place == "KEY" ? "backend:name of the key" : "The profile's name");
  add_daemon_options(arguments, options->daemon);
}

}  // namespace

void add_key_life(CommandLine& line) {
  const auto making = std::make_shared<MakeOptions>();
  Arguments make_line = line.command("keys make", make_help, [making] { return make(*making); });
  make_line.text("--algorithm", "NAME", making->algorithm,
                 "Such as ecdsa-p256-sha256 or rsa-pkcs1v15-3072-sha256", Need::required);
  make_line.place("KEY", making->name, "backend:name of the new key");
  add_daemon_options(make_line, making->daemon);

  const auto deleting = std::make_shared<DeleteOptions>();
  Arguments delete_line =
      line.command("keys delete", delete_help, [deleting] { return remove(*deleting); });
  delete_line.text("--confirm", "TOKEN", deleting->confirmation, "As the first call gave it");
  delete_line.place("KEY", deleting->name, "backend:name of the key");
  add_daemon_options(delete_line, deleting->daemon);

  add_change(line, "keys stop", stop_key_help, "KEY", [](const NameOptions& options) {
    return change<v1::StopRequest, v1::StopReply>(options, "Stop", name_key, "Stopped");
  });
  add_change(line, "keys resume", resume_key_help, "KEY", [](const NameOptions& options) {
    return change<v1::ResumeRequest, v1::ResumeReply>(options, "Resume", name_key, "Resumed");
  });
  add_change(line, "profiles stop", stop_profile_help, "PROFILE", [](const NameOptions& options) {
    return change<v1::StopRequest, v1::StopReply>(options, "Stop", name_profile, "Stopped");
  });
  add_change(line, "profiles resume", resume_profile_help, "PROFILE",
             [](const NameOptions& options) {
               return change<v1::ResumeRequest, v1::ResumeReply>(options, "Resume", name_profile,
                                                                 "Resumed");
             });
}

}  // namespace chancery::client
