#include "crypto/digest.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <stdexcept>

#include "text/base64.h"

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

struct Sha256Stream::State {
  struct Free {
    void operator()(EVP_MD_CTX* unused) const noexcept { EVP_MD_CTX_free(unused); }
  };
  std::unique_ptr<EVP_MD_CTX, Free> context{EVP_MD_CTX_new()};
};

Sha256Stream::Sha256Stream() : state_(std::make_unique<State>()) {
  EVP_MD_CTX* context = state_->context.get();
  if (context == nullptr || EVP_DigestInit_ex(context, EVP_sha256(), nullptr) != 1) refused();
}

Sha256Stream::~Sha256Stream() = default;

void Sha256Stream::add(std::string_view part) {
  if (EVP_DigestUpdate(state_->context.get(), part.data(), part.size()) != 1) refused();
}

Sha256 Sha256Stream::finish() {
  Sha256 result{};
  if (EVP_DigestFinal_ex(state_->context.get(), result.data(), nullptr) != 1) refused();
  return result;
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

std::string md5_base64(std::string_view data) {
  const auto md5 = digest<kMd5Size>(EVP_md5(), data);
  return text::base64_encode({reinterpret_cast<const char*>(md5.data()), md5.size()});
}

}  // namespace annals::crypto
