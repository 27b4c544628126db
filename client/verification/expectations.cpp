#include "client/verification/expectations.h"

#include <fmt/format.h>

#include <algorithm>

#include "client/verification/predicate_type.h"
#include "core/base/limits/bundles.h"
#include "core/crypto/x509/fulcio.h"

namespace chancery::client {

namespace {

// cosign names only the oldest of them, with a prefix.
std::string option_for(const FulcioField& field) {
  return fmt::format("{}{}", field.is_raw ? "certificate-" : "", field.name);
}

void read_fields(OptionReader& reader, Expectations& into) {
  reader.heading("What the certificate must say of the build");
  for (const FulcioField& field : fulcio_fields())
    reader.text(option_for(field), "TEXT", into.fields[std::string(field.name)],
                fmt::format("Fulcio's extension .{}", field.number));
}

void read_thresholds(OptionReader& reader, Expectations& into) {
  reader.heading("How much proof is needed");
  reader.number("log-threshold", "N", into.logs_min, "Transparency logs, of different operators");
  reader.number("timestamp-threshold", "N", into.timestamps_min,
                "Signed timestamps (RFC 3161); with 0 a log's time will do");
  reader.number("sct-threshold", "N", into.scts_min, "Certificate logs that vouch for it");
  reader.flag("use-signed-timestamps", into.use_signed_timestamps, "--timestamp-threshold 1");
  reader.flag("insecure-ignore-tlog", into.ignore_logs, "Do without a transparency log");
  reader.flag("insecure-ignore-sct", into.ignore_scts, "Do without certificate logs");
}

bool has_certificate_words(const Expectations& said) {
  return !said.identity.empty() || !said.identity_pattern.empty() || !said.issuer.empty() ||
         !said.issuer_pattern.empty() ||
         std::ranges::any_of(said.fields, [](const auto& field) { return !field.second.empty(); });
}

Result<void> check_signer(const Expectations& said) {
  const bool has_identity = !said.identity.empty() || !said.identity_pattern.empty();
  const bool has_issuer = !said.issuer.empty() || !said.issuer_pattern.empty();
  if (!said.key.empty() && has_certificate_words(said))
    return invalid_request("EXPECTATIONS_CONTRADICT",
                           "either a key signed, or a certificate's identity: not both");
  if (said.key.empty() && !(has_identity && has_issuer))
    return invalid_request("EXPECTATION_MISSING",
                           "say who must have signed: --key, or --certificate-identity and "
                           "--certificate-oidc-issuer (these two also as ...-regexp)");
  return {};
}

// More can never be met: it would refuse every bundle, and the caller would look for the fault
// there.
Result<void> check_threshold(std::string_view option, std::optional<std::uint64_t> count,
                             std::size_t most) {
  if (!count || *count <= most) return {};
  return invalid_request("EXPECTATIONS_CONTRADICT",
                         fmt::format("{} {}: at most {} can be asked for", option, *count, most));
}

Result<void> check_thresholds(const Expectations& said) {
  TRY(check_threshold("--log-threshold", said.logs_min, limits::bundle_log_entries_max));
  TRY(check_threshold("--timestamp-threshold", said.timestamps_min, limits::bundle_timestamps_max));
  TRY(check_threshold("--sct-threshold", said.scts_min, limits::scts_asked_for_max));
  if (said.logs_min == 0 || said.scts_min == 0)
    return invalid_request("EXPECTATIONS_CONTRADICT",
                           "a threshold of 0 leaves a check out: --insecure-ignore-tlog and "
                           "--insecure-ignore-sct say so");
  return {};
}

Result<void> check_proof(const Expectations& said) {
  TRY(check_thresholds(said));
  if (said.ignore_logs && said.logs_min)
    return invalid_request("EXPECTATIONS_CONTRADICT",
                           "--log-threshold beside --insecure-ignore-tlog");
  if (said.ignore_scts && said.scts_min)
    return invalid_request("EXPECTATIONS_CONTRADICT",
                           "--sct-threshold beside --insecure-ignore-sct");
  return {};
}

Result<std::optional<bundle::TextRule>> rule_of(const std::string& exact,
                                                const std::string& pattern) {
  if (!exact.empty() && !pattern.empty())
    return invalid_request("EXPECTATIONS_CONTRADICT",
                           fmt::format("'{}' is given, and a pattern too", exact));
  if (!exact.empty()) return std::optional(bundle::TextRule::exactly(exact));
  if (pattern.empty()) return std::optional<bundle::TextRule>();
  return std::optional(TRY(bundle::TextRule::matching(pattern)));
}

Result<std::optional<bundle::TextRule>> predicate_rule(const std::string& type) {
  if (type.empty()) return std::optional<bundle::TextRule>();
  return std::optional(bundle::TextRule::exactly(TRY(predicate_uri(type))));
}

unsigned count_of(std::optional<std::uint64_t> said, unsigned otherwise) {
  return said ? static_cast<unsigned>(*said) : otherwise;
}

}  // namespace

void read_options(OptionReader& reader, Expectations& into) {
  reader.heading("Who must have signed");
  reader.text("key", "FILE", into.key, "The signer's public key, PEM");
  reader.text("certificate-identity", "TEXT", into.identity,
              "The certificate's subject: an e-mail address or a URI");
  reader.text("certificate-identity-regexp", "RE2", into.identity_pattern,
              "The same as a pattern for the whole text");
  reader.text("certificate-oidc-issuer", "URL", into.issuer, "Who vouched for the subject");
  reader.text("certificate-oidc-issuer-regexp", "RE2", into.issuer_pattern,
              "The same as a pattern for the whole text");
  reader.text("type", "TYPE", into.predicate_type,
              "The bundle holds a statement with this predicate type: a URI, or cosign's name");
  read_thresholds(reader, into);
  read_fields(reader, into);
}

bool says_anything(const Expectations& expectations) {
  const Expectations& said = expectations;
  return !said.key.empty() || has_certificate_words(said) || !said.predicate_type.empty() ||
         said.logs_min || said.timestamps_min || said.scts_min || said.use_signed_timestamps ||
         said.ignore_logs || said.ignore_scts;
}

Result<bundle::Policy> policy_of(const Expectations& expectations) {
  TRY(check_signer(expectations));
  TRY(check_proof(expectations));
  bundle::Policy policy;
  policy.identity = TRY(rule_of(expectations.identity, expectations.identity_pattern));
  policy.issuer = TRY(rule_of(expectations.issuer, expectations.issuer_pattern));
  for (const auto& [field, text] : expectations.fields)
    if (!text.empty()) policy.fields.push_back({field, bundle::TextRule::exactly(text)});
  policy.predicate_type = TRY(predicate_rule(expectations.predicate_type));
  policy.log_entries_min = count_of(expectations.logs_min, 1);
  policy.scts_min = count_of(expectations.scts_min, 1);
  const unsigned asked_for = expectations.use_signed_timestamps ? 1 : 0;
  policy.timestamps_min = std::max(count_of(expectations.timestamps_min, 0), asked_for);
  policy.ignore_transparency_log_unsafe = expectations.ignore_logs;
  policy.ignore_scts_unsafe = expectations.ignore_scts;
  return policy;
}

}  // namespace chancery::client
