// chancery-keyhost: holds the keys of one backend for the daemon, which alone starts it.
#include <sys/socket.h>

#include <cstdio>

#include "backends/host/process.h"
#include "backends/host/program/serve.h"

int main() {
  int type = 0;
  socklen_t size = sizeof type;
  const int socket = chancery::host::socket_in_host;
  if (getsockopt(socket, SOL_SOCKET, SO_TYPE, &type, &size) != 0 || type != SOCK_SEQPACKET) {
    std::fprintf(stderr, "chancery-keyhost is started by chanceryd, not by hand\n");
    return 2;
  }
  chancery::host::serve(socket);
}
