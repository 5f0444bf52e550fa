#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ids/database_name.h"

namespace annals::engine {

/// The name as an SQL identifier. The only way from a name to SQL text.
std::string quote(const DatabaseName& name);

/// A value for a `{name:Type}` placeholder, in plain bytes; the adapters escape it as the engine expects.
struct Parameter {
  std::string name;
  std::string value;
};

/// One SQL statement. Values of users travel in `parameters`, never in `sql`.
struct Statement {
  std::string sql;
  std::vector<Parameter> parameters = {};
  /// The format of a result whose rows make one document, as Parquet has it; then `sql` names none.
  std::string document_format = {};
};

/// The value in the escaped form (that of TabSeparated) in which ClickHouse reads query parameters, over HTTP
/// and in process.
std::string escape_parameter(std::string_view value);

}  // namespace annals::engine
