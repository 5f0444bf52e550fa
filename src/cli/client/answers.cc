#include "cli/client/answers.h"

#include <stdexcept>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "cli/command/mistake.h"

namespace annals::cli {

io::HttpResponse ask(ServiceClient& client, const ServiceClient::Request& request) {
  return accepted(client.ask(request));
}

io::HttpResponse accepted(io::HttpResponse answer) {
  constexpr int kInvalid = 422;
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

std::string cell(const boost::json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  if (value == nullptr || value->is_null()) return "-";
  if (value->is_string()) return std::string(value->as_string());
  if (value->is_array()) return fmt::format("{}", value->as_array().size());
  return boost::json::serialize(*value);
}

void for_each_page(ServiceClient& client, const std::string& target,
                   const std::function<void(const boost::json::array& items)>& take) {
  constexpr std::size_t kPage = 1000;
  const bool goes_on = target.ends_with('?') || target.ends_with('&');
  const std::string separator = goes_on ? "" : target.contains('?') ? "&" : "?";
  for (std::size_t offset = 0;; offset += kPage) {
    const auto page = object_in(
        ask(client, {.target = fmt::format("{}{}limit={}&offset={}", target, separator, kPage, offset)}));
    const auto& items = page.at("results").as_array();
    take(items);
    if (items.size() < kPage) return;
  }
}

}  // namespace annals::cli
