#include "remote/http/libcurl.h"

#include <dlfcn.h>
#include <fmt/format.h>

namespace chancery::remote {
namespace {

// The name that programs linked with it ask for: its interface, not its version.
constexpr const char* libcurl_file = "libcurl.so.4";

template <typename Function>
bool find(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(dlsym(library, name));
  return function != nullptr;
}

bool find_all(void* library, Libcurl& curl) {
  return find(library, "curl_global_init", curl.global_init) &&
         find(library, "curl_easy_init", curl.easy_init) &&
         find(library, "curl_easy_setopt", curl.easy_setopt) &&
         find(library, "curl_easy_getinfo", curl.easy_getinfo) &&
         find(library, "curl_easy_strerror", curl.easy_strerror) &&
         find(library, "curl_easy_cleanup", curl.easy_cleanup) &&
         find(library, "curl_slist_append", curl.slist_append) &&
         find(library, "curl_slist_free_all", curl.slist_free_all) &&
         find(library, "curl_multi_init", curl.multi_init) &&
         find(library, "curl_multi_setopt", curl.multi_setopt) &&
         find(library, "curl_multi_add_handle", curl.multi_add_handle) &&
         find(library, "curl_multi_remove_handle", curl.multi_remove_handle) &&
         find(library, "curl_multi_perform", curl.multi_perform) &&
         find(library, "curl_multi_info_read", curl.multi_info_read) &&
         find(library, "curl_multi_poll", curl.multi_poll) &&
         find(library, "curl_multi_wakeup", curl.multi_wakeup) &&
         find(library, "curl_multi_cleanup", curl.multi_cleanup);
}

Result<Libcurl> open_and_start() {
  Libcurl curl = TRY(open_libcurl(libcurl_file));
  if (curl.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
    return unavailable("HTTP_CLIENT_FAILED", "libcurl does not start");
  }
  return curl;
}

}  // namespace

Result<Libcurl> open_libcurl(const char* file) {
  Libcurl curl{};
  void* library = dlopen(file, RTLD_NOW | RTLD_LOCAL);
  if (library != nullptr && find_all(library, curl)) return curl;
  return unsupported("LIBCURL_MISSING",
                     fmt::format("services elsewhere are talked to through libcurl, and it cannot "
                                 "be loaded: {}; install the package libcurl4",
                                 dlerror()));
}

Result<const Libcurl*> load_libcurl() {
  static const Result<Libcurl> loaded = open_and_start();
  if (!loaded.ok()) return loaded.error();
  return &*loaded;
}

}  // namespace chancery::remote
