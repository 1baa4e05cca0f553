#include "sha256.hpp"

#include <openssl/evp.h>

#include "failure.hpp"

namespace cli {
namespace {

void check(int good) {
  if (good != 1) throw Failure(kRefused, "sha256: libcrypto failed");
}

}  // namespace

void Sha256::Free::operator()(evp_md_ctx_st* state) const noexcept { EVP_MD_CTX_free(state); }

Sha256::Sha256() : state_(EVP_MD_CTX_new()) {
  check(state_ ? EVP_DigestInit_ex(state_.get(), EVP_sha256(), nullptr) : 0);
}

void Sha256::add(const void* bytes, size_t count) {
  check(EVP_DigestUpdate(state_.get(), bytes, count));
}

std::string Sha256::finish() {
  static constexpr char kDigits[] = "0123456789abcdef";
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int length = 0;
  check(EVP_DigestFinal_ex(state_.get(), digest, &length));
  std::string text;
  for (unsigned int i = 0; i < length; ++i) {
    text += kDigits[digest[i] >> 4];
    text += kDigits[digest[i] & 15];
  }
  return text;
}

}  // namespace cli
