// Every command about the rules; each adds itself to the command line.
#pragma once

#include "client/terminal/command_line.h"

namespace chancery::client {

void add_explain(CommandLine& line);
void add_policy(CommandLine& line);  // `chancery policy test`

}  // namespace chancery::client
