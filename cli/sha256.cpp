#include "sha256.hpp"

#include <openssl/evp.h>

#include "failure.hpp"

namespace cli {

std::string sha256(const void* bytes, size_t count) {
  static constexpr char kDigits[] = "0123456789abcdef";
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int length = 0;
  if (EVP_Digest(bytes, count, digest, &length, EVP_sha256(), nullptr) != 1) {
    throw Failure(kRefused, "sha256: libcrypto failed");
  }
  std::string text;
  for (unsigned int i = 0; i < length; ++i) {
    text += kDigits[digest[i] >> 4];
    text += kDigits[digest[i] & 15];
  }
  return text;
}

}  // namespace cli
