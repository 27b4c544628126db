// What is to be judged: which artefact with which bundle.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/base/result.h"

namespace chancery::client {

// Both as the user would name them: a path, "-" or a digest; a path or "-".
struct Case {
  std::string artifact;
  std::string bundle;
};

// Where `chancery sign`, cosign and sigstore-python put the bundle of a file.
std::string bundle_beside(const std::string& artifact);

// A line for each: ARTIFACT, or ARTIFACT, a tab, and BUNDLE. "-" is standard input. Errors: those
// of read_file; invalid_request LIST_INVALID.
Result<std::vector<Case>> read_list(const std::filesystem::path& path);

// Every file below the directory with every bundle beside it (FILE.sigstore.json and
// FILE.TYPE.sigstore.json); a file without one is a case too, with a bundle that is not there.
// Errors: unavailable FILE_UNREADABLE; invalid_request LIST_INVALID.
Result<std::vector<Case>> find_cases(const std::filesystem::path& directory);

}  // namespace chancery::client
