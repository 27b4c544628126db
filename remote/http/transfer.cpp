#include "remote/http/transfer.h"

#include <fmt/format.h>

namespace chancery::remote {
namespace {

std::string_view trim(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(blanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

}  // namespace

Transfer::Transfer(const Libcurl& curl, HttpRequest request, HttpClient::Done done)
    : curl_(curl),
      request_(std::move(request)),
      done_(std::move(done)),
      easy_(curl.easy_init(), curl.easy_cleanup),
      headers_(nullptr, curl.slist_free_all) {}

Result<std::unique_ptr<Transfer>> Transfer::make(const Libcurl& curl, HttpRequest request,
                                                 const HttpOptions& options,
                                                 HttpClient::Done done) {
  std::unique_ptr<Transfer> transfer(new Transfer(curl, std::move(request), std::move(done)));
  if (transfer->easy_ == nullptr || !transfer->configure(options)) {
    return unavailable("HTTP_NOT_SENT", "libcurl refuses to prepare a request");
  }
  return transfer;
}

bool Transfer::configure(const HttpOptions& options) {
  CURL* easy = easy_.get();
  bool ok = add_headers();
  const auto set = [this, easy, &ok](CURLoption option, auto value) {
    ok = curl_.easy_setopt(easy, option, value) == CURLE_OK && ok;
  };
  set(CURLOPT_PRIVATE, this);
  set(CURLOPT_ERRORBUFFER, message_.data());
  set(CURLOPT_URL, request_.url.c_str());
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_FOLLOWLOCATION, 0L);
  set(CURLOPT_PROXY, "");
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  set(CURLOPT_USERAGENT, "chancery");
  set(CURLOPT_MAXAGE_CONN, limits::http_idle_connection_seconds_max);
  set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options.connect_max.count()));
  // Zero would mean for ever.
  set(CURLOPT_TIMEOUT_MS, std::max(1L, static_cast<long>(request_.deadline.remaining().count())));
  if (!options.ca_file.empty()) {
    set(CURLOPT_CAINFO, options.ca_file.c_str());
    set(CURLOPT_CAPATH, nullptr);
  }
  set(CURLOPT_HEADERFUNCTION, &Transfer::on_header);
  set(CURLOPT_HEADERDATA, this);
  set(CURLOPT_WRITEFUNCTION, &Transfer::on_body);
  set(CURLOPT_WRITEDATA, this);
  if (request_.method == HttpMethod::post) {
    set(CURLOPT_POST, 1L);
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
    set(CURLOPT_READFUNCTION, &Transfer::on_read);
    set(CURLOPT_READDATA, this);
    set(CURLOPT_SEEKFUNCTION, &Transfer::refuse_to_rewind);
  }
  return ok;
}

bool Transfer::add_headers() {
  std::vector<std::string> lines;
  for (const HttpHeader& header : request_.headers) {
    lines.push_back(fmt::format("{}: {}", header.name, header.value));
  }
  lines.emplace_back("Expect:");  // not to be asked whether a body may follow
  for (const std::string& line : lines) {
    curl_slist* longer = curl_.slist_append(headers_.get(), line.c_str());
    if (longer == nullptr) return false;
    static_cast<void>(headers_.release());
    headers_.reset(longer);
  }
  return curl_.easy_setopt(easy_.get(), CURLOPT_HTTPHEADER, headers_.get()) == CURLE_OK;
}

// Counts over all connections that libcurl tried: it begins again by itself where a kept connection
// turns out to be closed, and then the code of the last failure says nothing of the first try.
bool Transfer::has_been_sent() const {
  long request_bytes = 0;
  curl_.easy_getinfo(easy_.get(), CURLINFO_REQUEST_SIZE, &request_bytes);
  return request_bytes > 0;
}

Error Transfer::failure(std::string_view why) const {
  const std::string text = fmt::format("{}: {}", request_.url, why);
  return has_been_sent() ? outcome_unknown("HTTP_ANSWER_MISSING", text)
                         : unavailable("HTTP_NOT_SENT", text);
}

void Transfer::finish(CURLcode code) {
  if (is_too_large_) {
    return done_(outcome_unknown(
        "HTTP_ANSWER_TOO_LARGE",
        fmt::format("{}: the answer has over {} bytes, or over {} of headers", request_.url,
                    request_.answer_bytes_max, limits::http_header_bytes_max)));
  }
  if (code != CURLE_OK) {
    return done_(failure(message_[0] != 0 ? message_.data() : curl_.easy_strerror(code)));
  }
  long status = 0;
  curl_.easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
  answer_.status = static_cast<int>(status);
  done_(std::move(answer_));
}

void Transfer::abandon() { done_(failure("given up because the daemon stops")); }

std::size_t Transfer::on_read(char* bytes, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  const std::size_t length = transfer.request_.body.copy(bytes, size * count, transfer.sent_bytes_);
  transfer.sent_bytes_ += length;
  return length;
}

int Transfer::refuse_to_rewind(void* /*self*/, curl_off_t /*offset*/, int /*origin*/) {
  return CURL_SEEKFUNC_FAIL;
}

std::size_t Transfer::on_header(char* bytes, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  const std::string_view line(bytes, size * count);
  transfer.header_bytes_ += line.size();
  if (transfer.header_bytes_ > limits::http_header_bytes_max) {
    transfer.is_too_large_ = true;
    return 0;
  }
  // A new status line: what came before were the headers of a 1xx.
  if (line.starts_with("HTTP/")) transfer.answer_.headers.clear();
  const std::size_t colon = line.find(':');
  if (colon != std::string_view::npos && !line.starts_with("HTTP/")) {
    transfer.answer_.headers.push_back(
        {std::string(trim(line.substr(0, colon))), std::string(trim(line.substr(colon + 1)))});
  }
  return line.size();
}

std::size_t Transfer::on_body(char* bytes, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  const std::size_t length = size * count;
  if (length > transfer.request_.answer_bytes_max - transfer.answer_.body.size()) {
    transfer.is_too_large_ = true;
    return 0;
  }
  transfer.answer_.body.append(bytes, length);
  return length;
}

}  // namespace chancery::remote
