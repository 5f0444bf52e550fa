#include "http/schema.h"

#include <stdexcept>
#include <utility>

#include <boost/json.hpp>

namespace annals::http {
namespace {

constexpr std::string_view kComponents = "#/components/schemas/";

}  // namespace

Schema::Schema(const char* type) : json_{{"type", type}} {}

Schema Schema::with(std::string_view member, boost::json::value value) const {
  Schema changed = *this;
  changed.json_[member] = std::move(value);
  return changed;
}

bool Schema::has_member(const std::vector<std::string>& path) const {
  const boost::json::object* object = &json_;
  for (const std::string& name : path) {
    if (const auto* reference = object->if_contains("$ref")) {
      const auto found = named_.find(std::string(reference->as_string()).substr(kComponents.size()));
      if (found == named_.end()) return false;
      object = &found->second;
    }
    const auto* members = object->if_contains("properties");
    const auto* member = members == nullptr ? nullptr : members->as_object().if_contains(name);
    // The members of a map have any name and one schema.
    if (member == nullptr) member = object->if_contains("additionalProperties");
    if (member == nullptr || !member->is_object()) return false;
    object = &member->as_object();
  }
  return true;
}

void Schema::merge(Named& into, const Named& others) {
  for (const auto& [name, schema] : others) {
    const auto [place, is_new] = into.emplace(name, schema);
    if (!is_new && place->second != schema) {
      throw std::invalid_argument("two schemas have the name " + name);
    }
  }
}

void Schema::refer_to(const Schema& other) {
  merge(named_, other.named_);
}

/// Makes the schema that refers to one with a name.
class SchemaNaming {
 public:
  static Schema name(std::string_view name, boost::json::object content, const Schema& schema) {
    Schema reference(boost::json::object{{"$ref", std::string(kComponents) + std::string(name)}});
    reference.named_ = schema.named_;
    Schema::merge(reference.named_, {{std::string(name), std::move(content)}});
    return reference;
  }
};

namespace schemas {
namespace {

Schema text_of(std::string_view format) {
  return Schema("string").with("format", boost::json::string(format));
}

}  // namespace

Schema text() {
  return "string";
}

Schema text(std::size_t min_length, std::size_t max_length, std::string_view pattern) {
  auto schema = Schema("string").with("minLength", min_length).with("maxLength", max_length);
  return pattern.empty() ? schema : schema.with("pattern", boost::json::string(pattern));
}

Schema words(std::initializer_list<std::string_view> permitted) {
  boost::json::array choices;
  for (const std::string_view word : permitted) choices.emplace_back(word);
  return Schema("string").with("enum", std::move(choices));
}

Schema integer(std::int64_t min, std::uint64_t max) {
  return Schema("integer").with("minimum", min).with("maximum", max);
}

Schema uint64() {
  return integer(0, UINT64_MAX).with("format", "uint64");
}

Schema uint32() {
  return integer(0, UINT32_MAX).with("format", "uint32");
}

Schema count() {
  return Schema("integer").with("minimum", 0);
}

Schema uuid() {
  return text_of("uuid");
}

Schema time() {
  return text_of("date-time");
}

Schema url() {
  return text_of("uri-reference");
}

Schema secret() {
  return text_of("password");
}

Schema constant(std::string_view value) {
  return Schema("string").with("const", boost::json::string(value));
}

Schema list(const Schema& item, std::size_t min_items, std::size_t max_items) {
  Schema schema = Schema("array").with("items", item.json());
  if (min_items > 0) schema = schema.with("minItems", min_items);
  if (max_items < SIZE_MAX) schema = schema.with("maxItems", max_items);
  schema.refer_to(item);
  return schema;
}

Schema nullable(const Schema& schema) {
  const auto* type = schema.json().if_contains("type");
  if (type == nullptr || !type->is_string()) return any_of({schema, "null"});
  auto changed = schema.with("type", boost::json::array{*type, "null"});
  if (const auto* choices = schema.json().if_contains("enum")) {
    auto with_null = choices->as_array();
    with_null.emplace_back(nullptr);
    changed = changed.with("enum", std::move(with_null));
  }
  return changed;
}

Schema any_of(std::initializer_list<Schema> choices) {
  Schema schema;
  boost::json::array jsons;
  for (const Schema& choice : choices) {
    jsons.emplace_back(choice.json());
    schema.refer_to(choice);
  }
  return schema.with("anyOf", std::move(jsons));
}

Schema object(const std::vector<Member>& members, Others others) {
  Schema schema("object");
  boost::json::array required;
  boost::json::object properties;
  for (const Member& member : members) {
    if (!member.optional) required.emplace_back(member.name);
    properties[member.name] = member.type.with("description", boost::json::string(member.summary)).json();
    schema.refer_to(member.type);
  }
  if (!required.empty()) schema = schema.with("required", std::move(required));
  schema = schema.with("properties", std::move(properties));
  if (others == Others::refused) schema = schema.with("additionalProperties", false);
  if (others == Others::kept || others == Others::ignored) schema = schema.with("additionalProperties", true);
  return schema;
}

Schema map_to(const Schema& value) {
  Schema schema = Schema("object").with("additionalProperties", value.json());
  schema.refer_to(value);
  return schema;
}

Schema named(std::string_view name, std::string_view summary, const Schema& schema) {
  return SchemaNaming::name(name, schema.with("description", boost::json::string(summary)).json(), schema);
}

}  // namespace schemas
}  // namespace annals::http
