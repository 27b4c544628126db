// A new private key of libcrypto's; a failure ends the test program.
#pragma once

#include <memory>

#include "core/crypto/algorithm.h"

struct evp_pkey_st;

namespace chancery::testing {

std::shared_ptr<evp_pkey_st> generate_key(Algorithm algorithm);

}  // namespace chancery::testing
