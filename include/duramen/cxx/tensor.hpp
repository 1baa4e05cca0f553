// Tensors: a shape over shared memory with an element type, and the autograd flags.
//
// A tensor is made from the caller's values (Tensor::copy), on the caller's memory (Tensor::view),
// or filled (zeros, full). Elements are read in place with values<T>() when they lie side by side,
// or copied out with to_vector<T>(). What computes takes the context first.
#ifndef DURAMEN_CXX_TENSOR_HPP
#define DURAMEN_CXX_TENSOR_HPP

#include <memory>
#include <optional>
#include <type_traits>
#include <vector>

#include "context.hpp"
#include "span.hpp"

namespace duramen {

class Tensor;

class TensorRef : public Ref<duramen_tensor, duramen_tensor_retain, duramen_tensor_release> {
 public:
  using Ref::Ref;

  Dtype dtype() const noexcept { return static_cast<Dtype>(duramen_tensor_dtype(raw_)); }
  size_t rank() const noexcept { return duramen_tensor_rank(raw_); }
  int64_t numel() const noexcept { return duramen_tensor_numel(raw_); }
  std::vector<int64_t> shape() const { return numbers(duramen_tensor_shape); }
  std::vector<int64_t> strides() const { return numbers(duramen_tensor_strides); }
  bool is_contiguous() const noexcept { return duramen_tensor_is_contiguous(raw_) != 0; }
  bool is_parameter() const noexcept { return duramen_tensor_is_parameter(raw_) != 0; }
  // Equal for tensors that share memory.
  uint64_t storage_id() const noexcept { return duramen_tensor_storage_id(raw_); }

  // The first element. DtypeMismatch unless T is the element type.
  template <class T>
  const T* data() const {
    check_type<T>();
    const void* out = nullptr;
    call([&](duramen_error** error) { return duramen_tensor_data_const(raw_, &out, error); });
    return static_cast<const T*>(out);
  }
  // The same for writing; counts as one write. ReadOnly.
  template <class T>
  T* mutable_data() const {
    check_type<T>();
    void* out = nullptr;
    call([&](duramen_error** error) { return duramen_tensor_data_mut(raw_, &out, error); });
    return static_cast<T*>(out);
  }
  // All elements in C order, in place. StateError unless they lie side by side.
  template <class T>
  Span<const T> values() const {
    check_contiguous();
    return {data<T>(), static_cast<size_t>(numel())};
  }
  template <class T>
  Span<T> mutable_values() const {
    check_contiguous();
    return {mutable_data<T>(), static_cast<size_t>(numel())};
  }
  // All elements in C order, converted.
  template <class T>
  std::vector<T> to_vector(ContextRef context) const {
    static_assert(!std::is_same_v<T, bool>, "std::vector<bool> has no elements: use uint8_t");
    std::vector<T> out(static_cast<size_t>(numel()));
    call([&](duramen_error** error) {
      return duramen_tensor_read(context.get(), raw_, number(dtype_of<T>), out.data(),
                                 out.size() * sizeof(T), error);
    });
    return out;
  }
  // The only element, as Tensor.item().
  double item() const {
    double out = 0;
    call([&](duramen_error** error) { return duramen_tensor_item(raw_, nullptr, 0, &out, error); });
    return out;
  }

  void copy_from(ContextRef context, TensorRef source) const {
    call([&](duramen_error** error) {
      return duramen_tensor_copy_from(context.get(), raw_, source.get(), error);
    });
  }
  void fill(ContextRef context, double value) const {
    call([&](duramen_error** error) {
      return duramen_tensor_fill(context.get(), raw_, value, error);
    });
  }

  bool requires_grad() const noexcept { return duramen_tensor_requires_grad(raw_) != 0; }
  void set_requires_grad(bool requires_grad) const {
    call([&](duramen_error** error) {
      return duramen_tensor_set_requires_grad(raw_, requires_grad ? 1 : 0, error);
    });
  }
  bool is_leaf() const noexcept { return duramen_tensor_is_leaf(raw_) != 0; }
  // "AddmmBackward0"; empty for a leaf.
  std::string grad_fn_name() const {
    const String name = make<String>(
        [&](auto** out, auto** error) { return duramen_tensor_grad_fn_name(raw_, out, error); });
    return std::string(name.view());
  }
  // Empty when there is none yet.
  Tensor grad() const;
  // NULL removes it.
  void set_grad(TensorRef grad) const {
    call([&](duramen_error** error) { return duramen_tensor_set_grad(raw_, grad.get(), error); });
  }
  // Adds gradients to the leaves; `gradient` weighs the elements of a tensor that has several.
  void backward(ContextRef context, TensorRef gradient = {}, bool retain_graph = false) const {
    duramen_backward_options options = {};
    options.struct_size = sizeof options;
    options.flags = retain_graph ? DURAMEN_BACKWARD_RETAIN_GRAPH : 0;
    call([&](duramen_error** error) {
      return duramen_tensor_backward(context.get(), raw_, gradient.get(), &options, error);
    });
  }
  Tensor clone(ContextRef context) const;
  // The same memory as a leaf without history.
  Tensor detached(ContextRef context) const;

 private:
  template <class Getter>
  std::vector<int64_t> numbers(Getter getter) const {
    std::vector<int64_t> out(rank());
    size_t rank = 0;
    call([&](duramen_error** error) { return getter(raw_, out.data(), out.size(), &rank, error); });
    return out;
  }
  template <class T>
  void check_type() const {
    static_assert(dtype_of<T> != Dtype::invalid, "no dtype has elements of this type");
    if (dtype() == dtype_of<T>) return;
    throw DtypeMismatch("data: another element type (expected " + text(dtype_of<T>) + ", got " +
                        text(dtype()) + ")");
  }
  static std::string text(Dtype dtype) { return std::string(name(dtype)); }
  void check_contiguous() const {
    if (is_contiguous()) return;
    throw StateError("values: the elements do not lie side by side (to_vector copies them)");
  }
};

class Tensor : public Owned<TensorRef> {
 public:
  using Owned::Owned;
  Tensor(Owned owned) noexcept : Owned(std::move(owned)) {}  // NOLINT: the same handle

  // Not of a temporary, which would take the elements along.
  template <class T>
  const T* data() const& {
    return TensorRef::data<T>();
  }
  template <class T>
  const T* data() && = delete;
  template <class T>
  Span<const T> values() const& {
    return TensorRef::values<T>();
  }
  template <class T>
  Span<const T> values() && = delete;

  // A copy of values in C order; without a shape a vector.
  template <class T>
  static Tensor copy(ContextRef context, const std::vector<T>& values,
                     const std::optional<Sizes>& shape = std::nullopt) {
    const auto size = static_cast<int64_t>(values.size());
    return import <T>(context, values.data(), values.size(), shape.value_or(Sizes(&size, 1)),
                      nullptr);
  }
  template <class T>
  static Tensor copy(ContextRef context, const T* values, const Sizes& shape) {
    return import <T>(context, values, count(shape), shape, nullptr);
  }
  // The caller's memory itself, with room for the shape in C order. It is kept alive by `owner`,
  // which the last tensor on the memory releases, on whichever thread; or by the caller.
  template <class T>
  static Tensor view(ContextRef context, T* values, const Sizes& shape,
                     std::shared_ptr<const void> owner = nullptr) {
    using Element = std::remove_const_t<T>;
    constexpr auto kMode = std::is_const_v<T> ? DURAMEN_IMPORT_VIEW_CONST : DURAMEN_IMPORT_VIEW;
    auto held = owner ? std::make_unique<std::shared_ptr<const void>>(std::move(owner)) : nullptr;
    Tensor out = import <Element>(context, values, count(shape), shape, held.get(), kMode);
    (void)held.release();
    return out;
  }
  static Tensor empty(ContextRef context, const Sizes& shape, Dtype dtype = Dtype::float32) {
    return make<Tensor>([&](auto** out, auto** error) {
      return duramen_tensor_empty(context.get(), number(dtype), shape.data(), shape.rank(), out,
                                  error);
    });
  }
  static Tensor zeros(ContextRef context, const Sizes& shape, Dtype dtype = Dtype::float32) {
    return make<Tensor>([&](auto** out, auto** error) {
      return duramen_tensor_zeros(context.get(), number(dtype), shape.data(), shape.rank(), out,
                                  error);
    });
  }
  static Tensor full(ContextRef context, const Sizes& shape, double value,
                     Dtype dtype = Dtype::float32) {
    return make<Tensor>([&](auto** out, auto** error) {
      return duramen_tensor_full(context.get(), number(dtype), shape.data(), shape.rank(), value,
                                 out, error);
    });
  }
  // As torch.nn.Parameter(data): a leaf on the same memory.
  static Tensor parameter(TensorRef data, bool requires_grad = true) {
    return make<Tensor>([&](auto** out, auto** error) {
      return duramen_parameter_create(data.get(), requires_grad ? 1 : 0, out, error);
    });
  }
  static Tensor adopt(duramen_tensor* raw) noexcept { return Owned::adopt(raw); }

 private:
  // A negative size is refused by the import, whatever the product is.
  static size_t count(const Sizes& shape) noexcept {
    size_t out = 1;
    for (size_t i = 0; i < shape.rank(); ++i) out *= static_cast<size_t>(shape.data()[i]);
    return out;
  }
  static void DURAMEN_CALL release_owner(void* owner) {
    delete static_cast<std::shared_ptr<const void>*>(owner);
  }
  template <class T>
  static Tensor import(ContextRef context, const T* values, size_t count, const Sizes& shape,
                       void* owner, uint32_t mode = DURAMEN_IMPORT_COPY) {
    static_assert(dtype_of<T> != Dtype::invalid, "no dtype has elements of this type");
    duramen_import_options options = {};
    options.struct_size = sizeof options;
    options.mode = mode;
    options.dtype = number(dtype_of<T>);
    options.rank = static_cast<uint32_t>(shape.rank());
    options.shape = shape.data();
    options.data = values;
    options.nbytes = count * sizeof(T);
    options.destroy = owner ? release_owner : nullptr;
    options.user = owner;
    return make<Tensor>([&](auto** out, auto** error) {
      return duramen_tensor_import(context.get(), &options, out, error);
    });
  }
};

inline Tensor TensorRef::grad() const {
  return make<Tensor>(
      [&](auto** out, auto** error) { return duramen_tensor_grad(raw_, out, error); });
}
inline Tensor TensorRef::clone(ContextRef context) const {
  return make<Tensor>([&](auto** out, auto** error) {
    return duramen_tensor_clone(context.get(), raw_, out, error);
  });
}
inline Tensor TensorRef::detached(ContextRef context) const {
  return make<Tensor>([&](auto** out, auto** error) {
    return duramen_tensor_detach(context.get(), raw_, out, error);
  });
}

}  // namespace duramen

#endif
