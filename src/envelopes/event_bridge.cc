#include "envelopes/event_bridge.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "envelopes/event_reader.h"
#include "input/json_value.h"
#include "input/object_fields.h"
#include "input/problems.h"

namespace annals::envelopes {
namespace {

using input::ObjectFields;
using input::Place;
using input::Problems;

constexpr std::string_view kInDetail = "detail.";

// Adds a problem if a key that names the tenant, or leads there, occurs more than once: whoever looked at the
// envelope before may have taken another one for the tenant's.
void check_once(const std::vector<input::JsonMember>& members, std::string_view key, ObjectFields& reader) {
  const auto is_key = [key](const input::JsonMember& member) { return member.key.is_string(key); };
  if (std::ranges::count_if(members, is_key) > 1) reader.add_problem(key, input::repeated_field());
}

// Reads the strings of the envelope that are required, in the envelope's order. Returns the one that names
// the tenant, or an empty text if `detail` names it.
std::string read_attributes(const std::vector<input::JsonMember>& envelope, std::string_view tenant_field,
                            ObjectFields& reader) {
  constexpr std::array<std::string_view, 3> kAttributes{"detail-type", "source", "account"};
  std::string tenant;
  for (const std::string_view name : kAttributes) {
    if (name != "source" && name != tenant_field) continue;
    std::string text = reader.text(name, input::find_member(envelope, name));
    if (name != tenant_field) continue;
    check_once(envelope, name, reader);
    tenant = std::move(text);
  }
  return tenant;
}

}  // namespace

Enveloped decode_event_bridge(std::string_view json, std::string_view tenant_field) {
  const Place body{"body"};
  const Place in_detail{"body", "detail"};
  const auto document = parse_document(json, body);
  if (!document) throw input::InvalidInput({document.error()});
  Problems problems;
  const auto envelope = members_of(*document, body, problems);
  if (!envelope) throw input::InvalidInput(std::move(problems));

  Enveloped result;
  ObjectFields reader(body, problems);
  result.tenant = read_attributes(*envelope, tenant_field, reader);
  const bool names_in_detail = tenant_field.starts_with(kInDetail);
  if (names_in_detail) check_once(*envelope, "detail", reader);
  const auto detail_field = input::find_member(*envelope, "detail");
  if (const input::JsonValue* const detail = reader.require("detail", detail_field)) {
    result.event = read_event(*detail, in_detail, Fallbacks{}, problems);
    if (names_in_detail && detail->kind() == input::JsonValue::Kind::object) {
      const std::string_view key = tenant_field.substr(kInDetail.size());
      ObjectFields detail_reader(in_detail, problems);
      const auto members = detail->members(input::kMaxMembers);
      result.tenant = detail_reader.text(key, input::find_member(members, key));
      check_once(members, key, detail_reader);
    }
  }
  if (!problems.empty()) throw input::InvalidInput(std::move(problems));
  return result;
}

}  // namespace annals::envelopes
