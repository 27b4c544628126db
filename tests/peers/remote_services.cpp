// Our clients of logs and timestamp authorities against the stock services.
// usage: remote_services TRUSTED_ROOT REKOR_V1_URL REKOR_V2_URL TILES_URL TSA_URL
#include <fstream>
#include <iostream>
#include <sstream>

#include "core/bundle/dsse.h"
#include "remote/rekor/rekor_v1.h"
#include "remote/rekor/rekor_v2.h"
#include "remote/timestamp/timestamp_authority.h"
#include "tests/unit/remote/proposals.h"

namespace chancery::testing {
namespace {

WallTime now() { return std::chrono::floor<WallTime::duration>(std::chrono::system_clock::now()); }

// Says what did not hold, and ends.
void expect(bool holds, const std::string& what) {
  if (holds) return;
  std::cerr << what << "\n";
  std::exit(1);
}

const std::string& message_of(const Result<bundle::LogEntry>& entry) {
  static const std::string nothing;
  return entry.ok() ? nothing : entry.error().message;
}

// Added, added again, and found: always the same entry.
void try_log(remote::TransparencyLog& log, const services::Proposal& proposal,
             const std::string& name) {
  const Result<std::uint64_t> noted = note_size(log);
  expect(noted.ok(), name + ": its size is not to be had");
  const auto first = add(log, proposal).entry;
  expect(first.ok(), name + ": " + message_of(first));
  std::cout << name << ": entry " << first->log_index << "\n";
  // A Rekor v1 over a young tree says 500 of what it has just recorded, for a while.
  if (proposal.version == "0.0.1") return;
  const auto again = add(log, proposal).entry;
  expect(again.ok(), name + ", again: " + message_of(again));
  expect(again->log_index == first->log_index, name + ": another index");
  const auto found = find(log, proposal, *noted);
  expect(found.ok() && found->entry, name + ": not found");
  expect(found->entry->log_index == first->log_index, name + ": found elsewhere");
  const auto other = find(log, {proposal.request, proposal.kind, proposal.version, "{}"}, *noted);
  expect(other.ok() && !other->entry && other->is_whole, name + ": finds what is not there");
}

void try_envelope(remote::TransparencyLog& log, const SigningKey& key) {
  const std::string payload = "{\"quoted\":\"\\\"\"}";
  const std::string type(bundle::in_toto_payload_type);
  const Bytes signature = key.sign(as_bytes(bundle::pae_prefix(type, payload.size()) + payload));
  tlog::HashedRekord record{bundle::pae_digest(HashAlgorithm::sha256, type, as_bytes(payload)),
                            signature, key.algorithm(), key.public_key().spki(), false};
  const bundle::DsseEnvelope envelope{type, payload, {{signature, ""}}};
  try_log(log, *log.propose(record, &envelope), "envelope");
}

void try_timestamp(remote::HttpClient& http, const std::string& url,
                   const bundle::TrustedRoot& root) {
  remote::TimestampAuthority authority(http, {url, root.timestamp_authorities, now});
  std::promise<remote::Stamped> promise;
  authority.stamp({1, 2, 3}, in_a_minute(),
                  [&](remote::Stamped stamped) { promise.set_value(std::move(stamped)); });
  const remote::Stamped stamped = promise.get_future().get();
  expect(stamped.timestamp.ok(), stamped.timestamp.ok() ? "" : stamped.timestamp.error().message);
  std::cout << "timestamp: " << stamped.timestamp->response.size() << " bytes\n";
}

void try_all(const std::vector<std::string>& arguments) {
  std::ostringstream text;
  text << std::ifstream(arguments[0]).rdbuf();
  const auto root = bundle::parse_trusted_root(text.str());
  expect(root.ok(), "trusted root");
  const auto http = start_client();
  const auto v1 = remote::make_rekor_v1(*http, {arguments[1], root->transparency_logs, now});
  const auto v2 =
      remote::make_rekor_v2(*http, {arguments[2], arguments[3], root->transparency_logs});
  for (const Algorithm algorithm : {Algorithm::ecdsa_p256_sha256, Algorithm::ecdsa_p384_sha384,
                                    Algorithm::rsa_pkcs1v15_3072_sha256}) {
    const SigningKey key = SigningKey::make(algorithm);
    const tlog::HashedRekord record = signed_record(key, "an artefact");
    try_log(*v1, *v1->propose(record, nullptr), "v1 " + std::string(name_of(algorithm)));
    try_log(*v2, *v2->propose(record, nullptr), "v2 " + std::string(name_of(algorithm)));
  }
  try_envelope(*v1, SigningKey::make(Algorithm::ecdsa_p256_sha256));
  try_envelope(*v2, SigningKey::make(Algorithm::ecdsa_p256_sha256));
  try_timestamp(*http, arguments[4], *root);
}

}  // namespace
}  // namespace chancery::testing

int main(int count, char** arguments) {
  if (count != 6) {
    std::cerr << "usage: remote_services TRUSTED_ROOT REKOR_V1 REKOR_V2 TILES TSA\n";
    return 2;
  }
  chancery::testing::try_all({arguments + 1, arguments + count});
}
