// How libcrypto begins in a process that verifies and does nothing else.
#pragma once

namespace chancery {

// Without openssl.cnf, wherever OPENSSL_CONF or the distribution has it: a verdict follows from
// what the verifier is given, and a provider that somebody configured must not have a say in it.
// And with few algorithms: of digests, keys and signatures libcrypto then has those alone that
// Sigstore's verifiers need (few_algorithms.h), which is less to go wrong, and less to look through
// for each key that is read. To set up all of them, to read configuration and error texts, and to
// tidy up, would be a quarter of what it takes to verify one bundle.
// Before anything else of this folder, on the only thread; later it changes nothing.
void start_for_verifying();

}  // namespace chancery
