// Base64 and hexadecimal, strict in both directions.
#pragma once

#include <string>
#include <string_view>

#include "core/base/bytes.h"
#include "core/base/result.h"

namespace chancery {

std::string base64_encode(ByteView bytes);  // RFC 4648 4, padded
void base64_append(std::string& out, ByteView bytes);

// Padding required, no white space, no other characters, unused bits zero.
// Error: invalid_request BASE64_INVALID.
Result<Bytes> base64_decode(std::string_view text);
// As above, and the URL-safe alphabet too, as proto3 JSON allows (never mixed).
Result<Bytes> base64_decode_any_alphabet(std::string_view text);

std::string hex_encode(ByteView bytes);           // lower case
Result<Bytes> hex_decode(std::string_view text);  // lower case only; invalid_request HEX_INVALID

}  // namespace chancery
