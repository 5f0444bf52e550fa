#include "cli/client/service_client.h"

#include <charconv>
#include <thread>
#include <utility>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "cli/client/problem_words.h"

namespace annals::cli {
namespace {

using namespace std::chrono_literals;

constexpr int kOk = 200;
constexpr int kCreated = 201;
constexpr int kAccepted = 202;
constexpr int kNoContent = 204;
constexpr int kBadRequest = 400;
constexpr int kUnauthorized = 401;
constexpr int kTooLarge = 413;
constexpr int kInvalid = 422;
constexpr int kServerError = 500;

constexpr std::string_view kRequestId = "x-request-id";

constexpr std::chrono::milliseconds kFirstPause = 250ms;
constexpr std::chrono::milliseconds kLongestPause = 10s;
/// The time limit of a whole download: an export may take as long as it needs.
constexpr std::chrono::milliseconds kLongestStream = 24h;
constexpr std::chrono::milliseconds kLongestAnswer = 2min;

/// Returns whether the service, or a proxy in front of it, asks for a retry with this status.
bool asks_for_patience(int status) {
  constexpr std::array<int, 6> kPassing = {408, 425, 429, 502, 503, 504};
  return std::ranges::find(kPassing, status) != kPassing.end();
}

/// Returns whether the caller of ask() has a use for an answer with this status.
bool is_answer(int status) {
  return status == kOk || status == kCreated || status == kAccepted || status == kNoContent ||
         status == kInvalid;
}

/// Returns whether something else than the service has given an answer of which there is a use.
bool is_foreign(const io::HttpResponse& response) {
  return is_answer(response.status) && !is_of_service(response);
}

std::chrono::milliseconds retry_after(const io::HttpResponse& response) {
  const std::string_view text = response.header("retry-after");
  int seconds = 0;
  std::from_chars(text.data(), text.data() + text.size(), seconds);
  return std::clamp<std::chrono::milliseconds>(std::chrono::seconds(seconds), 0ms, kLongestPause);
}

/// Returns `detail` if the answer has the service's shape, else the beginning of the body.
std::string detail_of(const io::HttpResponse& response) {
  constexpr std::size_t kShown = 200;
  boost::system::error_code error;
  const auto value = boost::json::parse(response.body, error);
  const auto* object = error ? nullptr : value.if_object();
  const auto* detail = object == nullptr ? nullptr : object->if_contains("detail");
  if (detail == nullptr) return response.body.substr(0, kShown);
  return detail->is_string() ? std::string(detail->as_string()) : boost::json::serialize(*detail);
}

std::string hint_for(const io::HttpResponse& response) {
  switch (response.status) {
    case kUnauthorized:
      return " Check the key (--key-file, ANNALS_API_KEY, or --secret-file for the tenant's own secret).";
    case kBadRequest:  // nginx answers so to http at a port for https
      return response.body.contains("HTTPS")       ? " The port may speak https: check --url."
             : response.body.contains("tenant db") ? " Check --client-id."
                                                   : "";
    case kTooLarge:
      return " A proxy may allow less than a request has, up to about 8 MiB: raise its limit, or lower "
             "--batch-rows.";
    default:
      return response.header("location").empty()
                 ? ""
                 : fmt::format(" It leads to {}: check --url.", response.header("location"));
  }
}

}  // namespace

/// The outcome of one attempt: an answer to use, or the reason why there is none.
struct ServiceClient::Attempt {
  std::optional<io::HttpResponse> answer = {};
  std::string trouble = {};
  int status = 0;
  bool outcome_unknown = false;
  bool passing = false;  // a retry may succeed
  bool moved = false;    // a part arrived that need not be sent again
  std::chrono::milliseconds pause{0};
};

ServiceClient::ServiceClient(ServiceAccess access, Say say)
    : access_(std::move(access)), say_(std::move(say)), client_(access_.ca_file) {}

io::HttpResponse ServiceClient::ask(const Request& request) {
  auto attempted = attempt(request, nullptr);
  if (attempted.answer) return *std::move(attempted.answer);
  if (attempted.status == 0 && speaks_plain_http()) {
    attempted.trouble =
        fmt::format("the service at {} speaks http, not https; give --url with http://", access_.url);
  }
  throw ServiceRefusal(attempted.trouble, attempted.status, attempted.outcome_unknown);
}

/// Returns whether the address, which is for https, answers to http. No key is sent.
bool ServiceClient::speaks_plain_http() {
  constexpr std::string_view kSecure = "https://";
  if (!access_.url.starts_with(kSecure)) return false;
  const std::string url = "http://" + access_.url.substr(kSecure.size());
  try {
    return is_of_service(client_.send({.url = url + "/healthz", .connect_timeout = 2s, .timeout = 2s}));
  } catch (const io::HttpFailure&) {
    return false;
  }
}

io::HttpResponse ServiceClient::send_with_retries(const std::function<Request()>& request,
                                                  const Download* download) {
  using Clock = std::chrono::steady_clock;
  std::optional<Clock::time_point> deadline;
  std::chrono::milliseconds pause = kFirstPause;
  while (true) {
    auto attempted = attempt(request(), download);
    if (attempted.answer) {
      if (deadline) say_("the service is back, resuming");
      return *std::move(attempted.answer);
    }
    if (!attempted.passing) throw ServiceRefusal(attempted.trouble, attempted.status);
    if (!deadline || attempted.moved) {
      pause = kFirstPause;
      deadline = Clock::now() + access_.patience;
      say_(fmt::format("{} Retrying for up to {} s.", attempted.trouble, access_.patience.count()));
    }
    if (Clock::now() >= *deadline) throw ServiceRefusal(attempted.trouble, attempted.status);
    std::this_thread::sleep_for(std::max(pause, attempted.pause));
    pause = std::min(pause * 2, kLongestPause);
  }
}

ServiceClient::Attempt ServiceClient::attempt(const Request& request, const Download* download) {
  io::HttpRequest http{.method = request.method,
                       .url = access_.url + request.target,
                       .headers = {},
                       .body = request.body,
                       .timeout = download != nullptr ? kLongestStream : kLongestAnswer,
                       .max_pause = download != nullptr ? download->max_pause : 0s,
                       .at_most_once = request.at_most_once,
                       .decompress = false,  // commands run near the service, where compressing costs more
                       .server_header = kRequestId};
  if (!access_.client_id.empty()) http.headers.emplace_back("X-Client-Id", access_.client_id);
  if (access_.client_secret) {
    http.headers.emplace_back("X-Client-Secret", access_.client_secret->reveal());
  } else if (access_.api_key) {
    http.headers.emplace_back("X-API-Key", access_.api_key->reveal());
  }
  if (!request.content_type.empty()) http.headers.emplace_back("Content-Type", request.content_type);
  Attempt result;
  try {
    auto response = download == nullptr ? client_.send(http) : client_.send(http, [&](std::string part) {
      result.moved = download->resumable;
      return download->sink(std::move(part));
    });
    result.status = response.status;
    if (is_foreign(response)) {
      result.trouble = fmt::format(
          "the answer {} at {} is not the service's, it has no X-Request-Id. Check that --url is right and "
          "what a proxy answers in its place.",
          response.status, access_.url);
      result.passing = true;
      result.outcome_unknown = true;
      return result;
    }
    const auto flaw = download != nullptr && response.status == kOk ? download->flaw() : std::nullopt;
    if (flaw) {
      result.trouble = fmt::format("the answer of the service at {} was cut: {}.", access_.url, *flaw);
      result.passing = true;
      return result;
    }
    if (is_answer(response.status)) {
      result.answer = std::move(response);
      return result;
    }
    result.trouble = words_of(response);
    result.passing = asks_for_patience(response.status);
    result.outcome_unknown = response.status >= kServerError;
    result.pause = retry_after(response);
  } catch (const io::HttpFailure& failure) {
    result.trouble = fmt::format(
        "{} the service at {}: {}. Check that it is running and that --url is right.",
        failure.request_sent() ? "lost the connection to" : "cannot reach", access_.url, failure.what());
    result.passing = true;
    result.outcome_unknown = failure.request_sent();
  }
  return result;
}

std::string ServiceClient::words_of(const io::HttpResponse& response) const {
  return fmt::format("the service at {} answered {}: {}{}", access_.url, response.status, detail_of(response),
                     hint_for(response));
}

bool is_of_service(const io::HttpResponse& response) {
  return !response.header(kRequestId).empty();
}

std::string problems_of(std::string_view body, std::size_t skip) {
  boost::system::error_code error;
  const auto value = boost::json::parse(body, error);
  const auto* object = error ? nullptr : value.if_object();
  const auto* detail = object == nullptr ? nullptr : object->if_contains("detail");
  if (detail == nullptr || !detail->is_array()) return std::string(body);
  std::string words;
  for (const auto& problem : detail->as_array()) {
    words += (words.empty() ? "" : "; ") + cli::words_of(problem, skip);
  }
  return words;
}

}  // namespace annals::cli
