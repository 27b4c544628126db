// What a log answers, and whether to believe it.
#pragma once

#include <string_view>

#include "core/bundle/bundle.h"
#include "core/bundle/checks/inclusion.h"
#include "core/bundle/trusted_root.h"
#include "core/services/proposal.h"

namespace chancery::services {

using bundle::LogGeneration;

// A TransparencyLogEntry in proto3 JSON. Errors (invalid_request): those of parse_json, and of
// proto_json.h ("LOG_ANSWER_...").
Result<bundle::LogEntry> parse_answer_v2(std::string_view json);

// An object of one member, named by the entry's id. Fields that are not looked for are left alone.
// Errors (invalid_request): those of parse_json, LOG_ANSWER_MALFORMED.
Result<bundle::LogEntry> parse_answer_v1(std::string_view json);

// By whom an answer is to be judged.
struct LogTrust {
  LogGeneration generation;
  std::vector<bundle::TrustedLog> logs;  // any of them may have answered
};

// The entry is the one proposed, byte for byte, in the tree of a log that is trusted, which signed
// that (`notes` remembers its checkpoints); a promise of Rekor v1 must be there and hold. Errors
// (corrupt): LOG_ANSWER_NOT_OURS (the entry is another one), LOG_ANSWER_NOT_PROVEN (it is not shown
// to be in a trusted log).
Result<void> check_answer(const bundle::LogEntry& entry, const Proposal& proposal,
                          const LogTrust& trust, bundle::VerifiedNotes& notes);

}  // namespace chancery::services
