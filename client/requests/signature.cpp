#include "client/requests/signature.h"

#include <fmt/format.h>

#include "client/requests/ask.h"
#include "core/base/limits/bundles.h"

namespace chancery::client {

namespace {

Result<std::string> download_bundle(Connection& connection, const v1::SignReply& reply,
                                    Deadline deadline) {
  v1::ReadBundleRequest request;
  request.set_receipt(reply.receipt());
  Download download =
      connection.download(services::signer, "ReadBundle", request.SerializeAsString(), deadline);
  std::string bundle;
  for (;;) {
    const std::optional<std::string> message = TRY(download.next());
    if (!message) break;
    bundle += TRY(read_reply<v1::BundleChunk>(*message)).data();
    if (bundle.size() > limits::bundle_bytes_max)
      return corrupt("BUNDLE_INCOMPLETE", "the daemon sends a bundle that has no end");
  }
  if (bundle.size() != reply.bundle_bytes())
    return corrupt("BUNDLE_INCOMPLETE", fmt::format("the daemon sent {} of the bundle's {} bytes",
                                                    bundle.size(), reply.bundle_bytes()));
  return bundle;
}

}  // namespace

std::string_view name_of(v1::State state) {
  switch (state) {
    case v1::STATE_ACCEPTED:
      return "accepted";
    case v1::STATE_SIGNED:
      return "signed";
    case v1::STATE_TIMESTAMPED:
      return "timestamped";
    case v1::STATE_LOGGED:
      return "logged";
    case v1::STATE_PUBLISHED:
      return "published";
    case v1::STATE_DONE:
      return "done";
    case v1::STATE_FAILED:
      return "failed";
    case v1::STATE_OVERDUE:
      return "overdue";
    default:
      return "unknown";
  }
}

Result<Signature> read_signature(Connection& connection, const v1::SignReply& reply,
                                 Deadline deadline) {
  if (reply.state() == v1::STATE_FAILED)
    return unavailable(reply.failure().reason(),
                       fmt::format("nothing was signed: {}", reply.failure().message()));
  Signature signature{reply.receipt(),   reply.state(),  reply.key(),        reply.log_origin(),
                      reply.log_index(), reply.bundle(), reply.expires_at(), reply.record_by()};
  if (reply.bundle_bytes() > 0 && signature.bundle.empty())
    signature.bundle = TRY(download_bundle(connection, reply, deadline));
  return signature;
}

Error unfinished(const Signature& signature) {
  return outcome_unknown("NOT_FINISHED",
                         fmt::format("it is {}, and the daemon will finish it: receipt {}",
                                     name_of(signature.state), signature.receipt));
}

}  // namespace chancery::client
