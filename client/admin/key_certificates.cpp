#include <fmt/format.h>

#include <memory>

#include "chancery/v1/keys.pb.h"
#include "client/admin/commands.h"
#include "client/files/file.h"
#include "client/requests/ask.h"
#include "client/terminal/report.h"
#include "core/base/limits/administration.h"

namespace chancery::client {

namespace {

const CommandHelp request_help{
    "Ask for a certificate: a PKCS#10 request, signed by the key (administrators).",
    R"(Examples:
  chancery keys csr hsm:release --subject "CN=Release Signing, O=Example" > release.csr
  chancery keys csr hsm:release --subject CN=release --email release@example.com

The subject has C, ST, L, O, OU and CN; a backslash makes the next character literal. The daemon
builds what is signed; `openssl req -in release.csr -noout -text -verify` shows it.
)"};
const CommandHelp import_help{"Keep the certificates that a CA gave for a key (administrators).",
                              R"(Examples:
  chancery keys import-certificates hsm:release chain.pem

The file has the key's own certificate first, then its issuers, each issued by the next. It takes
the place of what was imported before; `chancery keys list --json` shows it.
)"};

struct RequestOptions {
  DaemonOptions daemon;
  std::string name;
  std::string subject;
  std::vector<std::string> dns_names;
  std::vector<std::string> email_addresses;
};
struct ImportOptions {
  DaemonOptions daemon;
  std::string name;
  std::string file;
};

ExitStatus request_certificate(const RequestOptions& options) {
  v1::RequestCertificateRequest request;
  request.set_key(options.name);
  request.set_subject(options.subject);
  for (const std::string& name : options.dns_names) request.add_dns_names(name);
  for (const std::string& address : options.email_addresses) request.add_email_addresses(address);
  const auto reply = ask_once<v1::RequestCertificateReply>(options.daemon, services::keys,
                                                           "RequestCertificate", request);
  if (!reply.ok()) return report_error(Style::people, options.name, reply.error());
  print_text(reply->pem());
  return ExitStatus::done;
}

ExitStatus import_certificates(const ImportOptions& options) {
  const auto pem =
      read_file(options.file, "certificate chain", limits::certificate_chain_bytes_max);
  if (!pem.ok()) return report_trouble(Style::people, options.file, pem.error());
  v1::ImportCertificatesRequest request;
  request.set_key(options.name);
  request.set_pem(*pem);
  const auto reply = ask_once<v1::ImportCertificatesReply>(options.daemon, services::keys,
                                                           "ImportCertificates", request);
  if (!reply.ok()) return report_error(Style::people, options.file, reply.error());
  print_line(fmt::format("Imported {} for {}", options.file, reply->key().name()));
  return ExitStatus::done;
}

}  // namespace

void add_key_certificates(CommandLine& line) {
  const auto asking = std::make_shared<RequestOptions>();
  Arguments ask_line =
      line.command("keys csr", request_help, [asking] { return request_certificate(*asking); });
  ask_line.text("--subject", "NAME", asking->subject, "Such as \"CN=Release Signing, O=Example\"",
                Need::required);
  ask_line.texts("--dns", "NAME", asking->dns_names, "A DNS name to be in it; may be repeated");
  ask_line.texts("--email", "ADDRESS", asking->email_addresses,
                 "An e-mail address to be in it; may be repeated");
  ask_line.place("KEY", asking->name, "backend:name of the key");
  add_daemon_options(ask_line, asking->daemon);

  const auto importing = std::make_shared<ImportOptions>();
  Arguments import_line = line.command("keys import-certificates", import_help,
                                       [importing] { return import_certificates(*importing); });
  import_line.place("KEY", importing->name, "backend:name of the key");
  import_line.place("FILE", importing->file, "The chain in PEM; - is standard input");
  add_daemon_options(import_line, importing->daemon);
}

}  // namespace chancery::client
