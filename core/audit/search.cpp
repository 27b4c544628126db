#include "core/audit/search.h"

#include "core/audit/record.h"

namespace chancery::audit {
namespace {

// Receipts need no escaping.
std::string_view receipt_of(std::string_view record) {
  constexpr std::string_view member = "\"receipt\":\"";
  const std::size_t at = record.rfind(member);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = record.substr(at + member.size());
  return rest.substr(0, rest.find('"'));
}

}  // namespace

bool Search::finds(std::string_view record) {
  const Result<Stamp> stamp = read_stamp(record);
  if (since_ && stamp.ok() && stamp->at < *since_) return false;
  if (digest_.empty()) return true;
  const std::string_view receipt = receipt_of(record);
  if (receipts_.contains(receipt)) return true;
  if (record.find(digest_) == std::string_view::npos) return false;
  if (!receipt.empty()) receipts_.emplace(receipt);
  return true;
}

}  // namespace chancery::audit
