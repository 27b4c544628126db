#include "core/audit/chain.h"

namespace chancery::audit {

Link next_link(const Link& before, const Sha256& record_digest) {
  return sha256({before, record_digest});
}

Link next_link(const Link& before, std::string_view record) {
  return next_link(before, sha256(as_bytes(record)));
}

std::string origin_of(std::string_view log_origin) { return std::string(log_origin) + "/audit"; }

Result<Head> parse_head(std::string_view note) {
  const tlog::Note parsed = TRY(tlog::parse_note(note));
  const tlog::Checkpoint checkpoint = TRY(tlog::parse_checkpoint(parsed.text));
  return Head{checkpoint.size, checkpoint.root};
}

Result<Head> read_head(std::string_view note, const tlog::NoteKey& key) {
  const tlog::Checkpoint checkpoint = TRY(tlog::read_checkpoint(note, key));
  return Head{checkpoint.size, checkpoint.root};
}

}  // namespace chancery::audit
