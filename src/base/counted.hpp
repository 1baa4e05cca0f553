// The intrusively counted object behind every handle, and the smart pointer to it.
//
// A C handle is the address of a Counted: the same object is always the same pointer. The count is
// atomic; the last release may happen on any thread and destroys the object there. `tag` names the
// concrete class, so that the border can tell a wrong handle, and is overwritten on destruction.
// Counted must be the first base of every handle type.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace duramen {

// Four characters as a number: the tag of a class.
constexpr uint32_t make_tag(const char (&text)[5]) {
  return uint32_t(uint8_t(text[0])) | uint32_t(uint8_t(text[1])) << 8 |
         uint32_t(uint8_t(text[2])) << 16 | uint32_t(uint8_t(text[3])) << 24;
}

inline constexpr uint32_t kReleasedTag = make_tag("gone");

class Counted {
 public:
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;

  void retain() const noexcept { count_.fetch_add(1, std::memory_order_relaxed); }
  void release() const noexcept {
    if (count_.fetch_sub(1, std::memory_order_acq_rel) == 1) destroy();
  }
  uint32_t tag() const noexcept { return tag_.load(std::memory_order_relaxed); }
  // A snapshot; only "1" is certain, and only when the caller owns that one reference.
  uint32_t use_count() const noexcept { return count_.load(std::memory_order_acquire); }

 protected:
  explicit Counted(uint32_t tag) noexcept : tag_(tag) {}
  virtual ~Counted() { tag_.store(kReleasedTag, std::memory_order_relaxed); }
  // Called once, by the last release.
  virtual void destroy() const noexcept { delete this; }

 private:
  mutable std::atomic<uint32_t> count_{1};
  std::atomic<uint32_t> tag_;
};

// Owns one reference. A null Ref is allowed and false.
template <class T>
class Ref {
 public:
  Ref() noexcept = default;
  Ref(std::nullptr_t) noexcept {}
  explicit Ref(T* object) noexcept : object_(object) {
    if (object_) object_->retain();
  }
  Ref(const Ref& other) noexcept : Ref(other.object_) {}
  Ref(Ref&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  template <class U>
  requires std::is_convertible_v<U*, T*> Ref(const Ref<U>& other)
  noexcept : Ref(static_cast<T*>(other.get())) {}
  template <class U>
  requires std::is_convertible_v<U*, T*> Ref(Ref<U>&& other)
  noexcept : object_(other.detach()) {}
  ~Ref() {
    if (object_) object_->release();
  }
  Ref& operator=(Ref other) noexcept {
    std::swap(object_, other.object_);
    return *this;
  }

  // Takes over a reference that the caller owns.
  static Ref adopt(T* object) noexcept {
    Ref ref;
    ref.object_ = object;
    return ref;
  }
  // Gives the reference away.
  T* detach() noexcept { return std::exchange(object_, nullptr); }

  T* get() const noexcept { return object_; }
  T& operator*() const noexcept { return *object_; }
  T* operator->() const noexcept { return object_; }
  explicit operator bool() const noexcept { return object_ != nullptr; }
  friend bool operator==(const Ref& a, const Ref& b) noexcept { return a.object_ == b.object_; }

 private:
  T* object_ = nullptr;
};

template <class T, class... Args>
Ref<T> make(Args&&... args) {
  return Ref<T>::adopt(new T(std::forward<Args>(args)...));
}

}  // namespace duramen
