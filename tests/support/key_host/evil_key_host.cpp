// A key host gone bad, to try the daemon's side on: it speaks the wire and breaks its rules.
//
// Options: "mode" says how, or the file "mode" in "directory", while it is there; "only_once" names
// a file: while it is missing the program makes it and is evil, afterwards it is honest.
// "directory" holds its key, "key"; without it the key is another one at each start. One that
// "refuses" to sign does so for "reason", and at a probe while the file "is away" is in
// "directory".
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <optional>

#include "backends/host/message.h"
#include "backends/host/process.h"
#include "backends/key_directory.h"
#include "backends/software/key_file.h"
#include "backends/software/signer.h"
#include "core/base/limits/key_hosts.h"

namespace chancery {
namespace {

std::optional<host::ToHost> receive() {
  Bytes packet(limits::key_host_message_bytes_max);
  const ssize_t size = recv(host::socket_in_host, packet.data(), packet.size(), 0);
  if (size <= 0) return std::nullopt;
  auto message = host::decode_to_host(ByteView(packet).first(static_cast<std::size_t>(size)));
  if (!message.ok()) return std::nullopt;
  return std::move(*message);
}

void send_raw(ByteView packet) {
  ::send(host::socket_in_host, packet.data(), packet.size(), MSG_NOSIGNAL);
}
void send(const host::FromHost& message) { send_raw(host::encode(message)); }

std::string mode_of(const BackendConfig& config) {
  const std::string* marker = config.find("only_once");
  if (marker != nullptr && std::filesystem::exists(*marker)) return "honest";
  if (marker != nullptr) std::ofstream{*marker};
  if (const std::string* mode = config.find("mode")) return *mode;
  std::string mode = "honest";
  std::getline(std::ifstream(std::filesystem::path(*config.find("directory")) / "mode"), mode);
  return mode;
}

software::Signer open_key(const BackendConfig& config) {
  using namespace software;
  PrivateKey fresh = generate_key(Algorithm::ecdsa_p256_sha256).value();
  const std::string* directory = config.find("directory");
  if (directory == nullptr) return Signer::create("key", std::move(fresh), "key").value();
  const std::filesystem::path path = std::filesystem::path(*directory) / "key.pem";
  if (!std::filesystem::exists(path)) {
    write_key_file(path, encode_key(fresh.get(), nullptr).value().view()).value();
  }
  const Secret pem = read_private_file(path, limits::key_file_bytes_max).value();
  return Signer::create("key", decode_key(pem.view(), nullptr, "key").value(), "key").value();
}

[[noreturn]] void hang() {
  for (;;) pause();
}

// Opens once the file "may open" is in its directory.
void dawdle(const BackendConfig& config) {
  const auto sign = std::filesystem::path(*config.find("directory")) / "may open";
  while (!std::filesystem::exists(sign)) usleep(1000);
}

bool takes_probes(const std::string& mode) {
  return mode.ends_with(" at a probe") || mode == "probed twice" || mode == "refuses";
}

void open(const std::string& mode, software::Signer& key) {
  if (mode == "never opens") hang();
  if (mode == "garbage at opening") send_raw(as_bytes("\x11garbage"));
  if (mode == "impossible key") send(KeyInfo{"key", key.info().algorithm, Bytes(91, 0x30)});
  if (mode == "signs before opening") send(host::Signed{1, Bytes(70, 1)});
  send(key.info());
  host::Opened opened;
  if (mode == "too many threads") opened.threads = limits::key_host_threads_max + 1;
  if (mode == "no threads") opened.threads = 0;
  opened.takes_probes = takes_probes(mode);
  send(opened);
  if (mode == "opens twice") send(opened);
}

Error refusal(const BackendConfig& config) {
  return unavailable(*config.find("reason"), "the device says no");
}

void sign(const std::string& mode, const BackendConfig& config, software::Signer& key,
          const host::Sign& request) {
  if (mode == "refuses") return send(host::Refused{request.id, refusal(config)});
  if (mode == "dies") raise(SIGSEGV);
  if (mode == "hangs") hang();
  if (mode == "garbage") return send_raw(as_bytes("nonsense"));
  if (mode == "huge") return send_raw(Bytes(limits::key_host_message_bytes_max + 1, 1));
  if (mode == "empty") return send_raw({});
  if (mode == "unknown answer") return send(host::Signed{request.id + 1000, Bytes(70, 1)});
  Bytes signature = key.sign(request.input).value();
  if (mode == "wrong signature") signature = key.sign(Bytes(request.input.size(), 0xee)).value();
  if (mode == "no signature") signature.clear();
  if (mode == "answers twice") send(host::Signed{request.id, signature});
  send(host::Signed{request.id, signature});
}

void probe(const std::string& mode, const BackendConfig& config) {
  const std::filesystem::path directory = *config.find("directory");
  std::ofstream(directory / "was probed");
  if (mode == "hangs at a probe") hang();
  static std::vector<char> grown;
  if (mode == "grows at a probe") grown.resize(256U << 20, 'x');
  if (std::filesystem::exists(directory / "is away")) return send(host::Probed{refusal(config)});
  send(host::Probed{});
  if (mode == "probed twice") send(host::Probed{});
}

}  // namespace
}  // namespace chancery

int main() {
  using namespace chancery;
  const auto first = receive();
  if (!first) return 1;
  const BackendConfig& config = std::get<host::Open>(*first).config;
  const std::string mode = mode_of(config);
  software::Signer key = open_key(config);
  if (mode == "opens late") dawdle(config);
  open(mode, key);
  while (const auto message = receive()) {
    if (const auto* request = std::get_if<host::Sign>(&*message)) {
      sign(mode, config, key, *request);
    } else {
      probe(mode, config);
    }
  }
  return 0;
}
