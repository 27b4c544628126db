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
  Verdict& verdict;

  void pass(std::string_view name, std::string detail) const {
    verdict.passed.push_back({std::string(name), std::move(detail)});
  }
};

Result<std::vector<Algorithm>> judge_log(const Case& the, const Signer& signer,
                                         SignedContent& content) {
  const Signing signing{signer, content, signature_of(the.bundle)};
  const std::vector<VerifiedEntry> entries =
      TRY(check_log_entries(the.bundle, signing, the.root, the.policy.log_entries_min, the.notes));
  if (entries.empty()) return possible_algorithms(signer.key);
  for (const VerifiedEntry& entry : entries) {
    the.pass("transparency log",
             fmt::format("entry {} of {}", entry.entry->log_index, entry.log->base_url));
  }
  const VerifiedEntry& first = entries.front();
  if (first.log->note_key) the.verdict.log_origin = first.log->note_key->name();
  the.verdict.log_index = first.entry->log_index;
  return std::vector{first.algorithm};
}

Result<void> judge_signature(const Case& the, const Signer& signer, SignedContent& content,
                             const std::vector<Algorithm>& algorithms) {
  Result<void> checked;
  for (const Algorithm algorithm : algorithms) {
    checked = content.verify(signer.key, algorithm, signature_of(the.bundle));
    if (!checked.ok()) continue;
    the.pass("signature", std::string(name_of(algorithm)));
    return checked;
  }
  return checked;
}

Result<void> judge_content(const Case& the) {
  if (const auto* envelope = std::get_if<DsseEnvelope>(&the.bundle.content)) {
    the.verdict.statement = TRY(check_statement(*envelope, the.artifact));
    the.pass("statement", the.verdict.statement->predicate_type);
    return {};
  }
  TRY(check_digest_hint(std::get<MessageSignature>(the.bundle.content), the.artifact));
  return {};
}

Result<void> judge(const Case& the) {
  TRY(check_rules(the.bundle));
  the.pass("bundle", the.bundle.media_type);
  const Signer signer = TRY(find_signer(the.bundle, the.policy));
  the.pass("signer", fmt::format("key for {}", name_of(signer.key.algorithm())));
  SignedContent content(the.bundle, the.artifact);
  const std::vector<Algorithm> algorithms = TRY(judge_log(the, signer, content));
  TRY(judge_signature(the, signer, content, algorithms));
  return judge_content(the);
}

}  // namespace

Verdict Verifier::verify(const Bundle& bundle, const Artifact& artifact, const Policy& policy) {
  Verdict verdict;
  const Result<void> judged = judge({bundle, artifact, *root_, policy, notes_, verdict});
  if (!judged.ok()) verdict.refusal = judged.error();
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
