// What the audit of a running daemon holds, as it tells whoever may administer it.
#pragma once

#include <sstream>
#include <vector>

#include "chancery/v1/audit.pb.h"
#include "core/audit/transcript.h"
#include "core/base/json.h"
#include "tests/end_to_end/running_daemon.h"

namespace chancery::testing {

// Oldest first.
inline std::vector<Json> audit_records(const std::filesystem::path& socket) {
  std::vector<Json> out;
  const auto connection = client::Connection::open(socket, soon()).value();
  auto download = connection->download("chancery.v1.Audit", "Find", "", soon());
  while (const auto message = download.next().value()) {
    v1::AuditChunk chunk;
    EXPECT_TRUE(chunk.ParseFromString(*message));
    std::istringstream lines(chunk.lines());
    for (std::string line; std::getline(lines, line);) {
      const auto parsed = audit::parse_line(line).value();
      out.push_back(parse_json(std::get<audit::RecordLine>(parsed).record, "record").value());
    }
  }
  return out;
}

// The newest of this event; an empty object where there is none.
inline Json newest_record(const std::filesystem::path& socket, std::string_view event) {
  Json newest = Json::object();
  for (Json& record : audit_records(socket)) {
    if (record["event"] == event) newest = std::move(record);
  }
  return newest;
}

}  // namespace chancery::testing
