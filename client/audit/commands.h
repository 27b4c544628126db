// Every command of whoever reads the audit; each adds itself to the command line.
#pragma once

#include "client/terminal/command_line.h"

namespace chancery::client {

void add_audit(CommandLine& line);         // `chancery audit`, and those below it
void add_audit_verify(CommandLine& line);  // after add_audit
void add_audit_export(CommandLine& line);  // after add_audit

}  // namespace chancery::client
