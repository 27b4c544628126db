#include "daemon/services/key_life.h"

#include <fmt/format.h>

#include "core/base/limits/administration.h"
#include "core/base/limits/key_hosts.h"
#include "core/crypto/pem.h"
#include "daemon/services/key_reply.h"
#include "daemon/services/message.h"
#include "wire/service_names.h"

namespace chancery::daemon {
namespace {

// What every act is given.
struct Acting {
  const Parts& parts;
  KeyLife& life;
  Actor actor;
  std::string_view payload;
};

Result<std::string> make_key(const Acting& acting) {
  const auto request = TRY(read_message<v1::MakeKeyRequest>(acting.payload));
  const KeyName name = TRY(read_key_name(request.key()));
  const std::optional<Algorithm> algorithm = algorithm_named(request.algorithm());
  if (!algorithm) {
    return invalid_request(
        "ALGORITHM_UNKNOWN",
        fmt::format("\"{}\" is no algorithm; one is ecdsa-p256-sha256", request.algorithm()));
  }
  const SigningKey made = TRY(acting.life.make(acting.actor, name, *algorithm));
  v1::MakeKeyReply reply;
  *reply.mutable_key() = to_wire(acting.parts, name, made.info);
  reply.set_pem(made.public_key.pem());
  return reply.SerializeAsString();
}

Result<std::string> delete_key(const Acting& acting) {
  const auto request = TRY(read_message<v1::DeleteKeyRequest>(acting.payload));
  const KeyName name = TRY(read_key_name(request.key()));
  const SigningKey key = TRY(acting.parts.keys.find(name.backend, name.key));
  v1::DeleteKeyReply reply;
  *reply.mutable_key() = to_wire(acting.parts, name, key.info);
  if (request.confirmation().empty()) {
    reply.set_confirmation(TRY(acting.life.ask_to_remove(acting.actor, name)));
    reply.set_confirmation_seconds(
        static_cast<std::uint32_t>(std::chrono::seconds(limits::confirmation_life).count()));
    return reply.SerializeAsString();
  }
  TRY(acting.life.remove(acting.actor, name, request.confirmation()));
  reply.set_is_deleted(true);
  return reply.SerializeAsString();
}

Result<std::string> request_certificate(const Acting& acting) {
  const auto request = TRY(read_message<v1::RequestCertificateRequest>(acting.payload));
  const KeyName name = TRY(read_key_name(request.key()));
  std::vector<NameAttribute> subject = TRY(parse_subject(request.subject()));
  const CertificateWish wish{std::move(subject),
                             {request.dns_names().begin(), request.dns_names().end()},
                             {request.email_addresses().begin(), request.email_addresses().end()}};
  v1::RequestCertificateReply reply;
  const Bytes der = TRY(acting.life.request_certificate(acting.actor, name, wish));
  reply.set_pem(write_pem("CERTIFICATE REQUEST", der));
  return reply.SerializeAsString();
}

Result<std::string> import_certificates(const Acting& acting) {
  const auto request = TRY(read_message<v1::ImportCertificatesRequest>(acting.payload));
  const KeyName name = TRY(read_key_name(request.key()));
  if (request.pem().size() > limits::certificate_chain_bytes_max) {
    return invalid_request("CERTIFICATE_CHAIN_INVALID",
                           fmt::format("the chain has {} bytes; at most {} are expected",
                                       request.pem().size(), limits::certificate_chain_bytes_max));
  }
  TRY(acting.life.import_certificates(acting.actor, name, request.pem()));
  const SigningKey key = TRY(acting.parts.keys.find(name.backend, name.key));
  v1::ImportCertificatesReply reply;
  *reply.mutable_key() = to_wire(acting.parts, name, key.info);
  return reply.SerializeAsString();
}

Result<std::string> attest_key(const Acting& acting) {
  const auto request = TRY(read_message<v1::AttestKeyRequest>(acting.payload));
  const KeyName name = TRY(read_key_name(request.key()));
  if (request.challenge().size() != limits::challenge_bytes) {
    return invalid_request("CHALLENGE_LENGTH_WRONG",
                           fmt::format("a challenge has {} bytes, not {}", limits::challenge_bytes,
                                       request.challenge().size()));
  }
  KeyAttestation attestation =
      TRY(acting.life.attest(acting.actor, name, to_bytes(as_bytes(request.challenge()))));
  const SigningKey key = TRY(acting.parts.keys.find(name.backend, name.key));
  v1::AttestKeyReply reply;
  *reply.mutable_key() = to_wire(acting.parts, name, key.info);
  reply.set_format(std::move(attestation.format));
  for (auto& [part, content] : attestation.parts) {
    v1::AttestKeyReply::Part& added = *reply.add_parts();
    added.set_name(std::move(part));
    added.set_content(to_text(content));
  }
  for (const Bytes& certificate : attestation.certificates) {
    reply.add_certificates(to_text(certificate));
  }
  return reply.SerializeAsString();
}

Result<std::string> activate_credential(const Acting& acting) {
  const auto request = TRY(read_message<v1::ActivateCredentialRequest>(acting.payload));
  const KeyName name = TRY(read_key_name(request.key()));
  if (request.credential().size() > limits::credential_bytes_max) {
    return invalid_request("CREDENTIAL_TOO_LARGE",
                           fmt::format("the credential has {} bytes; at most {} are expected",
                                       request.credential().size(), limits::credential_bytes_max));
  }
  const Bytes hidden =
      TRY(acting.life.activate(acting.actor, name, to_bytes(as_bytes(request.credential()))));
  v1::ActivateCredentialReply reply;
  reply.set_hidden(to_text(hidden));
  return reply.SerializeAsString();
}

Result<std::string> stop(const Acting& acting) {
  const auto request = TRY(read_message<v1::StopRequest>(acting.payload));
  if (request.of_case() == v1::StopRequest::kProfile) {
    TRY(acting.life.stop_profile(acting.actor, request.profile()));
  } else {
    const KeyName name = TRY(read_key_name(request.key()));
    TRY(acting.life.stop(acting.actor, name));
  }
  return v1::StopReply().SerializeAsString();
}

Result<std::string> resume(const Acting& acting) {
  const auto request = TRY(read_message<v1::ResumeRequest>(acting.payload));
  if (request.of_case() == v1::ResumeRequest::kProfile) {
    TRY(acting.life.resume_profile(acting.actor, request.profile()));
  } else {
    const KeyName name = TRY(read_key_name(request.key()));
    TRY(acting.life.resume(acting.actor, name));
  }
  return v1::ResumeReply().SerializeAsString();
}

}  // namespace

std::vector<Method> key_life_methods(const Parts& parts, KeyLife& key_life, Pool& background,
                                     Pool& orders) {
  const auto row = [&](std::string_view name, Result<std::string> (*act)(const Acting&),
                       Pool& pool) {
    return Method{wire::services::keys,
                  name,
                  Permission::admin,
                  [&parts, &key_life, &pool, act](const Call& call) {
                    pool.post([&parts, &key_life, act, call] {
                      const Actor actor{call.peer, call.method, call.deadline, call.grant};
                      call.responder->answer(act({parts, key_life, actor, call.payload}));
                    });
                  },
                  nullptr,
                  nullptr};
  };
  return {
      row("MakeKey", make_key, background),
      row("DeleteKey", delete_key, background),
      row("RequestCertificate", request_certificate, background),
      row("ImportCertificates", import_certificates, orders),
      row("AttestKey", attest_key, background),
      row("ActivateCredential", activate_credential, background),
      row("Stop", stop, orders),
      row("Resume", resume, orders),
  };
}

}  // namespace chancery::daemon
