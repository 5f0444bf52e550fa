#pragma once

#include <map>
#include <string>
#include <string_view>

#include "http/message.h"
#include "http/pages/page.h"

namespace annals::api {

/// The files of one folder of web/, as browsers get them. Thread-safe.
class AssetFolder {
 public:
  /// `folder` is "docs", `page` the file that shows the others, and `headers` those of each answer.
  AssetFolder(std::string_view folder, std::string_view page, const http::Page::Headers& headers);

  /// Answers with the file that shows the others.
  [[nodiscard]] http::Response page(const http::Request& request) const;

  /// Answers with the file that the path parameter `file` names. Throws Error(file_not_found).
  [[nodiscard]] http::Response file(const http::Request& request) const;

 private:
  std::string page_;
  std::map<std::string, http::Page, std::less<>> files_;  // by their names in the folder
};

/// Returns the value of Content-Type for a file of web/.
std::string content_type_of(std::string_view file);

}  // namespace annals::api
