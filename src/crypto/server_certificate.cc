#include "crypto/server_certificate.h"

#include <ctime>

#include <openssl/err.h>

#include "crypto/pem.h"

namespace annals::crypto {
namespace {

// The strength of RSA with 2048 bits. OpenSSL shows no weaker certificate to a client.
constexpr int kLeastSecurityBits = 112;

// Leaves nothing in this thread's queue of errors, which others would take for their own.
class ErrorsCleared {
 public:
  ErrorsCleared() { ERR_clear_error(); }
  ~ErrorsCleared() { ERR_clear_error(); }
  ErrorsCleared(const ErrorsCleared&) = delete;
  ErrorsCleared& operator=(const ErrorsCleared&) = delete;
};

// Is called for the password of an encrypted key. There is nobody to ask, so it only takes note.
int note_that_it_is_encrypted(char* /*password*/, int /*size*/, int /*encrypts*/, void* noted) {
  *static_cast<bool*>(noted) = true;
  return -1;
}

std::chrono::sys_seconds time_of(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return {};
  return std::chrono::sys_seconds(std::chrono::seconds(::timegm(&parts)));
}

// Returns the first certificate of a file, or null with a problem.
X509Certificate read_certificates(std::string_view pem, std::string& problem) {
  const auto source = pem_source(pem);
  X509Certificate first = source ? next_certificate(source) : nullptr;
  if (!first) {
    problem = "is a file without a certificate in PEM form";
    return nullptr;
  }
  while (next_certificate(source)) {
  }
  const auto error = ERR_peek_last_error();
  const bool at_end = ERR_GET_LIB(error) == ERR_LIB_PEM && ERR_GET_REASON(error) == PEM_R_NO_START_LINE;
  if (!at_end) problem = "is a file with a damaged certificate after the first one";
  return first;
}

PrivateKey read_key(std::string_view pem, std::string& problem) {
  const auto source = pem_source(pem);
  bool encrypted = false;
  PrivateKey key(source
                     ? PEM_read_bio_PrivateKey(source.get(), nullptr, note_that_it_is_encrypted, &encrypted)
                     : nullptr);
  if (key) return key;
  problem = encrypted ? "is a file with an encrypted key; store it decrypted (openssl pkey -in KEY -out "
                        "DECRYPTED), with the mode 600"
                      : "is a file without a private key in PEM form";
  return nullptr;
}

}  // namespace

ServerCertificate check_server_certificate(std::optional<std::string_view> certificates,
                                           std::optional<std::string_view> key) {
  const ErrorsCleared errors;
  ServerCertificate result;
  const X509Certificate first =
      certificates ? read_certificates(*certificates, result.certificate_problem) : nullptr;
  if (first) {
    result.begins = time_of(X509_get0_notBefore(first.get()));
    result.ends = time_of(X509_get0_notAfter(first.get()));
    const EVP_PKEY* shown = X509_get0_pubkey(first.get());
    if (shown == nullptr || EVP_PKEY_get_security_bits(shown) < kLeastSecurityBits) {
      result.certificate_problem =
          "has a key that is too weak for TLS; make one with RSA of 2048 bits or more, or with the curve "
          "P-256";
    }
  }
  const PrivateKey own = key ? read_key(*key, result.key_problem) : nullptr;
  if (first && own && X509_check_private_key(first.get(), own.get()) != 1) {
    result.key_problem =
        "is not the key of the certificate (the first one, if the certificate's file has several)";
  }
  return result;
}

}  // namespace annals::crypto
