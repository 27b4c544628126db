// Options that are lists: text with commas, "NAME=VALUE, NAME=VALUE". Blanks around each part do
// not count.
#pragma once

#include <string_view>
#include <utility>
#include <vector>

namespace chancery {

std::vector<std::string_view> items_of(std::string_view list);

// What stands before and behind the '='; both empty where there is none.
std::pair<std::string_view, std::string_view> split_at_equals(std::string_view item);

}  // namespace chancery
