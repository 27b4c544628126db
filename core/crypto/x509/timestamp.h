// RFC 3161 responses: who says that these bytes existed, and when.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "core/crypto/x509/certificate_memory.h"

struct TS_resp_st;

namespace chancery {

// One TimeStampResp. Nothing it says is to be believed before all checks have passed. Immutable.
class TimestampResponse {
 public:
  // DER, no trailing bytes, status granted. Errors (invalid_request): TIMESTAMP_MALFORMED,
  // TIMESTAMP_NOT_GRANTED.
  static Result<TimestampResponse> from_der(ByteView der);

  WallTime time() const { return time_; }  // genTime, to the microsecond

  // It is about these bytes, under SHA-256, 384 or 512. Errors: TIMESTAMP_IMPRINT_MISMATCH,
  // TIMESTAMP_HASH_UNSUPPORTED.
  Result<void> check_imprint(ByteView stamped) const;

  // It answers the query with this nonce (a positive number, big-endian). Only whoever asked can
  // tell. Error: TIMESTAMP_NONCE_MISMATCH.
  Result<void> check_nonce(ByteView nonce) const;

  // Signed by this authority (its own certificate or issuer first, anchor last). The path to the
  // anchor is for timestamping and was valid at the time the response says, whoever carries it:
  // certificates inside the response are steps on it at most, and never trusted.
  // Errors: TIMESTAMP_SIGNER_UNKNOWN, TIMESTAMP_SIGNATURE_INVALID,
  // TIMESTAMP_CERTIFICATE_USAGE_WRONG, TIMESTAMP_CERTIFICATE_NOT_VALID, TIMESTAMP_HASH_UNSUPPORTED
  // (SHA-256, 384 and 512 are taken); those of Certificate::public_key().
  Result<void> check_signer(std::span<const Certificate> authority,
                            CertificateMemory& memory) const;

 private:
  TimestampResponse(std::shared_ptr<TS_resp_st> response, std::vector<Bytes> carried,
                    WallTime time);
  Result<Certificate> find_signer(std::span<const Certificate> authority,
                                  std::span<const Certificate> carried) const;
  std::shared_ptr<TS_resp_st> response_;
  std::vector<Bytes> carried_;  // the certificates inside it
  WallTime time_;
};

}  // namespace chancery
