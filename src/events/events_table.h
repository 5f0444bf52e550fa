#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "engine/engine.h"
#include "events/filter.h"
#include "events/id_names.h"
#include "ids/database_name.h"
#include "ids/id.h"
#include "text/time.h"

namespace annals::events {

// A table of the present form has these; TableUpgrade gives them to older ones.
inline constexpr std::string_view kTableComment = "Annals events in order of arrival, words indexed";
inline constexpr std::string_view kInTimeCheck = "CHECK bitShiftRight(commit, 32) >= toUnixTimestamp(now())";
inline constexpr int kDeduplicationWindow = 20'000;  // of tables that several instances write to

/// A tenant's one table, with the engine that holds it. The table's name holds the tenant's id: if a database
/// is deleted and its name is given to another tenant, a statement of the old one that arrives late, from an
/// instance whose cache is a second behind, finds no table.
struct EventsTable {
  engine::Engine& engine;  // must outlive the table
  DatabaseName database;
  ClientId owner;
  std::string request_id = {};  // the request for which the table is used; it names the statements
  /// The part of the table that the reader may see: history::History shows nothing else. Null: everything.
  std::shared_ptr<const Filter> visible = nullptr;

  std::optional<Timestamp> kept_from = {};  // events before it are past their retention, and are not read

  /// The names of ids that history::History gives beside events and groups. Null: none.
  std::shared_ptr<const NamesInForce> names = nullptr;

  /// Returns whether an event of that time is past its retention.
  [[nodiscard]] bool has_expired(Timestamp event_time) const { return kept_from && event_time < *kept_from; }

  /// Returns the table's name in its database, events_<owner>.
  [[nodiscard]] std::string name() const;
  /// Returns `database`.events_<owner>, for SQL text.
  [[nodiscard]] std::string quoted() const;

  /// Returns the CREATE statement, which may be repeated. `shared` says whether several instances write to
  /// the table.
  [[nodiscard]] engine::Statement create_statement(bool shared) const;

  /// Returns an insert of rows as append_row() encodes them. They are one block, so they are in the table as
  /// a whole or not at all; no deduplication token hides them.
  [[nodiscard]] engine::Insert insert(std::string rows, bool durable) const;

  /// Returns a statement that bears the request's id.
  [[nodiscard]] engine::Statement statement(std::string sql,
                                            std::vector<engine::Parameter> parameters = {}) const;
};

/// Returns whether a table with that definition, a CREATE statement of the engine's, is an events table of
/// the present form.
bool has_present_form(std::string_view definition);

/// Returns SQL that says whether a table's name, given as SQL, is that of an events table.
std::string is_events_table_sql(std::string_view name);

/// Returns SQL that gives the id of the owner from the name of an events table, given as SQL.
std::string owner_sql(std::string_view name);

/// Reads a table from a line of a result that begins with the name of its database and its owner's id, with a
/// tab after each. Returns nullopt if one of them is none. `engine` must outlive the table.
std::optional<EventsTable> read_table(engine::Engine& engine, std::string_view line);

/// Returns the highest arrival number of a table, 0 if it is empty. Throws engine::EngineError.
boost::asio::awaitable<std::uint64_t> last_arrival(EventsTable table);

/// Returns whether a statement failed because the table does not exist: its tenant has been deleted.
bool is_table_gone(const engine::EngineError& error);

}  // namespace annals::events
