// A Rekor v2 in the test's memory behind HTTP: a scripted server's script, with faults to order.
#pragma once

#include <optional>

#include "tests/support/services/scripted_server.h"
#include "tests/support/sigstore/memory_log.h"

namespace chancery::testing {

// Adds entries, remembers duplicates, serves checkpoint and tiles. Fields are set before the first
// request, or from within the hooks; the server calls it on one thread at a time.
class MemoryRekor {
 public:
  explicit MemoryRekor(std::string origin = "log.example.test") : log(std::move(origin)) {}

  Reply operator()(const SeenRequest& request);

  MemoryLog log;
  bool remembers_duplicates = true;
  // Failed, and did not happen: what is answered in place of adding the entry.
  std::function<std::optional<Reply>(const SeenRequest&)> instead_of_adding;
  // Failed, but did happen: what becomes of the answer to an add.
  std::function<Reply(Reply)> on_added;
  std::function<std::optional<Reply>(const SeenRequest&)> instead_of_reading;
  std::size_t adds = 0;

 private:
  Reply add(const SeenRequest& request);
  Reply read(std::string_view path) const;
  static tlog::Hash root_of(std::span<const tlog::Hash> complete);
};

// A TransparencyLogEntry as Rekor v2 writes it.
std::string entry_json(const bundle::LogEntry& entry);

}  // namespace chancery::testing
