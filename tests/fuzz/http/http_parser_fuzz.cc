// Properties: a request that arrives in pieces is taken, and read as the same request, if and only if it is
// when it arrives whole; what is taken is within the limits and has the form that RFC 9112 gives it, and is
// read again as it was.
#include <optional>
#include <string>
#include <utility>

#include "error.h"
#include "fuzz/fuzzing.h"
#include "http/server/request_parser.h"

namespace annals::http {
namespace {

using fuzzing::require;
using fuzzing::require_same;

constexpr std::size_t kMaxHeader = 512;
constexpr std::size_t kMaxBody = 256;

struct Parsed {
  bool refused = false;
  bool has_header = false;
  bool done = false;
  bool keep_alive = false;
  bool is_http_1_0 = false;
  Request request = {};  // with the body
  std::string target = {};
  std::string rest = {};
};

// Hands the pieces over one after the other, as a connection does.
class Reader {
 public:
  explicit Reader(std::size_t max_header = kMaxHeader) : parser_(max_header) {}

  Parsed read(const std::vector<std::string_view>& pieces) {
    try {
      for (const std::string_view piece : pieces) take(piece);
    } catch (const Error&) {
      parsed_.refused = true;
      return std::move(parsed_);
    }
    parsed_.done = parsed_.has_header && parser_.done();
    if (parsed_.done) parsed_.request.body = parser_.take_body();
    if (parsed_.has_header) parsed_.keep_alive = parser_.keep_alive();
    return std::move(parsed_);
  }

 private:
  void take(std::string_view piece) {
    parsed_.rest += piece;
    if (!parsed_.has_header) take_header();
    if (parsed_.has_header && !parser_.done()) consume(parser_.read_body(parsed_.rest));
  }

  void take_header() {
    consume(parser_.read_header(parsed_.rest));
    parsed_.has_header = parser_.has_header();
    if (!parsed_.has_header) return;
    parsed_.request = parser_.head();
    parsed_.target = parser_.target();
    parsed_.is_http_1_0 = parser_.is_http_1_0();
    parser_.limit_body(kMaxBody);
  }

  void consume(std::size_t bytes) {
    require(bytes <= parsed_.rest.size(), "no more bytes consumed than there are");
    parsed_.rest.erase(0, bytes);
  }

  RequestParser parser_;
  Parsed parsed_;
};

bool is_token(std::string_view text) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::ranges::all_of(text, [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || kMarks.contains(c);
  });
}

bool has_control(std::string_view text) {
  return std::ranges::any_of(
      text, [](char c) { return c != '\t' && (static_cast<unsigned char>(c) < ' ' || c == '\x7F'); });
}

void check_form(const Parsed& parsed) {
  const Request& request = parsed.request;
  require(is_token(request.method), "a method that is a token");
  require(!parsed.target.empty() && !has_control(parsed.target) && !parsed.target.contains(' '),
          "a target without blanks and controls");
  std::size_t hosts = 0;
  std::size_t lengths = 0;
  std::size_t codings = 0;
  for (const auto& [name, value] : request.headers) {
    require(is_token(name) && !has_control(value), "fields without controls");
    if (name == "host") ++hosts;
    if (name == "content-length") ++lengths;
    if (name == "transfer-encoding") ++codings;
  }
  require(parsed.is_http_1_0 ? hosts <= 1 : hosts == 1, "one Host");
  require(codings <= 1, "one transfer coding at most");
  require(codings == 0 || lengths == 0, "no Content-Length beside a transfer coding");
  require(request.body.size() <= kMaxBody, "a body within its limit");
  if (!parsed.done || codings > 0) return;
  const std::string* length = request.header("content-length");
  const auto announced = length == nullptr ? 0 : std::stoull(*length);
  require(request.body.size() == announced, "a body as long as announced");
}

std::string head_of(const Parsed& parsed) {
  std::string text =
      parsed.request.method + " " + parsed.target + (parsed.is_http_1_0 ? " HTTP/1.0" : " HTTP/1.1");
  for (const auto& [name, value] : parsed.request.headers)
    text.append("\r\n").append(name).append(": ").append(value);
  return text + "\r\n\r\n";
}

void require_same_head(const Parsed& actual, const Parsed& expected) {
  require_same(actual.request.method, expected.request.method, "the method");
  require_same(actual.target, expected.target, "the target");
  require(actual.request.headers == expected.request.headers, "the same headers");
  require(actual.keep_alive == expected.keep_alive, "the same end of the connection");
}

void check(std::string_view text, std::uint8_t cuts) {
  const Parsed whole = Reader().read({text});
  const Parsed cut = Reader().read(fuzzing::pieces_of(text, cuts));
  // What is refused in one form may be still unfinished in the other, but it is never taken.
  require(whole.done == cut.done, "pieces to be taken if and only if the whole is");
  if (whole.refused || cut.refused || !whole.has_header) return;
  require(cut.has_header, "pieces to be read as far as the whole");
  require_same_head(cut, whole);
  require_same(cut.request.body, whole.request.body, "the body");
  if (whole.done) require_same(cut.rest, whole.rest, "what follows the request");
  check_form(whole);
  const Parsed again = Reader(2 * kMaxHeader).read({head_of(whole)});
  require(!again.refused, "what was read to be a request");
  require_same_head(again, whole);
}

}  // namespace
}  // namespace annals::http

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  FuzzedDataProvider input(data, size);
  const auto cuts = input.ConsumeIntegral<std::uint8_t>();
  annals::http::check(input.ConsumeRemainingBytesAsString(), cuts);
  return 0;
}
