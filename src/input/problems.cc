#include "input/problems.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <boost/json.hpp>

#include "text/time.h"

namespace annals::input {
namespace {

FieldProblem problem(std::string msg, std::string type) {
  return {.msg = std::move(msg), .type = std::move(type)};
}

FieldProblem limited(std::string msg, std::string type, FieldProblem::Part limit) {
  return {.msg = std::move(msg), .type = std::move(type), .ctx = {{"limit_value", std::move(limit)}}};
}

boost::json::value json_of(const FieldProblem::Part& part) {
  return std::visit([](const auto& value) { return boost::json::value(value); }, part);
}

boost::json::object json_of(const FieldProblem& problem) {
  boost::json::array loc;
  for (const auto& part : problem.loc) loc.push_back(json_of(part));
  boost::json::object result{{"loc", std::move(loc)}, {"msg", problem.msg}, {"type", problem.type}};
  if (problem.ctx.empty()) return result;
  boost::json::object ctx;
  for (const auto& [name, value] : problem.ctx) ctx[name] = json_of(value);
  result["ctx"] = std::move(ctx);
  return result;
}

}  // namespace

FieldProblem at(const Place& place, FieldProblem problem) {
  problem.loc.insert(problem.loc.begin(), place.begin(), place.end());
  return problem;
}

void list_problem(Problems& problems, FieldProblem problem) {
  problems.push_back(std::move(problem));
  if (problems.size() >= kMaxListed) throw InvalidInput(std::move(problems));
}

boost::json::array detail_of(const Problems& problems) {
  boost::json::array detail;
  for (const FieldProblem& one : problems) detail.push_back(json_of(one));
  return detail;
}

FieldProblem missing() {
  return problem("field required", "value_error.missing");
}

FieldProblem none_not_allowed() {
  return problem("none is not an allowed value", "type_error.none.not_allowed");
}

FieldProblem unknown_field() {
  return problem("extra fields not permitted", "value_error.extra");
}

FieldProblem repeated_field() {
  return problem("field given more than once", "value_error.repeated");
}

FieldProblem not_a_dict() {
  return problem("value is not a valid dict", "type_error.dict");
}

FieldProblem not_a_list() {
  return problem("value is not a valid list", "type_error.list");
}

FieldProblem not_a_string() {
  return problem("str type expected", "type_error.str");
}

FieldProblem not_an_integer() {
  return problem("value is not a valid integer", "type_error.integer");
}

FieldProblem not_a_boolean() {
  return problem("value could not be parsed to a boolean", "type_error.bool");
}

FieldProblem not_a_uuid() {
  return problem("value is not a valid uuid", "type_error.uuid");
}

FieldProblem not_a_time() {
  return problem("invalid datetime format", "value_error.datetime");
}

FieldProblem time_not_storable() {
  return problem(fmt::format("ensure this value is from {} to {}", text::format_time(text::kEarliestTime),
                             text::format_time(text::kLatestTime)),
                 "value_error.datetime");
}

FieldProblem not_base64() {
  return problem("value is not valid base64", "value_error.base64");
}

FieldProblem unclosed_brace() {
  return problem(R"("{" is not closed by "}"; a brace that is meant as such is written "{{")",
                 "value_error.template.unclosed");
}

FieldProblem unopened_brace() {
  return problem(R"("}" closes no "{"; a brace that is meant as such is written "}}")",
                 "value_error.template.unopened");
}

FieldProblem not_a_template_path(std::size_t max) {
  return limited(fmt::format(R"(ensure that between "{{" and "}}" stands a path of 1 to {} characters)", max),
                 "value_error.template.path", std::uint64_t{max});
}

FieldProblem not_a_cursor() {
  return problem("invalid cursor", "value_error.cursor");
}

FieldProblem earlier_cursor() {
  return problem("this cursor is of an earlier version of Annals; begin again without it",
                 "value_error.cursor.earlier");
}

FieldProblem cursor_ahead() {
  return problem(
      "this cursor is ahead of all events, as after an older backup was restored; begin again without it",
      "value_error.cursor.ahead");
}

FieldProblem less_than(std::int64_t min) {
  return limited(fmt::format("ensure this value is greater than or equal to {}", min),
                 "value_error.number.not_ge", min);
}

FieldProblem greater_than(std::uint64_t max) {
  return limited(fmt::format("ensure this value is less than or equal to {}", max),
                 "value_error.number.not_le", max);
}

FieldProblem shorter_than(std::size_t min) {
  return limited(fmt::format("ensure this value has at least {} characters", min),
                 "value_error.any_str.min_length", std::uint64_t{min});
}

FieldProblem longer_than(std::size_t max) {
  return limited(fmt::format("ensure this value has at most {} characters", max),
                 "value_error.any_str.max_length", std::uint64_t{max});
}

FieldProblem line_longer_than(std::size_t max_bytes) {
  return limited(fmt::format("ensure this line has at most {} bytes", max_bytes),
                 "value_error.any_str.max_length", std::uint64_t{max_bytes});
}

FieldProblem more_bytes_than(std::size_t max) {
  return limited(fmt::format("ensure this value has at most {} bytes in UTF-8", max),
                 "value_error.any_str.max_length", std::uint64_t{max});
}

FieldProblem names_larger_than(std::size_t max_bytes) {
  return limited(fmt::format("ensure all names together have at most {} bytes", max_bytes),
                 "value_error.any_str.max_length", std::uint64_t{max_bytes});
}

FieldProblem fewer_items_than(std::size_t min) {
  return limited(fmt::format("ensure this value has at least {} items", min), "value_error.list.min_items",
                 std::uint64_t{min});
}

FieldProblem more_items_than(std::size_t max) {
  return limited(fmt::format("ensure this value has at most {} items", max), "value_error.list.max_items",
                 std::uint64_t{max});
}

FieldProblem too_many_lines_without_event(std::size_t max) {
  return limited(fmt::format("more than {} lines hold no event", max), "value_error.list.max_items",
                 std::uint64_t{max});
}

FieldProblem no_match(std::string_view pattern) {
  FieldProblem result =
      problem(fmt::format("string does not match regex \"{}\"", pattern), "value_error.str.regex");
  result.ctx = {{"pattern", std::string(pattern)}};
  return result;
}

FieldProblem no_word() {
  return problem("ensure this value has at least 1 word", "value_error.any_str.min_words");
}

FieldProblem not_a_field() {
  return problem(
      "value is not a valid field: write data.<key> or field.<key>, further keys after dots, and a key with "
      "a "
      "dot in it between quotation marks",
      "value_error.field");
}

FieldProblem not_a_time_zone() {
  return problem("unknown time zone: write a name of the IANA database, such as Europe/Berlin",
                 "value_error.time_zone");
}

FieldProblem more_words_than(std::size_t max) {
  return limited(fmt::format("ensure this value has at most {} words", max), "value_error.any_str.max_words",
                 std::uint64_t{max});
}

FieldProblem token_longer_than(std::size_t max) {
  return limited(
      fmt::format("ensure this value makes a token of at most {} characters; name fewer values", max),
      "value_error.token.max_length", std::uint64_t{max});
}

FieldProblem none_of(const std::vector<std::string>& permitted) {
  return problem(
      fmt::format("value is not a valid enumeration member; permitted: '{}'", fmt::join(permitted, "', '")),
      "type_error.enum");
}

FieldProblem offset_beside_cursor() {
  return problem("offset and cursor exclude each other", "value_error.offset");
}

FieldProblem data_beside_base64() {
  return problem("data and data_base64 exclude each other", "value_error");
}

FieldProblem not_json(const JsonFlaw& flaw) {
  return {
      .loc = {flaw.offset},
      .msg = fmt::format("{}: line {} column {} (char {})", flaw.what, flaw.line, flaw.column, flaw.offset),
      .type = "value_error.jsondecode",
      .ctx = {{"msg", flaw.what}, {"pos", flaw.offset}, {"lineno", flaw.line}, {"colno", flaw.column}}};
}

}  // namespace annals::input
