#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <new>
#include <optional>
#include <type_traits>

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

// What needs more than there is, for its size or for its maker's ill will, ends its own case alone.
template <typename Step>
std::invoke_result_t<Step> within_memory(const std::string& name, Step step) {
  try {
    return step();
  } catch (const std::bad_alloc&) {
    return exhausted("MEMORY_EXHAUSTED", fmt::format("{}: no memory is left to judge it", name));
  }
}

// What comes through a pipe is read once.
bool can_be_read_again(const std::string& path) {
  std::error_code ignored;
  return path != "-" && std::filesystem::is_regular_file(path, ignored);
}

// A case on its way to its verdict.
struct Pending {
  const Case* about;
  const bundle::Policy* policy = nullptr;
  std::optional<bundle::Bundle> bundle = {};            // nothing: to be read again
  std::optional<Result<bundle::Verdict>> verdict = {};  // known without the artefact
};

class ArtifactJudge {
 public:
  ArtifactJudge(const Bench& bench, bundle::Verifier& verifier)
      : bench_(&bench), verifier_(&verifier) {}

  // Learns what of the artefact is needed to judge the case.
  void prepare(const Case& about) {
    Pending& one = pending_.emplace_back(Pending{&about});
    const auto policy = bench_->policies.find(about.artifact);
    if (!policy.ok()) return one.verdict.emplace(refuse(policy.error())), void();
    one.policy = *policy;
    const Result<void> learnt = within_memory(about.bundle, [&] { return learn(one); });
    if (learnt.ok()) return;
    one.verdict = learnt.error();
    one.bundle.reset();
  }

  void judge(const std::string& name, const OnOutcome& on_outcome) {
    std::optional<Result<bundle::Artifact>> artifact;
    if (is_artifact_wanted_) artifact = within_memory(name, [&] { return know(name); });
    for (Pending& one : pending_) {
      if (!one.verdict && !artifact->ok()) one.verdict = artifact->error();
      if (!one.verdict)
        one.verdict = within_memory(one.about->bundle, [&] { return decide(one, **artifact); });
      on_outcome({one.about, *std::exchange(one.verdict, std::nullopt)});
      one.bundle.reset();
    }
  }

 private:
  Result<void> learn(Pending& one) {
    const std::size_t bytes = read(one);
    if (!one.bundle) return {};
    const bundle::Wanted wanted = verifier_->wanted(*one.bundle, *one.policy);
    want(wanted.hashes);
    is_content_wanted_ |= wanted.is_content_wanted;
    is_artifact_wanted_ = true;
    if (bytes_kept_ + bytes > limits::bundles_kept_bytes_max &&
        can_be_read_again(one.about->bundle))
      one.bundle.reset();
    else
      bytes_kept_ += bytes;
    return {};
  }

  Result<bundle::Verdict> decide(Pending& one, const bundle::Artifact& artifact) {
    if (!one.bundle) read(one);
    if (one.verdict) return *one.verdict;
    bundle::Verdict verdict = verifier_->verify(*one.bundle, artifact, *one.policy);
    if (verdict.undecided()) return what_is_missing(*verdict.refusal, one.about->artifact);
    return verdict;
  }

  Error what_is_missing(const Error& refusal, const std::string& artifact) const {
    if (refusal.reason != "ARTIFACT_CONTENT_MISSING" || !is_too_large_) return refusal;
    return unsupported("ARTIFACT_TOO_LARGE",
                       fmt::format("{}: its signer signed the artefact itself and no digest, and "
                                   "only up to {} MiB are read whole",
                                   artifact, limits::whole_artifact_bytes_max >> 20));
  }

  // Answers with how large the bundle is.
  static std::size_t read(Pending& one) {
    const auto text = read_file(one.about->bundle, "bundle", limits::bundle_bytes_max);
    // How long a bundle is, its maker chose: that is a verdict, as anything else in it would be.
    if (!text.ok() && text.error().reason == "FILE_TOO_LARGE")
      return one.verdict.emplace(refuse(text.error())), 0;
    if (!text.ok()) return one.verdict.emplace(text.error()), 0;
    auto bundle = bundle::parse_bundle(*text);
    if (!bundle.ok()) return one.verdict.emplace(refuse(bundle.error())), 0;
    one.bundle = std::move(bundle).value();
    return text->size();
  }

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
    if (is_content_wanted_ && !is_too_large_) known.content = content_;
    return known;
  }

  void keep(const ReadProgress& read) {
    if (!is_content_wanted_ || is_too_large_) return;
    is_too_large_ = std::max(read.bytes_read, read.bytes_all) > limits::whole_artifact_bytes_max;
    if (is_too_large_) return Bytes().swap(content_);
    content_.reserve(read.bytes_all);
    content_.insert(content_.end(), read.chunk.begin(), read.chunk.end());
  }

  const Bench* bench_;
  bundle::Verifier* verifier_;
  std::vector<Pending> pending_;
  std::size_t bytes_kept_ = 0;
  std::vector<HashAlgorithm> hashes_;
  bool is_artifact_wanted_ = false;
  bool is_content_wanted_ = false;
  bool is_too_large_ = false;  // to be kept whole
  Bytes content_;
};

}  // namespace

void judge_artifact(const std::vector<const Case*>& cases, const Bench& bench,
                    bundle::Verifier& verifier, const OnOutcome& on_outcome) {
  ArtifactJudge judge(bench, verifier);
  for (const Case* one : cases) judge.prepare(*one);
  judge.judge(cases.front()->artifact, on_outcome);
}

}  // namespace chancery::client
