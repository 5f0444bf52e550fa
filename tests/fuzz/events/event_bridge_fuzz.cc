// Properties: an EventBridge envelope is an event for a tenant, or problems; the event is the one that its
// `detail` is by itself, with event_data byte for byte as it was sent, and survives storing and reading; the
// tenant is what the chosen field says, as Boost.JSON reads it, and that is said once.
#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <vector>

#include <boost/json/parse.hpp>

#include "envelopes/event_bridge.h"
#include "fuzz/events/event_checks.h"
#include "text/utf8.h"

namespace annals::envelopes {
namespace {

using fuzzing::require;
using fuzzing::require_same;

constexpr std::array<std::string_view, 5> kTenantFields{"source", "account", "detail-type", "detail.tenant",
                                                        "detail.a.b"};

std::optional<Enveloped> decode(std::string_view json, std::string_view tenant_field) {
  try {
    return decode_event_bridge(json, tenant_field);
  } catch (const input::InvalidInput& error) {
    require(!error.problems().empty(), "a problem of what is no event");
    (void)input::detail_of(error.problems());
    return std::nullopt;
  }
}

// Returns what the field says according to Boost.JSON; nullopt if that cannot read the text.
std::optional<std::string> tenant_in(std::string_view json, std::string_view field) {
  boost::json::parse_options options;
  options.max_depth = kMaxDepth;
  boost::system::error_code error;
  const auto tree = boost::json::parse(text::without_byte_order_mark(json), error, {}, options);
  if (error) return std::nullopt;
  const auto* holder = &tree.get_object();
  constexpr std::string_view kInDetail = "detail.";
  if (field.starts_with(kInDetail)) {
    holder = &holder->at("detail").get_object();
    field.remove_prefix(kInDetail.size());
  }
  return std::string(holder->at(field).as_string());
}

void require_once(const std::vector<input::JsonMember>& members, std::string_view key) {
  const auto is_key = [key](const input::JsonMember& member) { return member.key.is_string(key); };
  require(std::ranges::count_if(members, is_key) == 1, "what names the tenant to occur once");
}

// Whoever looked at the envelope before may have taken another one of two for the tenant's.
void check_naming(const std::vector<input::JsonMember>& envelope, const input::JsonValue& detail,
                  std::string_view field) {
  constexpr std::string_view kInDetail = "detail.";
  if (!field.starts_with(kInDetail)) {
    require_once(envelope, field);
    return;
  }
  require_once(envelope, "detail");
  require_once(detail.members(), field.substr(kInDetail.size()));
}

void check(std::string_view json, std::string_view tenant_field) {
  const auto enveloped = decode(json, tenant_field);
  if (!enveloped) return;
  require(json.contains(enveloped->event.event_data), "event_data byte for byte as it was sent");
  fuzzing::check_event(enveloped->event);
  const auto document = parse_document(json, {"body"});
  const auto members = document->members();
  const auto detail = input::find_member(members, "detail");
  check_naming(members, *detail, tenant_field);
  const auto alone = decode_event(detail->text(), {"body"}, true, fuzzing::kNow);
  require(std::holds_alternative<events::Event>(alone), "a detail that is an event by itself");
  fuzzing::require_same_event(std::get<events::Event>(alone), enveloped->event);
  if (const auto tenant = tenant_in(json, tenant_field))
    require_same(enveloped->tenant, *tenant, "the tenant");
}

}  // namespace
}  // namespace annals::envelopes

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  FuzzedDataProvider input(data, size);
  const auto tenant_field = input.PickValueInArray(annals::envelopes::kTenantFields);
  annals::envelopes::check(input.ConsumeRemainingBytesAsString(), tenant_field);
  return 0;
}
