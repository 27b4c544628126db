#include "daemon/local_log/state_files.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/encoding.h"
#include "core/base/json.h"

namespace chancery::daemon::state_files {
namespace {

Error damaged(const char* path) {
  return corrupt("LOG_DAMAGED",
                 fmt::format("{} in the log's directory does not hold what Chancery or Tessera "
                             "writes there: restore the log and the journal from one backup",
                             path));
}

Result<std::uint64_t> read_size(std::string_view text, const char* member, const char* path) {
  const Result<Json> json = parse_json(text, path, bytes_max);
  if (!json.ok() || !json->is_object() || !json->contains(member)) return damaged(path);
  const Json& size = (*json)[member];
  if (!size.is_number_unsigned()) return damaged(path);
  return size.get<std::uint64_t>();
}

}  // namespace

std::string write_tree_state(const Projection& tree) {
  return fmt::format(R"({{"size":{},"root":"{}"}})", tree.size, base64_encode(tree.root));
}

Result<Projection> parse_tree_state(std::string_view text) {
  Projection tree{TRY(read_size(text, "size", tree_state)), {}};
  const Json json = TRY(parse_json(text, tree_state, bytes_max));
  if (!json.contains("root") || !json["root"].is_string()) return damaged(tree_state);
  const Result<Bytes> root = base64_decode(json["root"].get_ref<const std::string&>());
  if (!root.ok() || root->size() != tree.root.size()) return damaged(tree_state);
  std::ranges::copy(*root, tree.root.begin());
  return tree;
}

std::string write_collection_state(std::uint64_t from_size) {
  return fmt::format(R"({{"fromSize":{}}})", from_size);
}

Result<std::uint64_t> parse_collection_state(std::string_view text) {
  return read_size(text, "fromSize", collection_state);
}

}  // namespace chancery::daemon::state_files
