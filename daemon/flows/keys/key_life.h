// The life of a key: made, attested, certified, stopped and resumed, given up. Every step is an
// administrator's act and in the journal with who did it, refused ones too; not what names nothing
// that is there.
#pragma once

#include <functional>

#include "core/crypto/x509/certificate_request.h"
#include "core/policy/rule.h"
#include "daemon/config/current.h"
#include "daemon/flows/keys/confirmations.h"
#include "daemon/flows/keys/standing.h"
#include "daemon/key_ring.h"
#include "daemon/server/call.h"

namespace chancery::daemon {

// Who acts, by which method, until when, and by which rule.
struct Actor {
  const policy::Peer& peer;
  const std::string& method;
  Deadline deadline;
  Grant grant = {};
};

// Thread-safe; each act waits for the journal and perhaps for the device, so not on the pool that
// signs. Whether the actor may has been decided.
class KeyLife {
 public:
  KeyLife(const CurrentConfig& config, const KeyRing& keys, Standing& standing,
          std::function<WallTime()> now)
      : config_(config), keys_(keys), standing_(standing), now_(std::move(now)) {}

  // Errors: not_found BACKEND_UNKNOWN; those of KeyHost::make_key.
  Result<SigningKey> make(const Actor& actor, const KeyName& name, Algorithm algorithm);

  // The token with which remove() will do it. Errors: those of find(); denied KEY_IN_USE, with the
  // profile that would be left without it.
  Result<std::string> ask_to_remove(const Actor& actor, const KeyName& name);
  // Errors: the same; CONFIRMATION_UNKNOWN, CONFIRMATION_EXPIRED; those of KeyHost::remove_key.
  Result<void> remove(const Actor& actor, const KeyName& name, const std::string& token);

  // A request for a certificate in DER, signed by the key. Errors: those of find() and of
  // CertificateRequest::build; denied KEY_STOPPED, KEY_IS_THE_LOGS; those of KeyHost::sign.
  Result<Bytes> request_certificate(const Actor& actor, const KeyName& name,
                                    const CertificateWish& wish);
  // Takes the place of an earlier chain. Errors: those of find(), read_chain and check_chain.
  Result<void> import_certificates(const Actor& actor, const KeyName& name, const std::string& pem);

  // What the device says about where the key was born; `challenge` has limits::challenge_bytes.
  // Errors: those of find() and of KeyHost::attest_key.
  Result<KeyAttestation> attest(const Actor& actor, const KeyName& name, Bytes challenge);

  // The other half: what was hidden for the device that attested this key. Errors: those of find()
  // and of KeyHost::activate_credential.
  Result<Bytes> activate(const Actor& actor, const KeyName& name, Bytes credential);

  // From the next request on. Stopping what is stopped is no error. Errors: those of find(); denied
  // KEY_IS_THE_LOGS; not_found PROFILE_UNKNOWN.
  Result<void> stop(const Actor& actor, const KeyName& name);
  Result<void> resume(const Actor& actor, const KeyName& name);
  Result<void> stop_profile(const Actor& actor, const std::string& profile);
  Result<void> resume_profile(const Actor& actor, const std::string& profile);

 private:
  Result<void> refuse_log_key(const KeyName& name) const;
  Result<void> refuse_used_key(const KeyName& name) const;
  Result<void> require_profile(const std::string& profile) const;
  // Records how it ended; gives `outcome` back, or why that could not be recorded.
  Result<void> record(const Actor& actor, std::string subject, const Result<void>& outcome,
                      Effect effect = {});
  // The intent, before a device is touched.
  Result<void> begin(const Actor& actor, std::string subject);
  // What is refused before it begins, too. Gives `checked` back, or why that could not be recorded.
  template <typename T>
  Result<T> on_record(const Actor& actor, const KeyName& name, Result<T> checked) {
    if (!checked.ok()) TRY(record(actor, subject_of(name), checked.error()));
    return checked;
  }

  const CurrentConfig& config_;
  const KeyRing& keys_;
  Standing& standing_;
  std::function<WallTime()> now_;
  Confirmations confirmations_;
};

}  // namespace chancery::daemon
