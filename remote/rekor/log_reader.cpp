#include "remote/rekor/log_reader.h"

#include <fmt/format.h>

#include "core/base/http_url.h"
#include "core/base/limits/services.h"

namespace chancery::remote {
namespace {

Error unreadable(std::string_view what) {
  return unavailable("LOG_READ_FAILED",
                     fmt::format("the log's files are not to be read: {}", what));
}

// Nothing: it is not the file's absence, but no answer at all.
std::optional<Result<Bytes>> content_of(const Result<HttpAnswer>& answer, const std::string& path) {
  if (!answer.ok()) {
    if (answer.error().reason != "HTTP_ANSWER_TOO_LARGE") return std::nullopt;
    return Result<Bytes>(corrupt("FILE_TOO_LARGE", answer.error().message));
  }
  if (answer->status == 404) return Result<Bytes>(not_found("FILE_NOT_FOUND", path));
  if (answer->status != 200) return std::nullopt;
  return Result<Bytes>(to_bytes(as_bytes(answer->body)));
}

}  // namespace

Result<Bytes> FetchedFiles::read(const std::string& path, std::size_t bytes_max) const {
  const auto known = files_.find(path);
  if (known != files_.end()) return known->second;
  if (!wanted_) wanted_ = Wanted{path, bytes_max};
  return unreadable(path + " has not been fetched yet");
}

void LogReader::go_on(const std::shared_ptr<Reading>& reading) const {
  const Step wanted = reading->attempt(reading->files);
  if (!wanted) return;
  if (reading->files.count() >= limits::log_files_per_reading_max) {
    return reading->fail(
        unreadable(fmt::format("{} asks for over {} of them", url_, reading->files.count())));
  }
  fetch(reading, *wanted);
}

void LogReader::fetch(const std::shared_ptr<Reading>& reading,
                      const FetchedFiles::Wanted& wanted) const {
  HttpRequest request{HttpMethod::get,  join_url(url_, wanted.path), {}, "", wanted.bytes_max,
                      reading->deadline};
  http_->send(std::move(request),
              [self = *this, reading, path = wanted.path](const Result<HttpAnswer>& answer) {
                auto content = content_of(answer, path);
                if (!content) {
                  return reading->fail(unreadable(
                      answer.ok() ? fmt::format("{}/{}: status {}", self.url_, path, answer->status)
                                  : answer.error().message));
                }
                reading->files.put(path, *std::move(content));
                self.go_on(reading);
              });
}

}  // namespace chancery::remote
