#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/message.h"

namespace annals::http {

/// Holds an answer that is made once and is the same for everybody: with an ETag, and compressed for those
/// who take it so. Thread-safe.
class Page {
 public:
  using Headers = std::vector<std::pair<std::string, std::string>>;

  Page(std::string content, std::string content_type, Headers headers = {});

  /// Answers with the content in the coding that the request prefers, or with 304 if the client has it.
  [[nodiscard]] Response answer(const Request& request) const;

 private:
  /// The content in one coding; without a name it is as it is.
  struct Form {
    std::string coding;
    std::string body;
    std::string tag;
  };

  [[nodiscard]] const Form& form_for(const Request& request) const;

  std::string content_type_;
  Headers headers_;
  std::vector<Form> forms_;  // the best one first
};

}  // namespace annals::http
