#include "daemon/server/origin.h"

#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

#include <algorithm>

#include "core/base/ascii.h"
#include "core/base/limits/rules.h"
#include "core/base/utf8.h"
#include "core/policy/cgroup.h"
#include "wire/descriptor.h"

namespace chancery::daemon {
namespace {

constexpr std::size_t invocation_characters = 32;

// One byte more than the limit tells that there is more: parse_cgroup() then says nothing.
std::string read_text(const std::string& path) {
  std::string text(limits::cgroup_text_bytes_max + 1, '\0');
  const wire::Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  std::size_t filled = 0;
  while (file.is_open() && filled < text.size()) {
    const ssize_t count = ::read(file.number(), text.data() + filled, text.size() - filled);
    if (count <= 0) break;
    filled += static_cast<std::size_t>(count);
  }
  text.resize(filled);
  return text;
}

std::string read_link(const std::string& path) {
  std::string target(PATH_MAX, '\0');
  const ssize_t count = ::readlink(path.c_str(), target.data(), target.size());
  target.resize(count < 0 ? 0 : static_cast<std::size_t>(count));
  return is_plain_text(target) ? target : std::string();
}

// systemd keeps a link of this name for each unit that runs; journald looks there too.
std::string find_invocation(const std::string& unit) {
  std::string id = read_link("/run/systemd/units/invocation:" + unit);
  if (id.size() != invocation_characters || !std::ranges::all_of(id, is_hexadecimal)) return {};
  return id;
}

}  // namespace

void read_origin(policy::Peer& peer) {
  if (peer.pid <= 0) return;  // in a pid namespace that we do not see into
  const std::string process = "/proc/" + std::to_string(peer.pid);
  policy::Cgroup cgroup = policy::parse_cgroup(read_text(process + "/cgroup"));
  peer.unit = std::move(cgroup.unit);
  peer.container = std::move(cgroup.container);
  if (!peer.unit.empty()) peer.invocation = find_invocation(peer.unit);
  // Another user's can only be read with CAP_SYS_PTRACE, which the unit does not have.
  peer.executable = read_link(process + "/exe");
}

void forget_origin(policy::Peer& peer) {
  for (std::string* text : {&peer.unit, &peer.invocation, &peer.container, &peer.executable}) {
    text->clear();
  }
}

}  // namespace chancery::daemon
