// The tests of the server run twice: over TCP, and with ANNALS_TESTS_OVER_TLS=1 over TLS. What holds for a
// plain connection holds for an encrypted one.
#pragma once

#include <sys/socket.h>
#include <sys/time.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <span>
#include <string_view>

#include <gtest/gtest.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <unistd.h>

#include "http/server/tls/contexts.h"
#include "support/machine/made_certificate.h"

namespace annals::http {

inline bool over_tls() {
  static const bool wanted = std::getenv("ANNALS_TESTS_OVER_TLS") != nullptr;
  return wanted;
}

inline std::shared_ptr<const TlsContexts> contexts_of_tests() {
  static const auto contexts = [] {
    const auto made = support::make_certificate();
    const auto name =
        std::filesystem::temp_directory_path() / ("annals-over-tls-" + std::to_string(::getpid()));
    const auto certificate = name.string() + ".pem";
    const auto key = name.string() + ".key";
    std::ofstream(certificate) << made.certificate;
    std::ofstream(key) << made.key;
    auto loaded = std::make_shared<const TlsContexts>(TlsFiles{.certificate = certificate, .key = key});
    std::filesystem::remove(certificate);
    std::filesystem::remove(key);
    return loaded;
  }();
  return contexts;
}

/// The client's side of TLS on a socket. Every wait ends after `patience`, with a test failure.
class TlsClient {
 public:
  TlsClient(int descriptor, std::chrono::seconds patience)
      : context_(SSL_CTX_new(TLS_client_method()), SSL_CTX_free), ssl_(SSL_new(context_.get()), SSL_free) {
    std::signal(SIGPIPE, SIG_IGN);  // NOLINT(bugprone-signal-handler): OpenSSL writes to closed sockets
    const timeval time{.tv_sec = patience.count(), .tv_usec = 0};
    ::setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
    ::setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &time, sizeof time);
    SSL_set_fd(ssl_.get(), descriptor);
    SSL_set_mode(ssl_.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    (void)SSL_connect(ssl_.get());  // a server that is full or stops may close instead
  }

  /// Returns false if the server has closed the connection.
  bool write(std::string_view bytes) {
    while (!bytes.empty()) {
      const std::size_t sent = write_some(bytes);
      if (sent == 0) return false;
      bytes.remove_prefix(sent);
    }
    return true;
  }

  std::size_t write_some(std::string_view bytes) {
    ERR_clear_error();
    std::size_t sent = 0;
    (void)SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &sent);
    return sent;
  }

  /// Returns how many bytes were read; 0 at the end, or if the connection is broken.
  std::size_t read(std::span<char> space) {
    ERR_clear_error();
    std::size_t got = 0;
    const int result = SSL_read_ex(ssl_.get(), space.data(), space.size(), &got);
    const int error = SSL_get_error(ssl_.get(), result);
    ended_ = error == SSL_ERROR_ZERO_RETURN;
    if (error == SSL_ERROR_WANT_READ) ADD_FAILURE() << "nothing came from the server in time";
    return got;
  }

  /// Returns whether the server has said that it sends no more.
  [[nodiscard]] bool ended() const { return ended_; }

  void finish() { (void)SSL_shutdown(ssl_.get()); }

 private:
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_;
  std::unique_ptr<SSL, decltype(&SSL_free)> ssl_;
  bool ended_ = false;
};

}  // namespace annals::http
