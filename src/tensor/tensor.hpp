// A tensor: a layout over a shared storage, an element type, and the autograd flags. The object is
// the identity that module trees, ties and optimizers speak of; copying a Ref is free, views share
// the storage.
//
// A parameter is a tensor with is_parameter set: a leaf that register_parameter accepts.
// `to(dtype)` of a module re-points a parameter's data (set_data) and keeps the object. Reading is
// safe from many threads; everything that changes the object needs one writer.
#pragma once

#include "base/counted.hpp"
#include "base/error.hpp"
#include "tensor/dtype.hpp"
#include "tensor/layout.hpp"
#include "tensor/storage.hpp"

namespace duramen {

class Tensor;
using TensorRef = Ref<Tensor>;

class Tensor : public Counted {
 public:
  static constexpr uint32_t kTag = make_tag("tens");

  // Requires: the layout lies inside the storage (check_layout).
  Tensor(Ref<Storage> storage, Layout layout, Dtype dtype)
      : Counted(kTag), storage_(std::move(storage)), dtype_(dtype), layout_(std::move(layout)) {
    contiguous_ = duramen::is_contiguous(layout_);
  }
  // The same elements as those of `data`: a leaf without history.
  struct SameData {};
  Tensor(const Tensor& data, SameData)
      : Counted(kTag),
        storage_(data.storage_),
        dtype_(data.dtype_),
        contiguous_(data.contiguous_),
        layout_(data.layout_) {}
  ~Tensor() override;

  Dtype dtype() const noexcept { return dtype_; }
  const Layout& layout() const noexcept { return layout_; }
  const Shape& shape() const noexcept { return layout_.shape; }
  const Shape& strides() const noexcept { return layout_.strides; }
  size_t rank() const noexcept { return layout_.rank(); }
  int64_t size(size_t dim) const noexcept { return layout_.shape[dim]; }
  int64_t numel() const noexcept { return numel_of(layout_.shape); }
  int64_t nbytes() const noexcept { return bytes_of(numel(), dtype_info(dtype_).bits); }
  bool is_contiguous() const noexcept { return contiguous_; }
  const Ref<Storage>& storage() const noexcept { return storage_; }

  // The first element. Typed access requires the right T. Writing through mutable_data does not
  // bump the version: whoever writes in place calls storage()->bump_version().
  const std::byte* bytes() const noexcept { return storage_->data() + byte_offset(); }
  std::byte* mutable_bytes() noexcept { return storage_->mutable_data() + byte_offset(); }
  template <class T>
  const T* data() const noexcept {
    return reinterpret_cast<const T*>(bytes());
  }
  template <class T>
  T* mutable_data() noexcept {
    return reinterpret_cast<T*>(mutable_bytes());
  }

  // Points the object at other data of any shape and type: parameters keep their identity through
  // to(dtype).
  void set_data(Ref<Storage> storage, Layout layout, Dtype dtype) noexcept;
  void set_data(const Tensor& other) { set_data(other.storage_, other.layout_, other.dtype_); }

  bool is_parameter() const noexcept { return is_parameter_; }
  void set_is_parameter(bool value) noexcept { is_parameter_ = value; }

  // A Python number as a 0-dim tensor: it takes part in type promotion by its category only.
  bool is_number() const noexcept { return is_number_; }
  void set_is_number(bool value) noexcept { is_number_ = value; }

  // Autograd. grad_fn is a Node of the autograd layer; a tensor without one is a leaf.
  bool is_leaf() const noexcept { return !grad_fn_; }
  bool requires_grad() const noexcept { return requires_grad_ || grad_fn_; }
  // The leaf's own flag. DTYPE_MISMATCH for a dtype that cannot require grad; STATE for clearing it
  // on a non-leaf.
  void set_requires_grad(bool value);
  const Ref<Counted>& grad_fn() const noexcept { return grad_fn_; }
  uint32_t output_index() const noexcept { return output_index_; }
  void set_grad_fn(Ref<Counted> node, uint32_t output_index) noexcept {
    grad_fn_ = std::move(node);
    output_index_ = output_index;
  }
  const TensorRef& grad() const noexcept { return grad_; }
  // As assigning .grad: same shape and dtype, or null. SHAPE_MISMATCH, DTYPE_MISMATCH.
  void set_grad(TensorRef grad);

 private:
  int64_t byte_offset() const noexcept { return bytes_of(layout_.offset, dtype_info(dtype_).bits); }

  // Small, since trees have many: 136 bytes.
  Ref<Storage> storage_;
  Dtype dtype_ : 24;
  bool contiguous_ : 1 = true;
  bool is_parameter_ : 1 = false;
  bool is_number_ : 1 = false;
  bool requires_grad_ : 1 = false;
  uint32_t output_index_ = 0;
  Ref<Counted> grad_fn_;
  Layout layout_;
  TensorRef grad_;
};

// A new tensor over fresh memory, contiguous, not initialised.
TensorRef empty(const Ref<Allocator>& allocator, Shape shape, Dtype dtype);
// Another tensor object over the same memory: a leaf without history (PyTorch's detach()).
TensorRef alias(const Tensor& tensor);
TensorRef alias(const Tensor& tensor, Layout layout);
// PyTorch's Parameter(data): an alias of `data` that is a parameter, a leaf, with its flag.
// DTYPE_MISMATCH.
TensorRef make_parameter(const Tensor& data, bool requires_grad);

// Throws INVALID_ARGUMENT naming `operation` unless every element of `layout` lies inside `nbytes`.
void check_layout(const Layout& layout, Dtype dtype, size_t nbytes, const char* operation);

// The logical elements in C order and native bytes. Requires: `out` holds tensor.nbytes(). Sub-byte
// dtypes: contiguous only.
void copy_to_bytes(const Tensor& tensor, std::byte* out);

}  // namespace duramen
