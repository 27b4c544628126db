// Which expectations hold for which artefact: the command line's for all, or those of a policy
// file (docs/verification.md).
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/bundle/policy.h"

namespace chancery::client {

// A shell pattern: about the whole path where it has a slash, else about the last part of it. "*"
// alone fits everything.
class ArtifactPattern {
 public:
  explicit ArtifactPattern(const std::string& text);
  // However the artefact is named from `directory`, the current one: the path is compared without
  // ".", ".." and doubled slashes, and an absolute one from there on where the pattern is not
  // absolute. Links are not followed.
  bool fits(const std::string& artifact, const std::filesystem::path& directory) const;

 private:
  bool is_path_;
  std::filesystem::path pattern_;
};

struct PolicyRule {
  std::vector<ArtifactPattern> artifacts;
  bundle::Policy policy;
};

class Policies {
 public:
  Policies(std::vector<PolicyRule> rules, std::filesystem::path directory)
      : rules_(std::move(rules)), directory_(std::move(directory)) {}
  static Policies for_all(bundle::Policy policy);

  // The first rule that fits. Error: denied ARTIFACT_NOT_IN_POLICY.
  Result<const bundle::Policy*> find(const std::string& artifact) const;
  const std::vector<PolicyRule>& rules() const { return rules_; }

 private:
  std::vector<PolicyRule> rules_;
  std::filesystem::path directory_;
};

// Key files are named from the policy file's own directory. Errors: those of read_file, parse_json,
// load_key and policy_of with the file's name; invalid_request POLICY_FILE_INVALID.
Result<Policies> load_policies(const std::filesystem::path& path);

}  // namespace chancery::client
