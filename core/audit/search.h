// Which records are asked for. Pure; one thread.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "core/base/deadline.h"

namespace chancery::audit {

// A digest finds the decisions that name it, and what became of those requests.
class Search {
 public:
  // `digest` in hexadecimal, without its algorithm; empty: any.
  Search(std::optional<WallTime> since, std::string digest)
      : since_(since), digest_(std::move(digest)) {}

  // Fed every record, in order.
  bool finds(std::string_view record);

 private:
  const std::optional<WallTime> since_;
  const std::string digest_;
  std::set<std::string, std::less<>> receipts_;  // of the requests that were found
};

}  // namespace chancery::audit
