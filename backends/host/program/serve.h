// A key host's whole life.
#pragma once

namespace chancery::host {

// Reads the daemon's Open from `socket`, opens the backend, shuts itself in, and signs until the
// daemon closes the socket. Ends the process.
[[noreturn]] void serve(int socket);

}  // namespace chancery::host
