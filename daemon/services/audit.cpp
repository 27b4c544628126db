#include "daemon/services/audit.h"

#include <algorithm>

#include "chancery/v1/audit.pb.h"
#include "core/base/encoding.h"
#include "daemon/services/audit_stream.h"
#include "daemon/services/message.h"
#include "wire/service_names.h"

namespace chancery::daemon {
namespace {

// A head over all that there is by now, for whoever wants one.
void seal_for(const AuditParts& parts, const Call& call, Journal::Done<void> done) {
  const auto request = read_message<v1::ReadAuditRequest>(call.payload);
  if (!request.ok()) return done(request.error());
  if (!request->seal()) return done({});
  parts.seal(std::move(done));
}

Result<std::unique_ptr<OutboundStream>> read(const AuditParts& parts, const Call& call) {
  const auto request = TRY(read_message<v1::ReadAuditRequest>(call.payload));
  auto reader = TRY(parts.journal.read_audit());
  return read_audit_range(std::move(reader), parts.origin, {request.first(), request.last()});
}

Result<std::unique_ptr<OutboundStream>> find(const AuditParts& parts, const Call& call) {
  const auto request = TRY(read_message<v1::FindAuditRequest>(call.payload));
  // Whole digests: a few letters would be found in every record.
  const Bytes digest = TRY(hex_decode(request.digest()));
  if (!digest.empty() && digest.size() < Sha256{}.size()) {
    return invalid_request("DIGEST_LENGTH_WRONG", "a digest has 32 bytes or more");
  }
  std::optional<WallTime> since;
  if (request.since() != 0) since = WallTime(std::chrono::microseconds(request.since()));
  auto reader = TRY(parts.journal.read_audit());
  return find_in_audit(std::move(reader), audit::Search(since, request.digest()));
}

}  // namespace

std::vector<Method> audit_methods(const AuditParts& parts) {
  const auto row = [&parts](std::string_view name, auto flow) {
    return Method{wire::services::audit,
                  name,
                  Permission::admin,
                  nullptr,
                  nullptr,
                  [parts, flow](const Call& call) { return flow(parts, call); }};
  };
  Method reading = row("Read", read);
  reading.prepare = [parts](const Call& call, Journal::Done<void> done) {
    seal_for(parts, call, std::move(done));
  };
  return {std::move(reading), row("Find", find)};
}

}  // namespace chancery::daemon
