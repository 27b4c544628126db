#include "tests/end_to_end/elsewhere/elsewhere.h"

#include <set>

#include "core/bundle/verify.h"
#include "core/tlog/entry.h"
#include "tests/support/patience.h"

namespace chancery::testing {
namespace {

std::string log_section(const std::string& name, unsigned version, const ScriptedServer& server,
                        const std::string& root) {
  return "[[rekor]]\nname = \"" + name + "\"\nversion = " + std::to_string(version) + "\nurl = \"" +
         server.url() + "\"\ntrusted_root = \"" + root + "\"\n";
}

std::string authority_section(const std::string& name, const StampServer& stamps,
                              const std::string& root) {
  return "[[timestamp_authority]]\nname = \"" + name + "\"\nurl = \"" +
         stamps.server.url("api/v1/timestamp") + "\"\ntrusted_root = \"" + root + "\"\n";
}

}  // namespace

Elsewhere::Elsewhere() {
  rekor.instead_of_adding = [this](const SeenRequest&) -> std::optional<Reply> {
    if (is_due(Fault::away)) return Reply::answer(503, "");
    if (is_due(Fault::stands_still)) return Reply::stall();
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
  return log_server.while_still([this] { return rekor.log.leaves(); });
}

std::vector<tlog::Hash> Elsewhere::other_leaves() const {
  return other_server.while_still([this] { return other.log.leaves(); });
}

std::vector<tlog::Hash> Elsewhere::old_leaves() const {
  return old_server.while_still([this] { return old.log.leaves(); });
}

bundle::TrustedRoot Elsewhere::root() const {
  const bundle::ValidFor always{at("2026-01-01T00:00:00Z"), {}};
  return {{rekor.log.trusted(always), other.log.trusted(always), old.log.trusted(always)},
          {},
          {},
          {first.tsa.trusted(always), second.tsa.trusted(always)}};
}

std::string Elsewhere::sections(std::string_view options, std::string_view logs) const {
  const std::string trust = directory / "trusted_root.json";
  return log_section("memory", 2, log_server, trust) +
         log_section("other", 2, other_server, trust) + log_section("old", 1, old_server, trust) +
         authority_section("first", first, trust) + authority_section("second", second, trust) +
         "[[profile]]\nname = \"remote\"\nbackend = \"software\"\nkey = \"default\"\n"
         "signs = \"digests\"\nlogs = [" +
         std::string(logs) + "]\n" + std::string(options) + "\n" + we_may();
}

v1::StatusReply status_of(ConfiguredDaemon& daemon) {
  return *daemon.call<v1::StatusReply>("chancery.v1.Admin", "Status", v1::StatusRequest());
}

v1::SignRequest request_for(std::string_view key) {
  v1::SignRequest request = sign_request(key, key);
  request.set_profile("remote");
  return request;
}

Result<v1::SignReply> sign(ConfiguredDaemon& daemon, std::string_view key) {
  return daemon.call<v1::SignReply>(signer, "Sign", request_for(key));
}

Result<v1::SignReply> sign_impatiently(ConfiguredDaemon& daemon, std::string_view key) {
  const auto ask = [&] {
    return daemon.call<v1::SignReply>(signer, "Sign", request_for(key),
                                      Deadline::after(std::chrono::milliseconds(2500)));
  };
  Result<v1::SignReply> reply = ask();
  // On a loaded machine that was too little for the receipt: its key brings it.
  while (!reply.ok() && reply.error().reason == "DEADLINE_PASSED") reply = ask();
  return reply;
}

Result<std::string> sign_alone(const ConfiguredDaemon& daemon, std::string_view key) {
  const auto connection = client::Connection::open(daemon.socket(), soon());
  EXPECT_TRUE(connection.ok());
  if (!connection.ok()) return connection.error();
  return (*connection)->call(signer, "Sign", request_for(key).SerializeAsString(), soon());
}

v1::SignReply wait_for(ConfiguredDaemon& daemon, const std::string& receipt) {
  v1::GetSignatureRequest request;
  request.set_receipt(receipt);
  for (;;) {
    auto reply = daemon.call<v1::SignReply>(signer, "GetSignature", request);
    EXPECT_TRUE(reply.ok()) << reply.error().message;
    if (!reply.ok() || reply->state() == v1::STATE_DONE || reply->state() == v1::STATE_FAILED) {
      return reply.ok() ? *reply : v1::SignReply();
    }
    pause_briefly();
  }
}

void expect_verified(const Elsewhere& elsewhere, const v1::SignReply& reply,
                     std::string_view content, unsigned timestamps) {
  ASSERT_EQ(reply.state(), v1::STATE_DONE);
  const auto bundle = bundle::parse_bundle(reply.bundle());
  ASSERT_TRUE(bundle.ok()) << bundle.error().message;
  const auto record = tlog::parse_hashed_rekord(bundle->log_entries.at(0).canonicalized_body);
  ASSERT_TRUE(record.ok());
  bundle::Policy policy;
  policy.key = *PublicKey::from_spki(record->verifier);
  policy.timestamps_min = timestamps;
  const Digest artefact = digest(HashAlgorithm::sha256, as_bytes(content));
  const auto verdict = bundle::verify(*bundle, artefact, elsewhere.root(), policy);
  EXPECT_TRUE(verdict.verified()) << verdict.refusal->message;
  EXPECT_EQ(reply.log_origin(), "log.example.test");
  EXPECT_EQ(reply.log_index(), bundle->log_entries[0].log_index);
}

std::size_t distinct_leaves(const Elsewhere& elsewhere) {
  const auto leaves = elsewhere.leaves();
  return std::set<tlog::Hash>(leaves.begin(), leaves.end()).size();
}

}  // namespace chancery::testing
