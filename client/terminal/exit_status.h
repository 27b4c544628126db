// What the shell learns (docs/cli.md): scripts switch on these four.
#pragma once

#include "core/base/error.h"

namespace chancery::client {

enum class ExitStatus {
  done = 0,           // signed, verified, answered
  refused = 1,        // judged and refused: trying again changes nothing
  usage = 2,          // the command line is wrong, or names what cannot be used
  could_not_run = 3,  // not judged: no daemon, a file that cannot be read, a limit, a bug
};

ExitStatus exit_status_of(ErrorCode code);
// Of two outcomes of one command the one that the shell should hear about.
ExitStatus graver(ExitStatus a, ExitStatus b);

}  // namespace chancery::client
