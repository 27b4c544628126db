#include "daemon/flows/deadline/release.h"

#include <fmt/format.h>

#include <algorithm>

#include "daemon/finisher/plan.h"
#include "daemon/flows/archive/watch.h"
#include "daemon/flows/assemble.h"
#include "daemon/flows/restore.h"
#include "daemon/note.h"

namespace chancery::daemon {
namespace {

// In the plan's order, as the whole bundle will have them.
Result<std::vector<Bytes>> timestamps_of(const Parts& parts, const StoredRequest& stored,
                                         const Plan& plan) {
  const std::vector<RemoteStep> steps = TRY(parts.journal.remote_steps(stored.id));
  std::vector<Bytes> timestamps;
  for (const std::string& name : plan.authorities) {
    const auto step =
        std::ranges::find(steps, authority_destination(name), &RemoteStep::destination);
    if (step != steps.end() && !step->answer.empty()) timestamps.push_back(step->answer);
  }
  return timestamps;
}

Result<void> judge(const Parts& parts, const StoredRequest& stored, const OwnBundle& own) {
  if (parts.elsewhere_verifier == nullptr) {
    return unavailable("REMOTE_SERVICE_MISSING",
                       "the configuration no longer has the authorities that stamped it");
  }
  const bundle::Verdict verdict = parts.elsewhere_verifier->verify(own);
  if (verdict.verified()) return {};
  const Error error =
      internal("OWN_BUNDLE_REFUSED",
               fmt::format("our own verifier refuses the timestamped signature of {}: {}: {}",
                           parts.journal.receipts().receipt_for(stored.id), verdict.refusal->reason,
                           verdict.refusal->message));
  note(Priority::error, error.message);
  return error;
}

// It was handed out once, as it was then.
Error damaged(const Parts& parts, const StoredRequest& stored) {
  Error error = corrupt(
      "ARCHIVED_BUNDLE_DAMAGED",
      fmt::format("the archive's bundle of {} is not what was archived: the journal's file was "
                  "changed or is damaged",
                  parts.journal.receipts().receipt_for(stored.id)));
  parts.damaged_archive.add(stored.id, error);
  return error;
}

}  // namespace

bool was_released(const StoredRequest& stored) {
  if (!stored.acceptance.record_by) return false;
  switch (stored.state) {
    case RequestState::timestamped:
    case RequestState::logged:
    case RequestState::published:
    case RequestState::overdue:
      return true;
    case RequestState::accepted:
    case RequestState::signed_:
    case RequestState::done:
    case RequestState::failed:
      break;
  }
  return false;
}

Result<std::string> bundle_of(const Parts& parts, const StoredRequest& stored) {
  if (stored.is_bundle_damaged) return damaged(parts, stored);
  if (!was_released(stored)) return stored.bundle;
  const Restored restored = TRY(watch_payload(parts, stored.id, restore(parts, stored)));
  const Plan plan = TRY(parse_plan(stored.acceptance.plan));
  bundle::Bundle bundle = assemble({stored.signature,
                                    restored.key.info.spki,
                                    stored.acceptance.digest,
                                    restored.asked,
                                    {},
                                    TRY(timestamps_of(parts, stored, plan))});
  TRY(judge(parts, stored,
            {.bundle = bundle,
             .artifact = restored.asked.artifact_digest,
             .key = restored.key.public_key,
             .log = nullptr,
             .just_signed = nullptr,
             .timestamps_min = static_cast<unsigned>(plan.timestamps),
             .is_unrecorded = true}));
  return archived_form(std::move(bundle), stored.acceptance.payload_file.has_value());
}

}  // namespace chancery::daemon
