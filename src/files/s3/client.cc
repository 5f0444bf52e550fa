#include "files/s3/client.h"

#include <algorithm>
#include <array>
#include <memory>
#include <random>
#include <vector>

#include <fmt/format.h>

#include "crypto/digest.h"
#include "files/s3/replies.h"
#include "io/pause.h"
#include "ops/log.h"
#include "ops/traced.h"

namespace annals::files {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::size_t kThreads = 4;
constexpr std::size_t kMaxWaiting = 256;
// A listing of 1000 keys of the greatest length is under 4 MiB; parts of objects have 16 MiB at most.
constexpr std::size_t kMaxReply = std::size_t{32} << 20U;
constexpr milliseconds kFirstPause{100};
constexpr milliseconds kConnectTimeout{5'000};
constexpr std::chrono::seconds kShortestLink{1};  // the resolution of X-Amz-Expires

std::vector<std::unique_ptr<io::HttpClient>> clients(const std::string& ca_file) {
  std::vector<std::unique_ptr<io::HttpClient>> result;
  result.reserve(kThreads);
  for (std::size_t i = 0; i < kThreads; ++i) result.push_back(std::make_unique<io::HttpClient>(ca_file));
  return result;
}

/// Returns the settings for those who use the URLs that this service gives out.
S3Settings with_public_endpoint(S3Settings settings) {
  if (!settings.public_endpoint.empty()) settings.endpoint = settings.public_endpoint;
  return settings;
}

bool is_passing(int status) {
  constexpr std::array kPassing{408, 429, 500, 502, 503, 504};
  return std::ranges::find(kPassing, status) != kPassing.end();
}

/// Returns whether other credentials may help.
bool is_stale(const std::optional<io::HttpResponse>& response) {
  constexpr int kBadRequest = 400;
  constexpr int kForbidden = 403;
  constexpr std::array<std::string_view, 3> kCodes{"ExpiredToken", "InvalidToken", "TokenRefreshRequired"};
  if (!response || (response->status != kBadRequest && response->status != kForbidden)) return false;
  return std::ranges::find(kCodes, parse_error_code(response->body).value_or("")) != kCodes.end();
}

/// Returns how long a link may live: `wanted`, or until the credentials expire.
std::chrono::seconds life_of_link(std::chrono::seconds wanted, const aws::Credentials& credentials,
                                  aws::SigV4::Time now) {
  if (!credentials.expires_at) return wanted;
  const auto left = std::chrono::floor<std::chrono::seconds>(*credentials.expires_at - now);
  if (left >= wanted) return wanted;
  ops::log_damped(ops::Level::info,
                  "links end before files.url_seconds, because the credentials of S3 expire",
                  {{"seconds", left.count()}});
  return left;
}

/// Returns 100 ms, 400 ms, … plus up to half as much again, so that many removals do not retry in step.
milliseconds pause_after(int attempt) {
  const milliseconds::rep pause = kFirstPause.count() << (2 * (attempt - 1));
  thread_local std::minstd_rand random{std::random_device{}()};
  return milliseconds(pause + std::uniform_int_distribution<milliseconds::rep>(0, pause / 2)(random));
}

/// Describes a call for the log, without the host and anything signed.
std::string described(const S3Call& call) {
  const std::string what = call.query.empty() ? "" : "?" + call.query.front().first;
  return fmt::format("S3 {} {}{}", call.method, call.key.empty() ? "bucket" : "object", what);
}

/// Throws UnexpectedReply if the reply about the content of an object does not name it, as S3's does: a proxy
/// may answer in its place, with a page and the status 200.
void check_etag(const S3Call& call, const io::HttpResponse& reply) {
  const bool is_of_content =
      !call.key.empty() && (call.method == "HEAD" || call.method == "GET" || call.method == "PUT");
  if (is_of_content && reply.header("etag").empty())
    throw UnexpectedReply(fmt::format("{}: the reply has no ETag", described(call)));
}

}  // namespace

S3Client::S3Client(const S3Settings& settings)
    : timeout_(settings.timeout),
      address_(settings),
      public_address_(with_public_endpoint(settings)),
      region_(settings.region),
      renewal_(settings.credentials, settings.ca_file),
      pool_(clients(settings.ca_file), kMaxWaiting) {}

boost::asio::awaitable<std::string> S3Client::call(S3Call call, int expected_status) {
  auto response = co_await send(std::move(call), expected_status);
  co_return std::move(response.body);
}

std::string S3Client::presign(const S3Call& call, io::HttpHeaders headers, std::chrono::seconds expires,
                              aws::SigV4::Time now) const {
  aws::UnsignedRequest request = public_address_.request(call.method, call.key, call.query);
  request.headers = std::move(headers);
  try {
    const aws::Renewal::Snapshot credentials = renewal_.current(now + kShortestLink);
    const aws::SigV4 signer(*credentials, region_);
    return signer.presign(std::move(request), life_of_link(expires, *credentials, now), now);
  } catch (const aws::CredentialsError& error) {
    throw FileStoreError(fmt::format("S3: {}", error.what()));
  }
}

boost::asio::awaitable<void> S3Client::renew() {
  (void)co_await valid_credentials();
}

boost::asio::awaitable<aws::Renewal::Snapshot> S3Client::valid_credentials() {
  try {
    auto credentials = co_await renewal_.get();
    co_return credentials;
  } catch (const aws::CredentialsError& error) {
    throw FileStoreError(fmt::format("S3: {}", error.what()));
  }
}

void S3Client::give_up(const S3Call& call, const Outcome& outcome, int attempts) {
  if (!outcome.response) {
    throw FileStoreError(fmt::format("{}: {} (attempt {})", described(call), outcome.failure, attempts));
  }
  const int status = outcome.response->status;
  std::string code = parse_error_code(outcome.response->body).value_or("");
  const std::string_view advice = advice_on(status, code);
  const std::string message =
      fmt::format("{}: status {} {} (attempt {}){}{}", described(call), status, code.empty() ? "-" : code,
                  attempts, advice.empty() ? "" : ": ", advice);
  throw S3Refused(message, status, std::move(code));
}

boost::asio::awaitable<io::HttpResponse> S3Client::send(S3Call call, int expected_status) {
  aws::Renewal::Snapshot credentials = co_await valid_credentials();  // has a deadline of its own
  const auto deadline = steady_clock::now() + timeout_;
  bool replaced = false;
  for (int attempts = 1;; ++attempts) {
    Outcome outcome = co_await attempt(call, credentials, deadline);
    if (outcome.response && outcome.response->status == expected_status) {
      check_etag(call, *outcome.response);
      co_return *std::move(outcome.response);
    }

    if (!replaced && is_stale(outcome.response)) {
      replaced = true;
      aws::Renewal::Snapshot others = co_await renewal_.replace(credentials);
      if (others) {
        credentials = std::move(others);
        continue;
      }
    }
    const milliseconds pause = pause_after(attempts);
    if (!outcome.passing || attempts >= kAttempts || steady_clock::now() + pause >= deadline) {
      give_up(call, outcome, attempts);
    }
    co_await io::pause(pause);
  }
}

boost::asio::awaitable<S3Client::Outcome> S3Client::attempt(S3Call call, aws::Renewal::Snapshot credentials,
                                                            Deadline deadline) {
  const auto place = co_await ops::current_place();
  auto work = [this, call = std::move(call), credentials = std::move(credentials), deadline,
               trace = place.headers()](io::HttpClient& http) {
    return exchange(http, call, *credentials, deadline, trace);
  };
  try {
    Outcome outcome = co_await pool_.run(std::move(work));
    co_return outcome;
  } catch (const Error& error) {  // the pool is full
    throw FileStoreError(fmt::format("S3: {}", error.what()));
  }
}

S3Client::Outcome S3Client::exchange(io::HttpClient& http, const S3Call& call,
                                     const aws::Credentials& credentials, Deadline deadline,
                                     const io::HttpHeaders& trace) const {
  const auto left = std::chrono::duration_cast<milliseconds>(deadline - steady_clock::now());
  if (left <= milliseconds::zero()) return {.response = {}, .failure = "no thread was free in time"};
  const aws::SigV4 signer(credentials, region_);
  aws::UnsignedRequest unsigned_request = address_.request(call.method, call.key, call.query);
  unsigned_request.headers = call.headers;
  aws::SignedRequest signed_request =
      signer.sign(std::move(unsigned_request), call.body, std::chrono::system_clock::now());
  io::HttpRequest request{.method = call.method,
                          .url = std::move(signed_request.url),
                          .headers = std::move(signed_request.headers),
                          .body = call.body,
                          .connect_timeout = std::min(kConnectTimeout, left),
                          .timeout = left,
                          .decompress = !call.is_content};
  // DeleteObjects demands this header. It need not be signed, because S3 checks it against the body, whose
  // hash is signed.
  if (!call.body.empty()) request.headers.emplace_back("Content-MD5", crypto::md5_base64(call.body));
  // Proxies on the way may continue the trace, so its headers are not signed.
  request.headers.insert(request.headers.end(), trace.begin(), trace.end());
  try {
    io::HttpResponse response = http.send(request, kMaxReply);
    const bool passing = is_passing(response.status);
    return {.response = std::move(response), .failure = {}, .passing = passing};
  } catch (const io::HttpFailure& failure) {
    return {.response = {}, .failure = failure.what(), .passing = true};
  }
}

}  // namespace annals::files
