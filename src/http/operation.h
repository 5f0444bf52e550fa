#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/schema.h"

namespace annals::http {

/// A parameter of a route.
struct Parameter {
  enum class Place : std::uint8_t { path, query, header };

  Place place = Place::query;
  std::string name;
  Schema type;          // of one value
  std::string summary;  // one sentence
  bool required = false;
  bool repeatable = false;
  std::string example = {};
};

/// The shape of a body: of a request, or of an answer.
struct Content {
  std::string type;  // "application/json"
  Schema schema;
  std::string example = {};  // the body as it is sent; JSON is laid out anew
};

/// An answer that a route gives. The errors that follow from who may call, and from having a body at all, are
/// not repeated here: http/openapi adds them.
struct Answer {
  int status = 200;
  std::string summary;                            // one sentence
  std::string content_type = "application/json";  // of `schema`; empty: there is no body
  Schema schema = {};                             // an error's is known, and left out
  std::vector<std::string> examples = {};         // bodies as they are sent; an error's `detail` suffices
  std::vector<Content> more = {};                 // what the answer is when asked for in another form
  std::vector<Parameter> headers = {};            // that mean something; their place does not count
};

/// The body that a route takes, in one of several forms.
struct BodyForms {
  std::string summary;  // one sentence
  std::vector<Content> contents;
};

/// A group of routes: a resource.
struct Tag {
  std::string_view name;
  std::string_view summary;  // one sentence
};

/// Describes what a route does, for those who read routes instead of calling them: the OpenAPI document,
/// metrics and logs.
struct Operation {
  std::string name;          // unique, in snake_case: it labels the route in metrics
  std::string summary;       // one sentence
  std::string details = {};  // what a caller must know besides, in Markdown
  Tag tag = {};
  std::vector<Parameter> parameters = {};
  std::optional<BodyForms> body = {};
  std::vector<Answer> answers = {};
};

/// Says whom a route admits. Admission alone knows it, so no route writes it down a second time.
struct Access {
  enum class TenantHeader : std::uint8_t { unused, optional, required };

  std::vector<std::string_view> key_roles = {};  // of the keys that may call; empty: no key opens it
  bool is_for_all_tenants = false;               // keys that are bound to tenants may not call
  bool has_tenant_secret = false;                // the tenant's own secret opens it
  bool has_viewer_token = false;
  bool takes_token_in_query = false;
  bool has_signed_link = false;
  TenantHeader tenant_header = TenantHeader::unused;  // X-Client-Id

  [[nodiscard]] bool is_open() const { return key_roles.empty() && !has_signed_link; }
};

}  // namespace annals::http
