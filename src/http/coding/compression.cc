#include "http/coding/compression.h"

#include <optional>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "http/coding/compressor.h"
#include "io/pause.h"

namespace annals::http {
namespace {

namespace asio = boost::asio;

// Below this size the headers are most of an answer.
constexpr std::size_t kWorthwhile = 512;
// The bytes that are compressed in one piece, which is well below a stint.
constexpr std::size_t kPiece = std::size_t{32} * 1024;

/// A body that is there already.
class OnePart final : public BodyParts {
 public:
  explicit OnePart(std::string body) : body_(std::move(body)) {}

  asio::awaitable<std::optional<std::string>> next() override {
    if (body_.empty()) co_return std::nullopt;
    co_return std::exchange(body_, {});
  }

 private:
  std::string body_;
};

bool is_worthwhile(const Response& response) {
  if (response.status != static_cast<int>(Status::ok) || response.is_endless) return false;
  for (const auto& [name, value] : response.headers) {
    if (name == "Content-Encoding") return false;
  }
  if (!response.body_parts) return response.body.size() >= kWorthwhile;
  return !response.content_length || *response.content_length >= kWorthwhile;
}

}  // namespace

/// One of the answers that are compressed.
class Compression::Place {
 public:
  /// Returns nullopt if all places are taken.
  static std::optional<Place> take(std::shared_ptr<Places> places) {
    std::size_t free = places->free;
    do {
      if (free == 0) return std::nullopt;
    } while (!places->free.compare_exchange_weak(free, free - 1));
    return Place(std::move(places));
  }

  ~Place() {
    if (places_) ++places_->free;
  }
  Place(Place&&) = default;
  Place& operator=(Place&&) = delete;

 private:
  explicit Place(std::shared_ptr<Places> places) : places_(std::move(places)) {}

  std::shared_ptr<Places> places_;  // null after a move
};

class Compression::CompressedParts final : public BodyParts {
 public:
  CompressedParts(std::shared_ptr<BodyParts> plain, ContentCoding coding, bool is_whole, Place place)
      : plain_(std::move(plain)), coding_(coding), is_whole_(is_whole), place_(std::move(place)) {}

  void begin(std::function<void()> break_off) override { plain_->begin(std::move(break_off)); }

  asio::awaitable<std::optional<std::string>> next() override {
    const io::RestAtEnd rests(stint_);
    while (!is_over_) {
      if (rest_.empty()) co_await receive();
      if (stint_.is_over()) co_await stint_.renew();
      std::string compressed = compress_piece();
      if (!compressed.empty()) co_return compressed;
    }
    co_return std::nullopt;
  }

 private:
  /// Takes the next part, or notes that there is none.
  asio::awaitable<void> receive() {
    stint_.rest();
    auto part = co_await plain_->next();
    is_over_ = !part;
    part_ = std::move(part).value_or("");
    rest_ = part_;
  }

  std::string compress_piece() {
    if (!compressor_) compressor_ = make_compressor(coding_);
    const auto piece = rest_.substr(0, kPiece);
    rest_.remove_prefix(piece.size());
    auto then = Compressor::Then::more;
    // The next part of a stream may be long in coming.
    if (rest_.empty() && !is_whole_) then = Compressor::Then::pause;
    if (is_over_) then = Compressor::Then::end;
    return compressor_->put(piece, then);
  }

  const std::shared_ptr<BodyParts> plain_;
  const ContentCoding coding_;
  const bool is_whole_;  // the body is there already
  const Place place_;
  std::unique_ptr<Compressor> compressor_;  // made for the first piece: HEAD needs none
  std::string part_;
  std::string_view rest_;  // of part_
  bool is_over_ = false;
  io::Stint stint_;
};

Response Compression::in(ContentCoding coding, Response response) const {
  response.headers.emplace_back("Vary", "Accept-Encoding");
  if (coding == ContentCoding::identity || !is_worthwhile(response)) return response;
  auto place = Place::take(places_);
  if (!place) return response;
  const bool is_whole = !response.body_parts || response.content_length;
  if (!response.body_parts) response.body_parts = std::make_shared<OnePart>(std::exchange(response.body, {}));
  response.body_parts =
      std::make_shared<CompressedParts>(std::move(response.body_parts), coding, is_whole, *std::move(place));
  response.content_length.reset();
  response.headers.emplace_back("Content-Encoding", name_of(coding));
  return response;
}

std::string tag_in(ContentCoding coding, const std::string& name) {
  if (coding == ContentCoding::identity) return fmt::format("\"{}\"", name);
  return fmt::format("W/\"{}-{}\"", name, name_of(coding));
}

}  // namespace annals::http
