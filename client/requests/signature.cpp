#include "client/requests/signature.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

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

std::string logs_text(const std::vector<v1::LogProgress>& logs) {
  std::vector<std::string> with;
  std::vector<std::string> without;
  for (const v1::LogProgress& progress : logs) {
    (progress.has_recorded() ? with : without).push_back(progress.log());
  }
  const auto text = [](std::string_view what, const std::vector<std::string>& names) {
    return fmt::format("{} the log{} {}", what, names.size() == 1 ? "" : "s",
                       fmt::join(names, ", "));
  };
  if (with.empty()) return without.empty() ? "" : text("not yet in", without);
  if (without.empty()) return text("in", with);
  return fmt::format("{}, {}", text("in", with), text("not yet in", without));
}

Result<Signature> read_signature(Connection& connection, const v1::SignReply& reply,
                                 Deadline deadline) {
  if (reply.state() == v1::STATE_FAILED)
    return unavailable(reply.failure().reason(),
                       fmt::format("it has failed, and no signature of it has left the daemon: {}",
                                   reply.failure().message()));
  Signature signature{reply.receipt(),
                      reply.state(),
                      reply.key(),
                      reply.log_origin(),
                      reply.log_index(),
                      reply.bundle(),
                      reply.expires_at(),
                      reply.record_by(),
                      {reply.logs().begin(), reply.logs().end()},
                      reply.trouble().reason(),
                      reply.trouble().message()};
  if (reply.bundle_bytes() > 0 && signature.bundle.empty())
    signature.bundle = TRY(download_bundle(connection, reply, deadline));
  return signature;
}

Error unfinished(const Signature& signature) {
  const std::string logs = logs_text(signature.logs);
  std::string message =
      fmt::format("it is {}{}{}, and the daemon will finish it: receipt {}",
                  name_of(signature.state), logs.empty() ? "" : ", ", logs, signature.receipt);
  if (!signature.trouble_reason.empty())
    message += fmt::format("; just now it waits because of {}: {}", signature.trouble_reason,
                           signature.trouble);
  return outcome_unknown("NOT_FINISHED", message);
}

}  // namespace chancery::client
