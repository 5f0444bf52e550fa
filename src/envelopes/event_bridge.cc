#include "envelopes/event_bridge.h"

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

// Reads the strings of the envelope that are required, in the envelope's order. Returns the one that names
// the tenant, or an empty text if `detail` names it.
std::string read_attributes(const std::vector<input::JsonMember>& envelope, std::string_view tenant_field,
                            ObjectFields& reader) {
  constexpr std::array<std::string_view, 3> kAttributes{"detail-type", "source", "account"};
  std::string tenant;
  for (const std::string_view name : kAttributes) {
    if (name != "source" && name != tenant_field) continue;
    std::string text = reader.text(name, input::find_member(envelope, name));
    if (name == tenant_field) tenant = std::move(text);
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
  const auto detail_field = input::find_member(*envelope, "detail");
  if (const input::JsonValue* const detail = reader.require("detail", detail_field)) {
    result.event = read_event(*detail, in_detail, Fallbacks{}, problems);
    if (tenant_field.starts_with(kInDetail) && detail->kind() == input::JsonValue::Kind::object) {
      const std::string_view key = tenant_field.substr(kInDetail.size());
      ObjectFields detail_reader(in_detail, problems);
      result.tenant = detail_reader.text(key, input::find_member(detail->members(), key));
    }
  }
  if (!problems.empty()) throw input::InvalidInput(std::move(problems));
  return result;
}

}  // namespace annals::envelopes
