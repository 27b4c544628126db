#include "daemon/services/keys.h"

#include <fmt/format.h>

#include "chancery/v1/keys.pb.h"
#include "daemon/flows/profile.h"
#include "daemon/services/message.h"

namespace chancery::daemon {
namespace {

constexpr std::string_view service = "chancery.v1.Keys";

v1::Key to_wire(std::string_view backend, const KeyInfo& info) {
  v1::Key key;
  key.set_name(fmt::format("{}:{}", backend, info.name));
  key.set_algorithm(std::string(name_of(info.algorithm)));
  key.set_spki(to_text(info.spki));
  return key;
}

struct KeyName {
  std::string backend;
  std::string key;
};

Result<KeyName> key_asked_for(const Parts& parts, const v1::GetPublicKeyRequest& request) {
  if (request.of_case() == v1::GetPublicKeyRequest::kProfile) {
    const std::shared_ptr<const Config> config = parts.config.get();
    const ProfileSection* profile = find_profile(*config, request.profile());
    if (profile == nullptr) return unknown_profile(request.profile());
    return KeyName{profile->backend, profile->key};
  }
  const std::size_t colon = request.key().find(':');
  if (colon == std::string::npos) {
    return invalid_request("KEY_NAME_INVALID", "a key is named backend:name");
  }
  return KeyName{request.key().substr(0, colon), request.key().substr(colon + 1)};
}

Result<std::string> list_keys(const Parts& parts) {
  v1::ListKeysReply reply;
  for (const KeyRing::NamedHost& named : parts.keys.hosts()) {
    for (const KeyInfo& info : named.host->keys()) {
      *reply.add_keys() = to_wire(named.backend, info);
    }
  }
  return reply.SerializeAsString();
}

Result<std::string> get_public_key(const Parts& parts, const Call& call) {
  const auto request = TRY(read_message<v1::GetPublicKeyRequest>(call.payload));
  const KeyName name = TRY(key_asked_for(parts, request));
  const SigningKey key = TRY(parts.keys.find(name.backend, name.key));
  v1::GetPublicKeyReply reply;
  *reply.mutable_key() = to_wire(name.backend, key.info);
  reply.set_pem(key.public_key.pem());
  return reply.SerializeAsString();
}

}  // namespace

// Public keys are public: whoever may connect may see them.
std::vector<Method> keys_methods(const Parts& parts) {
  return {
      {service, "ListKeys", Permission::anyone,
       [&parts](const Call& call) { call.responder->answer(list_keys(parts)); }, nullptr, nullptr},
      {service, "GetPublicKey", Permission::anyone,
       [&parts](const Call& call) { call.responder->answer(get_public_key(parts, call)); }, nullptr,
       nullptr},
  };
}

}  // namespace chancery::daemon
