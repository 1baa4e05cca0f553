// Objects on their way to a callback and back.
#pragma once

#include <span>
#include <utility>
#include <vector>

#include "handles.hpp"

namespace duramen::capi {

inline std::vector<duramen_tensor*> lend_all(std::span<const TensorRef> tensors) {
  std::vector<duramen_tensor*> out;
  out.reserve(tensors.size());
  for (const TensorRef& tensor : tensors) out.push_back(lend<duramen_tensor>(tensor.get()));
  return out;
}

// What a callback is to fill, owned from the start.
class Slots {
 public:
  explicit Slots(size_t count) : handles_(count), tensors_(count) {}
  ~Slots() { take(); }
  Slots(const Slots&) = delete;
  Slots& operator=(const Slots&) = delete;

  duramen_tensor** handles() noexcept { return handles_.data(); }
  // BAD_HANDLE where what was given is no tensor; STATE for one without a shape.
  void check(const char* argument) const {
    for (duramen_tensor* handle : handles_) {
      if (handle) object(handle, argument);
    }
  }
  // What was given so far.
  std::vector<TensorRef>& take() noexcept {
    for (size_t i = 0; i < handles_.size(); ++i) {
      if (handles_[i]) tensors_[i] = TensorRef::adopt(peek(std::exchange(handles_[i], nullptr)));
    }
    return tensors_;
  }

 private:
  std::vector<duramen_tensor*> handles_;
  std::vector<TensorRef> tensors_;
};

// One object that a callback may give, owned as soon as it is there.
template <class Handle>
class Slot {
 public:
  Slot() = default;
  ~Slot() { release(handle_); }
  Slot(const Slot&) = delete;
  Slot& operator=(const Slot&) = delete;

  Handle** handle() noexcept { return &handle_; }
  // Null for none; BAD_HANDLE for an object of another kind.
  Ref<Core<Handle>> take(const char* argument) {
    if (!handle_) return nullptr;
    Core<Handle>* core = peek(handle_);
    if (!core) throw_bad_handle(argument);
    handle_ = nullptr;
    return Ref<Core<Handle>>::adopt(core);
  }

 private:
  Handle* handle_ = nullptr;
};

}  // namespace duramen::capi
