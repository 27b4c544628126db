#include <fmt/format.h>

#include "core/base/encoding.h"
#include "core/base/rfc3339.h"
#include "core/bundle/trusted_root.h"

namespace chancery::bundle {

std::string write_trusted_root(const tlog::NoteKey& log, WallTime start) {
  return fmt::format(
      R"({{"mediaType":"application/vnd.dev.sigstore.trustedroot+json;version=0.1",)"
      R"("tlogs":[{{"baseUrl":"https://{}","hashAlgorithm":"SHA2_256",)"
      R"("publicKey":{{"rawBytes":"{}","keyDetails":"{}","validFor":{{"start":"{}"}}}},)"
      R"("logId":{{"keyId":"{}"}}}}],)"
      R"("certificateAuthorities":[],"ctlogs":[],"timestampAuthorities":[]}})"
      "\n",
      log.name(), base64_encode(log.key().spki()), key_details_of(log.key().algorithm()),
      format_rfc3339(start), base64_encode(log.id()));
}

}  // namespace chancery::bundle
