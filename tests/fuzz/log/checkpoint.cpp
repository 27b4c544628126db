// Any bytes as a signed checkpoint: what is read can be written again, byte for byte.
#include <cstdlib>

#include "core/tlog/note.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view envelope(reinterpret_cast<const char*>(data), size);
  const auto note = chancery::tlog::parse_note(envelope);
  if (!note.ok()) return 0;
  if (chancery::tlog::write_note(*note) != envelope) std::abort();
  const auto checkpoint = chancery::tlog::parse_checkpoint(note->text);
  if (!checkpoint.ok()) return 0;
  if (chancery::tlog::checkpoint_text(*checkpoint) != note->text) std::abort();
  return 0;
}
