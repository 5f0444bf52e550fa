#include "tracing/otlp.h"

#include <charconv>

#include <fmt/format.h>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "text/hex.h"
#include "text/utf8.h"

namespace annals::tracing {
namespace {

namespace json = boost::json;

/// The flags of a span: that it is sampled, that it is known whether its parent is remote, and whether it is.
constexpr std::uint32_t kSampled = 0x001;
constexpr std::uint32_t kParentKnown = 0x100;
constexpr std::uint32_t kParentRemote = 0x200;
constexpr int kFailed = 2;  // STATUS_CODE_ERROR

/// Returns a 64-bit number as JSON of Protobuf has it, in quotes.
json::string number(std::int64_t value) {
  return json::string(fmt::format("{}", value));
}

json::object value_of(const ops::SpanValue& value) {
  if (const auto* text = std::get_if<std::string>(&value)) {
    return {{"stringValue", text::replace_invalid_utf8(*text)}};
  }
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return {{"intValue", number(*whole)}};
  if (const auto* real = std::get_if<double>(&value)) return {{"doubleValue", *real}};
  return {{"boolValue", std::get<bool>(value)}};
}

template <class Attributes>
json::array attributes_of(const Attributes& attributes) {
  json::array result;
  for (const auto& [key, value] : attributes) {
    result.push_back(json::object{{"key", key}, {"value", value_of(value)}});
  }
  return result;
}

json::object span_of(const ops::EndedSpan& span) {
  using std::chrono::nanoseconds;
  const auto began = std::chrono::duration_cast<nanoseconds>(span.began.time_since_epoch());
  json::object result{{"traceId", text::to_hex(span.trace_id)},
                      {"spanId", text::to_hex(span.span_id)},
                      {"flags", kSampled | kParentKnown | (span.has_remote_parent ? kParentRemote : 0)},
                      {"name", span.name},
                      {"kind", static_cast<int>(span.kind)},
                      {"startTimeUnixNano", number(began.count())},
                      {"endTimeUnixNano", number((began + span.taken).count())},
                      {"attributes", attributes_of(span.attributes)}};
  if (span.parent_id != ops::SpanId{}) result["parentSpanId"] = text::to_hex(span.parent_id);
  if (!span.state.empty()) result["traceState"] = span.state;
  if (span.has_failed) result["status"] = json::object{{"code", kFailed}};
  return result;
}

}  // namespace

std::string otlp_request(const Resource& resource, std::span<const ops::EndedSpan> spans) {
  json::array encoded;
  encoded.reserve(spans.size());
  for (const ops::EndedSpan& span : spans) encoded.push_back(span_of(span));
  json::object of_scope{{"scope", {{"name", "annals"}, {"version", ANNALS_VERSION}}},
                        {"spans", std::move(encoded)}};
  json::object of_resource{{"resource", {{"attributes", attributes_of(resource)}}},
                           {"scopeSpans", json::array{std::move(of_scope)}}};
  return json::serialize(json::object{{"resourceSpans", json::array{std::move(of_resource)}}});
}

std::uint64_t rejected_spans(std::string_view answer) {
  json::error_code error;
  const json::value parsed = json::parse(answer, error);
  const auto* partial =
      error || !parsed.is_object() ? nullptr : parsed.as_object().if_contains("partialSuccess");
  const auto* rejected = partial == nullptr || !partial->is_object()
                             ? nullptr
                             : partial->as_object().if_contains("rejectedSpans");
  if (rejected == nullptr) return 0;
  std::uint64_t count = 0;
  if (const auto* text = rejected->if_string()) {
    std::from_chars(text->data(), text->data() + text->size(), count);
    return count;
  }
  count = rejected->to_number<std::uint64_t>(error);
  return error ? 0 : count;
}

}  // namespace annals::tracing
