#include "cli/context/contexts.h"

#include <array>
#include <cstdlib>
#include <optional>
#include <sstream>
#include <string_view>

#include <fmt/format.h>
#include <toml++/toml.h>

#include "cli/command/mistake.h"
#include "io/durable_file.h"

namespace annals::cli {
namespace {

namespace fs = std::filesystem;

struct Field {
  std::string_view name;
  std::string Context::* member;
  bool is_path;
};

constexpr std::array<Field, 6> kFields{{{"url", &Context::url, false},
                                        {"client_id", &Context::client_id, false},
                                        {"database", &Context::database, false},
                                        {"key_file", &Context::key_file, true},
                                        {"secret_file", &Context::secret_file, true},
                                        {"ca_file", &Context::ca_file, true}}};

constexpr std::string_view kCurrent = "current";
constexpr std::string_view kContexts = "contexts";

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

/// Returns a path that a file at `base` names.
std::string resolved(const std::string& path, const fs::path& base) {
  if (path.starts_with("~/")) return (fs::path(variable("HOME")) / path.substr(2)).string();
  return (base / path).string();
}

/// Reads the tables of the file and collects what is wrong in it.
class Reading {
 public:
  explicit Reading(fs::path base) : base_(std::move(base)) {}

  Contexts take(const toml::table& file) {
    Contexts contexts;
    for (const auto& [key, node] : file) {
      if (key == kCurrent && node.is_string()) {
        contexts.current = node.as_string()->get();
      } else if (key == kContexts && node.is_table()) {
        take_contexts(contexts, *node.as_table());
      } else {
        complain(key.str(), "is not known here, or is of another type");
      }
    }
    if (!contexts.current.empty() && !contexts.all.contains(contexts.current)) {
      complain(kCurrent, fmt::format("names {}, and there is no such context", contexts.current));
    }
    return contexts;
  }

  [[nodiscard]] const std::string& complaints() const { return complaints_; }

 private:
  void take_contexts(Contexts& contexts, const toml::table& table) {
    for (const auto& [name, node] : table) {
      if (const auto* fields = node.as_table()) {
        contexts.all.emplace(name.str(), context_of(fmt::format("contexts.{}", name.str()), *fields));
      } else {
        complain(name.str(), "must be a table: [contexts.<name>]");
      }
    }
  }

  Context context_of(const std::string& place, const toml::table& table) {
    Context context;
    for (const auto& [key, node] : table) {
      const std::string_view name = key.str();
      const auto field = std::ranges::find(kFields, name, &Field::name);
      const auto* text = node.as_string();
      if (field == kFields.end() || text == nullptr) {
        complain(fmt::format("{}.{}", place, name),
                 field == kFields.end() ? "is not known" : "must be a text");
        continue;
      }
      context.*field->member = field->is_path ? resolved(text->get(), base_) : text->get();
    }
    if (!context.client_id.empty() && !context.database.empty()) {
      complain(place, "has a client_id and a database; one of them says which tenant it is");
    }
    return context;
  }

  void complain(std::string_view place, std::string_view problem) {
    complaints_ += fmt::format("\n  {} {}", place, problem);
  }

  fs::path base_;
  std::string complaints_;
};

toml::table parsed(const std::string& content, const fs::path& path) {
  try {
    return toml::parse(content);
  } catch (const toml::parse_error& error) {
    throw Mistake(fmt::format("{} is not TOML: line {}: {}", path.string(), error.source().begin.line,
                              error.description()));
  }
}

}  // namespace

fs::path Contexts::usual_path() {
  const std::string configuration = variable("XDG_CONFIG_HOME");
  const std::string home = variable("HOME");
  if (!configuration.empty()) return fs::path(configuration) / "annals" / "config.toml";
  return home.empty() ? fs::path() : fs::path(home) / ".config" / "annals" / "config.toml";
}

Contexts Contexts::read(const fs::path& path) {
  const auto content = path.empty() ? std::nullopt : io::read_if_there(path);
  if (!content) return {};
  Reading reading(path.parent_path());
  Contexts contexts = reading.take(parsed(*content, path));
  if (!reading.complaints().empty()) {
    throw Mistake(fmt::format("{} has mistakes:{}", path.string(), reading.complaints()));
  }
  return contexts;
}

void Contexts::write(const fs::path& path) const {
  toml::table tables;
  for (const auto& [name, context] : all) {
    toml::table fields;
    for (const Field& field : kFields) {
      if (!(context.*field.member).empty()) fields.insert(field.name, context.*field.member);
    }
    tables.insert(name, std::move(fields));
  }
  toml::table file;
  if (!current.empty()) file.insert(kCurrent, current);
  file.insert(kContexts, std::move(tables));
  std::ostringstream text;
  text << file << "\n";
  fs::create_directories(path.parent_path());
  io::replace_file(fs::weakly_canonical(path), text.str());  // a link stays one
}

}  // namespace annals::cli
