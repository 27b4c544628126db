// How libcrypto begins in a process.
#pragma once

namespace chancery {

// Without openssl.cnf, wherever OPENSSL_CONF or the distribution has it: a verdict follows from
// what the verifier is given, and a provider that somebody configured must not have a say in it.
// Before anything else of this folder, on the only thread; later it changes nothing. To read
// configuration and error texts, and to tidy up, would be a tenth of what it takes to verify one
// bundle.
void start_without_configuration();

}  // namespace chancery
