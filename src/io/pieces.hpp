// Bytes of which nobody knows how many will come: gathered in pieces, then joined in one block.
// Each piece goes back to the system as soon as it is copied, so that at no time there is more
// memory in use than the bytes need, and one piece.
#pragma once

#include <span>
#include <utility>
#include <vector>

#include "io/services.hpp"
#include "tensor/storage.hpp"

namespace duramen::io {

class Pieces {
 public:
  // For the next bytes; never empty, and valid until the next call of anything here.
  std::span<std::byte> room();
  // So many bytes of the room are filled.
  void advance(size_t count) noexcept { nbytes_ += count; }
  size_t nbytes() const noexcept { return nbytes_; }
  // All of them, in memory of the context. CANCELLED. Nothing is left here, whatever happens.
  Ref<Storage> join(const Services& services);

 private:
  // Memory that the system has back when this goes.
  class Pages {
   public:
    explicit Pages(size_t nbytes);
    Pages(Pages&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}
    Pages& operator=(Pages&& other) = delete;
    ~Pages();
    std::span<std::byte> bytes() const noexcept { return bytes_; }

   private:
    std::span<std::byte> bytes_;
  };

  std::vector<Pages> pieces_;  // all full but the last
  size_t nbytes_ = 0;
};

}  // namespace duramen::io
