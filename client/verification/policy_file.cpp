#include "client/verification/policy_file.h"

#include <fmt/format.h>
#include <fnmatch.h>

#include <set>

#include "client/files/file.h"
#include "client/verification/expectations.h"
#include "client/verification/inputs.h"
#include "core/base/json.h"
#include "core/base/limits/command.h"

namespace chancery::client {

namespace {

Error invalid_policy(std::string message) {
  return invalid_request("POLICY_FILE_INVALID", std::move(message));
}

// The system's calls would take it for the end.
bool has_nul(const std::string& text) { return text.find('\0') != std::string::npos; }

// Reads what is there, and remembers the first thing that is wrong and what nobody asked for.
class RuleReader : public OptionReader {
 public:
  explicit RuleReader(const Json& rule) : rule_(&rule) {
    for (const auto& [name, value] : rule.items()) unread_.insert(name);
    unread_.erase("artifacts");
  }

  void heading(const std::string&) override {}
  void text(const std::string& name, const std::string&, std::string& into,
            const std::string&) override {
    const Json* value = find(name, &Json::is_string, "text");
    if (value == nullptr) return;
    into = value->get_ref<const std::string&>();
    // It would read as an expectation that nobody has.
    if (into.empty() && wrong_.empty()) wrong_ = fmt::format("'{}' is empty", name);
    if (has_nul(into) && wrong_.empty()) wrong_ = fmt::format("'{}' has a NUL byte in it", name);
  }
  void number(const std::string& name, const std::string&, std::optional<std::uint64_t>& into,
              const std::string&) override {
    if (const Json* value = find(name, &Json::is_number_unsigned, "a number"))
      into = value->get<std::uint64_t>();
  }
  void flag(const std::string& name, bool& into, const std::string&) override {
    if (const Json* value = find(name, &Json::is_boolean, "true or false"))
      into = value->get<bool>();
  }

  Result<void> finish() const {
    if (!wrong_.empty()) return invalid_policy(wrong_);
    // A misspelt expectation would be one that nobody checks.
    if (!unread_.empty())
      return invalid_policy(fmt::format("there is no option '{}'", *unread_.begin()));
    return {};
  }

 private:
  const Json* find(const std::string& name, bool (Json::*is_right)() const noexcept,
                   std::string_view expected) {
    if (unread_.erase(name) == 0) return nullptr;
    const Json& value = rule_->at(name);
    if ((value.*is_right)()) return &value;
    if (wrong_.empty()) wrong_ = fmt::format("'{}' must be {}", name, expected);
    return nullptr;
  }

  const Json* rule_;
  std::set<std::string> unread_;
  std::string wrong_;
};

Result<std::vector<ArtifactPattern>> read_patterns(const Json& rule) {
  const auto found = rule.find("artifacts");
  if (found == rule.end() || !found->is_array() || found->empty())
    return invalid_policy("'artifacts' must be a list of patterns");
  std::vector<ArtifactPattern> patterns;
  for (const Json& pattern : *found) {
    if (!pattern.is_string()) return invalid_policy("'artifacts' must be a list of patterns");
    const auto& text = pattern.get_ref<const std::string&>();
    if (has_nul(text)) return invalid_policy("a pattern in 'artifacts' has a NUL byte in it");
    patterns.emplace_back(text);
  }
  return patterns;
}

Result<PolicyRule> read_rule(const Json& json, const std::filesystem::path& directory) {
  if (!json.is_object()) return invalid_policy("a rule must be an object");
  PolicyRule rule;
  rule.artifacts = TRY(read_patterns(json));
  Expectations expectations;
  RuleReader reader(json);
  read_options(reader, expectations);
  TRY(reader.finish());
  rule.policy = TRY(policy_of(expectations));
  if (!expectations.key.empty()) rule.policy.key = TRY(load_key(directory / expectations.key));
  return rule;
}

Result<Policies> read_policies(const std::string& text, const std::filesystem::path& directory) {
  const Json json = TRY(parse_json(text, "policy file", limits::policy_file_bytes_max));
  const auto rules = json.is_object() && json.size() == 1 ? json.find("rules") : json.end();
  if (rules == json.end() || !rules->is_array())
    return invalid_policy(R"(expected {"rules": [...]} and nothing else)");
  std::vector<PolicyRule> read;
  for (const Json& rule : *rules) {
    auto one = read_rule(rule, directory);
    if (!one.ok())
      return Error{one.error().code, one.error().reason,
                   fmt::format("rule {}: {}", read.size() + 1, one.error().message)};
    read.push_back(std::move(one).value());
  }
  std::error_code ignored;  // without a current directory nothing is named from it either
  return Policies(std::move(read), std::filesystem::current_path(ignored));
}

}  // namespace

ArtifactPattern::ArtifactPattern(const std::string& text)
    : is_path_(text.find('/') != std::string::npos),
      pattern_(std::filesystem::path(text).lexically_normal()) {}

bool ArtifactPattern::fits(const std::string& artifact,
                           const std::filesystem::path& directory) const {
  if (!is_path_ && pattern_ == "*") return true;
  std::filesystem::path subject = (directory / artifact).lexically_normal();
  if (!is_path_) {
    subject = subject.filename();
  } else if (pattern_.is_relative()) {
    subject = subject.lexically_proximate(directory);
  }
  return ::fnmatch(pattern_.c_str(), subject.c_str(), is_path_ ? FNM_PATHNAME : 0) == 0;
}

Policies Policies::for_all(bundle::Policy policy) {
  std::vector<PolicyRule> rules;
  rules.push_back({{ArtifactPattern("*")}, std::move(policy)});
  return {std::move(rules), {}};
}

Result<const bundle::Policy*> Policies::find(const std::string& artifact) const {
  for (const PolicyRule& rule : rules_)
    for (const ArtifactPattern& pattern : rule.artifacts)
      if (pattern.fits(artifact, directory_)) return &rule.policy;
  return denied("ARTIFACT_NOT_IN_POLICY",
                fmt::format("no rule of the policy file is about {}", artifact));
}

Result<Policies> load_policies(const std::filesystem::path& path) {
  const std::string text = TRY(read_file(path, "policy file", limits::policy_file_bytes_max));
  return in_file(path.string(), read_policies(text, path.parent_path()));
}

}  // namespace chancery::client
