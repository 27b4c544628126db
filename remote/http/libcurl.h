// libcurl, loaded when the first client starts: it brings thirty libraries of its own, and a daemon
// that talks to nobody elsewhere has none of them in its memory. For this folder's sources only.
#pragma once

#include <curl/curl.h>

#include "core/base/result.h"

namespace chancery::remote {

// Its functions, named as there without `curl_`.
struct Libcurl {
  decltype(&curl_global_init) global_init;
  decltype(&curl_easy_init) easy_init;
  decltype(&curl_easy_setopt) easy_setopt;
  decltype(&curl_easy_getinfo) easy_getinfo;
  decltype(&curl_easy_strerror) easy_strerror;
  decltype(&curl_easy_cleanup) easy_cleanup;
  decltype(&curl_slist_append) slist_append;
  decltype(&curl_slist_free_all) slist_free_all;
  decltype(&curl_multi_init) multi_init;
  decltype(&curl_multi_setopt) multi_setopt;
  decltype(&curl_multi_add_handle) multi_add_handle;
  decltype(&curl_multi_remove_handle) multi_remove_handle;
  decltype(&curl_multi_perform) multi_perform;
  decltype(&curl_multi_info_read) multi_info_read;
  decltype(&curl_multi_poll) multi_poll;
  decltype(&curl_multi_wakeup) multi_wakeup;
  decltype(&curl_multi_cleanup) multi_cleanup;
};

// Once for the process and never undone, as other libraries may use it too. Thread-safe.
// Errors: unsupported LIBCURL_MISSING; unavailable HTTP_CLIENT_FAILED.
Result<const Libcurl*> load_libcurl();

// As load_libcurl, from whatever file and not remembered; for its tests.
// Errors: unsupported LIBCURL_MISSING.
Result<Libcurl> open_libcurl(const char* file);

}  // namespace chancery::remote
