#include "audit/record.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "access/permission.h"

namespace annals::audit {
namespace {

constexpr auto kActions = std::to_array<std::pair<Action, std::string_view>>({
    {Action::initialize_tenant, "initialize_tenant"},
    {Action::delete_tenant, "delete_tenant"},
    {Action::change_tenant, "change_tenant"},
    {Action::rotate_tenant_secret, "rotate_tenant_secret"},
    {Action::change_names, "change_names"},
    {Action::create_key, "create_key"},
    {Action::change_key, "change_key"},
    {Action::delete_key, "delete_key"},
    {Action::create_viewer_token, "create_viewer_token"},
    {Action::refuse_credentials, "refuse_credentials"},
    {Action::export_events, "export_events"},
    {Action::get_event_file, "get_event_file"},
    {Action::download_file, "download_file"},
    {Action::create_backup, "create_backup"},
    {Action::restore_backup, "restore_backup"},
    {Action::verify_backup, "verify_backup"},
    {Action::delete_backup, "delete_backup"},
    {Action::start_service, "start_service"},
    {Action::stop_service, "stop_service"},
    {Action::lose_records, "lose_records"},
    {Action::reload_service, "reload_service"},
});

constexpr auto kResults = std::to_array<std::pair<Result, std::string_view>>({
    {Result::requested, "requested"},
    {Result::done, "done"},
    {Result::refused, "refused"},
    {Result::failed, "failed"},
    {Result::started, "started"},
    {Result::finished, "finished"},
    {Result::broken_off, "broken_off"},
});

constexpr auto kActors = std::to_array<std::pair<Actor::Kind, std::string_view>>({
    {Actor::Kind::nobody, "nobody"},
    {Actor::Kind::configured_key, "configured_key"},
    {Actor::Kind::key, "key"},
    {Actor::Kind::tenant, "tenant"},
    {Actor::Kind::viewer_token, "viewer_token"},
    {Actor::Kind::link, "link"},
    {Actor::Kind::service, "service"},
});

template <class Names, class Value>
std::string_view name_in(const Names& names, Value value) {
  const auto found = std::ranges::find(names, value, [](const auto& entry) { return entry.first; });
  return found == names.end() ? "" : found->second;
}

/// Returns the number of an actor's id: a UUID's, or the digits of a configured key's id.
std::uint64_t number_of_text(std::string_view id) {
  constexpr int kHexadecimal = 16;
  if (const auto uuid = parse_uuid(id)) return number_of(*uuid);
  std::uint64_t number = 0;
  const auto parsed = std::from_chars(id.data(), id.data() + id.size(), number, kHexadecimal);
  return parsed.ec == std::errc() ? number : 0;
}

void add_if_any(boost::json::object& object, std::string_view name, const std::string& text) {
  if (!text.empty()) object[name] = text;
}

boost::json::object encode(const Actor& actor) {
  boost::json::object object{{"kind", name_in(kActors, actor.kind)}};
  add_if_any(object, "id", actor.id);
  add_if_any(object, "name", actor.name);
  add_if_any(object, "role", actor.role);
  return object;
}

}  // namespace

std::string_view name_of(Action action) {
  return name_in(kActions, action);
}

std::string_view name_of(Result result) {
  return name_in(kResults, result);
}

std::span<const std::pair<Action, std::string_view>> all_actions() {
  return kActions;
}

bool takes_away(Action action) {
  return action == Action::delete_tenant || action == Action::delete_key || action == Action::delete_backup;
}

Actor actor_of(const access::Caller& caller) {
  using access::Role;
  if (caller.role == Role::anonymous) return {};
  if (caller.role == Role::tenant) {
    return {.kind = Actor::Kind::tenant, .id = caller.tenant ? caller.tenant->id.text() : ""};
  }
  if (caller.role == Role::viewer) {
    // A token has no id. It is traced to the key that has made it, or to its tenant.
    const bool is_by_key = !caller.key_id.empty() || !caller.tenant;
    return {.kind = Actor::Kind::viewer_token,
            .id = is_by_key ? caller.key_id : caller.tenant->id.text(),
            .role = std::string(access::name_of(caller.role))};
  }
  const bool is_made = KeyId::parse(caller.key_id).has_value();
  return {.kind = is_made ? Actor::Kind::key : Actor::Kind::configured_key,
          .id = caller.key_id,
          .name = caller.key_name,
          .role = std::string(access::name_of(caller.role))};
}

std::uint64_t number_of(const Uuid& id) {
  constexpr std::size_t kBytes = 6;
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < kBytes; ++i) number = number << 8U | id.data[i];
  return number;
}

events::Event Record::event() const {
  boost::json::object data{
      {"action", name_of(action)}, {"result", name_of(result)}, {"caller", encode(actor)}};
  add_if_any(data, "address", address);
  add_if_any(data, "request_id", request_id);
  for (const auto& [name, value] : details) data[name] = value;
  return {.event_id = id,
          .event_time = time,
          .event_type_id = static_cast<std::uint32_t>(action),
          .record_id = subject ? number_of(*subject) : 0,
          .source_type_id = static_cast<std::uint32_t>(actor.kind),
          .source_id = number_of_text(actor.id),
          .event_data = boost::json::serialize(data)};
}

}  // namespace annals::audit
