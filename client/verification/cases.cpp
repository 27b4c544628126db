#include "client/verification/cases.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <system_error>

#include "client/files/artifact.h"
#include "client/files/file.h"
#include "core/base/limits/command.h"

namespace chancery::client {

namespace {

constexpr std::string_view bundle_suffix = ".sigstore.json";

Error invalid_list(std::string message) {
  return invalid_request("LIST_INVALID", std::move(message));
}

Result<Case> read_line(std::string_view line) {
  const std::size_t tab = line.find('\t');
  Case read{std::string(line.substr(0, tab)), ""};
  if (tab != std::string_view::npos) read.bundle = line.substr(tab + 1);
  const Artifact artifact = TRY(parse_artifact(read.artifact));
  // Nothing is read of a digest: a file that is named like one must not pass by what lies beside
  // it.
  if (tab == std::string_view::npos && artifact.digest() == nullptr)
    read.bundle = bundle_beside(read.artifact);
  if (read.artifact.empty() || read.bundle.empty() || read.artifact == "-" || read.bundle == "-" ||
      read.bundle.find('\t') != std::string::npos || line.find('\0') != std::string_view::npos)
    return invalid_list(
        fmt::format("'{}' is not FILE, or FILE or sha256:HEX, a tab and its bundle", line));
  return read;
}

// Whether it is to be judged. Also what a link names that is no file: it fails, and is not passed
// over. A pipe could be waited for without end.
Result<bool> is_to_be_judged(const std::filesystem::directory_entry& entry) {
  std::error_code ignored;
  switch (entry.status(ignored).type()) {
    case std::filesystem::file_type::regular:
      return true;
    case std::filesystem::file_type::directory:  // what is in it comes next, unless it is linked
    case std::filesystem::file_type::not_found:  // what is not there any more is nobody's artefact
      return entry.is_symlink(ignored);
    default:
      return invalid_list(
          fmt::format("{} is neither a file nor a directory: move it out of what is "
                      "verified",
                      entry.path().string()));
  }
}

Result<std::set<std::string>> list_files(const std::filesystem::path& directory) {
  std::set<std::string> files;
  std::error_code error;
  const auto failed = [&] {
    return system_error("FILE_UNREADABLE", directory.string() + ": cannot read it", error.value());
  };
  auto entry = std::filesystem::recursive_directory_iterator(directory, error);
  for (; !error && entry != std::filesystem::recursive_directory_iterator();
       entry.increment(error)) {
    if (TRY(is_to_be_judged(*entry))) files.insert(entry->path().string());
    if (files.size() > limits::cases_max)
      return invalid_list(
          fmt::format("{}: more than {} files", directory.string(), limits::cases_max));
  }
  if (error) return failed();
  return files;
}

// FILE of FILE.sigstore.json, or of FILE.TYPE.sigstore.json.
std::string artifact_of(const std::string& bundle, const std::set<std::string>& files) {
  const std::string named = bundle.substr(0, bundle.size() - bundle_suffix.size());
  if (files.contains(named)) return named;
  const std::string without_type = std::filesystem::path(named).replace_extension().string();
  return files.contains(without_type) ? without_type : named;
}

}  // namespace

std::string bundle_beside(const std::string& artifact) {
  return artifact + std::string(bundle_suffix);
}

Result<std::vector<Case>> read_list(const std::filesystem::path& path) {
  const std::string text = TRY(read_file(path, "list", limits::case_list_bytes_max));
  std::vector<Case> cases;
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = std::min(text.find('\n', start), text.size());
    const std::string_view line = std::string_view(text).substr(start, end - start);
    if (!line.empty()) cases.push_back(TRY(read_line(line)));
    start = end + 1;
  }
  if (cases.size() > limits::cases_max)
    return invalid_list(fmt::format("{}: more than {} lines", path.string(), limits::cases_max));
  return cases;
}

Result<std::vector<Case>> find_cases(const std::filesystem::path& directory) {
  const std::set<std::string> files = TRY(list_files(directory));
  std::vector<Case> cases;
  std::set<std::string> unsigned_files;
  for (const std::string& file : files)
    if (!file.ends_with(bundle_suffix)) unsigned_files.insert(file);
  for (const std::string& file : files) {
    if (!file.ends_with(bundle_suffix)) continue;
    cases.push_back({artifact_of(file, files), file});
    unsigned_files.erase(cases.back().artifact);
  }
  for (const std::string& file : unsigned_files) cases.push_back({file, bundle_beside(file)});
  std::ranges::sort(cases, {}, [](const Case& one) { return std::tie(one.artifact, one.bundle); });
  return cases;
}

}  // namespace chancery::client
