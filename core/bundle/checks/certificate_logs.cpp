// check_scts: whether the certificate was logged.
#include <fmt/format.h>

#include <set>

#include "core/base/encoding.h"
#include "core/base/limits/times.h"
#include "core/base/rfc3339.h"
#include "core/bundle/checks/certificate.h"
#include "core/crypto/x509/sct.h"

namespace chancery::bundle {
namespace {

Result<void> check_log(const Sct& sct, const std::vector<Certificate>& path,
                       const TrustedLog& log) {
  if (sct.timestamp_ms / 1000 > static_cast<std::uint64_t>(limits::unix_seconds_max)) {
    return invalid_request("SCT_MALFORMED",
                           "signed certificate timestamp: its time is beyond 9999");
  }
  const WallTime time{std::chrono::milliseconds(sct.timestamp_ms)};
  if (!log.valid_for.contains(time)) {
    return invalid_request("SCT_LOG_NOT_VALID",
                           fmt::format("signed certificate timestamp: {} is outside the period of "
                                       "the key of {}, {}",
                                       format_rfc3339(time), log.base_url, log.valid_for.words()));
  }
  return verify_sct(sct, path[0], path[1], log.key);
}

Error unknown_log(const Sct& sct, const TrustedRoot& root) {
  for (const UnreadLog& log : root.unread_logs) {
    if (!equal(log.log_id, sct.log_id)) continue;
    return invalid_request("LOG_KEY_UNSUPPORTED",
                           fmt::format("signed certificate timestamp: the key of {} is of a type "
                                       "that is not read here, {}",
                                       log.base_url, log.key_details));
  }
  return invalid_request("SCT_LOG_UNKNOWN", fmt::format("signed certificate timestamp: the trusted "
                                                        "root has no certificate log {}",
                                                        base64_encode(sct.log_id)));
}

Result<std::string> check_sct(const Sct& sct, const std::vector<Certificate>& path,
                              const TrustedRoot& root) {
  Error refusal = unknown_log(sct, root);
  for (const TrustedLog& log : root.certificate_logs) {
    if (!equal(log.log_id, sct.log_id)) continue;
    const Result<void> checked = check_log(sct, path, log);
    if (checked.ok()) {
      return log.operator_name.empty() ? hex_encode(log.log_id) : log.operator_name;
    }
    refusal = checked.error();
  }
  return refusal;
}

}  // namespace

Result<std::size_t> check_scts(const std::vector<Certificate>& path, const TrustedRoot& root,
                               std::size_t scts_min) {
  std::set<std::string> operators;
  std::optional<Error> refusal;
  for (const Result<Sct>& sct : TRY(embedded_scts(path.front()))) {
    const Result<std::string> checked = sct.ok() ? check_sct(*sct, path, root) : sct.error();
    if (checked.ok()) {
      operators.insert(*checked);
    } else {
      refusal = checked.error();
    }
  }
  if (operators.size() >= scts_min) return operators.size();
  if (refusal) return *refusal;
  return invalid_request("SCT_THRESHOLD_NOT_MET",
                         fmt::format("certificate timestamps of {} logs hold, {} are asked for",
                                     operators.size(), scts_min));
}

}  // namespace chancery::bundle
