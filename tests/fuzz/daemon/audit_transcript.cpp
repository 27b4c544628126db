// Any bytes as a written audit: each line that is read can be written again, and the check ends.
#include <cstdlib>

#include "core/audit/check.h"
#include "core/base/encoding.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace chancery;
  // RFC 8410 4: an Ed25519 key, here of zeros.
  static const tlog::NoteKey key =
      tlog::NoteKey::make(
          "log.test/audit",
          PublicKey::from_spki(*hex_decode("302a300506032b6570032100" + std::string(64, '0')))
              .value())
          .value();
  audit::Check check({key, /*is_whole=*/true});
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  while (!rest.empty()) {
    const std::string_view text = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(text.size() + 1, rest.size()));
    const Result<audit::Line> line = audit::parse_line(text);
    check.add(line);
    if (!line.ok()) continue;
    std::string written;
    audit::append_line(written, *line);
    const Result<audit::Line> again = audit::parse_line(written.substr(0, written.size() - 1));
    std::string twice;
    if (!again.ok()) std::abort();
    audit::append_line(twice, *again);
    if (twice != written) std::abort();
  }
  check.finish();
  return 0;
}
