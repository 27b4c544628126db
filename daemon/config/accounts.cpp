#include "daemon/config/accounts.h"

#include <grp.h>
#include <pwd.h>

#include <algorithm>
#include <charconv>

#include "core/base/limits/configuration.h"

namespace chancery::daemon {
namespace {

struct Entry {
  std::string buffer = std::string(limits::account_bytes_max, '\0');
  struct passwd fields {};
  struct passwd* found = nullptr;
};

std::optional<uid_t> number_in(const std::string& user) {
  uid_t number = 0;
  const auto [end, error] = std::from_chars(user.data(), user.data() + user.size(), number);
  if (error != std::errc{} || end != user.data() + user.size()) return std::nullopt;
  return number;
}

// Where a name is all digits, as some hosts have it, the name counts.
bool find_entry(const std::string& user, Entry& entry) {
  char* buffer = entry.buffer.data();
  const std::size_t bytes = entry.buffer.size();
  if (getpwnam_r(user.c_str(), &entry.fields, buffer, bytes, &entry.found) != 0) return false;
  const std::optional<uid_t> number = number_in(user);
  if (entry.found == nullptr && number &&
      getpwuid_r(*number, &entry.fields, buffer, bytes, &entry.found) != 0) {
    return false;
  }
  return entry.found != nullptr;
}

}  // namespace

std::optional<Account> find_account(const std::string& user) {
  Entry entry;
  if (!find_entry(user, entry)) return std::nullopt;
  int count = limits::account_groups_max;
  std::vector<gid_t> groups(limits::account_groups_max);
  if (getgrouplist(entry.found->pw_name, entry.found->pw_gid, groups.data(), &count) < 0) {
    return std::nullopt;
  }
  groups.resize(static_cast<std::size_t>(count));
  std::erase(groups, entry.found->pw_gid);
  return Account{entry.found->pw_uid, entry.found->pw_gid, {groups.begin(), groups.end()}};
}

std::optional<std::uint32_t> find_user_id(const std::string& name) {
  Entry entry;
  if (getpwnam_r(name.c_str(), &entry.fields, entry.buffer.data(), entry.buffer.size(),
                 &entry.found) != 0 ||
      entry.found == nullptr) {
    return std::nullopt;
  }
  return entry.found->pw_uid;
}

std::optional<std::uint32_t> find_group_id(const std::string& name) {
  std::string buffer(limits::account_bytes_max, '\0');
  struct group fields {};
  struct group* found = nullptr;
  if (getgrnam_r(name.c_str(), &fields, buffer.data(), buffer.size(), &found) != 0) found = nullptr;
  return found == nullptr ? std::nullopt : std::optional<std::uint32_t>(found->gr_gid);
}

}  // namespace chancery::daemon
