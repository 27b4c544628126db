// All of libfmt, as object code: its functions are inline in its headers, and kept by the
// compiler's -fkeep-inline-functions. Only for a program that is linked statically.
#define FMT_HEADER_ONLY
#include <fmt/format.h>
