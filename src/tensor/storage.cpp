#include "tensor/storage.hpp"

namespace duramen {
namespace {

// The caller's memory, until it is given back.
class Loan final : public Counted {
 public:
  Loan(Storage::Destroy destroy, void* user) noexcept
      : Counted(make_tag("loan")), destroy_(destroy), user_(user) {}
  ~Loan() override { destroy_(user_); }

 private:
  Storage::Destroy destroy_;
  void* user_;
};

}  // namespace

Ref<Storage> Storage::allocate(Ref<Allocator> allocator, size_t nbytes) {
  auto storage = make<Storage>(nullptr, nbytes, false);
  storage->data_ = static_cast<std::byte*>(allocator->allocate(nbytes));
  storage->allocated_ = true;
  storage->owner_ = std::move(allocator);
  return storage;
}

Ref<Storage> Storage::borrow(void* data, size_t nbytes, bool read_only, Destroy destroy,
                             void* user) {
  auto storage = make<Storage>(static_cast<std::byte*>(data), nbytes, read_only);
  if (destroy) storage->owner_ = make<Loan>(destroy, user);
  return storage;
}

Ref<Storage> Storage::keep(const void* data, size_t nbytes, Ref<const Counted> keeper) {
  return make<Storage>(data, nbytes, std::move(keeper));
}

Storage::~Storage() {
  if (!allocated_) return;
  const auto& allocator = static_cast<const Allocator&>(*owner_);
  const_cast<Allocator&>(allocator).deallocate(data_, nbytes_);
}

}  // namespace duramen
