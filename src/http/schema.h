#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>

namespace annals::http {

/// Describes a JSON value in the words of JSON Schema 2020-12, which are those of OpenAPI 3.1. A schema that
/// has a name stands once among the components of a document, and the others refer to it.
class Schema {
 public:
  using Named = std::map<std::string, boost::json::object, std::less<>>;

  /// Describes any value.
  Schema() = default;
  /// Describes the values of a type: `string`, `integer`, `boolean` or `object`.
  Schema(const char* type);  // NOLINT(google-explicit-constructor): `.type = "string"` reads as what it is
  explicit Schema(boost::json::object members) : json_(std::move(members)) {}

  /// Returns the schema with one member more, such as `default`.
  [[nodiscard]] Schema with(std::string_view member, boost::json::value value) const;

  /// Returns the schema itself, which refers to those of named().
  [[nodiscard]] const boost::json::object& json() const { return json_; }
  [[nodiscard]] const Named& named() const { return named_; }
  [[nodiscard]] bool is_any() const { return json_.empty(); }
  /// Returns whether the object that it describes has a member of the last name, in the objects of the names
  /// before.
  [[nodiscard]] bool has_member(const std::vector<std::string>& path) const;

  /// Lets the schema refer to the named schemas of another. Throws std::invalid_argument if one of them has
  /// another content here.
  void refer_to(const Schema& other);
  static void merge(Named& into, const Named& others);

 private:
  friend class SchemaNaming;
  boost::json::object json_;
  Named named_;
};

/// Makes schemas. Lengths count code points, bounds are inclusive.
namespace schemas {

Schema text();
Schema text(std::size_t min_length, std::size_t max_length, std::string_view pattern = {});
Schema words(std::initializer_list<std::string_view> permitted);
Schema integer(std::int64_t min, std::uint64_t max);
/// Describes an integer of 64 bits without a sign, and one of 32.
Schema uint64();
Schema uint32();
/// Describes how many there are of something.
Schema count();
Schema uuid();
Schema time();
Schema url();
Schema secret();
/// Describes one value that never changes.
Schema constant(std::string_view value);
Schema list(const Schema& item, std::size_t min_items = 0, std::size_t max_items = SIZE_MAX);
Schema nullable(const Schema& schema);
Schema any_of(std::initializer_list<Schema> choices);

/// A member of an object. It is required unless it says otherwise.
struct Member {
  std::string name;
  Schema type;
  std::string summary;  // one sentence
  bool optional = false;
};

/// Says what becomes of members that are not named.
enum class Others : std::uint8_t {
  unsaid,   // later versions may add some
  refused,  // a request that has one is refused
  kept,     // they are kept and given back
  ignored,  // a request may have them, and they mean nothing
};

Schema object(const std::vector<Member>& members, Others others = Others::unsaid);

/// Describes an object whose members have any names and values of one kind.
Schema map_to(const Schema& value);

/// Gives the schema a name, under which it stands among the components.
Schema named(std::string_view name, std::string_view summary, const Schema& schema);

}  // namespace schemas
}  // namespace annals::http
