#include "engine/statement_span.h"

#include <algorithm>
#include <array>

#include "engine/engine.h"
#include "text/ascii.h"

namespace annals::engine {
namespace {

constexpr auto kOperations = std::to_array<std::string_view>(
    {"ALTER",   "ATTACH",   "BACKUP", "CHECK",  "CREATE", "DELETE",   "DETACH",
     "DROP",    "EXCHANGE", "EXISTS", "INSERT", "KILL",   "OPTIMIZE", "RENAME",
     "RESTORE", "SELECT",   "SET",    "SHOW",   "SYSTEM", "TRUNCATE"});

/// Returns the first word of a statement, which is ours and never a user's, or the kind of its call.
std::string_view operation_of(StatementKind kind, std::string_view sql) {
  if (kind == StatementKind::insert) return "INSERT";
  sql = text::trim(sql);
  const std::string_view word = sql.substr(0, sql.find_first_of(" \n("));
  if (word == "WITH") return "SELECT";
  const auto* const known = std::ranges::find(kOperations, word);
  return known == kOperations.end() ? kStatementKinds.at(static_cast<std::size_t>(kind)) : *known;
}

std::string_view word_for(EngineError::Kind kind) {
  switch (kind) {
    case EngineError::Kind::refused:
      return "refused";
    case EngineError::Kind::unavailable:
      return "unavailable";
    case EngineError::Kind::unknown:
      return "unknown_outcome";
  }
  return "_OTHER";
}

}  // namespace

StatementSpan::StatementSpan(const ops::TracePlace& place, StatementKind kind, std::string_view sql,
                             const std::string& query_id)
    : span_(place, ops::SpanKind::client, {}) {
  if (!span_.is_recorded()) return;
  const std::string operation(operation_of(kind, sql));
  span_.rename(operation);
  span_.set("db.system.name", "clickhouse");
  span_.set("db.operation.name", operation);
  if (!query_id.empty()) span_.set("clickhouse.query_id", query_id);
}

void StatementSpan::has_waited(std::chrono::nanoseconds time) {
  span_.set("annals.engine.wait_seconds", std::chrono::duration<double>(time).count());
}

void StatementSpan::fail() {
  try {
    throw;
  } catch (const EngineError& error) {
    span_.fail(std::string(word_for(error.kind())));
    if (const int code = exception_code_in(error.what()); code != 0) {
      span_.set("db.response.status_code", std::to_string(code));
    }
  } catch (...) {
    span_.fail("_OTHER");
  }
}

}  // namespace annals::engine
