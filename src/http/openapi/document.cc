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

/// Throws unless a route says what it does and takes.
void check(const Route& route) {
  const Operation& operation = route.operation;
  const auto refuse = [&](std::string_view what) {
    throw std::invalid_argument(route.method + " " + route.path + " " + std::string(what));
  };
  if (operation.name.empty()) refuse("has no name");
  if (operation.summary.empty()) refuse("has no summary");
  if (operation.tag.name.empty()) refuse("has no tag");
  if (operation.answers.empty()) refuse("has no answers");
  std::set<std::string, std::less<>> in_path;
  for (const Parameter& parameter : operation.parameters) {
    if (parameter.summary.empty()) refuse("has a parameter without a summary: " + parameter.name);
    if (parameter.place == Parameter::Place::path) in_path.insert(parameter.name);
  }
  if (in_path != parameters_in(route.path)) refuse("declares other parameters than its path has");
  for (const Answer& answer : operation.answers) {
    if (answer.summary.empty()) refuse("has an answer without a summary");
    const bool is_error = answer.status >= kFirstError;
    const bool has_body = !answer.content_type.empty();
    if (!is_error && has_body && answer.schema.is_any()) refuse("does not say what its answer looks like");
  }
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
    std::map<int, object> by_status;
    const auto common = common_answers(route);
    for (const Answer& own : route.operation.answers) {
      Answer whole = own;
      for (const auto& [name, other] : common) {
        if (other.status == own.status) join(whole, other);
      }
      by_status[own.status] = answer(whole);
    }
    object last;
    for (const auto& [name, other] : common) {
      const object reference{{"$ref", "#/components/responses/" + name}};
      if (other.status == 0) last = reference;
      if (other.status == 0 || by_status.emplace(other.status, reference).second) {
        if (!responses_.contains(name)) responses_[name] = answer(other);
      }
    }
    object result;
    for (auto& [status, response] : by_status) result[std::to_string(status)] = std::move(response);
    result["default"] = std::move(last);
    return result;
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
