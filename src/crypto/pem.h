#pragma once

#include <limits>
#include <memory>
#include <string_view>

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

// Owners of what OpenSSL makes when it reads PEM (RFC 7468).

namespace annals::crypto {

/// Frees an object of OpenSSL with the function that is made for it.
template <auto free>
struct FreedWith {
  template <class T>
  void operator()(T* object) const {
    free(object);
  }
};

using PemSource = std::unique_ptr<BIO, FreedWith<BIO_free>>;
using X509Certificate = std::unique_ptr<X509, FreedWith<X509_free>>;
using PrivateKey = std::unique_ptr<EVP_PKEY, FreedWith<EVP_PKEY_free>>;

/// Returns a source that reads the text, which must outlive it; null if the text is 2 GiB or larger, or if
/// there is no memory.
inline PemSource pem_source(std::string_view text) {
  if (text.size() > std::numeric_limits<int>::max()) return nullptr;
  return PemSource(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

/// Reads the next certificate; null if none follows or it is damaged, which OpenSSL's queue of errors tells.
inline X509Certificate next_certificate(const PemSource& source) {
  return X509Certificate(PEM_read_bio_X509(source.get(), nullptr, nullptr, nullptr));
}

}  // namespace annals::crypto
