#pragma once

#include <array>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "http/coding/content_coding.h"
#include "http/message.h"

namespace annals::http {

/// Holds an answer that is made once and is the same for everybody: with an ETag, and compressed for those
/// who take it so, once the first of them asks. Thread-safe.
class Page {
 public:
  using Headers = std::vector<std::pair<std::string, std::string>>;

  /// `caching` is the Cache-Control of the answers: unless it says otherwise, browsers ask each time whether
  /// the content is another one.
  Page(std::string content, std::string content_type, Headers headers = {}, std::string caching = "no-cache");

  /// Returns what names the content: the first 32 hexadecimal digits of its SHA-256.
  [[nodiscard]] const std::string& digest() const { return digest_; }

  /// Answers with the content in the coding that the request prefers, or with 304 if the client has it.
  [[nodiscard]] Response answer(const Request& request) const;

 private:
  /// The content in one coding. The body is made when it is asked for.
  struct Form {
    ContentCoding coding = ContentCoding::identity;
    std::string tag;
    std::string body;
    std::once_flag is_made;
  };

  [[nodiscard]] Form& form_for(const Request& request) const;
  const std::string& body_of(Form& form) const;

  std::string content_type_;
  Headers headers_;
  std::string caching_;
  std::string digest_;
  std::unique_ptr<std::array<Form, 3>> forms_;  // the first one is the content as it is
};

}  // namespace annals::http
