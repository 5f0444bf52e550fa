#include "cli/key/key.h"

#include <cstdint>
#include <cstdio>
#include <stdexcept>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "cli/terminal/exit_codes.h"
#include "text/percent_encoding.h"

namespace annals::cli {
namespace {

constexpr int kInvalid = 422;
constexpr const char* kJson = "application/json";

void say(std::string_view text) {
  fmt::print(stderr, "annals key: {}\n", text);
}

/// Sends a request and returns its answer, which is JSON or empty.
io::HttpResponse ask(const KeyOptions& options, const ServiceClient::Request& request) {
  auto answer = ServiceClient(options.service.access(), say).ask(request);
  if (answer.status == kInvalid) throw Mistake("the service rejected it: " + problems_of(answer.body, 1));
  return answer;
}

boost::json::object object_in(const io::HttpResponse& answer) {
  boost::system::error_code error;
  auto value = boost::json::parse(answer.body, error);
  if (error || !value.is_object())
    throw std::runtime_error("the service answered with something else than JSON");
  return std::move(value.as_object());
}

std::string target_of(const KeyOptions& options) {
  return "/api/keys/" + text::percent_encode(options.key_id);
}

void print(std::string_view text) {
  fmt::print("{}\n", text);
  if (std::fflush(stdout) != 0) throw std::runtime_error("standard output cannot be written");
}

int change(const KeyOptions& options, std::string_view body) {
  (void)ask(options, {.method = "PATCH", .target = target_of(options), .content_type = kJson, .body = body});
  return kDone;
}

/// Returns a member as text: "-" for null, the number of items for a list.
std::string cell(const boost::json::object& key, std::string_view name) {
  const auto& value = key.at(name);
  if (value.is_null()) return "-";
  if (value.is_array()) return fmt::format("{}", value.as_array().size());
  return std::string(value.as_string());
}

std::string line_of(const boost::json::object& key) {
  const std::string tenants = key.at("client_ids").is_null() ? "all" : cell(key, "client_ids");
  return fmt::format("{}  {:<6}  {:>7}  {:<8}  {:<24}  {:<24}  {}", cell(key, "key_id"), cell(key, "role"),
                     tenants, key.at("disabled").as_bool() ? "disabled" : "enabled", cell(key, "expires_at"),
                     cell(key, "last_used_at"), cell(key, "name"));
}

}  // namespace

int create_key(const KeyOptions& options) {
  boost::json::object body{{"name", options.name}, {"role", options.role}};
  if (!options.client_ids.empty()) {
    boost::json::array ids;
    for (const std::string& id : options.client_ids) ids.emplace_back(id);
    body["client_ids"] = std::move(ids);
  }
  if (!options.expires_at.empty()) body["expires_at"] = options.expires_at;
  const std::string text = boost::json::serialize(body);
  const auto made =
      object_in(ask(options, {.method = "POST", .target = "/api/keys", .content_type = kJson, .body = text}));
  say(fmt::format("made {}; the key is shown here only", cell(made, "key_id")));
  print(cell(made, "key"));
  return kDone;
}

int list_keys(const KeyOptions& options) {
  constexpr std::size_t kPage = 1000;
  for (std::size_t offset = 0;; offset += kPage) {
    const auto page =
        object_in(ask(options, {.target = fmt::format("/api/keys?limit={}&offset={}", kPage, offset)}));
    const auto& keys = page.at("results").as_array();
    if (offset == 0) {
      print(fmt::format("{:<36}  {:<6}  {:>7}  {:<8}  {:<24}  {:<24}  {}", "key_id", "role", "tenants",
                        "state", "expires_at", "last_used_at", "name"));
    }
    for (const auto& key : keys) print(line_of(key.as_object()));
    if (keys.size() < kPage) return kDone;
  }
}

int show_key(const KeyOptions& options) {
  print(ask(options, {.target = target_of(options)}).body);
  return kDone;
}

int disable_key(const KeyOptions& options) {
  return change(options, R"({"disabled":true})");
}

int enable_key(const KeyOptions& options) {
  return change(options, R"({"disabled":false})");
}

int delete_key(const KeyOptions& options) {
  (void)ask(options, {.method = "DELETE", .target = target_of(options)});
  return kDone;
}

}  // namespace annals::cli
