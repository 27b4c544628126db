#include "client/audit/lines.h"

#include <fmt/format.h>

#include <fstream>
#include <iostream>

#include "chancery/v1/audit.pb.h"
#include "client/requests/ask.h"
#include "core/base/limits/audit.h"

namespace chancery::client {
namespace {

// Line by line: an audit may be larger than memory.
Result<void> read_stream(std::istream& in, const std::string& path, const TakeLine& take) {
  std::string line;
  std::vector<char> buffer(limits::audit_line_bytes_max + 2);
  for (;;) {
    in.getline(buffer.data(), static_cast<std::streamsize>(buffer.size()));
    const auto count = static_cast<std::size_t>(in.gcount());
    if (in.bad()) return unavailable("FILE_UNREADABLE", path + ": cannot be read");
    if (in.fail() && !in.eof()) {
      return invalid_request("FILE_TOO_LARGE", path + ": a line is too long for an audit");
    }
    if (in.eof() && count == 0) return {};
    TRY(take(std::string_view(buffer.data(), in.eof() ? count : count - 1)));
  }
}

Result<void> take_lines(Download download, const TakeLine& take) {
  for (;;) {
    const std::optional<std::string> message = TRY(download.next());
    if (!message) return {};
    const auto chunk = TRY(read_reply<v1::AuditChunk>(*message));
    std::string_view lines = chunk.lines();
    while (!lines.empty()) {
      const std::size_t end = lines.find('\n');
      if (end == std::string_view::npos) {
        return corrupt("ANSWER_MALFORMED", "the daemon sent half a line");
      }
      TRY(take(lines.substr(0, end)));
      lines.remove_prefix(end + 1);
    }
  }
}

}  // namespace

Result<void> read_lines(const DaemonOptions& options, std::string_view method,
                        const std::string& request, const TakeLine& take) {
  const Patience patience{options.deadline(), is_full};
  Link link(socket_path(options));
  // A daemon that is full says so before the first line, so none is taken twice.
  return repeat(link, patience, [&](Connection& connection) {
    return take_lines(connection.download(services::audit, method, request, patience.deadline),
                      take);
  });
}

Result<void> read_lines(const std::string& path, const TakeLine& take) {
  if (path == "-") return read_stream(std::cin, "standard input", take);
  std::ifstream file(path);
  if (!file) {
    const int error = errno;
    if (error == ENOENT) return not_found("FILE_NOT_FOUND", path + ": no such file");
    return system_error("FILE_UNREADABLE", path, error);
  }
  return read_stream(file, path, take);
}

}  // namespace chancery::client
