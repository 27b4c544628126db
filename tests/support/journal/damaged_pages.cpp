#include "tests/support/journal/damaged_pages.h"

#include <fstream>
#include <string>

#include "daemon/journal/sqlite/database.h"
#include "tests/support/temporary_directory.h"

namespace chancery::testing {

void damage_pages(const std::filesystem::path& journal, char mark) {
  constexpr std::size_t page = 4096, field = 4000;
  std::fstream file(journal, std::ios::in | std::ios::out | std::ios::binary);
  const std::string whole = read_text(journal);
  const std::string full(field, mark);
  for (std::size_t at = 0; (at = whole.find(full, at)) != std::string::npos; at += field) {
    file.seekp(static_cast<std::streamoff>(at / page * page));
    file << std::string(page, '\x5a');
  }
  file.close();
  using daemon::sqlite::Access;
  using daemon::sqlite::Database;
  const auto other = Database::open(journal, Access::read_write_create, {}).value();
  other->run("INSERT OR REPLACE INTO settings VALUES('other', '')").value();
}

}  // namespace chancery::testing
