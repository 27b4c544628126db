// Every command about where a key was born; each adds itself to the command line.
#pragma once

#include "client/terminal/command_line.h"

namespace chancery::client {

void add_key_attestation(CommandLine& line);  // all of them, after add_keys
void add_make_credential(CommandLine& line);  // on the verifier's machine, as the next
void add_verify_attestation(CommandLine& line);

}  // namespace chancery::client
