// Properties: a CloudEvent, alone, in a batch or in binary mode, is an event or problems; an event survives
// storing and reading, and is the same when it is delivered again; and a batch has the events that its
// elements are alone.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "envelopes/cloud_events.h"
#include "fuzz/events/event_checks.h"

namespace annals::envelopes {
namespace {

using fuzzing::kNow;
using fuzzing::require;
using Headers = std::vector<std::pair<std::string, std::string>>;

void require_same_item(const Decoded& actual, const Decoded& expected) {
  require(actual.index() == expected.index(), "an event both times, or problems");
  const auto* event = std::get_if<events::Event>(&expected);
  if (event != nullptr) fuzzing::require_same_event(std::get<events::Event>(actual), *event);
}

void check_one(std::string_view json) {
  const Decoded item = decode_cloud_event(json, {"body"}, kNow);
  fuzzing::check_item(item);
  require_same_item(decode_cloud_event(json, {"body"}, kNow), item);
}

std::vector<std::string_view> elements_of(std::string_view json) {
  std::vector<std::string_view> elements;
  const auto document = parse_document(json, {"body"});
  require(document && document->kind() == input::JsonValue::Kind::array, "a batch that is an array");
  document->for_each_element([&](const input::JsonValue& element) { elements.push_back(element.text()); });
  return elements;
}

void check_batch(std::string_view json) {
  std::vector<Decoded> items;
  try {
    decode_cloud_events_batch(json, kNow, [&items](Decoded item) { items.push_back(std::move(item)); });
  } catch (const input::InvalidInput&) {
    return;
  }
  const auto elements = elements_of(json);
  require(items.size() == elements.size(), "an item for each element");
  for (std::size_t i = 0; i < items.size(); ++i) {
    fuzzing::check_item(items[i]);
    if (elements[i] == "null") continue;  // alone it is no document
    require_same_item(decode_cloud_event(elements[i], {"body"}, kNow), items[i]);
  }
}

// Returns whether the name can be that of a header as the parser of requests gives it: a token in lower case.
bool is_name(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || std::string_view("-_.!~*'").contains(c) || (c >= '0' && c <= '9');
  });
}

// Splits lines `name: value`, up to an empty one, from the data that follows.
Headers take_headers(std::string_view& text) {
  Headers headers;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (line.empty()) break;
    const auto colon = line.find(": ");
    if (colon == std::string_view::npos || !is_name(line.substr(0, colon))) continue;
    headers.emplace_back(line.substr(0, colon), line.substr(colon + 2));
  }
  return headers;
}

void check_binary(std::string_view text) {
  const Headers headers = take_headers(text);
  if (!is_binary_cloud_event(headers)) return;
  const Decoded item = decode_binary_cloud_event(headers, text, kNow);
  fuzzing::check_item(item);
  require_same_item(decode_binary_cloud_event(headers, text, kNow), item);
}

}  // namespace
}  // namespace annals::envelopes

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr int kModes = 3;
  FuzzedDataProvider input(data, size);
  const int mode = input.ConsumeIntegral<std::uint8_t>() % kModes;
  const std::string text = input.ConsumeRemainingBytesAsString();
  if (mode == 0) annals::envelopes::check_one(text);
  if (mode == 1) annals::envelopes::check_batch(text);
  if (mode == 2) annals::envelopes::check_binary(text);
  return 0;
}
