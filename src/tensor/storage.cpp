#include "tensor/storage.hpp"

namespace duramen {

Ref<Storage> Storage::allocate(Ref<Allocator> allocator, size_t nbytes) {
  auto storage = make<Storage>(nullptr, nbytes, false);
  storage->data_ = static_cast<std::byte*>(allocator->allocate(nbytes));
  storage->allocator_ = std::move(allocator);
  return storage;
}

Ref<Storage> Storage::borrow(void* data, size_t nbytes, bool read_only, Destroy destroy,
                             void* user) {
  auto storage = make<Storage>(static_cast<std::byte*>(data), nbytes, read_only);
  storage->destroy_ = destroy;
  storage->user_ = user;
  return storage;
}

Ref<Storage> Storage::keep(const void* data, size_t nbytes, Ref<const Counted> keeper) {
  auto* bytes = static_cast<std::byte*>(const_cast<void*>(data));
  auto storage = make<Storage>(bytes, nbytes, true);
  storage->keeper_ = std::move(keeper);
  return storage;
}

Storage::~Storage() {
  if (allocator_) allocator_->deallocate(data_, nbytes_);
  if (destroy_) destroy_(user_);
}

}  // namespace duramen
