// SHA-256 of bytes, as hexadecimal text.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

struct evp_md_ctx_st;

namespace cli {

class Sha256 {
 public:
  Sha256();
  void add(const void* bytes, size_t count);
  std::string finish();

 private:
  struct Free {
    void operator()(evp_md_ctx_st* state) const noexcept;
  };
  std::unique_ptr<evp_md_ctx_st, Free> state_;
};

}  // namespace cli
