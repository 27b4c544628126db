#include "daemon/services/keys.h"

#include "daemon/flows/keys/newest_key.h"
#include "daemon/flows/profile.h"
#include "daemon/services/key_reply.h"
#include "daemon/services/message.h"
#include "wire/service_names.h"

namespace chancery::daemon {
namespace {

struct Found {
  KeyName name;
  SigningKey key;
};

Result<Found> find_asked(const Parts& parts, const v1::GetPublicKeyRequest& request) {
  if (request.of_case() != v1::GetPublicKeyRequest::kProfile) {
    KeyName name = TRY(read_key_name(request.key()));
    SigningKey key = TRY(parts.keys.find(name.backend, name.key));
    return Found{std::move(name), std::move(key)};
  }
  const std::shared_ptr<const Config> config = parts.config.get();
  const ProfileSection* profile = find_profile(*config, request.profile());
  if (profile == nullptr) return unknown_profile(request.profile());
  NewestKey newest = TRY(find_newest_key(parts.keys, parts.standing, *profile));
  return Found{std::move(newest.name), std::move(newest.key)};
}

Result<std::string> list_keys(const Parts& parts) {
  v1::ListKeysReply reply;
  for (const KeyRing::NamedHost& named : parts.keys.hosts()) {
    for (const KeyInfo& info : named.host->keys()) {
      *reply.add_keys() = to_wire(parts, {named.backend, info.name}, info);
    }
    for (const UnusableKey& key : named.host->unusable_keys()) {
      *reply.add_keys() = to_wire(parts, {named.backend, key.name}, key);
    }
  }
  return reply.SerializeAsString();
}

Result<std::string> get_public_key(const Parts& parts, const Call& call) {
  const auto request = TRY(read_message<v1::GetPublicKeyRequest>(call.payload));
  const Found found = TRY(find_asked(parts, request));
  v1::GetPublicKeyReply reply;
  *reply.mutable_key() = to_wire(parts, found.name, found.key.info);
  reply.set_pem(found.key.public_key.pem());
  return reply.SerializeAsString();
}

}  // namespace

// Public keys are public: whoever may connect may see them.
std::vector<Method> keys_methods(const Parts& parts) {
  return {
      {wire::services::keys, "ListKeys", Permission::anyone,
       [&parts](const Call& call) { call.responder->answer(list_keys(parts)); }, nullptr, nullptr},
      {wire::services::keys, "GetPublicKey", Permission::anyone,
       [&parts](const Call& call) { call.responder->answer(get_public_key(parts, call)); }, nullptr,
       nullptr},
  };
}

}  // namespace chancery::daemon
