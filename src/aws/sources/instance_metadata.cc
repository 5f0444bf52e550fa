#include "aws/sources/instance_metadata.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "aws/sources/exchange.h"
#include "aws/sources/replies.h"
#include "text/ascii.h"

namespace annals::aws {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kEndpoint = "AWS_EC2_METADATA_SERVICE_ENDPOINT";
constexpr std::string_view kMode = "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE";
constexpr std::string_view kDisabled = "AWS_EC2_METADATA_DISABLED";
constexpr std::string_view kRoles = "/latest/meta-data/iam/security-credentials/";
constexpr std::size_t kMaxReply = 10'000;
constexpr auto kFirstFetch = 10s;
constexpr int kOk = 200;
constexpr int kUnauthorized = 401;
constexpr int kForbidden = 403;
constexpr int kNotFound = 404;
constexpr int kServerErrors = 500;

/// Says that this is no source here, rather than one that fails for a while.
class NotHere : public CredentialsError {
 public:
  using CredentialsError::CredentialsError;
};

std::string find_endpoint(const Environment& environment) {
  const std::string given = value_of(environment, kEndpoint);
  if (!given.empty()) {
    const auto origin = parse_origin(given);
    if (!origin) throw CredentialsError(fmt::format("{} must be http(s)://host[:port]", kEndpoint));
    return origin->text;
  }
  const std::string mode = text::to_lower(value_of(environment, kMode));
  if (mode.empty() || mode == "ipv4") return "http://169.254.169.254";
  if (mode == "ipv6") return "http://[fd00:ec2::254]";
  throw CredentialsError(fmt::format("{} must be IPv4 or IPv6", kMode));
}

/// One fetch, with its own session token.
class Metadata {
 public:
  Metadata(std::string origin, io::HttpClient& http, Deadline deadline)
      : origin_(std::move(origin)), http_(http), deadline_(deadline) {}

  Credentials fetch() {
    begin_session();
    const std::string role = find_role();
    const io::HttpResponse response = get(std::string(kRoles) + role);
    if (response.status == kOk) return parse_json_credentials(response.body);
    throw CredentialsError(fmt::format("status {} for the credentials of the role", response.status));
  }

 private:
  void begin_session() {
    const io::HttpRequest request{.method = "PUT",
                                  .url = origin_ + "/latest/api/token",
                                  .headers = {{"x-aws-ec2-metadata-token-ttl-seconds", "21600"}}};
    io::HttpResponse response;
    try {
      response = exchange(http_, request, kMaxReply, {.count = 2, .of_one = 2s}, deadline_);
    } catch (const io::HttpFailure& failure) {
      // The answer to this request may take fewer hops than others, by default none beyond the machine.
      throw NotHere(
          fmt::format("{}{}", failure.what(),
                      failure.request_sent()
                          ? "; in a container on EC2, raise the instance's HttpPutResponseHopLimit to 2"
                          : ""));
    }
    if (response.status >= kServerErrors) {
      throw CredentialsError(fmt::format("status {} for a token", response.status));
    }
    token_ = std::string(text::trim(response.body));
    // Version 1 needs no token, and is not used: whoever makes a service send a request could read it.
    if (response.status != kOk || !fits_header(token_)) {
      throw NotHere(fmt::format("status {} for a token of version 2", response.status));
    }
  }

  io::HttpResponse get(const std::string& path) {
    io::HttpResponse response = get_once(path);
    if (response.status != kUnauthorized) return response;
    begin_session();  // the token has expired, or the metadata service has been restarted
    return get_once(path);
  }

  io::HttpResponse get_once(const std::string& path) {
    const io::HttpRequest request{.url = origin_ + path, .headers = {{"x-aws-ec2-metadata-token", token_}}};
    return exchange(http_, request, kMaxReply, {.count = 2, .of_one = 2s}, deadline_);
  }

  std::string find_role() {
    const io::HttpResponse response = get(std::string(kRoles));
    if (response.status == kNotFound) throw NotHere("the instance has no role; attach one to it");
    if (response.status == kForbidden) throw NotHere("status 403: the metadata may not be read");
    if (response.status != kOk)
      throw CredentialsError(fmt::format("status {} for the role", response.status));
    std::string role(text::trim(std::string_view(response.body).substr(0, response.body.find('\n'))));
    if (!is_role(role)) throw CredentialsError("the answer is not the name of a role");
    return role;
  }

  static bool is_role(std::string_view name) {
    constexpr std::size_t kLongest = 128;
    constexpr std::string_view kOthers = "+=,.@_-";
    const auto fits = [&](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
             kOthers.contains(c);
    };
    return !name.empty() && name.size() <= kLongest && std::ranges::all_of(name, fits);
  }

  const std::string origin_;
  io::HttpClient& http_;
  const Deadline deadline_;
  std::string token_;
};

Credentials fetch(const std::string& origin, io::HttpClient& http, Deadline deadline) {
  const auto told = [&origin](const std::exception& error) {
    return fmt::format("the metadata of the EC2 instance at {}: {}", origin, error.what());
  };
  try {
    return Metadata(origin, http, deadline).fetch();
  } catch (const NotHere& error) {
    throw NotHere(told(error));
  } catch (const std::exception& error) {
    throw CredentialsError(told(error));
  }
}

}  // namespace

FoundSource find_instance_metadata(const Environment& environment, io::HttpClient& http) {
  if (text::to_lower(value_of(environment, kDisabled)) == "true") {
    return std::unexpected(fmt::format("{} is true", kDisabled));
  }
  std::string origin = find_endpoint(environment);
  Source source;
  source.name = fmt::format("the metadata of the EC2 instance at {}", origin);
  source.fetch = [origin](io::HttpClient& client, Deadline deadline) {
    return fetch(origin, client, deadline);
  };
  try {
    source.first = fetch(origin, http, std::chrono::steady_clock::now() + kFirstFetch);
  } catch (const NotHere& error) {
    return std::unexpected(error.what());
  } catch (const CredentialsError&) {
    // It is there and fails now, as during its restart. The first use of the source tells how.
    source.first.reset();
  }
  return source;
}

}  // namespace annals::aws
