// The journal's records as the audit tells them. Views into what they are made of.
#pragma once

#include <optional>

#include "core/audit/record.h"
#include "daemon/journal/records.h"

namespace chancery::daemon {

// An error's message, as long as the journal keeps one.
std::string_view cut_message(std::string_view message);

audit::Allowed event_of(const Acceptance& acceptance, std::string_view receipt);
// Nothing: it has no outcome yet.
std::optional<audit::Event> event_of(const RemoteStep& step, std::string_view receipt);
audit::Trouble event_of(const RemoteTrouble& trouble, std::string_view receipt);
audit::Refused event_of(const Refusal& refusal);
audit::RefusedMany event_of(const CountedRefusals& refusals);
audit::Act event_of(const Act& act);

}  // namespace chancery::daemon
