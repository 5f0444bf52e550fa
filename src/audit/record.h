#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <boost/json.hpp>

#include "access/caller.h"
#include "events/event.h"
#include "ids/id.h"
#include "ids/uuid.h"
#include "text/time.h"

namespace annals::audit {

/// An action that is put on record. The numbers are the records' event_type_id: docs/api.md lists them, and
/// they never change.
enum class Action : std::uint8_t {
  initialize_tenant = 1,
  delete_tenant = 2,
  change_tenant = 3,
  rotate_tenant_secret = 4,
  change_names = 5,
  create_key = 11,
  change_key = 12,
  delete_key = 13,
  create_viewer_token = 21,
  refuse_credentials = 31,
  export_events = 41,
  get_event_file = 42,
  download_file = 43,
  create_backup = 51,
  restore_backup = 52,
  verify_backup = 53,
  delete_backup = 54,
  start_service = 91,
  stop_service = 92,
  lose_records = 93,
  reload_service = 94,
};

/// Returns the name of an action, as records have it.
std::string_view name_of(Action action);

/// Returns every action with its name.
std::span<const std::pair<Action, std::string_view>> all_actions();

/// Returns whether the action only takes away: data, or somebody's rights. It must not wait for room, because
/// it may be what makes room or ends an abuse.
bool takes_away(Action action);

/// How an action ended, or how far it is.
enum class Result : std::uint8_t {
  requested,   // it begins now; without a further record it is not known whether it was done
  done,        // it was done
  refused,     // it was not done, because of the request
  failed,      // it is not known whether it was done
  started,     // data begins to be given out
  finished,    // the data was given out to its end
  broken_off,  // the data was given out in part
};

std::string_view name_of(Result result);

/// Says who did it. Holds nothing secret.
struct Actor {
  /// The numbers are the records' source_type_id: docs/api.md lists them, and they never change.
  enum class Kind : std::uint8_t {
    nobody = 0,          // no credentials, or wrong ones
    configured_key = 1,  // of auth.api_keys, or the generated one
    key = 2,             // that was made over the API
    tenant = 3,          // with its own secret
    viewer_token = 4,
    link = 5,     // a signed URL of a file
    service = 6,  // Annals itself
  };

  Kind kind = Kind::nobody;
  std::string id = {};    // of the key or the tenant
  std::string name = {};  // of the key
  std::string role = {};  // of the key
};

/// Returns the actor that a caller is.
Actor actor_of(const access::Caller& caller);

/// Returns the number that stands for a tenant or a key in a record's record_id and source_id: the first 12
/// hexadecimal digits of its id. It has 48 bits, so that every reader of JSON keeps it exactly.
std::uint64_t number_of(const Uuid& id);

/// One entry of the audit trail. Its id and its time are those of its construction, so that writing it twice
/// stores it once.
struct Record {  // NOLINT(*-pro-type-member-init): an action cannot be left out
  Action action;
  Result result;
  Actor actor = {};
  std::string address = {};          // where the request comes from; empty if nobody asked
  std::string request_id = {};       // empty if nobody asked
  std::optional<Uuid> subject = {};  // the tenant or the key that it is about
  boost::json::object details = {};  // further members of event_data
  EventId id = EventId::random();
  Timestamp time = text::now();

  /// Returns the record as an event of the trail.
  [[nodiscard]] events::Event event() const;
};

}  // namespace annals::audit
