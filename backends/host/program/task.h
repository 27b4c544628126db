// What a key host does besides signing, before it is shut.
#pragma once

#include "backends/host/message.h"

namespace chancery::host {

// With an instance of its own. Puts into `report` what came of it: a task's failure is no failure
// of the host.
void perform(const BackendType& type, const Open& open, Opened& report);

}  // namespace chancery::host
