// Any bytes as a bundle: a log whose key nobody has promised none of its entries.
#include <cstdlib>

#include "core/bundle/bundle_rules.h"
#include "core/bundle/checks/promise.h"
#include "tests/support/sigstore/memory_log_v1.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace chancery;
  static const bundle::TrustedLog log =
      testing::MemoryLogV1("rekor.example.test").trusted({.start = {}, .end = {}});
  const auto read = bundle::parse_bundle({reinterpret_cast<const char*>(data), size});
  if (!read.ok() || !bundle::check_rules(*read).ok()) return 0;
  for (const bundle::LogEntry& entry : read->log_entries) {
    if (bundle::check_promise(entry, log).ok()) std::abort();
  }
  return 0;
}
