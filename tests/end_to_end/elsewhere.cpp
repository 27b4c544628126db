#include "tests/end_to_end/elsewhere.h"

namespace chancery::testing {
namespace {

std::string authority_section(const std::string& name, const StampServer& stamps,
                              const std::string& root) {
  return "[[timestamp_authority]]\nname = \"" + name + "\"\nurl = \"" +
         stamps.server.url("api/v1/timestamp") + "\"\ntrusted_root = \"" + root + "\"\n";
}

}  // namespace

Elsewhere::Elsewhere() {
  rekor.instead_of_adding = [this](const SeenRequest&) -> std::optional<Reply> {
    if (is_due(Fault::away)) return Reply::answer(503, "");
    if (is_due(Fault::refused)) return Reply::answer(400, "{}");
    if (is_due(Fault::not_ours)) return Reply::answer(409, "{}", "X-Log-Index: 0\r\n");
    return std::nullopt;
  };
  rekor.on_added = [this](Reply reply) {
    if (is_due(Fault::lost)) return Reply::hang_up();
    if (is_due(Fault::stalled)) return Reply::stall();
    return reply;
  };
  static_cast<void>(log_server.seen());  // its lock: its threads see what was set here
  write_text(directory / "trusted_root.json", root_json(root()).dump());
}

bool Elsewhere::is_due(Fault expected) {
  if (fault != expected || faults_left == 0) return false;
  faults_left -= 1;
  return true;
}

std::vector<tlog::Hash> Elsewhere::leaves() const {
  static_cast<void>(log_server.seen());  // its lock: we see what its threads have done
  return rekor.log.leaves();
}

bundle::TrustedRoot Elsewhere::root() const {
  const bundle::ValidFor always{at("2026-01-01T00:00:00Z"), {}};
  return {
      {rekor.log.trusted(always)}, {}, {}, {first.tsa.trusted(always), second.tsa.trusted(always)}};
}

std::string Elsewhere::sections(std::string_view options) const {
  const std::string trust = directory / "trusted_root.json";
  return "[[rekor]]\nname = \"memory\"\nversion = 2\nurl = \"" + log_server.url() +
         "\"\ntrusted_root = \"" + trust + "\"\n" + authority_section("first", first, trust) +
         authority_section("second", second, trust) +
         "[[profile]]\nname = \"remote\"\nbackend = \"software\"\nkey = \"default\"\n"
         "signs = \"digests\"\nlogs = [\"memory\"]\n" +
         std::string(options) + "\n" + we_may();
}

}  // namespace chancery::testing
