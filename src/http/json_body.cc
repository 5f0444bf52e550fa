#include "http/json_body.h"

#include <algorithm>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "http/media_type.h"
#include "input/json_flaw.h"
#include "input/object_fields.h"
#include "input/problems.h"
#include "text/utf8.h"

namespace annals::http {
namespace {

constexpr std::size_t kMaxDepth = 64;

[[noreturn]] void refuse(input::FieldProblem problem, const std::string& log_text = "invalid input") {
  throw input::InvalidInput({input::at({"body"}, std::move(problem))}, log_text);
}

/// Returns whether an object in a value, or the value itself, has more members than are read of one.
bool has_too_many_members(const boost::json::value& value) {
  if (const auto* items = value.if_array()) return std::ranges::any_of(*items, has_too_many_members);
  const auto* members = value.if_object();
  if (members == nullptr) return false;
  return members->size() > input::kMaxMembers || std::ranges::any_of(*members, [](const auto& member) {
           return has_too_many_members(member.value());
         });
}

boost::json::value parse(std::string_view text) {
  boost::json::parse_options options;
  options.max_depth = kMaxDepth;
  boost::json::stream_parser parser({}, options);
  boost::system::error_code error;
  const std::size_t used = parser.write_some(text.data(), text.size(), error);
  if (!error && used < text.size()) error = boost::json::error::extra_data;
  if (!error) parser.finish(error);
  if (error) refuse(input::json_problem(text, {.error = error, .used = used, .max_depth = kMaxDepth}));
  return parser.release();
}

}  // namespace

boost::json::object parse_json_body(const Request& request) {
  if (request.body.empty()) refuse(input::missing());
  if (!says_json(request)) {
    refuse(input::not_a_dict(),
           fmt::format("the Content-Type is '{}' instead of application/json", media_type(request)));
  }
  boost::json::value value = parse(text::without_byte_order_mark(request.body));
  if (value.is_null()) refuse(input::missing());
  if (!value.is_object()) refuse(input::not_a_dict());
  if (has_too_many_members(value)) refuse(input::more_items_than(input::kMaxMembers));
  return std::move(value.as_object());
}

}  // namespace annals::http
