// A file that is closed with the value that owns it.
#pragma once

#include <unistd.h>

namespace chancery {

struct OpenFile {
  int descriptor;  // negative: it could not be opened
  ~OpenFile() {
    if (descriptor >= 0) close(descriptor);
  }
};

}  // namespace chancery
