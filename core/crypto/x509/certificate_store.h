// OpenSSL's notion of whom to trust, as this project sets it up. For this folder's sources only.
#pragma once

#include <span>

#include "core/crypto/x509/certificate_memory.h"
#include "core/crypto/x509/openssl_object.h"

namespace chancery::openssl {

// These certificates alone are trusted, self-signed or not. Periods of validity are not looked at.
// Borrows the memory.
Store make_store(std::span<const Certificate> anchors, CertificateMemory& memory);

// Borrows the certificates.
CertificateList list_of(std::span<const Certificate> certificates);

}  // namespace chancery::openssl
