#include "http/openapi/document.h"

#include <algorithm>
#include <map>
#include <set>
#include <stdexcept>
#include <vector>

#include <boost/json.hpp>

#include "http/openapi/common_answers.h"
#include "http/openapi/content.h"
#include "http/openapi/security.h"

namespace annals::http {
namespace {

using boost::json::array;
using boost::json::object;

constexpr int kFirstError = 400;
constexpr int kInvalidInput = 422;

/// Returns the name of an operation in camel case, as generated clients have it.
std::string operation_id(std::string_view name) {
  std::string id;
  bool begins_word = false;
  for (const char c : name) {
    if (c == '_') {
      begins_word = true;
      continue;
    }
    id += begins_word && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    begins_word = false;
  }
  return id;
}

std::set<std::string, std::less<>> parameters_in(std::string_view path) {
  std::set<std::string, std::less<>> names;
  for (auto at = path.find('{'); at != std::string_view::npos; at = path.find('{', at + 1)) {
    names.emplace(path.substr(at + 1, path.find('}', at) - at - 1));
  }
  return names;
}

[[noreturn]] void refuse(const Route& route, const std::string& what) {
  throw std::invalid_argument(route.method + " " + route.path + " " + what);
}

void check_parameters(const Route& route) {
  std::set<std::string, std::less<>> in_path;
  for (const Parameter& parameter : route.operation.parameters) {
    if (parameter.summary.empty()) refuse(route, "has a parameter without a summary: " + parameter.name);
    if (parameter.place == Parameter::Place::path) in_path.insert(parameter.name);
  }
  if (in_path != parameters_in(route.path)) refuse(route, "declares other parameters than its path has");
}

void check_answers(const Route& route) {
  if (route.operation.answers.empty()) refuse(route, "has no answers");
  for (const Answer& answer : route.operation.answers) {
    if (answer.summary.empty()) refuse(route, "has an answer without a summary");
    const bool is_known = answer.status >= kFirstError || answer.content_type.empty();
    if (!is_known && answer.schema.is_any()) refuse(route, "does not say what its answer looks like");
  }
}

/// Throws unless a route says what it does and takes.
void check(const Route& route) {
  const Operation& operation = route.operation;
  if (operation.name.empty()) refuse(route, "has no name");
  if (operation.summary.empty()) refuse(route, "has no summary");
  if (operation.tag.name.empty()) refuse(route, "has no tag");
  check_parameters(route);
  check_answers(route);
}

/// Writes one document, and gathers the components that it refers to.
class Writer {
 public:
  object operation(const Route& route) {
    const Operation& operation = route.operation;
    object result{{"operationId", operation_id(operation.name)}, {"summary", operation.summary}};
    std::string description = operation.details;
    const std::string callers = callers_of(route.admit.access());
    if (!description.empty() && !callers.empty()) description += "\n\n";
    description += callers;
    if (!description.empty()) result["description"] = description;
    result["tags"] = array{operation.tag.name};
    add_tag(operation.tag);
    result["security"] = security_of(route.admit.access());
    if (auto list = parameters(route); !list.empty()) result["parameters"] = std::move(list);
    if (operation.body) result["requestBody"] = body(*operation.body);
    result["responses"] = responses(route);
    return result;
  }

  object components() && {
    object named;
    for (auto& [name, schema] : schemas_) named[name] = std::move(schema);
    return {{"schemas", std::move(named)},
            {"responses", std::move(responses_)},
            {"securitySchemes", security_schemes()}};
  }

  array tags() && { return std::move(tags_); }

 private:
  void add_tag(const Tag& tag) {
    const bool is_known = std::ranges::any_of(
        tags_, [&](const auto& other) { return std::string_view(other.at("name").as_string()) == tag.name; });
    if (!is_known) tags_.emplace_back(object{{"name", tag.name}, {"description", tag.summary}});
  }

  array parameters(const Route& route) {
    array list;
    for (const Parameter& parameter : route.operation.parameters) {
      if (is_credential(route.admit.access(), parameter)) continue;
      use(parameter.type);
      list.emplace_back(parameter_json(parameter));
    }
    for (const Parameter& parameter : parameters_of(route.admit.access())) {
      const bool is_declared = std::ranges::any_of(
          route.operation.parameters, [&](const Parameter& other) { return other.name == parameter.name; });
      if (!is_declared) list.emplace_back(parameter_json(parameter));
    }
    return list;
  }

  object body(const BodyForms& body) {
    object contents;
    for (const Content& content : body.contents) {
      use(content.schema);
      contents[content.type] = content_json(content.schema, {content.example}, content.type);
    }
    return {{"description", body.summary}, {"required", true}, {"content", std::move(contents)}};
  }

  object responses(const Route& route) {
    const auto common = common_answers(route);
    std::map<int, object> by_status;
    for (const Answer& own : route.operation.answers) by_status[own.status] = answer(joined(own, common));
    object last;
    for (const CommonAnswer& other : common) {
      const int status = other.answer.status;
      if (status == 0) last = reference_to(other);
      if (status != 0 && !by_status.contains(status)) by_status[status] = reference_to(other);
    }
    object result;
    for (auto& [status, response] : by_status) result[std::to_string(status)] = std::move(response);
    result["default"] = std::move(last);
    return result;
  }

  object reference_to(const CommonAnswer& common) {
    if (!responses_.contains(common.name)) responses_[common.name] = answer(common.answer);
    return {{"$ref", "#/components/responses/" + common.name}};
  }

  /// Returns an answer of a route, with what follows besides for that status.
  static Answer joined(Answer own, const std::vector<CommonAnswer>& common) {
    for (const CommonAnswer& other : common) {
      if (other.answer.status == own.status) join(own, other.answer);
    }
    return own;
  }

  static void join(Answer& own, const Answer& common) {
    own.summary += " " + common.summary;
    for (const std::string& example : common.examples) {
      if (std::ranges::find(own.examples, example) == own.examples.end()) own.examples.push_back(example);
    }
  }

  object answer(const Answer& answer) {
    object result{{"description", answer.summary}};
    if (auto headers = headers_json(answer); !headers.empty()) result["headers"] = std::move(headers);
    if (answer.content_type.empty()) return result;
    const Schema schema = schema_of(answer);
    use(schema);
    object contents{{answer.content_type, content_json(schema, answer.examples, answer.content_type)}};
    for (const Content& content : answer.more) {
      use(content.schema);
      contents[content.type] = content_json(content.schema, {content.example}, content.type);
    }
    result["content"] = std::move(contents);
    return result;
  }

  static Schema schema_of(const Answer& answer) {
    if (!answer.schema.is_any()) return answer.schema;
    return answer.status == kInvalidInput ? invalid_input_schema() : problem_schema();
  }

  void use(const Schema& schema) { Schema::merge(schemas_, schema.named()); }

  Schema::Named schemas_;
  object responses_;
  array tags_;
};

}  // namespace

object openapi_document(const Router& router, const DocumentHead& head) {
  Writer writer;
  object paths;
  for (const Route* route : router.routes()) {
    check(*route);
    auto& path = paths[route->path];
    if (path.is_null()) path = object();
    std::string method = route->method;
    std::ranges::transform(method, method.begin(), [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    path.as_object()[method] = writer.operation(*route);
  }
  object document{{"openapi", "3.1.0"},
                  {"info",
                   {{"title", head.title},
                    {"version", head.version},
                    {"description", head.description},
                    {"license", {{"name", "Apache License 2.0"}, {"identifier", "Apache-2.0"}}}}},
                  {"servers", array{object{{"url", head.path.empty() ? "/" : head.path}}}}};
  auto tags = std::move(writer).tags();
  document["tags"] = std::move(tags);
  document["paths"] = std::move(paths);
  document["components"] = std::move(writer).components();  // NOLINT(bugprone-use-after-move): another part
  return document;
}

}  // namespace annals::http
