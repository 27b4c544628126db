// A disk that changes a journal under whoever has it open.
#pragma once

#include <filesystem>

namespace chancery::testing {

// Pages that are full of `mark`, a field of many pages has them, are not what they were; what an
// open journal has read before it reads again.
void damage_pages(const std::filesystem::path& journal, char mark);

}  // namespace chancery::testing
