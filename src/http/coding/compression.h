#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <string>

#include "http/coding/content_coding.h"
#include "http/message.h"

namespace annals::http {

/// Compresses answers for clients that take them so, while they are sent. No answer is compressed unless its
/// handler passes it here: what holds a secret beside a text of the caller's choice must not be, because its
/// length would tell of the secret (https://breachattack.com). Thread-safe.
class Compression {
 public:
  /// At most `max_at_once` answers are compressed at a time; the others are sent as they are.
  explicit Compression(std::size_t max_at_once) : places_(std::make_shared<Places>(max_at_once)) {}

  /// Returns the answer in that coding, and with `Vary`, which says that it depends on Accept-Encoding. Small
  /// answers, those without content and those that have a coding stay as they are. An ETag is the caller's to
  /// add: see tag_in().
  [[nodiscard]] Response in(ContentCoding coding, Response response) const;

 private:
  struct Places {
    explicit Places(std::size_t count) : free(count) {}
    std::atomic<std::size_t> free;
  };
  class Place;
  class CompressedParts;

  std::shared_ptr<Places> places_;
};

/// Returns the ETag of an answer with that name in that coding. It is a weak one if it is compressed: the
/// same content may be compressed to other bytes the next time, or not at all.
std::string tag_in(ContentCoding coding, const std::string& name);

}  // namespace annals::http
