// Any bytes as a log entry, and as a bundle of entries: what is read can be written again, byte
// for byte.
#include <cstdlib>

#include "core/tlog/entry.h"
#include "core/tlog/tile.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const chancery::ByteView bytes(data, size);
  const auto entry = chancery::tlog::parse_hashed_rekord(chancery::as_text(bytes));
  if (entry.ok() && *chancery::tlog::canonical_body(*entry) != chancery::as_text(bytes)) {
    std::abort();
  }
  const auto bundle = chancery::tlog::decode_entries(bytes);
  if (bundle.ok() && !chancery::equal(chancery::tlog::encode_entries(*bundle), bytes)) std::abort();
  return 0;
}
