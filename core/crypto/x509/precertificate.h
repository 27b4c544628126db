// What a certificate log signed: the certificate as it was before the log's answer was put into it.
#pragma once

#include <string_view>

#include "core/crypto/x509/certificate.h"

namespace chancery {

// The TBSCertificate without the extension `oid`, every other byte as it was (RFC 6962 3.3).
// Nothing where there is no such extension, or the certificate is not in DER throughout.
std::optional<Bytes> tbs_without_extension(const Certificate& certificate, std::string_view oid);

}  // namespace chancery
