// How the use of a key is authorised: by its value as it is, in a salted session, or by a policy.
#pragma once

#include "backends/tpm/device.h"
#include "backends/tpm/options.h"

namespace chancery::tpm {

// One thread. Sessions are kept: to start one costs as much as to sign.
class Sessions {
 public:
  Sessions(Device& device, Bus bus) : device_(device), bus_(bus) {}

  // Each is for work within Device::run(); the handle is good for one command.
  // For a use of the key.
  Result<ESYS_TR> for_key(const Key& key);
  // For making a key: its authorisation value goes one way, nothing secret comes back.
  Result<ESYS_TR> for_making();
  // The digest that a key with this policy is made with. Takes the PCRs as they are.
  Result<TPM2B_DIGEST> digest_of(const KeyPolicy& policy);

 private:
  Result<ESYS_TR> start(TPM2_SE type);
  Result<ESYS_TR> kept(ESYS_TR& session, TPM2_SE type);
  Result<void> satisfy(ESYS_TR session, const KeyPolicy& policy);
  void forget_dead();

  Device& device_;
  Bus bus_;
  std::uint64_t generation_ = 0;
  ESYS_TR hmac_ = ESYS_TR_NONE;
  ESYS_TR policy_ = ESYS_TR_NONE;
};

}  // namespace chancery::tpm
