#pragma once

#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "http/body.h"
#include "http/server/connection.h"
#include "http/server/decompressor.h"
#include "http/server/request_parser.h"
#include "io/budget.h"
#include "io/pause.h"

namespace annals::http {

/// Yields the body of one request as it arrives: decompressed, counted and with a deadline. At most one part
/// is read ahead of what is asked for. Call it on the connection's strand. After close() it throws
/// std::logic_error.
class IncomingBody final : public RequestBody {
 public:
  struct Limits {
    std::uint64_t max_bytes = 0;  // as sent, and after decompression
    Connection::Duration time{};  // for whole(), or for each part of next()
  };

  /// Says how the body is encoded. The memory that decoding takes counts in `budget` as held by `holder`.
  struct Encoding {
    std::string content_encoding;
    io::Budget& budget;
    std::string holder;
  };

  /// Make it once the header has been read. The parser and the budget must live until close(). Throws at once
  /// if the header alone is a reason to refuse the body: Error(body_too_large), Error(unsupported_encoding).
  IncomingBody(std::shared_ptr<Connection> connection, RequestParser& parser, Limits limits,
               const Encoding& encoding);

  /// Returns parts of about 64 KiB at most; each may take `time`. Bytes that are there already, and
  /// what they expand to, are read in stints (io::Stint). Throws Error(body_too_large), also if what is
  /// compressed expands to far more than its size, Error(overloaded) if too much memory is being taken to
  /// decode bodies, Error(request_too_slow) or Error(bad_request), and the same again on every later call.
  boost::asio::awaitable<std::optional<std::string>> next() override { return next_calling({}); }
  boost::asio::awaitable<std::optional<std::string>> next_calling(std::function<void()> before_wait) override;

  /// Returns the whole body, which may take `time`. Call it instead of next().
  boost::asio::awaitable<std::string> whole();

  /// Reads the whole body, which may take `time`, and keeps nothing of it. Call it instead of next().
  boost::asio::awaitable<void> drop();

  /// Gives up the connection and the parser, because the request is over. Returns false if a next() still
  /// waits, which must not happen: then nothing else may read from the connection.
  bool close();

 private:
  boost::asio::awaitable<std::optional<std::string>> read(std::function<void()> before_wait);
  boost::asio::awaitable<std::optional<std::string>> read_part(std::function<void()> before_wait);
  boost::asio::awaitable<void> receive_next(const std::function<void()>& before_wait);
  boost::asio::awaitable<void> send_continue();
  std::string take();
  std::string take_decompressed();
  void check_open() const;
  void check_size() const;
  void count_memory();
  void free_decompressor();

  std::shared_ptr<Connection> connection_;  // null after close(), like the parser
  RequestParser* parser_;
  const Limits limits_;
  std::unique_ptr<Decompressor> decompressor_;   // null: the body is not compressed, or has ended
  std::unique_ptr<io::Budget::Share> decoding_;  // of the decompressor, null without it
  std::string compressed_;
  std::string_view compressed_rest_;    // of compressed_
  bool decompressor_is_full_ = false;   // it may produce more without further input
  std::uint64_t bytes_ = 0;             // returned so far
  std::uint64_t compressed_bytes_ = 0;  // received so far
  bool continue_sent_ = false;
  bool reading_ = false;
  io::Stint stint_;
  std::exception_ptr failure_;
};

}  // namespace annals::http
