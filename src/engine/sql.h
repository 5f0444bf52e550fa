#pragma once

#include <chrono>
#include <concepts>
#include <optional>
#include <ranges>
#include <string>
#include <string_view>
#include <vector>

#include "ids/database_name.h"
#include "ids/id.h"
#include "ids/uuid.h"

namespace annals::engine {

/// Returns the name as an SQL identifier. It is the only way from a name to SQL text.
std::string quote(const DatabaseName& name);

/// The value of a `{name:Type}` placeholder, in plain bytes; the adapters escape it as the engine expects.
struct Parameter {
  std::string name;
  std::string value;
};

/// Returns ids of any kind, or UUIDs, as the value of a parameter of the type Array(UUID).
template <std::ranges::input_range Ids>
std::string uuid_array(const Ids& ids) {
  std::string text = "[";
  for (const auto& id : ids) {
    if (text.size() > 1) text += ',';
    text += '\'';
    if constexpr (std::same_as<std::ranges::range_value_t<Ids>, Uuid>) {
      annals::append_uuid(text, id);
    } else {
      annals::append_uuid(text, id.uuid());
    }
    text += '\'';
  }
  return text + "]";
}

/// Returns texts as the value of a parameter of the type Array(String).
std::string string_array(const std::vector<std::string>& texts);

/// The time limit of a statement that may take as long as it needs.
inline constexpr std::chrono::milliseconds kNoTimeLimit{0};

/// An SQL statement. Values of users travel in `parameters`, never in `sql`.
struct Statement {
  std::string sql;
  std::vector<Parameter> parameters = {};
  /// The tenant's database that the statement uses, if it uses one. The embedded engine's tables sleep until
  /// a statement that says so wakes them; to others they do not exist.
  std::optional<DatabaseName> database = {};
  /// The time that the engine may take for the result of a SELECT, or a ClickHouse server for the answer to
  /// any statement; not given: that of any statement. It does not stand in `sql`, because an adapter must
  /// know it to tell a whole result from one that was cut off.
  std::optional<std::chrono::milliseconds> time_limit = {};
  /// The format of a result whose rows make one document, as in Parquet; `sql` then has no FORMAT clause.
  std::string document_format = {};
  /// The name of the statement in a ClickHouse server's logs and process list, see new_query_id(). The
  /// embedded engine's interface takes none.
  std::string query_id = {};
  /// Whether a change must be as durable as the engine's settings make it, before it counts as done.
  bool durable = true;
  /// Whether the statement must not be sent twice. Others are sent again when a kept connection breaks before
  /// an answer, so they must be idempotent.
  bool at_most_once = false;
  /// Whether the statement waits for others, as a DROP does for those who read. It then takes no connection
  /// from those that do not wait.
  bool waits_for_others = false;
  /// The client for whom a history is read. Clients take turns, and no client has all connections.
  std::optional<ClientId> reader = {};
};

/// Returns a name for a statement that is made for a request: the request's id and a part that makes it
/// unique, because ClickHouse refuses a statement whose name is that of a running one, and clients choose
/// request ids. Returns "" for an empty request id: ClickHouse then makes one. Thread-safe.
std::string new_query_id(std::string_view request_id);

/// Returns the value in the escaped form (that of TabSeparated) in which ClickHouse reads query parameters,
/// over HTTP and in process.
std::string escape_parameter(std::string_view value);

}  // namespace annals::engine
