#pragma once

#include <string>
#include <vector>

#include <boost/json/object.hpp>

namespace CLI {  // NOLINT(readability-identifier-naming): the library's
class App;
}

namespace annals::cli {

/// Holds the options that choose events of a tenant, as the history's filters do.
class FilterOptions {
 public:
  /// Adds the options to a command. This object must outlive the parsing.
  void add_to(CLI::App& command);

  /// Returns the filter as query parameters: "&record_id=7&q=…", or an empty text.
  [[nodiscard]] std::string query() const;

  /// Returns the filter as a viewer token has it. Both throw Mistake if a value is not written as it must be.
  [[nodiscard]] boost::json::object document() const;

 private:
  std::vector<std::string> record_ids_;
  std::vector<std::string> event_type_ids_;
  std::vector<std::string> source_type_ids_;
  std::vector<std::string> source_ids_;
  std::string from_;
  std::string to_;
  std::string words_;
  std::vector<std::string> fields_;  // "data.status=approved"
};

/// Adds an option that may be given several times, with one value each time: with extra arguments allowed, it
/// would take every argument that follows it, a FILE included.
void add_repeatable(CLI::App& command, const std::string& name, std::vector<std::string>& values,
                    const std::string& summary);

}  // namespace annals::cli
