#include "crypto/digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <stdexcept>

#include "text/base64.h"
#include "text/hex.h"

namespace annals::crypto {
namespace {

constexpr std::size_t kMd5Size = 16;

[[noreturn]] void refused() {
  throw std::runtime_error("OpenSSL refused to compute a digest");
}

template <std::size_t Size>
std::array<std::uint8_t, Size> digest(const EVP_MD* algorithm, std::string_view data) {
  std::array<std::uint8_t, Size> result{};
  unsigned int length = 0;
  if (EVP_Digest(data.data(), data.size(), result.data(), &length, algorithm, nullptr) != 1 ||
      length != Size) {
    refused();
  }
  return result;
}

}  // namespace

Sha256 sha256(std::string_view data) {
  return digest<std::tuple_size_v<Sha256>>(EVP_sha256(), data);
}

std::string sha256_hex(std::string_view data) {
  return text::to_hex(sha256(data));
}

struct DigestStream::State {
  explicit State(const EVP_MD* algorithm) {
    if (context == nullptr || EVP_DigestInit_ex(context.get(), algorithm, nullptr) != 1) refused();
  }

  struct Free {
    void operator()(EVP_MD_CTX* unused) const noexcept { EVP_MD_CTX_free(unused); }
  };
  std::unique_ptr<EVP_MD_CTX, Free> context{EVP_MD_CTX_new()};
};

DigestStream::DigestStream(std::unique_ptr<State> state) : state_(std::move(state)) {}

DigestStream::~DigestStream() = default;

void DigestStream::add(std::string_view part) {
  if (EVP_DigestUpdate(state_->context.get(), part.data(), part.size()) != 1) refused();
}

void DigestStream::finish(unsigned char* digest) {
  if (EVP_DigestFinal_ex(state_->context.get(), digest, nullptr) != 1) refused();
}

Sha256Stream::Sha256Stream() : DigestStream(std::make_unique<State>(EVP_sha256())) {}

Sha256 Sha256Stream::finish() {
  Sha256 result{};
  DigestStream::finish(result.data());
  return result;
}

Md5Stream::Md5Stream() : DigestStream(std::make_unique<State>(EVP_md5())) {}

std::string Md5Stream::finish_base64() {
  std::array<unsigned char, kMd5Size> md5{};
  finish(md5.data());
  return text::base64_encode({reinterpret_cast<const char*>(md5.data()), md5.size()});
}

Sha256 hmac_sha256(std::string_view key, std::string_view data) {
  Sha256 result{};
  unsigned int length = 0;
  const auto* input = reinterpret_cast<const unsigned char*>(data.data());
  if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), input, data.size(), result.data(),
           &length) == nullptr) {
    throw std::runtime_error("OpenSSL refused to compute an HMAC");
  }
  return result;
}

Sha256 stretched(std::string_view password, std::string_view salt) {
  constexpr std::uint64_t kCost = std::uint64_t{1} << 14U;
  constexpr std::uint64_t kBlockSize = 8;
  constexpr std::uint64_t kParallel = 1;
  constexpr std::uint64_t kMaxMemory = std::uint64_t{32} << 20U;
  Sha256 result{};
  if (EVP_PBE_scrypt(password.data(), password.size(), reinterpret_cast<const unsigned char*>(salt.data()),
                     salt.size(), kCost, kBlockSize, kParallel, kMaxMemory, result.data(),
                     result.size()) != 1) {
    throw std::runtime_error("OpenSSL refused to derive a key");
  }
  return result;
}

bool equal(const Sha256& one, const Sha256& other) {
  return CRYPTO_memcmp(one.data(), other.data(), one.size()) == 0;
}

std::string md5_base64(std::string_view data) {
  const auto md5 = digest<kMd5Size>(EVP_md5(), data);
  return text::base64_encode({reinterpret_cast<const char*>(md5.data()), md5.size()});
}

}  // namespace annals::crypto
