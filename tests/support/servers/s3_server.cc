#include "support/servers/s3_server.h"

#include <array>
#include <cstdio>
#include <filesystem>
#include <map>
#include <sstream>
#include <stdexcept>
#include <thread>

#include <fmt/format.h>

#include "files/s3/replies.h"
#include "io/http_client.h"

namespace annals::support {
namespace {

constexpr std::size_t kSeedThreads = 4;

struct ClosePipe {
  void operator()(std::FILE* pipe) const noexcept { pclose(pipe); }
};

/// Returns what the command printed. Throws std::runtime_error with that text if the command failed.
std::string output_of(const std::string& command) {
  std::unique_ptr<std::FILE, ClosePipe> pipe(popen((command + " 2>&1").c_str(), "re"));
  if (!pipe) throw std::runtime_error("popen failed: " + command);
  std::string output;
  std::array<char, 4096> part{};
  while (const std::size_t size = std::fread(part.data(), 1, part.size(), pipe.get()))
    output.append(part.data(), size);
  if (pclose(pipe.release()) != 0) throw std::runtime_error(fmt::format("{} failed:\n{}", command, output));
  return output;
}

std::map<std::string, std::string> variables(const std::string& text) {
  std::map<std::string, std::string> result;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (const auto equals = line.find('='); equals != std::string::npos) {
      result[line.substr(0, equals)] = line.substr(equals + 1);
    }
  }
  return result;
}

std::string send(io::HttpClient& http, const files::S3Settings& settings, const aws::UnsignedRequest& request,
                 std::string_view body) {
  const aws::SigV4 signer(settings.credentials.first.value(), settings.region);
  const aws::SignedRequest ready = signer.sign(request, body, std::chrono::system_clock::now());
  io::HttpResponse response =
      http.send({.method = request.method, .url = ready.url, .headers = ready.headers, .body = body});
  if (response.status / 100 != 2) {
    throw std::runtime_error(
        fmt::format("{} {}: {} {}", request.method, ready.url, response.status, response.body));
  }
  return std::move(response.body);
}

}  // namespace

S3Server::S3Server() : settings_{.bucket = "", .credentials = {}} {
  auto found = variables(script("start.sh"));
  settings_.endpoint = found["S3_ENDPOINT"];
  settings_.bucket = found["S3_BUCKET"];
  settings_.region = found["S3_REGION"];
  settings_.path_style = true;
  settings_.credentials = aws::fixed_source(
      "the test",
      {.access_key_id = found["S3_ACCESS_KEY"], .secret_access_key = crypto::Secret(found["S3_SECRET_KEY"])});
  proxy_endpoint_ = found["S3_PROXY_ENDPOINT"];
}

S3Server::~S3Server() {
  try {
    script("stop.sh");
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
  }
}

files::S3Settings S3Server::proxy_settings() const {
  files::S3Settings settings = settings_;
  settings.endpoint = proxy_endpoint_;
  return settings;
}

void S3Server::fault(const std::string& name) const {
  (void)script("fault.sh", name);
}

void S3Server::proxy_fault(const std::string& operation, const std::string& name) const {
  (void)script("fault.sh", fmt::format("proxy {} {}", operation, name));
}

void S3Server::restart() const {
  (void)script("start.sh");
}

std::string S3Server::request(const std::string& method, const std::string& key,
                              const aws::QueryParameters& query, std::string_view body) const {
  io::HttpClient http;
  return send(http, settings_, files::S3Address(settings_).request(method, key, query), body);
}

void S3Server::put(const std::vector<std::string>& keys) const {
  const auto work = [&](std::size_t first) {
    io::HttpClient http;
    for (std::size_t i = first; i < keys.size(); i += kSeedThreads) {
      (void)send(http, settings_, files::S3Address(settings_).request("PUT", keys[i]), "content");
    }
  };
  std::array<std::exception_ptr, kSeedThreads> failures;
  {
    std::vector<std::jthread> threads;
    for (std::size_t thread = 0; thread < kSeedThreads; ++thread) {
      threads.emplace_back([&work, &failure = failures[thread], thread] {
        try {
          work(thread);
        } catch (...) {
          failure = std::current_exception();
        }
      });
    }
  }
  for (const std::exception_ptr& failure : failures) {
    if (failure) std::rethrow_exception(failure);
  }
}

void S3Server::start_upload(const std::string& key) const {
  (void)request("POST", key, {{"uploads", ""}});
}

std::vector<std::string> S3Server::keys(std::string_view prefix) const {
  std::vector<std::string> result;
  files::S3Page page;
  do {
    aws::QueryParameters query{{"versions", ""}, {"prefix", std::string(prefix)}};
    if (page.truncated) {
      query.emplace_back("key-marker", page.next_key);
      query.emplace_back("version-id-marker", page.next_id);
    }
    page = files::parse_version_list(request("GET", "", query), prefix);
    for (const files::S3Item& item : page.items) result.push_back(item.key);
  } while (page.truncated);
  return result;
}

std::size_t S3Server::unfinished_uploads(std::string_view prefix) const {
  const std::string xml = request("GET", "", {{"uploads", ""}, {"prefix", std::string(prefix)}});
  return files::parse_upload_list(xml, prefix).items.size();
}

void S3Server::deny_deletion(std::string_view prefix) const {
  const std::string policy = fmt::format(
      R"({{"Version":"2012-10-17","Statement":[{{"Effect":"Deny","Principal":"*","Action":"s3:DeleteObject",)"
      R"("Resource":"arn:aws:s3:::{}/{}*"}}]}})",
      settings_.bucket, prefix);
  (void)request("PUT", "", {{"policy", ""}}, policy);
}

void S3Server::allow_deletion() const {
  (void)request("DELETE", "", {{"policy", ""}});
}

std::string S3Server::script(const std::string& name, const std::string& arguments) const {
  const std::filesystem::path scripts = std::filesystem::path(__FILE__).parent_path() / "s3";
  return output_of(
      fmt::format("'{}' '{}' {}", (scripts / name).string(), directory_.path().string(), arguments));
}

}  // namespace annals::support
