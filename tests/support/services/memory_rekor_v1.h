// A Rekor v1 in the test's memory behind HTTP: a scripted server's script.
#pragma once

#include "tests/support/services/scripted_server.h"
#include "tests/support/sigstore/memory_log_v1.h"

namespace chancery::testing {

// Adds entries, remembers duplicates, finds entries by their leaf. The server calls it on one
// thread at a time.
class MemoryRekorV1 {
 public:
  explicit MemoryRekorV1(const std::string& host) : log(host) {}

  Reply operator()(const SeenRequest& request);

  MemoryLogV1 log;

 private:
  Reply add(const std::string& request);
  const bundle::LogEntry* find(std::string_view leaf_hex) const;

  std::vector<bundle::LogEntry> entries_;
};

// An entry as Rekor v1 writes it.
std::string answer_json_v1(const bundle::LogEntry& entry);

}  // namespace chancery::testing
