// Every command of whoever runs a daemon; each adds itself to the command line.
#pragma once

#include "client/terminal/command_line.h"

namespace chancery::client {

void add_status(CommandLine& line);
void add_reload(CommandLine& line);
void add_keys(CommandLine& line);
void add_key_certificates(CommandLine& line);  // after add_keys
void add_key_life(CommandLine& line);          // after add_keys and add_profiles
void add_log(CommandLine& line);
void add_log_verify(CommandLine& line);
void add_trust(CommandLine& line);
void add_backup(CommandLine& line);
void add_restore(CommandLine& line);

}  // namespace chancery::client
