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

namespace DURAMEN_CXX {

class Tensor;

class TensorRef : public Ref<duramen_tensor, duramen_tensor_retain, duramen_tensor_release> {
 public:
  using Ref::Ref;

  Dtype dtype() const noexcept { return static_cast<Dtype>(duramen_tensor_dtype(raw_)); }
  size_t rank() const noexcept { return duramen_tensor_rank(raw_); }
  int64_t numel() const noexcept { return duramen_tensor_numel(raw_); }
  uint64_t nbytes() const noexcept { return duramen_tensor_nbytes(raw_); }  // side by side
  // Where the first element lies in the storage, in elements.
  int64_t offset() const noexcept { return duramen_tensor_offset(raw_); }
  // How often the memory was written to in place.
  uint64_t version() const noexcept { return duramen_tensor_version(raw_); }
  int32_t device_type() const noexcept { return duramen_tensor_device_type(raw_); }  // DLPack's
  Result<std::vector<int64_t>> shape() const { return numbers(duramen_tensor_shape); }
  Result<std::vector<int64_t>> strides() const { return numbers(duramen_tensor_strides); }
  bool is_contiguous() const noexcept { return duramen_tensor_is_contiguous(raw_) != 0; }
  bool is_parameter() const noexcept { return duramen_tensor_is_parameter(raw_) != 0; }
  // Equal for tensors that share memory.
  uint64_t storage_id() const noexcept { return duramen_tensor_storage_id(raw_); }

  // The first element. DtypeMismatch unless T is the element type.
  template <class T>
  Result<const T*> data() const {
    if (dtype() != dtype_of<T>) return another_type<const T*>(dtype_of<T>);
    return detail::then(read(static_cast<const void*>(nullptr),
                             [&](const void** out, duramen_error** error) {
                               return duramen_tensor_data_const(raw_, out, error);
                             }),
                        [](const void* out) { return static_cast<const T*>(out); });
  }
  // The same for writing; counts as one write. ReadOnly.
  template <class T>
  Result<T*> mutable_data() const {
    if (dtype() != dtype_of<T>) return another_type<T*>(dtype_of<T>);
    return detail::then(read(static_cast<void*>(nullptr),
                             [&](void** out, duramen_error** error) {
                               return duramen_tensor_data_mut(raw_, out, error);
                             }),
                        [](void* out) { return static_cast<T*>(out); });
  }
  // All elements in C order, in place. StateError unless they lie side by side.
  template <class T>
  Result<Span<const T>> values() const {
    if (!is_contiguous()) return not_contiguous<Span<const T>>();
    const auto size = static_cast<size_t>(numel());
    return detail::then(data<T>(), [&](const T* first) { return Span<const T>(first, size); });
  }
  template <class T>
  Result<Span<T>> mutable_values() const {
    if (!is_contiguous()) return not_contiguous<Span<T>>();
    const auto size = static_cast<size_t>(numel());
    return detail::then(mutable_data<T>(), [&](T* first) { return Span<T>(first, size); });
  }
  // All elements in C order, converted.
  template <class T>
  Result<std::vector<T>> to_vector(ContextRef context) const {
    static_assert(!std::is_same_v<T, bool>, "std::vector<bool> has no elements: use uint8_t");
    return read(std::vector<T>(static_cast<size_t>(numel())),
                [&](std::vector<T>* out, duramen_error** error) {
                  return duramen_tensor_read(context.get(), raw_, number(dtype_of<T>), out->data(),
                                             out->size() * sizeof(T), error);
                });
  }
  // The only element, as Tensor.item().
  Result<double> item() const {
    return read(0.0, [&](double* out, duramen_error** error) {
      return duramen_tensor_item(raw_, nullptr, 0, out, error);
    });
  }
  // The element at a position, one index a dimension.
  Result<double> item(const Sizes& at) const {
    return read(0.0, [&](double* out, duramen_error** error) {
      return duramen_tensor_item(raw_, at.data(), at.rank(), out, error);
    });
  }

  Result<void> copy_from(ContextRef context, TensorRef source) const {
    return call([&](duramen_error** error) {
      return duramen_tensor_copy_from(context.get(), raw_, source.get(), error);
    });
  }
  Result<void> fill(ContextRef context, double value) const {
    return call([&](duramen_error** error) {
      return duramen_tensor_fill(context.get(), raw_, value, error);
    });
  }

  // Draws every element, with the bits of Tensor.uniform_ and Tensor.normal_.
  Result<void> fill_uniform(ContextRef context, double from = 0, double to = 1) const {
    return call([&](duramen_error** error) {
      return duramen_tensor_fill_uniform(context.get(), raw_, from, to, error);
    });
  }
  Result<void> fill_normal(ContextRef context, double mean = 0, double deviation = 1) const {
    return call([&](duramen_error** error) {
      return duramen_tensor_fill_normal(context.get(), raw_, mean, deviation, error);
    });
  }

  bool requires_grad() const noexcept { return duramen_tensor_requires_grad(raw_) != 0; }
  Result<void> set_requires_grad(bool requires_grad) const {
    return call([&](duramen_error** error) {
      return duramen_tensor_set_requires_grad(raw_, requires_grad ? 1 : 0, error);
    });
  }
  bool is_leaf() const noexcept { return duramen_tensor_is_leaf(raw_) != 0; }
  // "AddmmBackward0"; empty for a leaf.
  Result<std::string> grad_fn_name() const {
    return make_text(
        [&](auto** out, auto** error) { return duramen_tensor_grad_fn_name(raw_, out, error); });
  }
  // Empty when there is none yet.
  Result<Tensor> grad() const;
  // NULL removes it.
  Result<void> set_grad(TensorRef grad) const {
    return call(
        [&](duramen_error** error) { return duramen_tensor_set_grad(raw_, grad.get(), error); });
  }
  // Adds gradients to the leaves; `gradient` weighs the elements of a tensor that has several.
  Result<void> backward(ContextRef context, TensorRef gradient = {},
                        bool retain_graph = false) const {
    duramen_backward_options options = {};
    options.struct_size = sizeof options;
    options.flags = retain_graph ? DURAMEN_BACKWARD_RETAIN_GRAPH : 0;
    return backward(context, gradient, options);
  }
  // With the flags and the chosen inputs of the C interface.
  Result<void> backward(ContextRef context, TensorRef gradient,
                        const duramen_backward_options& options) const {
    return call([&](duramen_error** error) {
      return duramen_tensor_backward(context.get(), raw_, gradient.get(), &options, error);
    });
  }
  Result<Tensor> clone(ContextRef context) const;
  // The same memory as a leaf without history.
  Result<Tensor> detached(ContextRef context) const;

  // The memory for another library, without a copy; whose deleter is called once.
  Result<DLManagedTensorVersioned*> to_dlpack() const {
    return read(static_cast<DLManagedTensorVersioned*>(nullptr), [&](auto** out, auto** error) {
      return duramen_tensor_to_dlpack(raw_, out, error);
    });
  }
  Result<DLManagedTensor*> to_dlpack_legacy() const {
    return read(static_cast<DLManagedTensor*>(nullptr), [&](auto** out, auto** error) {
      return duramen_tensor_to_dlpack_legacy(raw_, out, error);
    });
  }

 private:
  template <class Getter>
  Result<std::vector<int64_t>> numbers(Getter getter) const {
    return read(std::vector<int64_t>(rank()), [&](auto* out, duramen_error** error) {
      size_t rank = 0;
      return getter(raw_, out->data(), out->size(), &rank, error);
    });
  }
  template <class Out>
  Result<Out> another_type(Dtype expected) const {
    static_assert(sizeof(Out) > 0);
    return detail::refused<DURAMEN_E_DTYPE_MISMATCH, Out>("data: another element type (expected " +
                                                          std::string(name(expected)) + ", got " +
                                                          std::string(name(dtype())) + ")");
  }
  template <class Out>
  Result<Out> not_contiguous() const {
    return detail::refused<DURAMEN_E_STATE, Out>(
        "values: the elements do not lie side by side (to_vector copies them)");
  }
};

class Tensor : public Owned<TensorRef> {
 public:
  using Owned::Owned;
  Tensor(Owned owned) noexcept : Owned(std::move(owned)) {}  // NOLINT: the same handle

  // Not of a temporary, which would take the elements along.
  template <class T>
  Result<const T*> data() const& {
    return TensorRef::data<T>();
  }
  template <class T>
  Result<const T*> data() && = delete;
  template <class T>
  Result<Span<const T>> values() const& {
    return TensorRef::values<T>();
  }
  template <class T>
  Result<Span<const T>> values() && = delete;
  template <class T>
  Result<T*> mutable_data() const& {
    return TensorRef::mutable_data<T>();
  }
  template <class T>
  Result<T*> mutable_data() && = delete;
  template <class T>
  Result<Span<T>> mutable_values() const& {
    return TensorRef::mutable_values<T>();
  }
  template <class T>
  Result<Span<T>> mutable_values() && = delete;

  // A copy of values in C order; without a shape a vector.
  template <class T>
  static Result<Tensor> copy(ContextRef context, const std::vector<T>& values,
                             const std::optional<Sizes>& shape = std::nullopt) {
    return copy(context, Span<const T>(values), shape);
  }
  template <class T>
  static Result<Tensor> copy(ContextRef context, Span<const T> values,
                             const std::optional<Sizes>& shape = std::nullopt) {
    const auto size = static_cast<int64_t>(values.size());
    return import <T>(context, values.data(), values.size(), shape.value_or(Sizes(&size, 1)),
                      nullptr);
  }
  template <class T>
  static Result<Tensor> copy(ContextRef context, std::initializer_list<T> values,
                             const std::optional<Sizes>& shape = std::nullopt) {
    return copy(context, Span<const T>(values.begin(), values.size()), shape);
  }
  template <class T>
  static Result<Tensor> copy(ContextRef context, const T* values, const Sizes& shape) {
    return import <T>(context, values, count(shape), shape, nullptr);
  }
  // The caller's memory itself, with room for the shape in C order. It is kept alive by `owner`,
  // which the last tensor on the memory releases, on whichever thread; or by the caller.
  template <class T>
  static Result<Tensor> view(ContextRef context, T* values, const Sizes& shape,
                             std::shared_ptr<const void> owner = nullptr) {
    using Element = std::remove_const_t<T>;
    constexpr auto kMode = std::is_const_v<T> ? DURAMEN_IMPORT_VIEW_CONST : DURAMEN_IMPORT_VIEW;
    auto held = owner ? std::make_unique<std::shared_ptr<const void>>(std::move(owner)) : nullptr;
    return detail::then(import <Element>(context, values, count(shape), shape, held.get(), kMode),
                        [&](Tensor out) {
                          (void)held.release();
                          return out;
                        });
  }
  static Result<Tensor> empty(ContextRef context, const Sizes& shape,
                              Dtype dtype = Dtype::float32) {
    return make<Tensor>([&](auto** out, auto** error) {
      return duramen_tensor_empty(context.get(), number(dtype), shape.data(), shape.rank(), out,
                                  error);
    });
  }
  static Result<Tensor> zeros(ContextRef context, const Sizes& shape,
                              Dtype dtype = Dtype::float32) {
    return make<Tensor>([&](auto** out, auto** error) {
      return duramen_tensor_zeros(context.get(), number(dtype), shape.data(), shape.rank(), out,
                                  error);
    });
  }
  static Result<Tensor> ones(ContextRef context, const Sizes& shape, Dtype dtype = Dtype::float32) {
    return full(context, shape, 1, dtype);
  }
  static Result<Tensor> full(ContextRef context, const Sizes& shape, double value,
                             Dtype dtype = Dtype::float32) {
    return make<Tensor>([&](auto** out, auto** error) {
      return duramen_tensor_full(context.get(), number(dtype), shape.data(), shape.rank(), value,
                                 out, error);
    });
  }
  // As torch.nn.Parameter(data): a leaf on the same memory.
  static Result<Tensor> parameter(TensorRef data, bool requires_grad = true) {
    return make<Tensor>([&](auto** out, auto** error) {
      return duramen_parameter_create(data.get(), requires_grad ? 1 : 0, out, error);
    });
  }
  // Takes over a struct of DLPack; on failure it stays with the caller.
  static Result<Tensor> from_dlpack(DLManagedTensorVersioned* managed) {
    return make<Tensor>([&](auto** out, auto** error) {
      return duramen_tensor_from_dlpack_take(managed, out, error);
    });
  }
  static Result<Tensor> from_dlpack(DLManagedTensor* managed) {
    return make<Tensor>([&](auto** out, auto** error) {
      return duramen_tensor_from_dlpack_legacy_take(managed, out, error);
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
  static Result<Tensor> import(ContextRef context, const T* values, size_t count,
                               const Sizes& shape, void* owner,
                               uint32_t mode = DURAMEN_IMPORT_COPY) {
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

namespace detail {

inline std::vector<duramen_tensor*> pointers(Span<const TensorRef> tensors) {
  std::vector<duramen_tensor*> out;
  out.reserve(tensors.size());
  for (const TensorRef tensor : tensors) out.push_back(tensor.get());
  return out;
}
inline std::vector<duramen_tensor*> pointers(std::initializer_list<TensorRef> tensors) {
  return pointers(Span<const TensorRef>(tensors.begin(), tensors.size()));
}

}  // namespace detail

inline Result<Tensor> TensorRef::grad() const {
  return make<Tensor>(
      [&](auto** out, auto** error) { return duramen_tensor_grad(raw_, out, error); });
}
inline Result<Tensor> TensorRef::clone(ContextRef context) const {
  return make<Tensor>([&](auto** out, auto** error) {
    return duramen_tensor_clone(context.get(), raw_, out, error);
  });
}
inline Result<Tensor> TensorRef::detached(ContextRef context) const {
  return make<Tensor>([&](auto** out, auto** error) {
    return duramen_tensor_detach(context.get(), raw_, out, error);
  });
}

}  // namespace DURAMEN_CXX

#endif
