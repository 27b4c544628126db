// A request's state, set by another connection than the journal's own.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>

#include "daemon/journal/records.h"
#include "daemon/journal/sqlite/database.h"

namespace chancery::testing {

// Of all that is unfinished: the journal expects other steps of it then, and refuses those that do
// not fit.
inline void set_state_in(const std::filesystem::path& journal, daemon::RequestState state) {
  using daemon::sqlite::Access;
  const auto database =
      daemon::sqlite::Database::open(journal, Access::read_write_create, {}).value();
  daemon::sqlite::Statement set(*database, "UPDATE unfinished SET state = ?1");
  ASSERT_TRUE(set.run(state).ok());
}

}  // namespace chancery::testing
