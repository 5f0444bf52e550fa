#include "http/server/request_parser.h"

#include <algorithm>

#include <fmt/format.h>
#include <boost/beast/core/buffers_range.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>

#include "error.h"
#include "http/server/authority.h"
#include "input/errors.h"
#include "text/ascii.h"

namespace annals::http {
namespace {

namespace beast = boost::beast;

Error not_http(const std::string& reason) {
  return {ErrorCode::bad_request, "Invalid HTTP request.", "invalid HTTP request: " + reason};
}

Error header_too_large(std::size_t max_bytes) {
  return {ErrorCode::headers_too_large, fmt::format("Request header is larger than {} bytes.", max_bytes)};
}

// The size of the shortest end of a chunked body: `0 CRLF CRLF`.
constexpr std::size_t kLastChunkSize = 5;

/// Returns the number of bytes of the empty lines before a request, which are ignored (RFC 9112,
/// section 2.2). Beast ignores one too, but then takes the request's end for a new request if that arrives in
/// two pieces.
std::size_t empty_lines_before(std::string_view received) {
  constexpr std::string_view kEmptyLine = "\r\n";
  std::size_t size = 0;
  while (received.substr(size).starts_with(kEmptyLine)) size += kEmptyLine.size();
  return size;
}

/// Returns whether one of the lines of a header that were received continues on the next line (obs-fold, RFC
/// 9112, 5.2). Beast would join them; another server on the way may read them differently. A continued line
/// is always seen as a whole, because Beast leaves a line to be read again until it sees how the next begins.
bool has_folded_line(std::string_view received) {
  constexpr std::string_view kLineBreak = "\r\n";
  for (auto end = received.find(kLineBreak); end != 0; end = received.find(kLineBreak)) {
    if (end == std::string_view::npos) return false;
    received.remove_prefix(end + kLineBreak.size());
    if (received.starts_with(' ') || received.starts_with('\t')) return true;
  }
  return false;  // an empty line: the header ends
}

// Replaces Beast's string_body, which would at once allocate what Content-Length announces.
struct GrowingBody {
  using value_type = std::string;

  class reader {  // NOLINT(readability-identifier-naming): Beast's name
   public:
    template <bool IsRequest, class Fields>
    reader(beast::http::header<IsRequest, Fields>& /*header*/, std::string& body) : body_(body) {}

    static void init(const boost::optional<std::uint64_t>& /*length*/, beast::error_code& error) {
      error = {};
    }

    template <class Buffers>
    std::size_t put(const Buffers& buffers, beast::error_code& error) {
      error = {};
      const std::size_t before = body_.size();
      for (const auto buffer : beast::buffers_range_ref(buffers)) {
        body_.append(static_cast<const char*>(buffer.data()), buffer.size());
      }
      return body_.size() - before;
    }

    static void finish(beast::error_code& error) { error = {}; }

   private:
    std::string& body_;
  };
};

}  // namespace

struct RequestParser::Beast {
  explicit Beast(std::size_t max_header) : max_header_bytes(max_header) {
    parser.header_limit(static_cast<std::uint32_t>(max_header));
    parser.body_limit(boost::none);  // limit_body() sets it, after authentication
  }

  std::size_t put(std::string_view received) {
    beast::error_code error;
    const std::size_t used = parser.put(boost::asio::buffer(received.data(), received.size()), error);
    if (error == beast::http::error::header_limit) throw header_too_large(max_header_bytes);
    if (error == beast::http::error::body_limit) throw input::body_too_large(max_body_bytes);
    if (error && error != beast::http::error::need_more) throw not_http(error.message());
    return used;
  }

  void check_header() const;

  beast::http::request_parser<GrowingBody> parser;
  const std::size_t max_header_bytes;
  bool begun = false;            // Beast has got a byte
  std::size_t header_bytes = 0;  // consumed so far
  std::uint64_t max_body_bytes = 0;
};

// Refuses what Beast accepts but another server on the way may read differently: each could smuggle in a
// second request.
void RequestParser::Beast::check_header() const {
  const auto& fields = parser.get();
  const auto encodings = fields.equal_range(beast::http::field::transfer_encoding);
  if (encodings.first != encodings.second) {
    const bool only_chunked = std::next(encodings.first) == encodings.second &&
                              beast::iequals(encodings.first->value(), "chunked") && fields.version() >= 11;
    if (!only_chunked) throw not_http("transfer coding");
  }
  const auto hosts = fields.count(beast::http::field::host);
  if (hosts > 1 || (hosts == 0 && fields.version() >= 11)) throw not_http("host");
  if (!is_host_field(fields[beast::http::field::host])) throw not_http("host");
  const auto is_ascii = [](char c) { return static_cast<unsigned char>(c) < 0x80; };
  if (!std::ranges::all_of(fields.target(), is_ascii)) throw not_http("target");
  if (has_invalid_authority(fields.target())) throw not_http("target");
}

RequestParser::RequestParser(std::size_t max_header_bytes)
    : beast_(std::make_unique<Beast>(max_header_bytes)) {}

RequestParser::~RequestParser() = default;

std::size_t RequestParser::read_header(std::string_view received) {
  const std::size_t skipped = beast_->begun ? 0 : empty_lines_before(received);
  const std::string_view header = received.substr(skipped);
  if (has_folded_line(header)) throw not_http("a field continues on the next line");
  beast_->begun = beast_->begun || !(header.empty() || header == "\r");
  const std::size_t used = skipped + (beast_->begun ? beast_->put(header) : 0);
  // Beast's own limit is on what is left to parse, so that a header that arrives field by field would never
  // reach it.
  beast_->header_bytes += used;
  const std::size_t seen = beast_->header_bytes + (has_header() ? 0 : received.size() - used);
  if (seen > beast_->max_header_bytes) throw header_too_large(beast_->max_header_bytes);
  if (has_header()) beast_->check_header();
  return used;
}

bool RequestParser::has_header() const {
  return beast_->parser.is_header_done();
}

Request RequestParser::head() const {
  const auto& fields = beast_->parser.get();
  Request request;
  request.method = fields.method_string();
  for (const auto& field : fields) {
    request.headers.emplace_back(text::to_lower(field.name_string()), std::string(field.value()));
  }
  return request;
}

std::string_view RequestParser::target() const {
  return beast_->parser.get().target();
}

bool RequestParser::is_http_1_0() const {
  return beast_->parser.get().version() < 11;
}

bool RequestParser::expects_continue() const {
  const auto& fields = beast_->parser.get();
  return !is_http_1_0() && beast::iequals(fields[beast::http::field::expect], "100-continue");
}

void RequestParser::limit_body(std::uint64_t max_bytes) {
  beast_->max_body_bytes = max_bytes;
  const auto announced = beast_->parser.content_length();
  if (announced && *announced > max_bytes) throw input::body_too_large(max_bytes);
  beast_->parser.body_limit(max_bytes);
  beast_->parser.eager(true);
}

std::size_t RequestParser::read_body(std::string_view received) {
  // Fewer bytes cannot end the body, and a fatal assertion of Beast fails if the line of the last chunk
  // without its whole end is put twice.
  if (beast_->parser.chunked() && received.size() < kLastChunkSize) return 0;
  const std::size_t used = beast_->put(received);
  // The rest is an unfinished line of the chunked coding, or its trailer.
  if (!done() && received.size() - used > beast_->max_header_bytes) throw not_http("chunk");
  return used;
}

bool RequestParser::done() const {
  return beast_->parser.is_done();
}

std::string RequestParser::take_body() {
  return std::exchange(beast_->parser.get().body(), {});
}

bool RequestParser::keep_alive() const {
  return beast_->parser.keep_alive();
}

}  // namespace annals::http
