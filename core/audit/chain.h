// The chain over the audit's records: each link covers a record and all before it. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/tlog/note.h"

namespace chancery::audit {

// link(0) is 32 zero bytes; link(n) = SHA-256(link(n-1) || SHA-256(record n)). The inner hash lets
// a range be proven without the records that follow it.
using Link = Sha256;
inline constexpr Link first_link{};

Link next_link(const Link& before, const Sha256& record_digest);
Link next_link(const Link& before, std::string_view record);

// How many records there are, and the link of the last. Signed, it is a note whose text is a
// checkpoint (C2SP tlog-checkpoint) with the link in the root's place.
struct Head {
  std::uint64_t size = 0;
  Link link = first_link;
  bool operator==(const Head&) const = default;
};

// The name under which the log's key signs heads: an audit is never taken for the log.
std::string origin_of(std::string_view log_origin);

// The head that a note names, whoever signed it. Errors: those of parse_note and
// parse_checkpoint.
Result<Head> parse_head(std::string_view note);
// One that `key` signed. Errors: those of read_checkpoint.
Result<Head> read_head(std::string_view note, const tlog::NoteKey& key);

}  // namespace chancery::audit
