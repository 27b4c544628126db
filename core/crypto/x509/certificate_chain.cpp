#include "core/crypto/x509/certificate_chain.h"

#include <fmt/format.h>

#include "core/base/limits/administration.h"
#include "core/crypto/pem.h"
#include "core/crypto/x509/openssl_object.h"

namespace chancery {
namespace {

bool is_issued_by(const Certificate& certificate, const Certificate& issuer) {
  const bool issued = X509_check_issued(issuer.borrow(), certificate.borrow()) == X509_V_OK &&
                      X509_verify(certificate.borrow(), X509_get0_pubkey(issuer.borrow())) == 1;
  ERR_clear_error();
  return issued;
}

}  // namespace

Result<std::vector<Certificate>> read_chain(std::string_view pem) {
  const std::vector<PemBlock> blocks = TRY(parse_pem(pem));
  if (blocks.size() > limits::certificate_chain_max) {
    return invalid_request("CERTIFICATE_CHAIN_INVALID",
                           fmt::format("{} certificates; at most {} are expected", blocks.size(),
                                       limits::certificate_chain_max));
  }
  std::vector<Certificate> chain;
  for (const PemBlock& block : blocks) {
    if (block.label != "CERTIFICATE") {
      return invalid_request("CERTIFICATE_CHAIN_INVALID",
                             fmt::format("a \"{}\" stands among the certificates", block.label));
    }
    chain.push_back(TRY(Certificate::from_der(block.der)));
  }
  return chain;
}

Result<void> check_chain(std::span<const Certificate> chain, const PublicKey& key) {
  CHANCERY_ASSERT(!chain.empty());
  const PublicKey own = TRY(chain.front().public_key());
  if (own.spki() != key.spki()) {
    return invalid_request(
        "CERTIFICATE_KEY_MISMATCH",
        fmt::format("the first certificate, \"{}\", is of another key", chain.front().subject()));
  }
  for (std::size_t i = 0; i + 1 < chain.size(); ++i) {
    if (is_issued_by(chain[i], chain[i + 1])) continue;
    return invalid_request("CERTIFICATE_CHAIN_INVALID",
                           fmt::format("\"{}\" is not issued by \"{}\", which follows it",
                                       chain[i].subject(), chain[i + 1].subject()));
  }
  return {};
}

}  // namespace chancery
