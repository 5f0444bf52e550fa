#pragma once

#include <string>

#include "http/message.h"
#include "http/pages/page.h"
#include "http/router.h"

namespace annals::api {

/// Answers `GET /viewer.js` with the script of the history that pages of other origins embed, and
/// `GET /viewer/<digest>.js` with the same for as long as its content has that digest. A page that states the
/// `integrity` of the script loads it from there: it gets that very content or nothing. Thread-safe.
class ViewerScript {
 public:
  ViewerScript();

  /// Returns the headers of all answers of both routes. The script is the same for everybody and public, so
  /// every page may read it.
  [[nodiscard]] static http::Page::Headers headers();

  /// Returns "<digest>.js".
  [[nodiscard]] const std::string& file() const { return file_; }

  [[nodiscard]] http::Response latest(const http::Request& request) const;
  /// Throws Error(file_not_found) if the path parameter `file` is another one.
  [[nodiscard]] http::Response of_version(const http::Request& request) const;

 private:
  http::Page latest_;
  http::Page of_version_;
  std::string file_;
};

}  // namespace annals::api
