#include "io/pieces.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <new>

namespace duramen::io {
namespace {

constexpr size_t kPiece = size_t{4} << 20;

}  // namespace

// Not from malloc, which keeps what is freed below what is in use.
Pieces::Pages::Pages(size_t nbytes) {
  void* start = ::mmap(nullptr, nbytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (start == MAP_FAILED) throw std::bad_alloc();
  ::madvise(start, nbytes, MADV_HUGEPAGE);  // or most of the time goes into faults
  bytes_ = {static_cast<std::byte*>(start), nbytes};
}

Pieces::Pages::~Pages() {
  if (!bytes_.empty()) ::munmap(bytes_.data(), bytes_.size());
}

std::span<std::byte> Pieces::room() {
  if (nbytes_ == pieces_.size() * kPiece) pieces_.emplace_back(kPiece);
  return pieces_.back().bytes().subspan(nbytes_ % kPiece);
}

Ref<Storage> Pieces::join(const Services& services) {
  auto pieces = std::exchange(pieces_, {});
  const size_t nbytes = std::exchange(nbytes_, 0);
  auto storage = Storage::allocate(services.allocator, nbytes);
  for (size_t done = 0; done < nbytes; done += kPiece) {
    services.cancel.check("open");
    const Pages piece = std::move(pieces[done / kPiece]);
    std::copy_n(piece.bytes().data(), std::min(kPiece, nbytes - done),
                storage->mutable_data() + done);
  }
  return storage;
}

}  // namespace duramen::io
