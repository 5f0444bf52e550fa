#pragma once

#include <filesystem>
#include <memory>
#include <string>

struct ssl_ctx_st;  // OpenSSL's SSL_CTX

namespace annals::http {

/// The files that a server shows itself and knows its clients by, all in the PEM form.
struct TlsFiles {
  std::filesystem::path certificate;  // the server's own, then those that certify it
  std::filesystem::path key;
  std::filesystem::path client_ca = {};  // certifies clients, who must then show one; empty: they need none
};

/// The content of TlsFiles.
struct TlsTexts {
  std::string certificate;
  std::string key;
  std::string client_ca;
};

/// A TlsContext is what all TLS connections that begin at a time have in common: the certificate and the
/// rules. It never changes. Thread-safe.
///
/// The rules are Mozilla's intermediate ones (guidelines 5.8): TLS 1.2 and 1.3, forward secrecy and AEAD
/// only, the client's order. There are no session tickets and no resumption: their keys would undo the
/// forward secrecy of every session of this process, and a resumed session would not show the client's
/// certificate again.
class TlsContext {
 public:
  /// Throws std::runtime_error, for the operator to read.
  explicit TlsContext(const TlsTexts& texts);

  [[nodiscard]] ssl_ctx_st* get() const { return context_.get(); }

 private:
  struct Freed {
    void operator()(ssl_ctx_st* context) const;
  };

  std::unique_ptr<ssl_ctx_st, Freed> context_;
};

}  // namespace annals::http
