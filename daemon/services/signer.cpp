#include "daemon/services/signer.h"

#include <fmt/format.h>

#include "core/policy/decide.h"
#include "daemon/flows/keys/newest_key.h"
#include "daemon/flows/profile.h"
#include "daemon/flows/read_signature.h"
#include "daemon/flows/signing.h"
#include "daemon/services/bundle_stream.h"
#include "daemon/services/message.h"
#include "daemon/services/statement_stream.h"
#include "wire/service_names.h"

namespace chancery::daemon {
namespace {

void sign(const Parts& parts, Call call) {
  const Result<v1::SignRequest> request = read_message<v1::SignRequest>(call.payload);
  if (!request.ok()) return call.responder->answer(request.error());
  Result<Asked> asked = read_sign_request(*request);
  if (!asked.ok()) return call.responder->answer(asked.error());
  Signing::start(parts, std::move(call), std::move(*asked));
}

// Whether it has been asked for before, or is refused for what was.
bool is_known(const Parts& parts, const policy::Peer& peer, const Asked& asked) {
  const Result<std::optional<StoredRequest>> earlier = find_earlier(parts, peer, asked);
  return !earlier.ok() || earlier->has_value();
}

void sign_statement(const Parts& parts, ByteBudget& statements, Call call) {
  Result<v1::SignStatementRequest> request = read_message<v1::SignStatementRequest>(call.payload);
  if (!request.ok()) return call.responder->answer(request.error());
  call.payload = {};
  Result<std::shared_ptr<void>> share =
      reserve(statements, call.peer.uid, request->statement().size());
  Result<Asked> asked = read_statement(request->profile(), request->idempotency_key(),
                                       std::move(*request->mutable_statement()));
  if (!asked.ok()) return call.responder->answer(asked.error());
  // What waits for a log already takes no second share.
  if (!share.ok() && !is_known(parts, call.peer, *asked)) {
    return call.responder->answer(share.error());
  }
  if (share.ok()) asked->reservation = *std::move(share);
  Signing::start(parts, std::move(call), std::move(*asked));
}

v1::Profile describe(const Parts& parts, const Config& config, const ProfileSection& section,
                     const policy::Peer& peer) {
  v1::Profile out;
  out.set_name(section.name);
  out.set_signs_digests(section.signs == Signs::digests);
  out.set_signs_statements(true);
  out.set_may_use(policy::decide_profile(config.rules, peer, section.name).allowed);
  const Result<NewestKey> newest = find_newest_key(parts.keys, parts.standing, section);
  const KeyName& name = newest.ok() ? newest->name : section.keys.front();
  out.set_key(name.text());
  // Of a stopped one, too: whoever asks with it learns that it is stopped, and not something else.
  const Result<SigningKey> key = parts.keys.find(name.backend, name.key);
  if (key.ok()) out.set_algorithm(std::string(name_of(key->info.algorithm)));
  if (!newest.ok()) out.set_unavailable(newest.error().message);
  const Result<void> going = parts.standing.check_profile(section.name);
  if (!going.ok()) out.set_unavailable(going.error().message);
  return out;
}

void list_profiles(const Parts& parts, const Call& call) {
  const std::shared_ptr<const Config> config = parts.config.get();
  v1::ListProfilesReply reply;
  for (const ProfileSection& section : config->profiles) {
    *reply.add_profiles() = describe(parts, *config, section, call.peer);
  }
  call.responder->answer(reply.SerializeAsString());
}

}  // namespace

std::vector<Method> signer_methods(const Parts& parts, ByteBudget& statements) {
  const auto unary = [](std::string_view name, Permission permission,
                        std::function<void(Call)> start) {
    return Method{wire::services::signer, name, permission, std::move(start), nullptr, nullptr};
  };
  Method sign_digest =
      unary("Sign", Permission::per_profile, [&parts](Call call) { sign(parts, std::move(call)); });
  sign_digest.is_brief = true;
  return {
      std::move(sign_digest),
      unary(
          "SignStatement", Permission::per_profile,
          [&parts, &statements](Call call) { sign_statement(parts, statements, std::move(call)); }),
      {wire::services::signer, "SignStatementStream", Permission::per_profile, nullptr,
       [&parts, &statements](Call call) -> Result<std::unique_ptr<InboundStream>> {
         return std::unique_ptr<InboundStream>(
             new StatementStream(parts, statements, std::move(call)));
       },
       nullptr},
      unary("GetSignature", Permission::per_profile,
            [&parts](const Call& call) { get_signature(parts, call); }),
      {wire::services::signer, "ReadBundle", Permission::per_profile, nullptr, nullptr,
       [&parts](const Call& call) { return read_bundle(parts, call); }},
      unary("ListProfiles", Permission::anyone,
            [&parts](const Call& call) { list_profiles(parts, call); }),
  };
}

}  // namespace chancery::daemon
