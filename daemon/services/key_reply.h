// A key as the wire shows it, with all that is known of it.
#pragma once

#include "chancery/v1/keys.pb.h"
#include "daemon/flows/parts.h"

namespace chancery::daemon {

v1::Key to_wire(const Parts& parts, const KeyName& name, const KeyInfo& info);
v1::Key to_wire(const Parts& parts, const KeyName& name, const UnusableKey& unusable);

}  // namespace chancery::daemon
