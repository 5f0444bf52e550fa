#pragma once

#include <string_view>

namespace annals::support {

/// A certificate in PEM form that nobody has the key of.
inline constexpr std::string_view kCertificate = R"(-----BEGIN CERTIFICATE-----
MIIBgzCCASmgAwIBAgIUQYylwXwEK+HfGQSGPwiaJ9Dv8+8wCgYIKoZIzj0EAwIw
FjEUMBIGA1UEAwwLYW5uYWxzLXRlc3QwIBcNMjYxMTI2MTYwNDAwWhgPMjEyNjEx
MDIxNjA0MDBaMBYxFDASBgNVBAMMC2FubmFscy10ZXN0MFkwEwYHKoZIzj0CAQYI
KoZIzj0DAQcDQgAEQOjsUVDoAcPYYWkZBUVsJPpRBmzJf+jbnTsEnNm+HU2EIbWA
T9xJ2GbJAiQMooVBe+UTfrXtvfQWy2LWLk//waNTMFEwHQYDVR0OBBYEFB4SCgwn
e93J53DTAdrf/wAqQFSRMB8GA1UdIwQYMBaAFB4SCgwne93J53DTAdrf/wAqQFSR
MA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIgIaHHB7h9Obek2sSR
nZcNSOPB6nk9xR/JPhU/1HMZyB0CIQCyzDKh5f5bt/FCLRSZJTcVD1ZGX6X9ep02
eFjdEqbu1Q==
-----END CERTIFICATE-----
)";

}  // namespace annals::support
