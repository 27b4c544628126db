// Any bytes as what a TPM says about keys: an answer, never a crash, and what is read has the name
// of its own bytes.
#include <cstdlib>

#include "core/crypto/tpm/structures.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace chancery;
  const ByteView input(data, size);
  const auto area = tpm2::parse_public_area(input);
  if (area.ok() && !equal(ByteView(area->name).first(2), input.subspan(2, 2))) std::abort();
  const auto statement = tpm2::parse_certify_statement(input);
  // Part 2, 10.12.12: what is not of variable size has 39 bytes, four lengths among them.
  if (statement.ok() &&
      39 + statement->extra_data.size() + statement->certified_name.size() > size) {
    std::abort();
  }
  const auto signature = tpm2::parse_signature(input);
  if (signature.ok() && area.ok()) std::abort();  // no bytes are both
  return 0;
}
