#include <algorithm>

#include "client/files/file.h"
#include "client/verification/judge.h"
#include "core/base/limits/bundles.h"
#include "core/base/limits/command.h"

namespace chancery::client {

namespace {

bundle::Verdict refuse(Error reason) {
  bundle::Verdict verdict;
  verdict.failed_check = "bundle";
  verdict.refusal = std::move(reason);
  return verdict;
}

// A case that can be judged as soon as the artefact is known.
struct Ready {
  Outcome* outcome;
  bundle::Bundle bundle;
  const bundle::Policy* policy;
};

class ArtifactJudge {
 public:
  ArtifactJudge(const Bench& bench, bundle::Verifier& verifier)
      : bench_(&bench), verifier_(&verifier) {}

  void prepare(Outcome& outcome) {
    const auto policy = bench_->policies.find(outcome.about->artifact);
    if (!policy.ok()) return outcome.verdict = refuse(policy.error()), void();
    const auto text = read_file(outcome.about->bundle, "bundle", limits::bundle_bytes_max);
    if (!text.ok()) return outcome.verdict = text.error(), void();
    auto bundle = bundle::parse_bundle(*text);
    if (!bundle.ok()) return outcome.verdict = refuse(bundle.error()), void();
    const bundle::Wanted wanted = verifier_->wanted(*bundle, **policy);
    want(wanted.hashes);
    is_content_wanted_ |= wanted.is_content_wanted;
    ready_.push_back({&outcome, std::move(bundle).value(), *policy});
  }

  void judge(const std::string& name) {
    if (ready_.empty()) return;
    const auto artifact = know(name);
    for (const Ready& one : ready_) {
      if (artifact.ok())
        one.outcome->verdict = verifier_->verify(one.bundle, *artifact, *one.policy);
      else
        one.outcome->verdict = artifact.error();
    }
  }

 private:
  void want(const std::vector<HashAlgorithm>& hashes) {
    for (const HashAlgorithm hash : hashes)
      if (std::ranges::find(hashes_, hash) == hashes_.end()) hashes_.push_back(hash);
  }

  // Read once, whatever is wanted of it.
  Result<bundle::Artifact> know(const std::string& name) {
    const Artifact artifact = TRY(parse_artifact(name));
    if (artifact.digest() != nullptr) return bundle::Artifact(*artifact.digest());
    bundle::Artifact known(TRY(hash_file(*artifact.file(), hashes_, [this](const auto& read) {
      keep(read);
      if (bench_->on_read) bench_->on_read(read);
    })));
    if (is_content_wanted_) known.content = content_;
    return known;
  }

  void keep(const ReadProgress& read) {
    if (read.bytes_read > limits::whole_artifact_bytes_max) is_content_wanted_ = false;
    if (!is_content_wanted_) return;
    content_.insert(content_.end(), read.chunk.begin(), read.chunk.end());
  }

  const Bench* bench_;
  bundle::Verifier* verifier_;
  std::vector<HashAlgorithm> hashes_;
  bool is_content_wanted_ = false;
  Bytes content_;  // while it is wanted, and not too large
  std::vector<Ready> ready_;
};

}  // namespace

std::vector<Outcome> judge_artifact(const std::vector<const Case*>& cases, const Bench& bench,
                                    bundle::Verifier& verifier) {
  std::vector<Outcome> outcomes;
  for (const Case* one : cases) outcomes.push_back({one, bundle::Verdict{}});
  ArtifactJudge judge(bench, verifier);
  for (Outcome& outcome : outcomes) judge.prepare(outcome);
  judge.judge(cases.front()->artifact);
  return outcomes;
}

}  // namespace chancery::client
