// The audit as it was committed: records with their links, and the signed heads over them.
#pragma once

#include <vector>

#include "core/audit/chain.h"

namespace chancery::daemon {

struct AuditRow {
  std::uint64_t number = 0;
  std::string record;
  audit::Link link{};
};

struct AuditHeadRow {
  std::uint64_t size = 0;
  std::string note;
};

// One thread at a time; on a connection of its own, so that a long look keeps nobody waiting.
class AuditReader {
 public:
  virtual ~AuditReader() = default;

  // Of now. Where nothing was recorded: no records, the first link.
  virtual Result<audit::Head> head() = 0;
  // What lies before the first record that is kept: nothing, or what was forgotten.
  virtual Result<audit::Head> start() = 0;
  // In order, from that number on.
  virtual Result<std::vector<AuditRow>> rows(std::uint64_t from, std::size_t count_max) = 0;
  // The heads over that many records or more, the smallest first.
  virtual Result<std::vector<AuditHeadRow>> heads(std::uint64_t from_size,
                                                  std::size_t count_max) = 0;
};

}  // namespace chancery::daemon
