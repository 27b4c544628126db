// `chancery doctor`: is everything in its place, and if not, what to do?
#pragma once

#include "client/terminal/command_line.h"

namespace chancery::client {

void add_doctor(CommandLine& line);

}  // namespace chancery::client
