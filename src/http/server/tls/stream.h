#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include <boost/asio/ip/tcp.hpp>

#include "http/server/tls/context.h"

struct ssl_st;  // OpenSSL's SSL

namespace annals::http {

/// The server's side of TLS on one socket. No call waits: whoever calls waits for the socket and calls again.
/// So a wait may be given up at any time, and bytes are read from the socket only when somebody asks for them
/// (docs/decisions/0017). Use it where the socket is used, on its strand. No function throws, except
/// std::bad_alloc.
class TlsStream {
 public:
  enum class Step : std::uint8_t {
    done,
    wants_read,   // call again once the socket is readable
    wants_write,  // call again, with the same bytes, once the socket is writable
    end,          // the peer has said that it sends no more
    plain_http,   // the peer speaks HTTP without TLS; nothing of it has been read
    broken,       // the connection, or what the peer sent
  };
  struct Moved {
    Step step = Step::broken;
    std::size_t bytes = 0;
  };

  /// The socket must outlive this object; it may be closed.
  TlsStream(std::shared_ptr<const TlsContext> context, boost::asio::ip::tcp::socket& socket);
  ~TlsStream();
  TlsStream(const TlsStream&) = delete;
  TlsStream& operator=(const TlsStream&) = delete;

  Step shake_hands();

  /// Reads until `space` is full or the socket has no more. `bytes` may be above zero with any step.
  Moved read(std::span<char> space);
  /// Returns `done` if read() would return bytes.
  Step look();

  /// Sends up to 16 KiB of the bytes as one record, all of it or nothing.
  Moved write(std::string_view bytes);

  /// Tells the peer that nothing more is sent (close_notify). Without it the peer sees that what it has
  /// received may have been cut. Does nothing before the handshake is done and after an error. Call it again
  /// only after `wants_write`.
  Step finish();

  /// Returns why a step was `broken`.
  [[nodiscard]] const std::string& reason() const { return reason_; }

 private:
  struct Freed {
    void operator()(ssl_st* ssl) const;
  };

  Step step_after(int result);

  std::shared_ptr<const TlsContext> context_;
  boost::asio::ip::tcp::socket& socket_;
  std::unique_ptr<ssl_st, Freed> ssl_;
  bool begun_ = false;  // the peer has sent something that may be TLS
  bool broken_ = false;
  std::string reason_;
};

}  // namespace annals::http
