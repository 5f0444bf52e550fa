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

namespace annals::http {

/// The body of one request, as it arrives: decompressed, counted and with a deadline. Nothing is read ahead
/// of what is asked for but one part. Used on the connection's strand; throws std::logic_error when used
/// after close().
class IncomingBody final : public RequestBody {
 public:
  struct Limits {
    std::uint64_t max_bytes = 0;  // after decompression, and of what is sent as well
    Connection::Duration time{};  // for the whole body, or for each part
  };

  /// To be made when the header was read; the parser must live until close(). Throws at once what the header
  /// tells already: body_too_large, unsupported_encoding.
  IncomingBody(std::shared_ptr<Connection> connection, RequestParser& parser, Limits limits,
               std::string_view content_encoding);

  /// Parts of about 64 KiB at most; each may take `time`. Throws Error: body_too_large, request_too_slow,
  /// bad_request; and again when called again.
  boost::asio::awaitable<std::optional<std::string>> next() override { return next_calling({}); }
  boost::asio::awaitable<std::optional<std::string>> next_calling(std::function<void()> before_wait) override;

  /// All of it, within `time`; in place of next().
  boost::asio::awaitable<std::string> whole();

  /// The request is over: gives up the connection and the parser. False when a next() still waits, which must
  /// not happen: then nothing else may read from the connection.
  bool close();

 private:
  boost::asio::awaitable<std::optional<std::string>> read(std::function<void()> before_wait);
  boost::asio::awaitable<std::optional<std::string>> read_part(std::function<void()> before_wait);
  boost::asio::awaitable<void> send_continue();
  std::string take();
  std::string take_decompressed();
  void check_open() const;

  std::shared_ptr<Connection> connection_;  // null after close(), as the parser is
  RequestParser* parser_;
  const Limits limits_;
  std::unique_ptr<Decompressor> decompressor_;  // null: the body is not compressed
  std::string compressed_;
  std::string_view compressed_rest_;   // of compressed_
  bool decompressor_is_full_ = false;  // it may give more without further input
  std::uint64_t bytes_ = 0;            // given out
  bool continue_sent_ = false;
  bool reading_ = false;
  std::exception_ptr failure_;
};

}  // namespace annals::http
