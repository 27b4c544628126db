// PEM (RFC 7468): DER in printable clothes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/result.h"

namespace chancery {

struct PemBlock {
  std::string label;  // "CERTIFICATE"
  Bytes der;
};

// All blocks of the text, in order; what lies between them is explanation. Error
// (invalid_request): PEM_MALFORMED (also where there is no block).
Result<std::vector<PemBlock>> parse_pem(std::string_view text);

std::string write_pem(std::string_view label, ByteView der);

}  // namespace chancery
