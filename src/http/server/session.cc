#include "http/server/session.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "error.h"
#include "http/problem.h"
#include "http/server/incoming_body.h"
#include "http/server/outgoing_body.h"
#include "http/server/receive_more.h"
#include "http/server/request_id.h"
#include "http/server/request_parser.h"
#include "http/server/request_target.h"
#include "http/server/response_text.h"
#include "ops/log.h"

namespace annals::http {
namespace {

namespace asio = boost::asio;

// The time before a connection is closed for which a client may still send what is not read, and the time
// that it has to close its side if its request was read to the end.
constexpr std::chrono::milliseconds kLingerUnread{2'000};
constexpr std::chrono::milliseconds kLingerDone{250};
constexpr std::chrono::milliseconds kRefusalTime{1'000};

constexpr std::size_t kHeaderReceiveSize = std::size_t{16} * 1024;

Response method_not_allowed(const std::vector<std::string>& allowed) {
  Response response = problem(Error(ErrorCode::method_not_allowed, "Method Not Allowed"), {});
  response.headers.emplace_back("Allow", fmt::format("{}", fmt::join(allowed, ", ")));
  return response;
}

// Joins all headers of that name into one list (RFC 9110, 5.3).
std::string content_encoding_of(const Request& request) {
  std::vector<std::string_view> encodings;
  for (const auto& [name, value] : request.headers) {
    if (name == "content-encoding") encodings.push_back(value);
  }
  return fmt::format("{}", fmt::join(encodings, ", "));
}

// Handles one request and its response.
class Exchange {
 public:
  Exchange(std::shared_ptr<Connection> connection, const SessionContext& context)
      : connection_(std::move(connection)), context_(context), parser_(context.limits.max_header_bytes) {}
  ~Exchange() { end_body(); }
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  // Returns false if the connection is to be closed.
  asio::awaitable<bool> run();

 private:
  asio::awaitable<Response> answer();
  asio::awaitable<void> read_header();
  void begin_body(const Route& route, const Request& request);
  bool end_body();
  asio::awaitable<bool> send(Response response, bool keep_alive);
  void log_access(int status) const;

  const std::shared_ptr<Connection> connection_;
  const SessionContext& context_;  // outlives this object
  const std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  RequestParser parser_;
  std::shared_ptr<IncomingBody> body_;  // null if there is none, or until begin_body()
  bool has_header_ = false;             // a valid header was read
  std::string request_id_;
  std::string method_;
  std::string path_;
};

asio::awaitable<bool> Exchange::run() {
  Response response;
  std::exception_ptr error;
  try {
    response = co_await answer();
  } catch (const ClientGone&) {
    co_return false;
  } catch (...) {
    error = std::current_exception();
  }
  if (request_id_.empty()) request_id_ = random_request_id();
  if (error) response = problem(error, request_id_);
  log_access(response.status);

  // After invalid HTTP it is unknown where the next request would begin.
  const bool until_close = response.body_parts && !response.content_length && parser_.is_http_1_0();
  const bool keep_alive =
      has_header_ && parser_.done() && parser_.keep_alive() && !until_close && !context_.stopping;
  const bool sent = co_await send(std::move(response), keep_alive);
  const bool body_ended = end_body();
  if (!sent || !body_ended) co_return false;
  if (keep_alive) co_return true;
  const bool read_to_its_end = has_header_ && parser_.done();
  co_await connection_->linger(read_to_its_end ? kLingerDone : kLingerUnread);
  co_return false;
}

// Refuses first what is cheap to refuse: no body is read for a request that has no route or is not admitted.
asio::awaitable<Response> Exchange::answer() {
  co_await read_header();
  Request request = parser_.head();
  request_id_ = request.request_id = request_id_of(request);
  method_ = request.method;

  auto target = parse_request_target(parser_.target());
  if (!target) throw Error(ErrorCode::path_not_found, "Not Found");
  path_ = request.path = std::move(target->path);
  request.query = std::move(target->query);
  auto match = context_.router.find(request.method, target->segments);
  if (!match) throw Error(ErrorCode::path_not_found, "Not Found");
  if (match->route == nullptr) co_return method_not_allowed(match->allowed_methods);
  const Route& route = *match->route;
  request.path_parameters = std::move(match->path_parameters);
  connection_->expires_never();  // admission and handler have their own deadlines
  const Handler handler = co_await route.admit(request);

  begin_body(route, request);
  if (route.takes_body_in_parts) {
    request.body_parts = body_;
  } else if (body_) {
    request.body = co_await body_->whole();
  }
  Response response = co_await handler(std::move(request));
  check_headers(response);
  co_return response;
}

asio::awaitable<void> Exchange::read_header() {
  connection_->expires_after(context_.limits.header_time);
  for (;;) {
    connection_->consume(parser_.read_header(connection_->received()));
    has_header_ = parser_.has_header();
    if (has_header_) co_return;
    co_await receive_more(connection_, kHeaderReceiveSize);
  }
}

void Exchange::begin_body(const Route& route, const Request& request) {
  if (parser_.done() && !route.takes_body_in_parts) return;
  const std::uint64_t max_bytes =
      route.max_body_bytes > 0 ? route.max_body_bytes : context_.limits.max_body_bytes;
  body_ = std::make_shared<IncomingBody>(
      connection_, parser_, IncomingBody::Limits{.max_bytes = max_bytes, .time = context_.limits.body_time},
      content_encoding_of(request));
}

// Returns false if a next() still reads from the connection.
bool Exchange::end_body() {
  return !body_ || body_->close();
}

asio::awaitable<bool> Exchange::send(Response response, bool keep_alive) {
  const Framing framing{
      .request_id = request_id_, .http_1_0 = has_header_ && parser_.is_http_1_0(), .keep_alive = keep_alive};
  const bool chunked = is_chunked(response, framing);
  std::string head = response_header(response, framing);
  const bool without_body = method_ == "HEAD" || !has_content(response.status);
  connection_->expires_after(context_.limits.write_time);
  std::string body = without_body || response.body_parts ? std::string() : std::move(response.body);
  bool sent = co_await connection_->send(std::move(head), std::move(body));
  if (sent && !without_body && response.body_parts) {
    connection_->expires_never();
    sent = co_await send_body(connection_, OutgoingBody{.parts = std::move(response.body_parts),
                                                        .length = response.content_length,
                                                        .chunked = chunked,
                                                        .write_time = context_.limits.write_time,
                                                        .request_id = request_id_});
  }
  co_return sent;
}

void Exchange::log_access(int status) const {
  if (!ops::log_enabled(ops::Level::debug)) return;
  const auto taken = std::chrono::steady_clock::now() - began_;
  const auto microseconds = std::chrono::duration_cast<std::chrono::microseconds>(taken).count();
  ops::log(ops::Level::debug, "request",
           {{"request_id", request_id_},
            {"method", method_},
            {"path", path_},
            {"status", std::to_string(status)},
            {"duration_us", std::to_string(microseconds)}});
}

}  // namespace

asio::awaitable<void> serve(std::shared_ptr<Connection> connection,
                            std::shared_ptr<const SessionContext> context) {
  for (;;) {
    const bool arrived = co_await connection->wait_for_request(context->limits.idle_time);
    if (!arrived) break;
    Exchange exchange(connection, *context);
    const bool again = co_await exchange.run();
    if (!again) break;
  }
  connection->close();
}

asio::awaitable<void> refuse(std::shared_ptr<Connection> connection) {
  const std::string request_id = random_request_id();
  Response response = problem(Error(ErrorCode::overloaded, "Too many connections."), request_id);
  std::string head = response_header(response, {.request_id = request_id, .keep_alive = false});
  connection->expires_after(kRefusalTime);
  const bool sent = co_await connection->send(std::move(head), std::move(response.body));
  if (sent) co_await connection->linger(kRefusalTime);
  connection->close();
}

}  // namespace annals::http
