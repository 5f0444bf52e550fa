#include "crypto/server_certificate.h"

#include <gtest/gtest.h>

#include "support/machine/made_certificate.h"

namespace annals::crypto {
namespace {

using support::make_certificate;
using namespace std::chrono_literals;

TEST(ServerCertificate, a_certificate_with_its_key_has_no_problem) {
  for (const unsigned rsa_bits : {0U, 2048U}) {
    const auto made = make_certificate(-1h, 48h, rsa_bits);
    const auto checked = check_server_certificate(made.certificate, made.key);
    EXPECT_EQ(checked.certificate_problem + checked.key_problem, "");
    const auto now = std::chrono::system_clock::now();
    EXPECT_LT(checked.begins, now);
    EXPECT_GT(checked.ends, now + 47h);
    EXPECT_LT(checked.ends, now + 49h);
  }
}

TEST(ServerCertificate, the_certificates_that_certify_it_may_follow) {
  const auto made = make_certificate();
  const auto checked =
      check_server_certificate(made.certificate + "a remark\n" + make_certificate().certificate, made.key);
  EXPECT_EQ(checked.certificate_problem + checked.key_problem, "");
}

TEST(ServerCertificate, the_key_of_another_one_is_found_out) {
  const auto checked = check_server_certificate(make_certificate().certificate, make_certificate().key);
  EXPECT_EQ(checked.certificate_problem, "");
  EXPECT_TRUE(checked.key_problem.starts_with("is not the key of the certificate")) << checked.key_problem;
}

TEST(ServerCertificate, an_encrypted_key_is_told_from_nonsense) {
  const auto made = make_certificate();
  const auto encrypted = check_server_certificate(made.certificate, made.encrypted_key);
  EXPECT_TRUE(encrypted.key_problem.contains("encrypted key; store it decrypted")) << encrypted.key_problem;
  for (const std::string nonsense : {"", "nonsense", made.certificate.c_str()}) {
    EXPECT_EQ(check_server_certificate(made.certificate, nonsense).key_problem,
              "is a file without a private key in PEM form");
  }
}

TEST(ServerCertificate, what_is_no_certificate_or_a_damaged_one_is_found_out) {
  const auto made = make_certificate();
  for (const std::string nonsense : {"", "nonsense", made.key.c_str()}) {
    EXPECT_EQ(check_server_certificate(nonsense, made.key).certificate_problem,
              "is a file without a certificate in PEM form");
  }
  const std::string cut = make_certificate().certificate.substr(0, 200);
  EXPECT_EQ(check_server_certificate(made.certificate + cut, made.key).certificate_problem,
            "is a file with a damaged certificate after the first one");
}

TEST(ServerCertificate, a_weak_key_is_found_out) {
  const auto made = make_certificate(-1h, 1h, 1024);
  EXPECT_TRUE(check_server_certificate(made.certificate, made.key).certificate_problem.contains("too weak"));
}

TEST(ServerCertificate, what_is_not_given_is_not_looked_at) {
  const auto made = make_certificate();
  const auto checked = check_server_certificate(std::nullopt, made.key);
  EXPECT_EQ(checked.certificate_problem + checked.key_problem, "");
  EXPECT_EQ(check_server_certificate(made.certificate, std::nullopt).key_problem, "");
}

}  // namespace
}  // namespace annals::crypto
