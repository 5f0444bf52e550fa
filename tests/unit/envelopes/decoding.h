// What the tests of decoding share: a good event in JSON, and problems as one can read them.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "envelopes/event_decoder.h"
#include "error.h"
#include "text/time.h"

namespace annals::envelopes {

constexpr std::string_view kId = "8f14e45f-ceea-467f-a8d9-0a1b2c3d4e5f";
constexpr std::string_view kTime = "2022-11-10T10:26:12.111Z";
constexpr Timestamp kNow{std::chrono::milliseconds(1'795'479'020'345)};  // 2026-11-24T00:10:20.345Z

/// Problems as text_of() tells them, without where.
inline const std::string too_small =
    "ensure this value is greater than or equal to 0 (value_error.number.not_ge) limit_value=0";
inline const std::string empty_text =
    "ensure this value has at least 1 characters (value_error.any_str.min_length) limit_value=1";

/// An event with the given JSON for event_data and further members, e.g. `,"x":1`.
inline std::string event_json(std::string_view event_data = "[\"string\"]", std::string_view more = "") {
  return fmt::format(R"({{"event_id":"{}","event_time":"{}","event_type_id":1,"record_id":2,"source_id":3,)"
                     R"("source_type_id":4,"event_data":{}{}}})",
                     kId, kTime, event_data, more);
}

inline std::string text_of(const input::FieldProblem::Part& part) {
  return std::visit([](const auto& value) { return serialize(boost::json::value(value)); }, part);
}

/// `["body","record_id"] field required (value_error.missing) limit_value=0`
inline std::string text_of(const input::FieldProblem& problem) {
  std::string loc;
  for (const auto& part : problem.loc) loc += (loc.empty() ? "" : ",") + text_of(part);
  std::string text = fmt::format("[{}] {} ({})", loc, problem.msg, problem.type);
  for (const auto& [name, value] : problem.ctx) text += fmt::format(" {}={}", name, text_of(value));
  return text;
}

inline std::vector<std::string> texts_of(const std::vector<input::FieldProblem>& problems) {
  std::vector<std::string> texts;
  texts.reserve(problems.size());
  for (const input::FieldProblem& problem : problems) texts.push_back(text_of(problem));
  return texts;
}

/// The problems of an item; none when it is an event.
inline std::vector<std::string> problems_of(const Decoded& decoded) {
  const auto* problems = std::get_if<input::Problems>(&decoded);
  return problems == nullptr ? std::vector<std::string>{} : texts_of(*problems);
}

/// The items that `decode` hands over, e.g. decode_json of a body.
template <class Decode>
std::vector<Decoded> items_of(Decode decode, std::string_view body) {
  std::vector<Decoded> items;
  decode(body, kNow, [&items](Decoded item) { items.push_back(std::move(item)); });
  return items;
}

/// The problems of the InvalidInput that `call` throws.
template <class Call>
std::vector<std::string> problems_thrown_by(Call call) {
  try {
    call();
  } catch (const input::InvalidInput& error) {
    return texts_of(error.problems());
  }
  return {"nothing was thrown"};
}

/// The event of an item; the test fails when it is none.
inline events::Event event_of(const Decoded& decoded) {
  EXPECT_EQ(problems_of(decoded), std::vector<std::string>{});
  const auto* event = std::get_if<events::Event>(&decoded);
  return event == nullptr ? events::Event{} : *event;
}

inline Decoded decode_complete(std::string_view json) {
  return decode_event(json, {"body"}, true, kNow);
}

}  // namespace annals::envelopes
