#pragma once

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "engine/row_binary.h"
#include "events/row.h"
#include "lanes/stored_ids.h"
#include "support/simulated/scripted_engine.h"

namespace annals::support {

/// An events table as ClickHouse keeps it, for tests without an engine: inserts with deduplication tokens,
/// the constraint on late ones, and the queries of `lanes`. Not safe for concurrent use.
class SimulatedTable {
 public:
  struct Row {
    std::uint64_t arrival;
    std::uint64_t commit;
    EventId id;
    lanes::StoredContent content = content_of({.event_time = {}, .event_data = "1"});
  };

  struct Token {
    std::string text;
    std::int64_t noted_at;
    bool has_rows = false;
  };

  /// Lets an engine answer from this table, which must outlive the engine's use.
  void answer_for(ScriptedEngine& engine) {
    engine.on_query = [this](const engine::Statement& statement) {
      return support::answer(query(statement));
    };
    engine.on_scan = [this](const engine::Statement& /*statement*/, const engine::Engine::Sink& sink) {
      std::string ids;
      for (const Row& row : rows) engine::append_uuid(ids, row.id.uuid().data);
      if (!ids.empty()) sink(ids);
      return done();
    };
    engine.on_insert = [this](const engine::Insert& insert) {
      this->insert(insert);
      return done();
    };
    engine.on_make_durable = [] { return done(); };
  }

  /// Does an insert, or ignores it because its token is known. Throws EngineError if it comes too late.
  void insert(const engine::Insert& insert) {
    const auto coming = rows_of(insert);
    for (const Row& row : coming) {
      if (static_cast<std::int64_t>(row.commit >> 32U) >= now) continue;
      throw engine::EngineError::of_exception(469, "Constraint `in_time` is violated");
    }
    if (!note_token(insert)) return;
    rows.insert(rows.end(), coming.begin(), coming.end());
    tokens.back().has_rows = true;
  }

  /// Notes the token of an insert, as a server does that dies before it makes the rows visible. Returns false
  /// if the token was known.
  bool note_token(const engine::Insert& insert) {
    forget_tokens();
    const auto known = [token = token_of(insert)](const Token& one) { return one.text == token; };
    if (std::ranges::any_of(tokens, known)) return false;
    tokens.push_back({.text = token_of(insert), .noted_at = now});
    return true;
  }

  [[nodiscard]] std::string query(const engine::Statement& statement) const {
    const std::string_view sql = statement.sql;
    if (sql.contains("toUnixTimestamp(now())")) return fmt::format("{}\t{}\n", end_of(rows), now);
    std::string text;
    if (sql.contains("countIf(commit IN")) {
      const std::uint64_t first = std::stoull(parameter(statement, "first"));
      auto later = rows;
      std::erase_if(later, [first](const Row& row) { return row.arrival < first; });
      const auto ours = std::ranges::count_if(later, [&](const Row& row) { return is_of(row, statement); });
      return fmt::format("{}\t{}\n", end_of(later), ours);
    }
    const bool by_commit = sql.contains("WHERE commit IN");
    if (by_commit) {
      for (const Row& row : rows) {
        if (is_of(row, statement)) text += row.id.text() + "\n";
      }
      return text;
    }
    const std::string ids = parameter(statement, "ids");
    for (const Row& row : rows) {
      if (!ids.contains(row.id.text())) continue;
      text += fmt::format("{}\t{}\t{}\t{}\n", row.id.text(),
                          row.content.event_time.time_since_epoch().count(), row.commit, row.content.digest);
    }
    return text;
  }

  /// Returns the rows that an insert brings.
  static std::vector<Row> rows_of(const engine::Insert& insert) {
    std::vector<Row> found;
    for (std::size_t at = 0; at < insert.rows.size();) {
      const auto arrival = engine::read_integer<std::uint64_t>(insert.rows.data() + at);
      const auto commit = engine::read_integer<std::uint64_t>(insert.rows.data() + at + sizeof arrival);
      at += sizeof arrival + sizeof commit;
      const auto row = events::read_row(insert.rows, at, events::RowShape::event);
      if (!row) throw std::logic_error("a truncated row");
      found.push_back(
          {.arrival = arrival, .commit = commit, .id = row->event_id, .content = content_of(event_of(*row))});
    }
    return found;
  }

  static lanes::StoredContent content_of(const events::Event& event) {
    return {.event_time = event.event_time, .digest = lanes::digest_of(event)};
  }

  static std::string token_of(const engine::Insert& insert) {
    constexpr std::string_view kName = "insert_deduplication_token = ";
    return insert.into.substr(insert.into.find(kName) + kName.size());
  }

  /// Puts rows into the table as another instance would, above all others.
  void add(const std::vector<EventId>& ids) {
    std::uint64_t arrival = end_of(rows);
    tokens.push_back({.text = fmt::format("'arrival {}'", arrival + 1), .noted_at = now, .has_rows = true});
    for (const EventId& id : ids) rows.push_back({.arrival = ++arrival, .commit = 1, .id = id});
  }

  std::vector<Row> rows = {};
  std::vector<Token> tokens = {};    // in the order of their coming
  std::int64_t now = 1'800'000'000;  // the engine's clock, in seconds

 private:
  static events::Event event_of(const events::RowView& row) {
    return {.event_id = row.event_id,
            .event_time = row.event_time,
            .event_type_id = row.event_type_id,
            .record_id = row.record_id,
            .source_type_id = row.source_type_id,
            .source_id = row.source_id,
            .event_data = std::string(row.event_data),
            .file_id = row.file_id,
            .other_fields = std::string(row.other_fields),
            .string_ids = std::string(row.string_ids)};
  }

  // ClickHouse keeps the tokens of a number of inserts, which EventsTable chooses so that there is room for
  // those of this time, in seconds, and for some that have no rows because a server died. So a token is kept
  // at least until there have been rows above it for so long.
  static constexpr std::int64_t kTokenTime = 120;

  /// Forgets every token that ClickHouse may have forgotten.
  void forget_tokens() {
    const auto has_old_rows = [this](const Token& one) {
      return one.has_rows && one.noted_at + kTokenTime < now;
    };
    const auto newest = std::find_if(tokens.rbegin(), tokens.rend(), has_old_rows);
    if (newest != tokens.rend()) tokens.erase(tokens.begin(), std::prev(newest.base()));
  }

  static std::uint64_t end_of(const std::vector<Row>& some) {
    return some.empty() ? 0 : std::ranges::max(some, {}, &Row::arrival).arrival;
  }
  static bool is_of(const Row& row, const engine::Statement& statement) {
    std::string commits = parameter(statement, "commits");  // [1,2]
    std::ranges::replace(commits, '[', ',');
    std::ranges::replace(commits, ']', ',');
    return commits.contains(fmt::format(",{},", row.commit));
  }
};

}  // namespace annals::support
