// Which expectations hold for which artefact: the command line's for all, or those of a policy
// file (docs/verification.md).
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/bundle/policy.h"

namespace chancery::client {

struct PolicyRule {
  std::vector<std::string> artifacts;  // shell patterns; "*" alone fits everything
  bundle::Policy policy;
};

class Policies {
 public:
  explicit Policies(std::vector<PolicyRule> rules) : rules_(std::move(rules)) {}
  static Policies for_all(bundle::Policy policy);

  // The first rule that fits. A pattern with a slash is about the whole path, any other about the
  // last part of it. Error: denied ARTIFACT_NOT_IN_POLICY.
  Result<const bundle::Policy*> find(const std::string& artifact) const;
  const std::vector<PolicyRule>& rules() const { return rules_; }

 private:
  std::vector<PolicyRule> rules_;
};

// Key files are named from the policy file's own directory. Errors: those of read_file, parse_json,
// load_key and policy_of with the file's name; invalid_request POLICY_FILE_INVALID.
Result<Policies> load_policies(const std::filesystem::path& path);

}  // namespace chancery::client
