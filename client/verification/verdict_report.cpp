#include "client/verification/verdict_report.h"

#include <fmt/format.h>

#include "client/terminal/report.h"
#include "core/base/rfc3339.h"

namespace chancery::client {

namespace {

Json json_of(const bundle::Statement& statement) {
  Json subjects = Json::array();
  for (const bundle::Subject& subject : statement.subjects) {
    Json digests = Json::object();
    for (const bundle::SubjectDigest& digest : subject.digests)
      digests[digest.algorithm] = digest.hex;
    subjects.push_back({{"name", subject.name}, {"digest", digests}});
  }
  return {{"type", statement.type},
          {"predicate_type", statement.predicate_type},
          {"subjects", subjects}};
}

Json json_of(const CertificateIdentity& signer) {
  return {{"identity", signer.subject.value},
          {"issuer", signer.issuer},
          {"fields", Json(signer.fields)}};
}

Json json_of(const bundle::VerifiedTime& time) {
  return {{"time", format_rfc3339(time.time)},
          {"source", time.source},
          {"kind", time.is_timestamp ? "timestamp" : "log"}};
}

void add_findings(Json& json, const bundle::Verdict& verdict) {
  if (verdict.signer) json["signer"] = json_of(*verdict.signer);
  json["times"] = Json::array();
  for (const bundle::VerifiedTime& time : verdict.times) json["times"].push_back(json_of(time));
  json["logs"] = Json::array();
  for (const bundle::LogPlace& log : verdict.logs) {
    json["logs"].push_back({{"origin", log.origin}});
    if (log.index) json["logs"].back()["index"] = *log.index;
  }
  if (verdict.statement) json["statement"] = json_of(*verdict.statement);
}

std::string vouching_text(const CertificateIdentity& signer) {
  return signer.issuer.empty() ? "of no named issuer" : fmt::format("says {}", signer.issuer);
}

std::string subjects_text(const bundle::Statement& statement) {
  const std::size_t count = statement.subjects.size();
  return fmt::format("{} subject{}", count, count == 1 ? "" : "s");
}

}  // namespace

Json json_of(const Case& about, const bundle::Verdict& verdict) {
  Json checks = Json::array();
  for (const bundle::Check& check : verdict.passed)
    checks.push_back({{"name", check.name}, {"detail", check.detail}});
  Json json = {{"artifact", about.artifact},
               {"bundle", about.bundle},
               {"verified", verdict.verified()},
               {"checks", checks}};
  if (verdict.verified()) {
    add_findings(json, verdict);
  } else {
    json["failed_check"] = verdict.failed_check;
    json["error"] = json_of(*verdict.refusal);
  }
  return json;
}

std::vector<std::string> describe(const Case& about, const bundle::Verdict& verdict) {
  std::vector<std::string> lines{fmt::format("Verified {}", about.artifact)};
  if (verdict.signer)
    lines.push_back(fmt::format("  signer     {}, {}", verdict.signer->subject.value,
                                vouching_text(*verdict.signer)));
  for (const bundle::VerifiedTime& time : verdict.times)
    lines.push_back(
        fmt::format("  time       {}, says {}", format_rfc3339(time.time), time.source));
  for (const bundle::LogPlace& place : verdict.logs)
    lines.push_back(fmt::format("  log        {}{}", place.origin,
                                place.index ? fmt::format(", entry {}", *place.index) : ""));
  if (verdict.statement)
    lines.push_back(fmt::format("  statement  {}, {}", verdict.statement->predicate_type,
                                subjects_text(*verdict.statement)));
  lines.push_back(fmt::format("  checks     {} passed (--json lists them)", verdict.passed.size()));
  return lines;
}

std::vector<std::string> describe_refusal(const Case& about, const bundle::Verdict& verdict) {
  std::vector<std::string> lines{fmt::format("REFUSED {}: {} ({})", about.artifact,
                                             verdict.refusal->message, verdict.refusal->reason)};
  if (verdict.passed.empty()) return lines;
  lines.push_back(fmt::format("  {} checks had passed, the last: {} ({})", verdict.passed.size(),
                              verdict.passed.back().name, verdict.passed.back().detail));
  return lines;
}

}  // namespace chancery::client
