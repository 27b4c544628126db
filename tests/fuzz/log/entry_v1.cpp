// Any bytes as the body of each kind of Rekor v1 entry: what is read is whole.
#include <cstdlib>

#include "core/tlog/entry_v1.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace chancery;
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  for (const auto& [kind, version] :
       {std::pair("hashedrekord", "0.0.1"), {"dsse", "0.0.1"}, {"intoto", "0.0.2"}}) {
    const auto entry = tlog::parse_entry_v1(body, kind, version);
    if (!entry.ok()) continue;
    if (entry->digest.value.size() != digest_bytes(entry->digest.algorithm)) std::abort();
    if (entry->signature.empty() || entry->verifier.empty()) std::abort();
  }
  return 0;
}
