#include "daemon/services/bundle_stream.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>

#include "chancery/v1/signer.pb.h"
#include "core/base/encoding.h"
#include "core/base/limits/statements.h"
#include "daemon/flows/archive/watch.h"
#include "daemon/flows/assemble.h"
#include "daemon/flows/deadline/release.h"
#include "daemon/flows/read_signature.h"
#include "daemon/services/message.h"

namespace chancery::daemon {
namespace {

static_assert(limits::bundle_chunk_bytes % 3 == 0,
              "chunks of a payload join as whole base64 groups");

// Text in memory, a payload from its file as base64, text again. One chunk in memory at a time. A
// payload that the disk has changed is found at its end: then the rest does not follow, and what
// was sent is no bundle.
class BundleStream : public OutboundStream {
 public:
  BundleStream(const Parts& parts, RequestId id, SplitBundle text, std::optional<Sha256> payload)
      : parts_(parts), id_(id), before_(text.before), payload_(payload), after_(text.after) {}

  Result<std::optional<std::string>> next() override {
    std::string data = take(before_);
    if (data.empty() && payload_) data = TRY(take_payload());
    if (data.empty()) data = take(after_);
    if (data.empty()) return std::optional<std::string>();
    v1::BundleChunk chunk;
    chunk.set_data(std::move(data));
    return std::optional(chunk.SerializeAsString());
  }

 private:
  static std::string take(std::string& text) {
    std::string chunk = text.substr(0, limits::bundle_chunk_bytes);
    text.erase(0, chunk.size());
    return chunk;
  }
  Result<std::string> take_payload() {
    const Bytes chunk = TRY(watch_payload(
        parts_, id_, parts_.payloads.read_at(*payload_, offset_, limits::bundle_chunk_bytes)));
    offset_ += chunk.size();
    hash_.update(chunk);
    if (chunk.empty()) TRY(end_payload());
    return base64_encode(chunk);
  }
  Result<void> end_payload() {
    Sha256 hash{};
    std::ranges::copy(hash_.finish().value, hash.begin());
    Result<void> checked = watch_payload(parts_, id_, parts_.payloads.check(*payload_, hash));
    payload_.reset();
    return checked;
  }

  const Parts& parts_;
  const RequestId id_;
  std::string before_;
  std::optional<Sha256> payload_;
  std::uint64_t offset_ = 0;
  DigestStream hash_{HashAlgorithm::sha256};  // of the payload so far
  std::string after_;
};

}  // namespace

Result<std::unique_ptr<OutboundStream>> read_bundle(const Parts& parts, const Call& call) {
  const auto request = TRY(read_message<v1::ReadBundleRequest>(call.payload));
  StoredRequest stored = TRY(find_by_receipt(parts, call, request.receipt()));
  stored.bundle = TRY(bundle_of(parts, stored));
  if (stored.bundle.empty()) {
    return unavailable("BUNDLE_NOT_READY",
                       fmt::format("the request is {}: wait for it, or ask for its signature to "
                                   "see why",
                                   name_of(stored.state)));
  }
  const std::optional<Sha256>& payload = stored.acceptance.payload_file;
  const SplitBundle text =
      payload ? TRY(split_at_payload(stored.bundle)) : SplitBundle{stored.bundle, {}};
  return std::unique_ptr<OutboundStream>(
      std::make_unique<BundleStream>(parts, stored.id, text, payload));
}

}  // namespace chancery::daemon
