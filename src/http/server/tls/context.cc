#include "http/server/tls/context.h"

#include <array>
#include <stdexcept>
#include <string_view>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "crypto/pem.h"

namespace annals::http {
namespace {

constexpr const char* kCiphers =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"
    "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";
constexpr const char* kCiphersOf13 =
    "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";
// An OpenSSL before 3.5 does not know the first group, and one unknown name makes it refuse the whole list.
constexpr std::array<const char*, 2> kGroups = {"X25519MLKEM768:X25519:prime256v1:secp384r1",
                                                "X25519:prime256v1:secp384r1"};
constexpr std::string_view kHttp11 = "http/1.1";

[[noreturn]] void fail(const std::string& what) {
  const auto code = ERR_peek_last_error();
  const char* reason = ERR_reason_error_string(code);
  ERR_clear_error();
  throw std::runtime_error(what + ": " + (reason == nullptr ? "unknown reason" : reason));
}

void require(bool succeeded, const std::string& what) {
  if (!succeeded) fail(what);
}

crypto::PemSource source_of(std::string_view pem) {
  auto source = crypto::pem_source(pem);
  require(source != nullptr, "cannot read a PEM file");
  return source;
}

// A client that offers protocols, but not this one, would go on to speak what is not understood here
// (RFC 7301, 3.2).
int choose_protocol(SSL* /*ssl*/, const unsigned char** chosen, unsigned char* chosen_size,
                    const unsigned char* offered, unsigned int offered_size, void* /*argument*/) {
  std::string_view rest(reinterpret_cast<const char*>(offered), offered_size);  // NOLINT(*-reinterpret-cast)
  while (!rest.empty()) {
    const auto size = static_cast<unsigned char>(rest.front());
    const std::string_view name = rest.substr(1, size);
    if (name == kHttp11) {
      *chosen = offered + offered_size - rest.size() + 1;
      *chosen_size = size;
      return SSL_TLSEXT_ERR_OK;
    }
    rest.remove_prefix(1 + name.size());
  }
  return SSL_TLSEXT_ERR_ALERT_FATAL;
}

void set_rules(SSL_CTX* context) {
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET | SSL_OP_NO_COMPRESSION);
  // A write may be tried again from elsewhere in memory; an idle connection holds no buffers; who certifies
  // clients is not shown as what certifies the server.
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                SSL_MODE_RELEASE_BUFFERS | SSL_MODE_NO_AUTO_CHAIN);
  SSL_CTX_set_read_ahead(context, 1);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  const bool set = SSL_CTX_set_num_tickets(context, 0) == 1 &&
                   SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1 &&
                   SSL_CTX_set_max_proto_version(context, TLS1_3_VERSION) == 1 &&
                   SSL_CTX_set_cipher_list(context, kCiphers) == 1 &&
                   SSL_CTX_set_ciphersuites(context, kCiphersOf13) == 1 &&
                   (SSL_CTX_set1_groups_list(context, kGroups[0]) == 1 ||
                    SSL_CTX_set1_groups_list(context, kGroups[1]) == 1);
  require(set, "OpenSSL does not know the ciphers and groups of TLS 1.2 and 1.3");
  SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
}

void use_certificate(SSL_CTX* context, const TlsTexts& texts) {
  const auto source = source_of(texts.certificate);
  const auto own = crypto::next_certificate(source);
  require(own && SSL_CTX_use_certificate(context, own.get()) == 1,
          "the certificate of server.tls.certificate cannot be used");
  while (const auto next = crypto::next_certificate(source)) {
    require(SSL_CTX_add1_chain_cert(context, next.get()) == 1,
            "a certificate of server.tls.certificate cannot be used");
  }
  const auto key_source = source_of(texts.key);
  const auto no_password = [](char* /*password*/, int /*size*/, int /*encrypts*/, void* /*argument*/) {
    return -1;  // otherwise the terminal would be asked
  };
  const crypto::PrivateKey key(PEM_read_bio_PrivateKey(key_source.get(), nullptr, no_password, nullptr));
  require(key && SSL_CTX_use_PrivateKey(context, key.get()) == 1 && SSL_CTX_check_private_key(context) == 1,
          "the key of server.tls.key cannot be used");
}

// A certificate in the file is trusted itself, even if it is not a root.
void require_certificates_of_clients(SSL_CTX* context, const std::string& pem) {
  const auto source = source_of(pem);
  X509_STORE* trusted = SSL_CTX_get_cert_store(context);
  int count = 0;
  while (const auto next = crypto::next_certificate(source)) {
    require(X509_STORE_add_cert(trusted, next.get()) == 1 && SSL_CTX_add_client_CA(context, next.get()) == 1,
            "a certificate of server.tls.client_ca cannot be used");
    ++count;
  }
  require(count > 0, "server.tls.client_ca holds no certificate");
  X509_STORE_set_flags(trusted, X509_V_FLAG_PARTIAL_CHAIN);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
}

}  // namespace

void TlsContext::Freed::operator()(ssl_ctx_st* context) const {
  SSL_CTX_free(context);
}

TlsContext::TlsContext(const TlsTexts& texts) {
  ERR_clear_error();
  context_.reset(SSL_CTX_new(TLS_server_method()));
  require(context_ != nullptr, "OpenSSL cannot be used");
  set_rules(context_.get());
  use_certificate(context_.get(), texts);
  if (!texts.client_ca.empty()) require_certificates_of_clients(context_.get(), texts.client_ca);
  ERR_clear_error();
}

}  // namespace annals::http
