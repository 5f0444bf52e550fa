#include "io/http_client.h"

#include <algorithm>
#include <array>
#include <new>

#include <curl/curl.h>
#include <fmt/format.h>

#include "text/ascii.h"

namespace annals::io {
namespace {

/// Starts libcurl, once per process. This is never undone, because other libraries of the process may use
/// libcurl as well.
void start_curl() {
  static const CURLcode result = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (result != CURLE_OK) throw std::runtime_error(fmt::format("libcurl: {}", curl_easy_strerror(result)));
}

struct CloseCurl {
  void operator()(CURL* curl) const noexcept { curl_easy_cleanup(curl); }
};

struct FreeList {
  void operator()(curl_slist* list) const noexcept { curl_slist_free_all(list); }
};
using HeaderList = std::unique_ptr<curl_slist, FreeList>;

void append(HeaderList& list, const std::string& line) {
  curl_slist* longer = curl_slist_append(list.get(), line.c_str());
  if (longer == nullptr) throw std::bad_alloc();
  [[maybe_unused]] curl_slist* same = list.release();
  list.reset(longer);
}

HeaderList header_lines(const HttpHeaders& headers) {
  HeaderList lines;
  // A bare name removes a header that libcurl would add: waiting for `100 Continue` costs a second with many
  // servers, and our bodies are never forms.
  append(lines, "Expect:");
  const bool typed = std::ranges::any_of(
      headers, [](const auto& header) { return text::to_lower(header.first) == "content-type"; });
  if (!typed) append(lines, "Content-Type:");
  for (const auto& [name, value] : headers) {
    constexpr std::string_view kLineBreaks("\r\n\0", 3);
    if (name.find_first_of(kLineBreaks) != std::string::npos ||
        value.find_first_of(kLineBreaks) != std::string::npos) {
      throw std::invalid_argument(
          fmt::format("line break in the request header {}", text::to_lower(name.substr(0, 32))));
    }
    // `name;` is libcurl's way to send an empty value.
    append(lines, value.empty() ? fmt::format("{};", name) : fmt::format("{}: {}", name, value));
  }
  return lines;
}

}  // namespace

std::string_view HttpResponse::header(std::string_view name) const {
  const auto found = std::ranges::find(headers, name, &std::pair<std::string, std::string>::first);
  return found == headers.end() ? std::string_view{} : std::string_view(found->second);
}

struct HttpClient::Handle {
  std::unique_ptr<CURL, CloseCurl> curl;
  std::string ca_file;
  std::array<char, CURL_ERROR_SIZE> error{};

  template <class Value>
  void set(CURLoption option, Value value) {
    const CURLcode result = curl_easy_setopt(curl.get(), option, value);
    if (result == CURLE_OUT_OF_MEMORY) throw std::bad_alloc();
    if (result != CURLE_OK)
      throw std::runtime_error(fmt::format("libcurl option: {}", curl_easy_strerror(result)));
  }

  void prepare(const HttpRequest& request) {
    curl_easy_reset(curl.get());  // keeps the open connections and the DNS cache
    error.fill('\0');
    set(CURLOPT_ERRORBUFFER, error.data());
    set(CURLOPT_URL, request.url.c_str());
    set(CURLOPT_PATH_AS_IS, 1L);  // a key may hold `/../`, and signatures cover the path as written
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
    set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    set(CURLOPT_FOLLOWLOCATION, 0L);
    if (request.decompress) set(CURLOPT_ACCEPT_ENCODING, "");  // all that this libcurl can decompress
    // A proxy named by an environment variable would see tenants' data, and change what the loopback address
    // means.
    set(CURLOPT_PROXY, "");
    set(CURLOPT_NOSIGNAL, 1L);  // timeouts by SIGALRM are not thread-safe
    set(CURLOPT_TCP_KEEPALIVE, 1L);
    set(CURLOPT_SSL_VERIFYPEER, 1L);
    set(CURLOPT_SSL_VERIFYHOST, 2L);
    if (!ca_file.empty()) set(CURLOPT_CAINFO, ca_file.c_str());
    // Zero would mean "no limit" to libcurl.
    set(CURLOPT_CONNECTTIMEOUT_MS,
        static_cast<long>(std::max<std::int64_t>(1, request.connect_timeout.count())));
    set(CURLOPT_TIMEOUT_MS, static_cast<long>(std::max<std::int64_t>(1, request.timeout.count())));
    if (request.max_pause.count() > 0) {
      set(CURLOPT_LOW_SPEED_LIMIT, 1L);
      set(CURLOPT_LOW_SPEED_TIME, static_cast<long>(request.max_pause.count()));
    }
    prepare_method(request);
  }

  void prepare_method(const HttpRequest& request) {
    if (request.method == "HEAD") {
      // A custom method alone would make libcurl wait for a body.
      set(CURLOPT_NOBODY, 1L);
      return;
    }
    if (!request.body.empty() || request.method == "POST" || request.method == "PUT") {
      set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
      set(CURLOPT_POSTFIELDS, request.body.empty() ? "" : request.body.data());
    }
    set(CURLOPT_CUSTOMREQUEST, request.method.c_str());
  }

  /// Returns whether anything may have reached the server. A timeout can fall into any stage, so the error
  /// code alone does not say.
  bool request_sent() {
    curl_off_t until_request = 0;
    long request_bytes = 0;
    curl_easy_getinfo(curl.get(), CURLINFO_PRETRANSFER_TIME_T, &until_request);
    curl_easy_getinfo(curl.get(), CURLINFO_REQUEST_SIZE, &request_bytes);
    return until_request > 0 || request_bytes > 0;
  }
};

/// Collects the response from libcurl's callbacks.
struct HttpClient::Incoming {
  int times_sent = 0;
  HttpResponse response = {};
  std::size_t max_body = 0;
  const Sink* sink = nullptr;  // takes the body of a 200
  std::string_view server_header = {};
  CURL* curl = nullptr;
  bool too_large = false;
  bool stopped = false;                      // by the sink
  bool head_ended = false;                   // the empty line after the final response's headers was seen
  std::chrono::milliseconds max_silence{0};  // 0: any
  std::stop_token stop = {};
  std::chrono::steady_clock::time_point last_heard = std::chrono::steady_clock::now();
  bool body_begun = false;

  /// Returns whether the response said where it ends. If it did, libcurl has seen its end. It takes a
  /// response that breaks off in its headers for a whole one without a body (7.88), and one without a length
  /// is whole whenever the connection closes.
  [[nodiscard]] bool tells_its_end(const HttpRequest& request) const {
    constexpr int kNoContent = 204;
    constexpr int kNotModified = 304;
    if (!head_ended) return false;
    if (request.method == "HEAD" || response.status == kNoContent || response.status == kNotModified) {
      return true;
    }
    return !response.header("content-length").empty() ||
           text::to_lower(response.header("transfer-encoding")).ends_with("chunked");
  }

  [[nodiscard]] bool streams() const {
    constexpr long kOk = 200;
    long status = 0;
    if (sink != nullptr) curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    return status == kOk && (server_header.empty() || !response.header(server_header).empty());
  }
};

std::size_t HttpClient::on_body(char* data, std::size_t /*one*/, std::size_t size, void* target) noexcept {
  auto& incoming = *static_cast<Incoming*>(target);
  incoming.body_begun = true;
  try {
    if (incoming.streams()) {
      incoming.stopped = !(*incoming.sink)(std::string(data, size));
      return incoming.stopped ? 0 : size;
    }
    if (size > incoming.max_body - incoming.response.body.size()) {
      incoming.too_large = true;
      return 0;
    }
    incoming.response.body.append(data, size);
  } catch (const std::exception&) {  // an exception must not unwind through libcurl
    incoming.too_large = true;
    return 0;
  }
  return size;
}

std::size_t HttpClient::on_header(char* data, std::size_t /*one*/, std::size_t size, void* target) noexcept {
  auto& incoming = *static_cast<Incoming*>(target);
  incoming.last_heard = std::chrono::steady_clock::now();
  auto& headers = incoming.response.headers;
  const std::string_view line(data, size);
  try {
    const auto colon = line.find(':');
    if (line.starts_with("HTTP/")) {
      headers.clear();  // those of an interim 1xx response before this one
      incoming.head_ended = false;
    } else if (text::trim(line).empty()) {
      incoming.head_ended = true;
    } else if (colon != std::string_view::npos) {
      headers.emplace_back(text::to_lower(text::trim(line.substr(0, colon))),
                           text::trim(line.substr(colon + 1)));
    }
  } catch (const std::exception&) {
    return 0;
  }
  return size;
}

/// Makes libcurl give up when it is about to send a request for the second time.
int HttpClient::before_sending(void* target, char* /*server*/, char* /*local*/, int /*server_port*/,
                               int /*local_port*/) noexcept {
  return ++static_cast<Incoming*>(target)->times_sent > 1 ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

/// Returns 1, which makes libcurl give up, if the server has been silent for too long or the exchange is to
/// stop. libcurl calls it about once a second while nothing arrives.
int HttpClient::on_progress(void* target, std::int64_t /*to_receive*/, std::int64_t /*received*/,
                            std::int64_t /*to_send*/, std::int64_t /*sent*/) noexcept {
  static_assert(std::is_same_v<curl_off_t, std::int64_t>);
  const auto& incoming = *static_cast<const Incoming*>(target);
  if (incoming.stop.stop_requested()) return 1;
  if (incoming.body_begun || incoming.max_silence.count() == 0) return 0;
  return std::chrono::steady_clock::now() - incoming.last_heard > incoming.max_silence ? 1 : 0;
}

HttpClient::HttpClient(std::string ca_file) {
  start_curl();
  handle_ = std::make_unique<Handle>();
  handle_->curl.reset(curl_easy_init());
  if (!handle_->curl) throw std::bad_alloc();
  handle_->ca_file = std::move(ca_file);
}

HttpClient::~HttpClient() = default;

HttpResponse HttpClient::send(const HttpRequest& request, std::size_t max_response) {
  return perform(request, {.max_body = max_response});
}

HttpResponse HttpClient::send(const HttpRequest& request, const Sink& sink) {
  return perform(request, {.max_body = kDefaultMaxResponse, .sink = &sink});
}

HttpResponse HttpClient::perform(const HttpRequest& request, Incoming incoming) {
  const HeaderList headers = header_lines(request.headers);
  Handle& handle = *handle_;
  handle.prepare(request);
  incoming.curl = handle.curl.get();
  handle.set(CURLOPT_HTTPHEADER, headers.get());
  handle.set(CURLOPT_WRITEFUNCTION, &on_body);
  handle.set(CURLOPT_WRITEDATA, &incoming);
  handle.set(CURLOPT_HEADERFUNCTION, &on_header);
  handle.set(CURLOPT_HEADERDATA, &incoming);

  if (request.at_most_once) {
    handle.set(CURLOPT_PREREQFUNCTION, &before_sending);
    handle.set(CURLOPT_PREREQDATA, &incoming);
  }
  incoming.server_header = request.server_header;
  incoming.max_silence = request.max_silence;
  incoming.stop = request.stop;
  if (request.max_silence.count() > 0 || request.stop.stop_possible()) {
    handle.set(CURLOPT_NOPROGRESS, 0L);
    handle.set(CURLOPT_XFERINFOFUNCTION, &on_progress);
    handle.set(CURLOPT_XFERINFODATA, &incoming);
  }

  const CURLcode result = curl_easy_perform(handle.curl.get());
  if (incoming.times_sent > 1) throw HttpFailure("the kept connection was closed", true);
  if (result == CURLE_ABORTED_BY_CALLBACK && request.stop.stop_requested()) {
    throw HttpFailure("was stopped", handle.request_sent());
  }
  if (result == CURLE_ABORTED_BY_CALLBACK) {
    throw HttpFailure(fmt::format("said nothing for {} ms", request.max_silence.count()),
                      handle.request_sent());
  }
  if (incoming.too_large) {
    throw HttpFailure(fmt::format("the response is larger than {} bytes", incoming.max_body), true);
  }
  if (result != CURLE_OK && !incoming.stopped) {
    const char* text = handle.error[0] != '\0' ? handle.error.data() : curl_easy_strerror(result);
    throw HttpFailure(text, handle.request_sent());
  }
  long status = 0;
  curl_easy_getinfo(handle.curl.get(), CURLINFO_RESPONSE_CODE, &status);
  incoming.response.status = static_cast<int>(status);
  if (!incoming.stopped && !incoming.tells_its_end(request)) {
    throw HttpFailure("the response broke off, or does not say where it ends", true);
  }
  return std::move(incoming.response);
}

}  // namespace annals::io
