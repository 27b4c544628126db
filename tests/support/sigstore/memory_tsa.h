// A timestamp authority in the test's memory, with a clock the test sets.
#pragma once

#include "core/bundle/trusted_root.h"
#include "tests/support/sigstore/certificate_maker.h"

namespace chancery::testing {

// How a response is made; all as it should be until a test changes it.
struct StampOptions {
  HashAlgorithm hash = HashAlgorithm::sha256;
  bool with_certificates = false;  // its own, and what is between that and the root
  unsigned fraction_digits = 0;
  std::string time_text = "";             // as an ASN.1 GeneralizedTime; empty: the time
  std::string signature_hash = "SHA256";  // as libcrypto names it
};

class MemoryTsa {
 public:
  explicit MemoryTsa(std::string uri = "https://tsa.example.test",
                     const std::optional<CertificateShape>& intermediate = std::nullopt);
  // A good intermediate, to be changed.
  static CertificateShape intermediate_shape();

  // A whole TimeStampResp over `bytes` at `time`.
  Bytes stamp(ByteView bytes, WallTime time, const StampOptions& options = {}) const;

  // The same to a whole TimeStampReq, whose nonce comes back.
  Bytes answer(ByteView query, WallTime time, const StampOptions& options = {}) const;

  const Certificate& certificate() const { return certificate_; }
  std::uint64_t serial() const { return serial_; }                    // of its certificate
  const Certificate& intermediate() const { return *intermediate_; }  // where it has one
  const Certificate& root() const { return root_; }
  bundle::TrustedAuthority trusted(bundle::ValidFor period) const;

 private:
  std::string uri_;
  std::uint64_t serial_ = next_serial();
  SigningKey root_key_;
  SigningKey intermediate_key_;
  SigningKey key_;
  Certificate root_;
  std::optional<Certificate> intermediate_;
  Certificate certificate_;
};

}  // namespace chancery::testing
