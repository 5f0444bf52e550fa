#include "http/message.h"

#include <algorithm>

namespace annals::http {

const std::string* Request::header(std::string_view name) const {
  const auto found =
      std::ranges::find(headers, name, [](const auto& header) -> std::string_view { return header.first; });
  return found == headers.end() ? nullptr : &found->second;
}

std::string Request::agreed_header(std::string_view name) const {
  const std::string* first = header(name);
  if (first == nullptr) return {};
  for (const auto& [other, value] : headers) {
    if (other == name && value != *first) return {};
  }
  return *first;
}

std::optional<std::string> Request::list_header(std::string_view name) const {
  std::optional<std::string> list;
  for (const auto& [other, value] : headers) {
    if (other != name) continue;
    list = list ? *list + "," + value : value;
  }
  return list;
}

Response json(Status status, std::string body) {
  return Response{.status = static_cast<int>(status), .body = std::move(body)};
}

Response no_content() {
  return Response{.status = static_cast<int>(Status::no_content), .content_type = {}};
}

}  // namespace annals::http
