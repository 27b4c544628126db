// This host's users and groups, as its name service knows them. It may ask the network: not on the
// event loop, nor where requests wait.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace chancery::daemon {

struct Account {
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::vector<std::uint32_t> groups;  // supplementary; gid is not repeated
};

// By name, or by number in decimal digits. Thread-safe.
std::optional<Account> find_account(const std::string& user);

std::optional<std::uint32_t> find_user_id(const std::string& name);
std::optional<std::uint32_t> find_group_id(const std::string& name);

}  // namespace chancery::daemon
