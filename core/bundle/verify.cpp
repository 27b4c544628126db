#include "core/bundle/verify.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/bundle/bundle_rules.h"
#include "core/bundle/checks/log_entries.h"
#include "core/bundle/checks/signed_content.h"
#include "core/bundle/checks/signer.h"

namespace chancery::bundle {
namespace {

// One bundle before the bench.
struct Case {
  const Bundle& bundle;
  const Artifact& artifact;
  const TrustedRoot& root;
  const Policy& policy;
  VerifiedNotes& notes;
  const std::optional<VerifiedSignature>& known_signature;
  Verdict& verdict;

  // Names the check that comes next, which fails unless it passes.
  void check(std::string_view name) const { verdict.failed_check = name; }
  void pass(std::string detail) const {
    verdict.passed.push_back({verdict.failed_check, std::move(detail)});
  }
};

Result<std::vector<Algorithm>> judge_log(const Case& the, const Signer& signer,
                                         SignedContent& content) {
  if (the.policy.ignore_transparency_log_unsafe) return possible_algorithms(signer.key);
  the.check("transparency log");
  const Signing signing{signer, content, signature_of(the.bundle)};
  const std::vector<VerifiedEntry> entries = TRY(check_log_entries(
      the.bundle, signing, the.root, std::max(1U, the.policy.log_entries_min), the.notes));
  for (const VerifiedEntry& entry : entries) {
    the.pass(fmt::format("entry {} of {}", entry.entry->log_index, entry.log->base_url));
    if (entry.log->note_key) {
      the.verdict.logs.push_back({entry.log->note_key->name(), entry.entry->log_index});
    }
  }
  return std::vector{entries.front().algorithm};
}

bool is_known_good(const Case& the, const Signer& signer, SignedContent& content,
                   Algorithm algorithm) {
  if (!the.known_signature || takes_message(algorithm)) return false;
  const VerifiedSignature& known = *the.known_signature;
  const Result<Digest> digest = content.digest(hash_of(algorithm));
  return digest.ok() && *digest == known.digest && signer.key.spki() == known.spki &&
         std::ranges::equal(signature_of(the.bundle), known.signature);
}

Result<void> judge_signature(const Case& the, const Signer& signer, SignedContent& content,
                             const std::vector<Algorithm>& algorithms) {
  the.check("signature");
  Result<void> checked;
  for (const Algorithm algorithm : algorithms) {
    if (!is_known_good(the, signer, content, algorithm)) {
      checked = content.verify(signer.key, algorithm, signature_of(the.bundle));
    }
    if (!checked.ok()) continue;
    the.pass(std::string(name_of(algorithm)));
    return checked;
  }
  return checked;
}

Result<void> judge_content(const Case& the) {
  if (const auto* envelope = std::get_if<DsseEnvelope>(&the.bundle.content)) {
    the.check("statement");
    the.verdict.statement = TRY(check_statement(*envelope, the.artifact));
    the.pass(the.verdict.statement->predicate_type);
    return {};
  }
  the.check("digest");
  TRY(check_digest_hint(std::get<MessageSignature>(the.bundle.content), the.artifact));
  return {};
}

Result<void> judge(const Case& the) {
  the.check("bundle");
  TRY(check_rules(the.bundle));
  the.pass(the.bundle.media_type);
  the.check("signer");
  const Signer signer = TRY(find_signer(the.bundle, the.policy));
  the.pass(fmt::format("key for {}", name_of(signer.key.algorithm())));
  SignedContent content(the.bundle, the.artifact);
  const std::vector<Algorithm> algorithms = TRY(judge_log(the, signer, content));
  TRY(judge_signature(the, signer, content, algorithms));
  return judge_content(the);
}

}  // namespace

Verdict Verifier::verify(const Bundle& bundle, const Artifact& artifact, const Policy& policy) {
  Verdict verdict;
  const Result<void> judged =
      judge({bundle, artifact, *root_, policy, notes_, signature_, verdict});
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

std::vector<HashAlgorithm> hashes_wanted(const Bundle& bundle, const Policy& policy) {
  std::vector<HashAlgorithm> wanted = {HashAlgorithm::sha256};
  const auto want = [&wanted](HashAlgorithm algorithm) {
    if (std::ranges::find(wanted, algorithm) == wanted.end()) wanted.push_back(algorithm);
  };
  const auto* message = std::get_if<MessageSignature>(&bundle.content);
  if (message == nullptr) return wanted;
  if (message->message_digest) want(message->message_digest->algorithm);
  if (policy.key) want(hash_of(policy.key->algorithm()));
  return wanted;
}

}  // namespace chancery::bundle
