#include "http/server/exchange.h"

#include <algorithm>
#include <iterator>
#include <random>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "error.h"
#include "http/problem.h"
#include "http/server/outgoing_body.h"
#include "http/server/receive_more.h"
#include "http/server/request_id.h"
#include "http/server/request_target.h"
#include "http/server/response_text.h"
#include "ops/log.h"
#include "ops/traced.h"

namespace annals::http {
namespace {

namespace asio = boost::asio;

// The time before a connection is closed for which a client may still send what is not read, and the time
// that it has to close its side if its request was read to the end.
constexpr std::chrono::milliseconds kLingerUnread{2'000};
constexpr std::chrono::milliseconds kLingerDone{250};
// The time that a response in parts which never ends still has once the server stops.
constexpr std::chrono::milliseconds kFinishEndless{1'000};

constexpr int kTemporaryRedirect = 307;

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

// Returns the answer to a path with slashes at its end that is a route's without them, as Starlette gives it.
std::optional<Response> redirect(const SessionContext& context, std::string_view method,
                                 std::string_view target) {
  const auto shorter = without_trailing_slashes(target);
  const auto parsed = shorter ? parse_request_target(*shorter) : std::nullopt;
  if (!parsed || !context.router.find(method, parsed->segments)) return std::nullopt;
  return Response{.status = kTemporaryRedirect,
                  .body = {},
                  .content_type = {},
                  .headers = {{"Location", context.public_path + *shorter}}};
}

// Returns the route of a request. HEAD is answered where GET is (RFC 9110, 9.3.2).
std::optional<Router::Match> find_route(const Router& router, std::string_view method,
                                        const std::vector<std::string>& segments) {
  auto match = router.find(method, segments);
  if (method != "HEAD" || !match || match->route != nullptr) return match;
  auto get = router.find("GET", segments);
  return get && get->route != nullptr ? std::move(get) : std::move(match);
}

// Returns whether a request gets a line in the log: that share of them, and of those that the service has
// failed to serve every one.
bool is_logged(double share, int status) {
  constexpr int kServerError = 500;
  if (share <= 0) return false;
  if (share >= 1 || status >= kServerError) return true;
  thread_local std::minstd_rand random{std::random_device{}()};
  return std::uniform_real_distribution<double>(0, 1)(random) < share;
}

// Returns whether content of a request of that method means anything (RFC 9110, 9.3). Otherwise it is not
// held, so that it takes no memory.
bool is_content_used(std::string_view method) {
  return method != "GET" && method != "HEAD" && method != "DELETE";
}

}  // namespace

Exchange::Exchange(std::shared_ptr<Connection> connection, const SessionContext& context, bool is_full)
    : connection_(std::move(connection)),
      context_(context),
      is_full_(is_full),
      in_flight_(*context.traffic),
      parser_(context.limits.max_header_bytes) {}

Exchange::~Exchange() {
  end_body();
}

asio::awaitable<bool> Exchange::run() {
  Response response;
  std::exception_ptr error;
  try {
    response = co_await answer();
  } catch (const ClientGone&) {
    if (has_header_) context_.traffic->count_aborted();
    end_trace(0);
    co_return false;
  } catch (...) {
    error = std::current_exception();
  }
  if (request_id_.empty()) request_id_ = random_request_id();
  if (error) response = problem(error, request_id_);
  if (route_ != nullptr) std::ranges::copy(route_->headers, std::back_inserter(response.headers));
  context_.cross_origin.add_headers(response, origin_);

  // After invalid HTTP it is unknown where the next request would begin.
  const bool until_close = response.body_parts && !response.content_length && parser_.is_http_1_0();
  const bool keep_alive = has_header_ && parser_.done() && parser_.keep_alive() && !until_close &&
                          !is_full_ && !context_.stopping;
  const int status = response.status;
  const bool is_endless = response.is_endless;
  const auto until_answer = std::chrono::steady_clock::now() - began_;
  const bool sent = co_await send_traced(std::move(response), keep_alive);
  account(status, is_endless ? until_answer : std::chrono::steady_clock::now() - began_);
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
  take_note_of(request);
  request.request_id = request_id_;
  request.client_address = client_;
  request.notes = notes_;

  auto target = parse_request_target(parser_.target());
  if (!target) {
    begin_trace(request, false);
    throw Error(ErrorCode::path_not_found, "Not Found");
  }
  path_ = request.path = std::move(target->path);
  request.query = std::move(target->query);
  auto match = find_route(context_.router, request.method, target->segments);
  const bool is_vital = match && match->route != nullptr && match->route->is_vital;
  begin_trace(request, is_vital);
  auto answering = answer_routed(std::move(request), std::move(match), is_vital);
  auto response = co_await ops::at_place(place(), std::move(answering));
  co_return response;
}

// Works at the request's place in its trace, as all that it calls.
asio::awaitable<Response> Exchange::answer_routed(Request request, std::optional<Router::Match> match,
                                                  bool is_vital) {
  if (is_full_ && !is_vital) throw Error(ErrorCode::overloaded, "Too many connections.");
  if (!match) co_return redirect_or_not_found();
  if (match->route == nullptr) {
    if (!context_.cross_origin.is_allowed_preflight(request)) {
      co_return method_not_allowed(match->allowed_methods);
    }
    co_return CrossOrigin::preflight(request, std::move(match->allowed_methods));
  }
  const Route& route = *match->route;
  route_ = &route;
  request.operation = route.operation.name;
  request.declared = &route.operation;
  request.path_parameters = std::move(match->path_parameters);
  connection_->expires_never();  // admission and handler have their own deadlines
  const Handler handler = co_await route.admit(request);

  begin_body(route, request);
  if (route.takes_body_in_parts) {
    request.body_parts = body_;
  } else if (body_) {
    if (is_content_used(method_)) {
      request.body = co_await body_->whole();
    } else {
      co_await body_->drop();
    }
  }
  Response response = co_await handler(std::move(request));
  check_headers(response);
  co_return response;
}

// Keeps what every answer and the log need, also if the request is refused in its next step.
void Exchange::take_note_of(const Request& request) {
  request_id_ = request_id_of(request);
  method_ = request.method;
  origin_ = request.agreed_header("origin");
  const auto client = context_.proxies.client_of(connection_->peer(), request.list_header("x-forwarded-for"));
  client_ = client.to_string();
}

Response Exchange::redirect_or_not_found() const {
  auto redirection = redirect(context_, method_, parser_.target());
  if (!redirection) throw Error(ErrorCode::path_not_found, "Not Found");
  return *std::move(redirection);
}

asio::awaitable<void> Exchange::read_header() {
  connection_->expires_after(is_full_ ? kRefusalTime : context_.limits.header_time);
  for (;;) {
    connection_->consume(parser_.read_header(connection_->received()));
    has_header_ = parser_.has_header();
    if (has_header_) {
      connection_->has_request();
      co_return;
    }
    co_await receive_more(connection_, kHeaderReceiveSize);
  }
}

void Exchange::begin_body(const Route& route, const Request& request) {
  if (parser_.done() && !route.takes_body_in_parts) return;
  const std::uint64_t max_bytes =
      route.max_body_bytes > 0 ? route.max_body_bytes : context_.limits.max_body_bytes;
  body_ = std::make_shared<IncomingBody>(
      connection_, parser_, IncomingBody::Limits{.max_bytes = max_bytes, .time = context_.limits.body_time},
      IncomingBody::Encoding{
          .content_encoding = route.keeps_content_encoding ? std::string() : content_encoding_of(request),
          .budget = *context_.decoding,
          .holder = sender()});
}

// Returns who must not take what all others need: a tenant, a key that sends for several, or an address.
const std::string& Exchange::sender() const {
  if (!notes_->tenant.empty()) return notes_->tenant;
  return notes_->key.empty() ? client_ : notes_->key;
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
  if (!without_body && response.body_parts) {
    const auto longest = context_.limits.finish_time;
    const auto time_to_finish = response.is_endless ? std::min(kFinishEndless, longest) : longest;
    co_return co_await send_body(connection_, OutgoingBody{.head = std::move(head),
                                                           .parts = std::move(response.body_parts),
                                                           .length = response.content_length,
                                                           .chunked = chunked,
                                                           .write_time = context_.limits.write_time,
                                                           .time_to_finish = time_to_finish,
                                                           .is_endless = response.is_endless,
                                                           .request_id = request_id_});
  }
  connection_->expires_after(context_.limits.write_time);
  std::string body = without_body ? std::string() : std::move(response.body);
  co_return co_await connection_->send(std::move(head), std::move(body));
}

// Sends the answer and ends the request's span. What has no end is no piece of work: its span ends before it.
asio::awaitable<bool> Exchange::send_traced(Response response, bool keep_alive) {
  const int status = response.status;
  const bool is_work = response.body_parts && !response.is_endless;
  if (response.is_endless) end_trace(status);
  auto sending = send(std::move(response), keep_alive);
  if (is_work) sending = ops::at_place(place(), std::move(sending));
  const bool sent = co_await std::move(sending);
  end_trace(status);
  co_return sent;
}

// Counts the request, and says in the log how it ended.
void Exchange::account(int status, std::chrono::nanoseconds taken) {
  const Traffic::Exchanged exchanged{.route = route_,
                                     .is_head = route_ != nullptr && method_ != route_->method,
                                     .status = status,
                                     .taken = taken,
                                     .received = connection_->take_received(),
                                     .sent = connection_->take_sent()};
  context_.traffic->count(exchanged);
  if (is_logged(context_.logged_requests, status) && ops::log_enabled(ops::Level::info))
    log_access(exchanged);
}

void Exchange::log_access(const Traffic::Exchanged& exchanged) const {
  constexpr double kMicrosecondsPerSecond = 1e6;
  const auto taken = std::chrono::duration_cast<std::chrono::microseconds>(exchanged.taken);
  ops::log(ops::Level::info, "request",
           {{"request_id", request_id_},
            {"trace_id", place().trace_id()},
            {"span_id", place().span_id()},
            {"method", method_},
            {"route", route_ == nullptr ? Traffic::kNoRoute : std::string_view(route_->path)},
            {"status", exchanged.status},
            {"duration_seconds", static_cast<double>(taken.count()) / kMicrosecondsPerSecond},
            {"received_bytes", exchanged.received},
            {"sent_bytes", exchanged.sent},
            {"caller", notes_->caller},
            {"key", notes_->key},
            {"client_id", notes_->tenant},
            {"client_address", client_}});
}

ops::TracePlace Exchange::place() const {
  return trace_ ? trace_->place() : ops::TracePlace();
}

void Exchange::begin_trace(const Request& request, bool is_vital) {
  if (context_.tracer != nullptr) trace_.emplace(*context_.tracer, request, is_vital, began_);
}

void Exchange::end_trace(int status) {
  if (!trace_) return;
  trace_->end({.method = method_,
               .route = route_ == nullptr ? std::string_view() : std::string_view(route_->path),
               .request_id = request_id_,
               .status = status,
               .scheme = context_.has_tls ? "https" : "http",
               .host = context_.known_as,
               .port = context_.known_port,
               .is_http_1_0 = has_header_ && parser_.is_http_1_0()});
}

}  // namespace annals::http
