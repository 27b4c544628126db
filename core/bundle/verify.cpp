#include "core/bundle/verify.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/rfc3339.h"
#include "core/bundle/bundle_rules.h"
#include "core/bundle/checks/certificate.h"
#include "core/bundle/checks/log_entries.h"
#include "core/bundle/checks/timestamps.h"
#include "core/bundle/checks/trace.h"

namespace chancery::bundle {
namespace {

// One bundle before the bench.
struct Case {
  const Bundle& bundle;
  const Artifact& artifact;
  const TrustedRoot& root;
  const Policy& policy;
  VerifiedNotes& notes;
  CertificateMemory& certificates;
  const std::optional<VerifiedSignature>& known_signature;
  Verdict& verdict;
  Trace& trace;
};

std::string words(const VerifiedTime& time) {
  return fmt::format("{} by {}", format_rfc3339(time.time), time.source);
}

Result<std::vector<VerifiedEntry>> judge_log(const Case& the, Signing signing) {
  if (the.policy.ignore_transparency_log_unsafe) return std::vector<VerifiedEntry>();
  std::vector<VerifiedEntry> entries =
      TRY(check_log_entries(the.bundle, signing, the.root, std::max(1U, the.policy.log_entries_min),
                            the.notes, the.trace));
  for (const VerifiedEntry& entry : entries) {
    const std::string& origin =
        entry.log->note_key ? entry.log->note_key->name() : entry.log->base_url;
    the.verdict.logs.push_back({origin, entry.index});
    if (entry.time) the.verdict.times.push_back({*entry.time, entry.log->base_url, false});
  }
  return entries;
}

// All times that somebody trusted vouches for. Rekor v2 gives none.
Result<void> judge_times(const Case& the, const Signer& signer,
                         const std::vector<VerifiedEntry>& entries) {
  the.trace.check("time");
  const VerifiedTimestamps stamps =
      check_timestamps(the.bundle, signature_of(the.bundle), the.root, the.certificates);
  TRY(require_timestamps(stamps, the.policy.timestamps_min));
  std::vector<VerifiedTime>& times = the.verdict.times;
  times.insert(times.end(), stamps.times.begin(), stamps.times.end());
  if (times.empty() && signer.certificate) {
    if (stamps.refusal) return *stamps.refusal;
    return invalid_request("TIME_MISSING",
                           "nobody trusted says when the certificate was used: the bundle needs a "
                           "signed timestamp, or a log's promise with its time");
  }
  TRY(check_log_periods(entries, the.root, times));
  for (const VerifiedTime& time : times) the.trace.pass(words(time));
  return {};
}

Result<void> judge_certificate(const Case& the, const Signer& signer) {
  const Certificate& leaf = *signer.certificate;
  const std::vector<Certificate> path =
      TRY(check_certificate(signer, the.root, the.verdict.times, the.certificates, the.trace));
  if (!the.policy.ignore_scts_unsafe) {
    the.trace.check("certificate log");
    const std::size_t count = TRY(check_scts(path, the.root, std::max(1U, the.policy.scts_min)));
    the.trace.pass(fmt::format("{} of its timestamps", count));
  }
  the.trace.check("identity");
  Result<CertificateIdentity> identity = check_identity(leaf, the.policy);
  if (!identity.ok()) {
    if (the.policy.expects_identity()) return identity.error();
    return {};  // an authority that names nobody, and a caller who asks for nobody
  }
  the.trace.pass(
      fmt::format("{} by {}", identity->subject.value,
                  identity->issuer.empty() ? "an issuer that it does not name" : identity->issuer));
  the.verdict.signer = *std::move(identity);
  return {};
}

// Those that every entry allows.
std::vector<Scheme> schemes_left(const Signer& signer, const std::vector<VerifiedEntry>& entries) {
  std::vector<Scheme> schemes = possible_schemes(signer.key);
  for (const VerifiedEntry& entry : entries) {
    std::erase_if(schemes, [&entry](const Scheme& scheme) {
      return std::ranges::find(entry.schemes, scheme) == entry.schemes.end();
    });
  }
  return schemes;
}

bool is_known_good(const Case& the, Signing signing, const Scheme& scheme) {
  if (!the.known_signature || takes_message(scheme.algorithm)) return false;
  const VerifiedSignature& known = *the.known_signature;
  const Result<Digest> digest = signing.content.digest(scheme.hash);
  return digest.ok() && *digest == known.digest && signing.signer.key.spki() == known.spki &&
         equal(signing.signature, known.signature);
}

Result<void> judge_signature(const Case& the, Signing signing,
                             const std::vector<VerifiedEntry>& entries) {
  the.trace.check("signature");
  std::optional<Error> refusal;
  for (const Scheme& scheme : schemes_left(signing.signer, entries)) {
    const Result<void> checked =
        is_known_good(the, signing, scheme)
            ? Result<void>()
            : signing.content.verify(signing.signer.key, scheme, signing.signature);
    if (checked.ok()) {
      the.trace.pass(scheme.words());
      return {};
    }
    // What could not be tried for want of the artefact says more than what did not verify.
    if (!refusal || refusal->reason == "SIGNATURE_INVALID") refusal = checked.error();
  }
  if (refusal) return *std::move(refusal);
  return invalid_request("LOG_ENTRY_ALGORITHM_MISMATCH",
                         "the log entries disagree on how the signature was made");
}

Result<void> judge_statement(const Case& the, const DsseEnvelope& envelope) {
  the.trace.check("statement");
  the.verdict.statement = TRY(check_statement(envelope, the.artifact));
  const std::string& type = the.verdict.statement->predicate_type;
  const std::optional<TextRule>& expected = the.policy.predicate_type;
  if (expected && !expected->accepts(type)) {
    return invalid_request("PREDICATE_TYPE_MISMATCH",
                           fmt::format("the statement's predicate is of type \"{}\", {}",
                                       type.substr(0, 200), expected->objection_to(type)));
  }
  the.trace.pass(type);
  return {};
}

Result<void> judge_content(const Case& the) {
  if (const auto* envelope = std::get_if<DsseEnvelope>(&the.bundle.content)) {
    return judge_statement(the, *envelope);
  }
  the.trace.check("statement");
  if (the.policy.predicate_type) {
    return invalid_request("STATEMENT_MISSING",
                           "a predicate type is expected, and the bundle has no statement");
  }
  the.trace.check("digest");
  const auto& message = std::get<MessageSignature>(the.bundle.content);
  the.trace.pass(TRY(check_digest_hint(message, the.artifact)));
  return {};
}

// In the order of the client specification.
Result<void> judge(const Case& the) {
  the.trace.check("bundle");
  TRY(check_rules(the.bundle));
  the.trace.pass(the.bundle.media_type);
  the.trace.check("signer");
  const Signer signer = TRY(find_signer(the.bundle, the.policy, the.certificates));
  the.trace.pass(fmt::format("{} for {}", signer.certificate ? "certificate" : "key",
                             name_of(signer.key.algorithm())));
  SignedContent content(the.bundle, the.artifact);
  const Signing signing{signer, content, signature_of(the.bundle)};
  const std::vector<VerifiedEntry> entries = TRY(judge_log(the, signing));
  TRY(judge_times(the, signer, entries));
  if (signer.certificate) TRY(judge_certificate(the, signer));
  TRY(judge_signature(the, signing, entries));
  return judge_content(the);
}

// Whose signature it is said to be; nothing where that cannot be told yet.
std::optional<PublicKey> key_of(const Bundle& bundle, const Policy& policy,
                                CertificateMemory& memory) {
  const auto* chain = std::get_if<CertificateChain>(&bundle.verification_material);
  if (chain == nullptr || chain->certificates.empty()) return policy.key;
  const Result<Certificate> leaf = memory.read(chain->certificates.front());
  if (!leaf.ok()) return std::nullopt;
  const Result<PublicKey> key = leaf->public_key();
  return key.ok() ? std::optional(*key) : std::nullopt;
}

void want(HashAlgorithm algorithm, std::vector<HashAlgorithm>& wanted) {
  if (std::ranges::find(wanted, algorithm) == wanted.end()) wanted.push_back(algorithm);
}

// Every digest that a subject is named by and that we can make is to be compared, whoever else asks
// for it. A statement that cannot be read is refused later.
void want_subjects(const DsseEnvelope& envelope, std::vector<HashAlgorithm>& wanted) {
  const Result<Statement> statement = parse_statement(envelope.payload, Extensions::ignored);
  if (!statement.ok()) return;
  for (const Subject& subject : statement->subjects) {
    for (const SubjectDigest& digest : subject.digests) {
      if (const auto algorithm = hash_named(digest.algorithm)) want(*algorithm, wanted);
    }
  }
}

}  // namespace

Wanted Verifier::wanted(const Bundle& bundle, const Policy& policy) {
  Wanted wanted{{HashAlgorithm::sha256}};
  if (const auto* envelope = std::get_if<DsseEnvelope>(&bundle.content)) {
    want_subjects(*envelope, wanted.hashes);
    return wanted;
  }
  const auto& message = std::get<MessageSignature>(bundle.content);
  if (message.message_digest) want(message.message_digest->algorithm, wanted.hashes);
  const std::optional<PublicKey> key = key_of(bundle, policy, certificates_);
  if (key) want(hash_of(key->algorithm()), wanted.hashes);
  wanted.is_content_wanted = key && key->algorithm() == Algorithm::ed25519;
  return wanted;
}

Verdict Verifier::verify(const Bundle& bundle, const Artifact& artifact, const Policy& policy) {
  Verdict verdict;
  Trace trace(verdict);
  const Result<void> judged =
      judge({bundle, artifact, *root_, policy, notes_, certificates_, signature_, verdict, trace});
  if (judged.ok()) {
    verdict.failed_check.clear();
  } else {
    verdict.refusal = judged.error();
  }
  return verdict;
}

Verdict verify(const Bundle& bundle, const Artifact& artifact, const TrustedRoot& root,
               const Policy& policy) {
  return Verifier(root).verify(bundle, artifact, policy);
}

}  // namespace chancery::bundle
