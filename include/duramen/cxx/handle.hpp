// Owning and lent handles, each as wide as one pointer.
//
// A class `XRef` is a lent handle with all the methods of X, cheap to pass, as std::string_view is
// to std::string; `X` is `Owned<XRef>`: it holds one reference. Constness of a handle says nothing
// about the object, as with a pointer.
#ifndef DURAMEN_CXX_HANDLE_HPP
#define DURAMEN_CXX_HANDLE_HPP

#include <string_view>
#include <utility>

#include "range.hpp"
#include "result.hpp"

namespace DURAMEN_CXX {

// What every XRef is built on: retain and release are the C functions of the type.
template <class T, auto kRetain, auto kRelease>
class Ref {
 public:
  using Raw = T;

  constexpr Ref() noexcept = default;
  constexpr Ref(T* lent) noexcept : raw_(lent) {}  // NOLINT: a pointer is a lent handle

  T* get() const noexcept { return raw_; }
  explicit operator bool() const noexcept { return raw_ != nullptr; }
  // Whether they are the same object.
  friend bool operator==(const Ref& a, const Ref& b) noexcept { return a.raw_ == b.raw_; }
  friend bool operator!=(const Ref& a, const Ref& b) noexcept { return a.raw_ != b.raw_; }

  static void retain(T* raw) noexcept { (void)kRetain(raw); }
  static void release(T* raw) noexcept { kRelease(raw); }

 protected:
  T* raw_ = nullptr;
};

// Holds one reference; copying takes one more, destroying gives it back.
template <class R>
class Owned : public R {
 public:
  using Raw = typename R::Raw;

  constexpr Owned() noexcept = default;
  // One more reference to what is lent.
  explicit Owned(R lent) noexcept : R(lent) { R::retain(this->raw_); }
  // Takes over the reference that a C function gave.
  static Owned adopt(Raw* raw) noexcept {
    Owned out;
    out.raw_ = raw;
    return out;
  }

  Owned(const Owned& other) noexcept : Owned(static_cast<const R&>(other)) {}
  Owned(Owned&& other) noexcept : R(static_cast<const R&>(other)) { other.raw_ = nullptr; }
  Owned& operator=(Owned other) noexcept {
    std::swap(this->raw_, other.raw_);
    return *this;
  }
  ~Owned() { R::release(this->raw_); }

  // Gives the reference to the caller, and is empty afterwards.
  [[nodiscard]] Raw* detach() noexcept { return std::exchange(this->raw_, nullptr); }
};

// In a class that owns: a method of its XRef, that lends a part of the object. Not of a temporary,
// which would take the part along. The second is for a method with an index or a key.
#define DURAMEN_CXX_LENDS(lent, method)                     \
  decltype(auto) method() const& { return lent::method(); } \
  void method()&& = delete
#define DURAMEN_CXX_LENDS_AT(lent, method, Key)                       \
  decltype(auto) method(Key key) const& { return lent::method(key); } \
  void method(Key)&& = delete

// Makes a C call with an out-pointer: `body` gets it and the error's, and returns the status.
template <class Handle, class Body>
Result<Handle> make(Body&& body) {
  typename Handle::Raw* raw = nullptr;
  duramen_error* error = nullptr;
  const duramen_status status = body(&raw, &error);
  if (status != DURAMEN_OK) return detail::failed<Handle>(status, error);
  return Handle::adopt(raw);
}

// A text that the library lends, as a view.
template <class Object, class Getter>
std::string_view lent_text(Getter getter, const Object* object) noexcept {
  size_t length = 0;
  const char* text = getter(object, &length);
  return text ? std::string_view(text, length) : std::string_view();
}

class StringRef : public Ref<duramen_string, duramen_string_retain, duramen_string_release> {
 public:
  using Ref::Ref;
  std::string_view view() const noexcept { return lent_text(duramen_string_data, raw_); }
  operator std::string_view() const noexcept { return view(); }  // NOLINT
};
using String = Owned<StringRef>;

// Makes a C call that gives a string; copied.
template <class Body>
Result<std::string> make_text(Body&& body) {
  return detail::then(make<String>(std::forward<Body>(body)),
                      [](const String& text) { return std::string(text.view()); });
}

class StringListRef
    : public Ref<duramen_string_list, duramen_string_list_retain, duramen_string_list_release> {
 public:
  using Ref::Ref;
  size_t size() const noexcept { return duramen_string_list_count(raw_); }
  std::string_view operator[](size_t index) const noexcept {
    size_t length = 0;
    const char* text = duramen_string_list_item(raw_, index, &length);
    return text ? std::string_view(text, length) : std::string_view();
  }
  using Iterator = IndexIterator<StringListRef, std::string_view>;
  Iterator begin() const noexcept { return {*this, 0}; }
  Iterator end() const noexcept { return {*this, size()}; }
};
class StringList : public Owned<StringListRef> {
 public:
  using Owned::Owned;
  StringList(Owned owned) noexcept : Owned(std::move(owned)) {}  // NOLINT: the same handle
  DURAMEN_CXX_LENDS_AT(StringListRef, operator[], size_t);
  static StringList adopt(duramen_string_list* raw) noexcept { return Owned::adopt(raw); }
};

}  // namespace DURAMEN_CXX

DURAMEN_CXX_LENT_VIEW(StringListRef);
DURAMEN_CXX_OWNING_VIEW(StringList);

#endif
