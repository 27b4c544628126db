#include "client/verification/verdict_report.h"

#include <fmt/format.h>

#include "client/terminal/report.h"

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

std::string subjects_text(const bundle::Statement& statement) {
  const std::size_t count = statement.subjects.size();
  return fmt::format("{} subject{}", count, count == 1 ? "" : "s");
}

}  // namespace

Json json_of(const std::string& artifact, const bundle::Verdict& verdict) {
  Json checks = Json::array();
  for (const bundle::Check& check : verdict.passed)
    checks.push_back({{"name", check.name}, {"detail", check.detail}});
  Json json = {{"artifact", artifact}, {"verified", verdict.verified()}, {"checks", checks}};
  if (!verdict.verified()) {
    json["error"] = json_of(*verdict.refusal);
    return json;
  }
  if (!verdict.logs.empty()) {
    const bundle::LogPlace& place = verdict.logs.front();
    json["log"] = {{"origin", place.origin}, {"index", place.index}};
  }
  if (verdict.statement) json["statement"] = json_of(*verdict.statement);
  return json;
}

std::vector<std::string> describe(const std::string& artifact, const bundle::Verdict& verdict) {
  std::vector<std::string> lines{fmt::format("Verified {}", artifact)};
  for (const bundle::LogPlace& place : verdict.logs)
    lines.push_back(fmt::format("  log        {}, entry {}", place.origin, place.index));
  if (verdict.statement)
    lines.push_back(fmt::format("  statement  {}, {}", verdict.statement->predicate_type,
                                subjects_text(*verdict.statement)));
  lines.push_back(fmt::format("  checks     {} passed (--json lists them)", verdict.passed.size()));
  return lines;
}

std::vector<std::string> describe_refusal(const std::string& artifact,
                                          const bundle::Verdict& verdict) {
  std::vector<std::string> lines{fmt::format("REFUSED {}: {} ({})", artifact,
                                             verdict.refusal->message, verdict.refusal->reason)};
  if (verdict.passed.empty()) return lines;
  lines.push_back(fmt::format("  {} checks had passed, the last: {} ({})", verdict.passed.size(),
                              verdict.passed.back().name, verdict.passed.back().detail));
  return lines;
}

}  // namespace chancery::client
