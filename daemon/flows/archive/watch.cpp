#include "daemon/flows/archive/watch.h"

namespace chancery::daemon {
namespace {

bool is_sound(const Parts& parts, RequestId id) {
  const Result<std::optional<StoredRequest>> stored = parts.journal.find(id);
  if (!stored.ok()) return false;
  if (!stored->has_value()) return true;  // too old by now
  if ((*stored)->is_bundle_damaged) return false;
  const std::optional<Sha256>& file = (*stored)->acceptance.payload_file;
  return !file || parts.payloads.look_through(*file).ok();
}

}  // namespace

void look_at_archive(const Parts& parts) {
  parts.damaged_archive.look_again([&parts](RequestId id) { return is_sound(parts, id); });
}

}  // namespace chancery::daemon
