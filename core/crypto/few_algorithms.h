// libcrypto's default provider, seen through a narrow window.
//
// OpenSSL 3.0 looks through all that its providers offer for each public key that it reads, several
// times: a certificate's key takes it longer than to verify a signature. Where only the few
// algorithms are offered that Sigstore's signatures have, it takes a third.
#pragma once

namespace chancery::openssl {

// From now on the default library context has, of the default provider's digests, keys, signatures
// and decoders, those alone that verifying needs; all else it has as before. What is done with
// them is the default provider's own work. Before anything is fetched, on the only thread.
void offer_few_algorithms();

}  // namespace chancery::openssl
