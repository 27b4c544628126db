// One request on its way through libcurl. For this folder's sources only; the client's thread.
#pragma once

#include <curl/curl.h>

#include <array>

#include "remote/http/http_client.h"

namespace chancery::remote {

class Transfer {
 public:
  // `options` outlives the transfer. Error: unavailable HTTP_NOT_SENT.
  static Result<std::unique_ptr<Transfer>> make(HttpRequest request, const HttpOptions& options,
                                                HttpClient::Done done);
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  CURL* handle() const { return easy_.get(); }
  // Of a handle that came back from libcurl.
  static Transfer* of(CURL* handle);

  // What came of it, to whoever asked.
  void finish(CURLcode code);
  // Cut short.
  void abandon();

 private:
  struct FreeHandle {
    void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
  };
  struct FreeList {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
  };

  Transfer(HttpRequest request, HttpClient::Done done)
      : request_(std::move(request)), done_(std::move(done)) {}
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

  HttpRequest request_;
  HttpClient::Done done_;
  std::unique_ptr<CURL, FreeHandle> easy_;
  std::unique_ptr<curl_slist, FreeList> headers_;
  std::array<char, CURL_ERROR_SIZE> message_{};
  HttpAnswer answer_;
  std::size_t sent_bytes_ = 0;  // of the body, given to libcurl
  std::size_t header_bytes_ = 0;
  bool is_too_large_ = false;
};

}  // namespace chancery::remote
