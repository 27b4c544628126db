#include "daemon/flows/keys/key_life.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/crypto/pem.h"
#include "core/crypto/x509/certificate_chain.h"
#include "daemon/flows/origin.h"
#include "daemon/flows/profile.h"

namespace chancery::daemon {
namespace {

Confirmable confirmable(const Actor& actor, const KeyName& name, const SigningKey& key) {
  return {actor.peer.uid, name.text(), key.info.spki};
}

}  // namespace

Result<SigningKey> KeyLife::make(const Actor& actor, const KeyName& name, Algorithm algorithm) {
  KeyHost* host = TRY(keys_.host(name.backend));
  TRY(begin(actor, subject_of(name)));
  const Result<KeyInfo> made = host->make_key(name.key, algorithm, actor.deadline);
  const Result<void> outcome = made.ok() ? Result<void>() : made.error();
  // A key of that name may have gone without our knowledge: what was said of it ends here.
  TRY(record(actor, subject_of(name), outcome, Removed{subject_of(name)}));
  return keys_.find(name.backend, name.key);
}

Result<std::string> KeyLife::ask_to_remove(const Actor& actor, const KeyName& name) {
  const SigningKey key = TRY(keys_.find(name.backend, name.key));
  TRY(on_record(actor, name, refuse_used_key(name)));
  return confirmations_.ask(confirmable(actor, name, key), Deadline::Clock::now());
}

Result<void> KeyLife::remove(const Actor& actor, const KeyName& name, const std::string& token) {
  const SigningKey key = TRY(keys_.find(name.backend, name.key));
  TRY(on_record(actor, name, refuse_used_key(name)));
  const Confirmable what = confirmable(actor, name, key);
  TRY(on_record(actor, name, confirmations_.confirm(token, what, Deadline::Clock::now())));
  TRY(begin(actor, subject_of(name)));
  const Result<void> removed = key.host->remove_key(name.key, actor.deadline);
  return record(actor, subject_of(name), removed, Removed{subject_of(name)});
}

Result<Bytes> KeyLife::request_certificate(const Actor& actor, const KeyName& name,
                                           const CertificateWish& wish) {
  TRY(on_record(actor, name, refuse_log_key(name)));
  TRY(on_record(actor, name, standing_.check_key(name)));
  const SigningKey key = TRY(keys_.find(name.backend, name.key));
  const Algorithm algorithm = key.info.algorithm;
  const auto request =
      TRY(on_record(actor, name, CertificateRequest::build(wish, key.public_key, algorithm)));
  TRY(begin(actor, subject_of(name)));
  const Bytes input =
      takes_message(algorithm) ? request.info() : digest(hash_of(algorithm), request.info()).value;
  const auto complete = [&]() -> Result<Bytes> {
    const Bytes signature = TRY(key.host->sign(name.key, input, actor.deadline));
    return request.complete(signature);
  };
  Result<Bytes> completed = complete();
  TRY(record(actor, subject_of(name), completed.ok() ? Result<void>() : completed.error()));
  return completed;
}

Result<void> KeyLife::import_certificates(const Actor& actor, const KeyName& name,
                                          const std::string& pem) {
  const SigningKey key = TRY(keys_.find(name.backend, name.key));
  const std::vector<Certificate> chain = TRY(on_record(actor, name, read_chain(pem)));
  TRY(on_record(actor, name, check_chain(chain, key.public_key)));
  std::string kept;  // without what stood between the blocks
  for (const Certificate& certificate : chain) kept += write_pem("CERTIFICATE", certificate.der());
  return record(actor, subject_of(name), {}, Certified{subject_of(name), std::move(kept)});
}

Result<KeyAttestation> KeyLife::attest(const Actor& actor, const KeyName& name, Bytes challenge) {
  const SigningKey key = TRY(keys_.find(name.backend, name.key));
  TRY(begin(actor, subject_of(name)));
  auto attested = key.host->attest_key(name.key, std::move(challenge), actor.deadline);
  TRY(record(actor, subject_of(name), attested.ok() ? Result<void>() : attested.error()));
  return attested;
}

Result<Bytes> KeyLife::activate(const Actor& actor, const KeyName& name, Bytes credential) {
  const SigningKey key = TRY(keys_.find(name.backend, name.key));
  TRY(begin(actor, subject_of(name)));
  auto hidden = key.host->activate_credential(name.key, std::move(credential), actor.deadline);
  TRY(record(actor, subject_of(name), hidden.ok() ? Result<void>() : hidden.error()));
  return hidden;
}

Result<void> KeyLife::stop(const Actor& actor, const KeyName& name) {
  TRY(keys_.find(name.backend, name.key));
  TRY(on_record(actor, name, refuse_log_key(name)));
  return record(actor, subject_of(name), {}, Stopped{subject_of(name)});
}

Result<void> KeyLife::resume(const Actor& actor, const KeyName& name) {
  TRY(keys_.find(name.backend, name.key));
  return record(actor, subject_of(name), {}, Resumed{subject_of(name)});
}

Result<void> KeyLife::stop_profile(const Actor& actor, const std::string& profile) {
  TRY(require_profile(profile));
  return record(actor, subject_of_profile(profile), {}, Stopped{subject_of_profile(profile)});
}

Result<void> KeyLife::resume_profile(const Actor& actor, const std::string& profile) {
  TRY(require_profile(profile));
  return record(actor, subject_of_profile(profile), {}, Resumed{subject_of_profile(profile)});
}

Result<void> KeyLife::refuse_log_key(const KeyName& name) const {
  const std::shared_ptr<const Config> config = config_.get();
  if (name.backend != config->log.backend || name.key != config->log.key) return {};
  return denied("KEY_IS_THE_LOGS",
                fmt::format("{} signs the log's checkpoints and does nothing else; without it "
                            "nothing is signed: hand the log over instead",
                            name.text()));
}

Result<void> KeyLife::refuse_used_key(const KeyName& name) const {
  TRY(refuse_log_key(name));
  const std::shared_ptr<const Config> config = config_.get();
  for (const ProfileSection& profile : config->profiles) {
    if (!uses_key(profile, name)) continue;
    return denied("KEY_IN_USE", fmt::format("the profile \"{}\" signs with {}: take the key out of "
                                            "it and reload first",
                                            profile.name, name.text()));
  }
  return {};
}

Result<void> KeyLife::require_profile(const std::string& profile) const {
  const std::shared_ptr<const Config> config = config_.get();
  if (find_profile(*config, profile) != nullptr) return {};
  return unknown_profile(profile);
}

Result<void> KeyLife::begin(const Actor& actor, std::string subject) {
  Act act = act_of(actor.peer, actor.grant, actor.method, now_());
  act.subject = std::move(subject);
  act.outcome = "begun";
  return standing_.record(act);
}

Result<void> KeyLife::record(const Actor& actor, std::string subject, const Result<void>& outcome,
                             Effect effect) {
  Act act = act_of(actor.peer, actor.grant, actor.method, now_());
  act.subject = std::move(subject);
  end(act, outcome);
  if (outcome.ok()) act.effect = std::move(effect);
  TRY(standing_.record(act));
  return outcome;
}

}  // namespace chancery::daemon
