// SubjectPublicKeyInfo (RFC 5280 4.1.2.7) as libcrypto's key. For sources of this folder.
#pragma once

#include <optional>
#include <string>

#include "core/base/bytes.h"
#include "core/crypto/openssl.h"

namespace chancery::openssl {

using Key = Owned<EVP_PKEY, EVP_PKEY_free>;

// What d2i_PUBKEY reads, without trailing bytes; nullptr where it is none. d2i_PUBKEY asks each of
// libcrypto's decoders; keys of P-256, P-384, P-521 and Ed25519 in their usual form are made from
// their parts, in a fifth of its time.
Key read_spki(ByteView der);

// Of what read_spki does not read, the kind that it says it is ("DSA"); nothing where it is none of
// another kind than ours.
std::optional<std::string> foreign_kind(ByteView der);

}  // namespace chancery::openssl
