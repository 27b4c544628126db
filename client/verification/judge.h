// Judges cases: each artefact is read once, however many bundles are about it, and every core is at
// work where there are many.
#pragma once

#include <functional>
#include <vector>

#include "client/files/artifact.h"
#include "client/verification/cases.h"
#include "client/verification/policy_file.h"
#include "core/bundle/verify.h"

namespace chancery::client {

// What all cases are judged by.
struct Bench {
  const bundle::TrustedRoot& root;
  const Policies& policies;
  OnRead on_read;  // called by whichever thread reads
};

struct Outcome {
  const Case* about;
  Result<bundle::Verdict> verdict;  // an Error: it could not be judged
};
using OnOutcome = std::function<void(Outcome)>;

// All bundles of one artefact, in the order of `cases`. A malformed bundle and one without a policy
// are refused; one over more of the artefact than was given is not judged. Each is told as soon as
// it is known, and memory does not follow their number: what does not fit into it is read again.
void judge_artifact(const std::vector<const Case*>& cases, const Bench& bench,
                    bundle::Verifier& verifier, const OnOutcome& on_outcome);

// All cases; those of one artefact together, in the order in which artefacts are first named.
// `on_outcome` is called on the calling thread.
void judge(const std::vector<Case>& cases, const Bench& bench, const OnOutcome& on_outcome);

}  // namespace chancery::client
