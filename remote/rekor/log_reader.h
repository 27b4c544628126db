// A log's files by HTTP (C2SP tlog-tiles), for work that reads them as if they lay on a disk.
#pragma once

#include <map>
#include <memory>
#include <optional>

#include "core/tlog/log_files.h"
#include "remote/http/http_client.h"

namespace chancery::remote {

// What has been fetched so far; asked for more, it notes what, and the work is done again later.
class FetchedFiles : public tlog::LogFiles {
 public:
  struct Wanted {
    std::string path;
    std::size_t bytes_max;
  };
  Result<Bytes> read(const std::string& path, std::size_t bytes_max) const override;
  void put(const std::string& path, Result<Bytes> content) {
    files_.insert_or_assign(path, std::move(content));
  }
  std::size_t count() const { return files_.size(); }
  std::optional<Wanted> take_wanted() { return std::exchange(wanted_, std::nullopt); }

 private:
  std::map<std::string, Result<Bytes>> files_;
  mutable std::optional<Wanted> wanted_;  // the first that was missing
};

// Thread-safe; the client outlives it, and stops before it.
class LogReader {
 public:
  // `url` is the prefix of the files: "https://HOST/api/v2" for "https://HOST/api/v2/checkpoint".
  LogReader(HttpClient& http, std::string url) : http_(&http), url_(std::move(url)) {}

  // Does `work`, from its beginning, as often as it takes to fetch each file that it asks for. So
  // it depends on the files alone, and is cheap. Errors besides the work's own: unavailable
  // LOG_READ_FAILED.
  template <typename T>
  void read(std::function<Result<T>(const tlog::LogFiles&)> work, Deadline deadline,
            std::function<void(Result<T>)> done) const {
    auto attempt = [work = std::move(work), done](FetchedFiles& files) -> Step {
      Result<T> result = work(files);
      std::optional<FetchedFiles::Wanted> wanted = files.take_wanted();
      if (!wanted) done(std::move(result));
      return wanted;
    };
    go_on(std::make_shared<Reading>(std::move(attempt), done, deadline));
  }

 private:
  using Step = std::optional<FetchedFiles::Wanted>;  // nothing: it is done
  struct Reading {
    Reading(std::function<Step(FetchedFiles&)> work, std::function<void(Error)> refuse,
            Deadline until)
        : attempt(std::move(work)), fail(std::move(refuse)), deadline(until) {}
    std::function<Step(FetchedFiles&)> attempt;
    std::function<void(Error)> fail;
    Deadline deadline;
    FetchedFiles files;
  };
  void go_on(const std::shared_ptr<Reading>& reading) const;
  void fetch(const std::shared_ptr<Reading>& reading, const FetchedFiles::Wanted& wanted) const;

  HttpClient* http_;
  std::string url_;
};

}  // namespace chancery::remote
