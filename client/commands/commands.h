// Every command of whoever signs and verifies; each adds itself to the command line.
#pragma once

#include "client/terminal/command_line.h"

namespace chancery::client {

void add_sign(CommandLine& line);
void add_attest(CommandLine& line);
void add_verify(CommandLine& line);
void add_get(CommandLine& line);
void add_wait(CommandLine& line);
void add_profiles(CommandLine& line);

}  // namespace chancery::client
