#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace annals::crypto {

/// A ServerCertificate is what a server shows to its clients, with what is wrong with it.
struct ServerCertificate {
  std::string certificate_problem;    // completes "<the certificate's file> …"; empty if there is none
  std::string key_problem;            // completes "<the key's file> …"; empty if there is none
  std::chrono::sys_seconds begins{};  // of the first certificate, if there is one
  std::chrono::sys_seconds ends{};
};

/// Looks at a certificate with those that certify it, and at its private key, both in the PEM form
/// (RFC 7468). What is nullopt is not looked at. The dates are for the caller to judge. Thread-safe.
ServerCertificate check_server_certificate(std::optional<std::string_view> certificates,
                                           std::optional<std::string_view> key);

}  // namespace annals::crypto
