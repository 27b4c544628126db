// The services of chancery.v1, as a frame names them.
#pragma once

#include <string_view>

namespace chancery::wire::services {

inline constexpr std::string_view signer = "chancery.v1.Signer";
inline constexpr std::string_view keys = "chancery.v1.Keys";
inline constexpr std::string_view log = "chancery.v1.Log";
inline constexpr std::string_view policy = "chancery.v1.Policy";
inline constexpr std::string_view audit = "chancery.v1.Audit";
inline constexpr std::string_view admin = "chancery.v1.Admin";

}  // namespace chancery::wire::services
