// One request on its way through libcurl. For this folder's sources only; the client's thread.
#pragma once

#include <array>

#include "remote/http/http_client.h"
#include "remote/http/libcurl.h"

namespace chancery::remote {

class Transfer {
 public:
  // `curl` and `options` outlive the transfer. Error: unavailable HTTP_NOT_SENT.
  static Result<std::unique_ptr<Transfer>> make(const Libcurl& curl, HttpRequest request,
                                                const HttpOptions& options, HttpClient::Done done);
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  CURL* handle() const { return easy_.get(); }

  // What came of it, to whoever asked.
  void finish(CURLcode code);
  // Cut short.
  void abandon();

 private:
  Transfer(const Libcurl& curl, HttpRequest request, HttpClient::Done done);
  bool configure(const HttpOptions& options);
  bool add_headers();
  bool has_been_sent() const;
  Error failure(std::string_view why) const;

  static std::size_t on_read(char* bytes, std::size_t size, std::size_t count, void* self);
  // libcurl would send a body again, by itself, where a kept connection closes under it: whether
  // that may be is not for it to say.
  static int refuse_to_rewind(void* self, curl_off_t offset, int origin);
  static std::size_t on_header(char* bytes, std::size_t size, std::size_t count, void* self);
  static std::size_t on_body(char* bytes, std::size_t size, std::size_t count, void* self);

  const Libcurl& curl_;
  HttpRequest request_;
  HttpClient::Done done_;
  std::unique_ptr<CURL, decltype(Libcurl::easy_cleanup)> easy_;
  std::unique_ptr<curl_slist, decltype(Libcurl::slist_free_all)> headers_;
  std::array<char, CURL_ERROR_SIZE> message_{};
  HttpAnswer answer_;
  std::size_t sent_bytes_ = 0;  // of the body, given to libcurl
  std::size_t header_bytes_ = 0;
  bool is_too_large_ = false;
};

}  // namespace chancery::remote
