#include "crypto/certificates.h"

#include <openssl/err.h>

#include "crypto/pem.h"

namespace annals::crypto {

bool has_certificate(std::string_view pem) {
  const PemSource source = pem_source(pem);
  if (!source) return false;
  const X509Certificate certificate(PEM_read_bio_X509_AUX(source.get(), nullptr, nullptr, nullptr));
  ERR_clear_error();
  return certificate != nullptr;
}

}  // namespace annals::crypto
