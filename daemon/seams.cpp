#include "daemon/seams.h"

namespace chancery::daemon {

// What is shipped has none.
Seams seams() { return {}; }

}  // namespace chancery::daemon
