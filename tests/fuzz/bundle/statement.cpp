// Any bytes as an in-toto statement: subjects that are read can be written and read again.
#include <cstdlib>

#include "core/bundle/statement.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace chancery::bundle;
  const auto statement =
      parse_statement({reinterpret_cast<const char*>(data), size}, Extensions::ignored);
  if (!statement.ok()) return 0;
  if (statement->subjects.empty() || statement->predicate_type.empty()) std::abort();
  const auto again = parse_statement(
      write_statement(statement->subjects, statement->predicate_type, "{}"), Extensions::refused);
  if (!again.ok() || again->subjects.size() != statement->subjects.size()) std::abort();
  return 0;
}
