#include "crypto/certificates.h"

#include <string>

#include <gtest/gtest.h>

#include "support/machine/certificate.h"

namespace annals::crypto {
namespace {

TEST(Certificates, AreFoundAmongWhateverElse) {
  const std::string certificate(support::kCertificate);
  EXPECT_TRUE(has_certificate(certificate));
  EXPECT_TRUE(has_certificate("# our own authority\n" + certificate + certificate));
}

TEST(Certificates, AreNothingElseOfTheirForm) {
  const std::string certificate(support::kCertificate);
  for (const std::string& text :
       {std::string(), std::string("x"), certificate.substr(0, certificate.size() / 2),
        std::string("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"),
        std::string("-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----\n"),
        std::string("\x30\x82\x01\x0a", 4)}) {
    EXPECT_FALSE(has_certificate(text)) << text;
  }
}

}  // namespace
}  // namespace annals::crypto
