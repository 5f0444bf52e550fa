#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "http/operation.h"
#include "http/query_fields.h"

/// Descriptions of the routes: the handlers of a resource stand in its file in src/api, and what they take
/// and answer in the file of that name here.
namespace annals::api::described {

inline constexpr http::Tag kTenants{"Tenants", "One client instance each, with a history of its own."};
inline constexpr http::Tag kEvents{"Events", "What comes in."};
inline constexpr http::Tag kHistory{"History", "What comes out."};
inline constexpr http::Tag kFiles{"Files", "What is attached to events."};
inline constexpr http::Tag kViewerTokens{"Viewer tokens", "What a browser may hold."};
inline constexpr http::Tag kKeys{"Keys", "Who may call, and with what role."};
inline constexpr http::Tag kNames{"Names", "What people call the ids of types and sources."};
inline constexpr http::Tag kBackups{"Backups", "Copies of everything, and the way back."};
inline constexpr http::Tag kService{"Service", "Health, numbers, these documents, and pages for people."};

// The ids of the examples, which tell one story.
inline constexpr std::string_view kSomeClient = "7c9e6679-7425-40de-944b-e07fc1f90ae7";
inline constexpr std::string_view kSomeEvent = "6f1c2b1e-55f0-4c5e-9d0e-0d6a4f6c7b11";
inline constexpr std::string_view kSomeFile = "0c5a9e9e-3a47-4d54-9c3b-6f7f4b1f2a10";
inline constexpr std::string_view kSomeKey = "124fe2bb-aaaa-4c5e-9d0e-0d6a4f6c7b11";

http::Parameter path_parameter(std::string name, std::string summary, std::string_view example);
http::Parameter header_parameter(std::string name, std::string summary);

/// Returns the schema of what http::name_rule() permits.
http::Schema name_for_people(std::size_t max_length);
/// Returns the schema of an integer parameter.
http::Schema integer(const http::IntegerRule& rule);
/// Returns the parameters of a list with pages. `of` names what it lists, in the plural.
std::vector<http::Parameter> page_parameters(const std::string& of);
/// Returns the schema of such a page. `name` is its own.
http::Schema page(std::string_view name, const std::string& of, const http::Schema& item);

/// Returns an answer of an error. Each detail is a text that it may have.
http::Answer error(int status, std::string summary, std::vector<std::string> details);
http::Answer invalid_query(std::string_view parameter, std::string_view msg, std::string_view type);
/// Returns the answer to a body of JSON with an invalid field.
http::Answer invalid_body(std::string_view field, std::string_view msg, std::string_view type);

/// Returns a body of one object in JSON.
http::BodyForms json_body(std::string summary, const http::Schema& schema, std::string example);

}  // namespace annals::api::described
