// Certificates that are made for a test.
#pragma once

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

namespace annals::support {

struct MadeCertificate {
  std::string certificate;    // PEM
  std::string key;            // PEM
  std::string encrypted_key;  // PEM
};

/// Makes a certificate that certifies itself: for a key on the curve P-256, or for RSA of `rsa_bits`.
inline MadeCertificate make_certificate(std::chrono::seconds begins = std::chrono::hours(-1),
                                        std::chrono::seconds ends = std::chrono::hours(24 * 60),
                                        unsigned rsa_bits = 0) {
  const auto check = [](bool made) {
    if (!made) throw std::runtime_error("OpenSSL makes no certificate");
  };
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
      rsa_bits > 0 ? EVP_RSA_gen(rsa_bits) : EVP_EC_gen("P-256"), EVP_PKEY_free);
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(X509_new(), X509_free);
  check(key && certificate);
  X509_NAME* name = X509_get_subject_name(certificate.get());
  // NOLINTNEXTLINE(*-reinterpret-cast): OpenSSL's texts are unsigned
  const auto* host = reinterpret_cast<const unsigned char*>("localhost");
  check(X509_set_version(certificate.get(), X509_VERSION_3) == 1 &&
        ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1) == 1 &&
        X509_gmtime_adj(X509_getm_notBefore(certificate.get()), begins.count()) != nullptr &&
        X509_gmtime_adj(X509_getm_notAfter(certificate.get()), ends.count()) != nullptr &&
        X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, host, -1, -1, 0) == 1 &&
        X509_set_issuer_name(certificate.get(), name) == 1 &&
        X509_set_pubkey(certificate.get(), key.get()) == 1 &&
        X509_sign(certificate.get(), key.get(), EVP_sha256()) > 0);
  const auto text = [&](const auto& write) {
    const std::unique_ptr<BIO, decltype(&BIO_free)> target(BIO_new(BIO_s_mem()), BIO_free);
    check(target && write(target.get()) == 1);
    char* bytes = nullptr;
    const auto size = BIO_get_mem_data(target.get(), &bytes);
    return std::string(bytes, static_cast<std::size_t>(size));
  };
  char password[] = "swordfish";
  return {.certificate = text([&](BIO* to) { return PEM_write_bio_X509(to, certificate.get()); }),
          .key = text([&](BIO* to) {
            return PEM_write_bio_PrivateKey(to, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
          }),
          .encrypted_key = text([&](BIO* to) {
            return PEM_write_bio_PKCS8PrivateKey(to, key.get(), EVP_aes_128_cbc(), password, 9, nullptr,
                                                 nullptr);
          })};
}

}  // namespace annals::support
