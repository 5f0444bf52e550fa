#include "aws/sources/replies.h"

#include <algorithm>
#include <initializer_list>
#include <pugixml.hpp>

#include <fmt/format.h>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

namespace annals::aws {
namespace {

constexpr std::size_t kMaxCode = 64;

/// The parts of credentials as they came.
struct Parts {
  std::string id;
  std::string secret;
  std::string token;
  std::string expiration;
};

void check_parts(std::initializer_list<const std::string*> parts) {
  if (std::ranges::all_of(parts, [](const std::string* part) { return fits_header(*part); })) return;
  throw CredentialsError("the answer lacks a key or the token, or has one with blanks or line breaks");
}

Credentials made_of(Parts parts) {
  check_parts({&parts.id, &parts.secret, &parts.token});
  const auto expires_at = parse_expiration(parts.expiration);
  if (!expires_at) throw CredentialsError("the answer does not say when the credentials expire");
  return {.access_key_id = std::move(parts.id),
          .secret_access_key = crypto::Secret(std::move(parts.secret)),
          .session_token = crypto::Secret(std::move(parts.token)),
          .expires_at = expires_at};
}

boost::json::object parse_object(std::string_view json) {
  boost::system::error_code error;
  boost::json::value value = boost::json::parse(json, error);
  if (error || !value.is_object()) throw CredentialsError("the answer is not a JSON object");
  return std::move(value.get_object());
}

std::string member(const boost::json::object& object, std::string_view name) {
  const boost::json::value* value = object.if_contains(name);
  if (value == nullptr || !value->is_string()) return {};
  const boost::json::string& text = value->get_string();
  return {text.data(), text.size()};
}

/// Returns a code as it may stand in the log, whatever the other side has sent.
std::string plain_code(std::string_view code) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_';
  };
  if (code.empty() || code.size() > kMaxCode || !std::ranges::all_of(code, fits)) return "-";
  return std::string(code);
}

}  // namespace

bool fits_header(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; });
}

Credentials parse_program_credentials(std::string_view json) {
  const boost::json::object object = parse_object(json);
  const boost::json::value* version = object.if_contains("Version");
  if (version == nullptr || *version != 1) throw CredentialsError("the answer has no Version 1");
  Parts parts{.id = member(object, "AccessKeyId"),
              .secret = member(object, "SecretAccessKey"),
              .token = member(object, "SessionToken"),
              .expiration = member(object, "Expiration")};
  check_parts({&parts.id, &parts.secret, parts.token.empty() ? &parts.id : &parts.token});
  Credentials credentials{.access_key_id = std::move(parts.id),
                          .secret_access_key = crypto::Secret(std::move(parts.secret))};
  if (!parts.token.empty()) credentials.session_token.emplace(std::move(parts.token));
  if (parts.expiration.empty()) return credentials;
  const auto expires_at = parse_expiration(parts.expiration);
  if (!expires_at) throw CredentialsError("the answer has an Expiration that is no time");
  credentials.expires_at = *expires_at;
  return credentials;
}

Credentials parse_json_credentials(std::string_view json) {
  const boost::json::object object = parse_object(json);
  const std::string code = member(object, "Code");
  if (!code.empty() && code != "Success") {
    throw CredentialsError(fmt::format("the answer has the code {}", plain_code(code)));
  }
  return made_of({.id = member(object, "AccessKeyId"),
                  .secret = member(object, "SecretAccessKey"),
                  .token = member(object, "Token"),
                  .expiration = member(object, "Expiration")});
}

Credentials parse_sts_credentials(std::string_view xml, const std::string& action) {
  pugi::xml_document document;
  if (!document.load_buffer(xml.data(), xml.size(), pugi::parse_default, pugi::encoding_utf8)) {
    throw CredentialsError("the answer is not XML");
  }
  const pugi::xml_node found =
      document.child((action + "Response").c_str()).child((action + "Result").c_str()).child("Credentials");
  if (!found) throw CredentialsError("the answer is not one of STS");
  return made_of({.id = found.child_value("AccessKeyId"),
                  .secret = found.child_value("SecretAccessKey"),
                  .token = found.child_value("SessionToken"),
                  .expiration = found.child_value("Expiration")});
}

std::string sts_error_code(std::string_view xml) {
  pugi::xml_document document;
  if (!document.load_buffer(xml.data(), xml.size(), pugi::parse_default, pugi::encoding_utf8)) return "-";
  return plain_code(document.child("ErrorResponse").child("Error").child_value("Code"));
}

}  // namespace annals::aws
