#include "tensor/tensor.hpp"

#include <cstring>

#include "base/text.hpp"

namespace duramen {
namespace {

Error cannot_require_grad(Dtype dtype) {
  return Error(Code::dtype_mismatch,
               join("Only Tensors of floating point and complex dtype can require gradients (got ",
                    dtype_name(dtype), ")"))
      .with("actual", std::string(dtype_name(dtype)))
      .with("torch_error", "RuntimeError");
}

// The element type as PyTorch's C++ part prints it, and its ScalarType.
struct CppNames {
  std::string_view type;
  std::string_view scalar_type;
};

// long: a flat switch
CppNames cpp_names(Dtype dtype) noexcept {
  switch (dtype) {
    case Dtype::float64:
      return {"double", "Double"};
    case Dtype::float32:
      return {"float", "Float"};
    case Dtype::float16:
      return {"c10::Half", "Half"};
    case Dtype::bfloat16:
      return {"c10::BFloat16", "BFloat16"};
    case Dtype::float8_e4m3fn:
      return {"c10::Float8_e4m3fn", "Float8_e4m3fn"};
    case Dtype::float8_e5m2:
      return {"c10::Float8_e5m2", "Float8_e5m2"};
    case Dtype::float8_e4m3fnuz:
      return {"c10::Float8_e4m3fnuz", "Float8_e4m3fnuz"};
    case Dtype::float8_e5m2fnuz:
      return {"c10::Float8_e5m2fnuz", "Float8_e5m2fnuz"};
    case Dtype::float8_e8m0fnu:
      return {"c10::Float8_e8m0fnu", "Float8_e8m0fnu"};
    case Dtype::int64:
      return {"long int", "Long"};
    case Dtype::int32:
      return {"int", "Int"};
    case Dtype::int16:
      return {"short int", "Short"};
    case Dtype::int8:
      return {"signed char", "Char"};
    case Dtype::uint64:
      return {"long unsigned int", "UInt64"};
    case Dtype::uint32:
      return {"unsigned int", "UInt32"};
    case Dtype::uint16:
      return {"short unsigned int", "UInt16"};
    case Dtype::uint8:
      return {"unsigned char", "Byte"};
    case Dtype::boolean:
      return {"bool", "Bool"};
    case Dtype::complex32:
      return {"c10::complex<c10::Half>", "ComplexHalf"};
    case Dtype::complex64:
      return {"c10::complex<float>", "ComplexFloat"};
    case Dtype::complex128:
      return {"c10::complex<double>", "ComplexDouble"};
    default:
      return {dtype_name(dtype), dtype_name(dtype)};
  }
}

// Copies the block at `from` in C order; returns the end of what was written.
std::byte* copy_block(const Layout& layout, size_t dim, const std::byte* from, size_t item,
                      std::byte* out) {
  const auto size = static_cast<size_t>(layout.shape[dim]);
  const auto step = static_cast<size_t>(layout.strides[dim]) * item;
  if (dim + 1 == layout.rank() && step == item) {
    std::memcpy(out, from, size * item);
    return out + size * item;
  }
  for (size_t i = 0; i < size; ++i, from += step) {
    if (dim + 1 < layout.rank()) {
      out = copy_block(layout, dim + 1, from, item, out);
    } else {
      std::memcpy(out, from, item);
      out += item;
    }
  }
  return out;
}

}  // namespace

// Gradients may have gradients: a long chain must not be a long recursion.
Tensor::~Tensor() {
  for (TensorRef next = std::move(grad_); next && next->use_count() == 1;) {
    next = std::move(next->grad_);
  }
}

void Tensor::set_data(Ref<Storage> storage, Layout layout, Dtype dtype) noexcept {
  storage_ = std::move(storage);
  layout_ = std::move(layout);
  dtype_ = dtype;
  contiguous_ = duramen::is_contiguous(layout_);
}

void Tensor::set_requires_grad(bool value) {
  if (value && !can_require_grad(dtype_)) throw cannot_require_grad(dtype_);
  if (!value && grad_fn_) {
    throw Error(Code::state,
                "requires_grad: you can only change requires_grad flags of leaf variables")
        .with("torch_error", "RuntimeError");
  }
  if (!grad_fn_) requires_grad_ = value;
}

void Tensor::set_grad(TensorRef grad) {
  if (grad && grad->dtype() != dtype_) {
    throw Error(Code::dtype_mismatch,
                join("attempting to assign a gradient with dtype '", cpp_names(grad->dtype()).type,
                     "' to a tensor with grad_dtype '", cpp_names(dtype_).scalar_type,
                     "'. The gradient must match the tensor's grad_dtype (defaults to the "
                     "tensor's dtype)"))
        .with("expected", std::string(dtype_name(dtype_)))
        .with("actual", std::string(dtype_name(grad->dtype())))
        .with("torch_error", "RuntimeError");
  }
  if (grad && !(grad->shape() == shape())) {
    throw Error(Code::shape_mismatch,
                join("attempting to assign a gradient of size '", format_shape(grad->shape()),
                     "' to a tensor of size '", format_shape(shape()),
                     "'. Please ensure that the gradient and the tensor are the same size"))
        .with("expected", format_shape(shape()))
        .with("actual", format_shape(grad->shape()))
        .with("torch_error", "RuntimeError");
  }
  if (grad.get() == this) {
    throw Error(Code::invalid_argument, "grad: a tensor cannot be its own gradient")
        .with("torch_error", "RuntimeError");
  }
  grad_ = std::move(grad);
}

TensorRef empty(const Ref<Allocator>& allocator, Shape shape, Dtype dtype) {
  const uint32_t bits = dtype_info(dtype).bits;
  const int64_t nbytes = bytes_of(checked_numel(shape, bits), bits);
  auto storage = Storage::allocate(allocator, static_cast<size_t>(nbytes));
  return make<Tensor>(std::move(storage), contiguous_layout(std::move(shape)), dtype);
}

TensorRef alias(const Tensor& tensor) { return make<Tensor>(tensor, Tensor::SameData()); }

TensorRef alias(const Tensor& tensor, Layout layout) {
  return make<Tensor>(tensor.storage(), std::move(layout), tensor.dtype());
}

TensorRef make_parameter(const Tensor& data, bool requires_grad) {
  if (requires_grad && !can_require_grad(data.dtype())) throw cannot_require_grad(data.dtype());
  TensorRef parameter = alias(data);
  parameter->set_is_parameter(true);
  parameter->set_requires_grad(requires_grad);
  return parameter;
}

void check_layout(const Layout& layout, Dtype dtype, size_t nbytes, const char* operation) {
  const uint32_t bits = dtype_info(dtype).bits;
  checked_numel(layout.shape, bits);
  const std::optional<int64_t> extent = extent_of(layout);
  // Divided, not multiplied: the extent may be anything.
  const uint64_t room = nbytes > UINT64_MAX / 8 ? UINT64_MAX / bits : uint64_t{nbytes} * 8 / bits;
  if (!extent || static_cast<uint64_t>(*extent) > room) {
    throw Error(
        Code::invalid_argument,
        join(operation, ": the layout leaves the memory (shape ", format_shape(layout.shape),
             ", strides ", format_shape(layout.strides), ", offset ", layout.offset,
             "; expected at most ", room, " elements of ", dtype_name(dtype), ")"));
  }
}

void copy_to_bytes(const Tensor& tensor, std::byte* out) {
  if (tensor.numel() == 0) return;
  if (tensor.is_contiguous()) {
    std::memcpy(out, tensor.bytes(), static_cast<size_t>(tensor.nbytes()));
    return;
  }
  if (itemsize(tensor.dtype()) == 0) {
    throw Error(Code::unsupported, join("copy: elements of less than a byte must lie in order (",
                                        dtype_name(tensor.dtype()), ")"));
  }
  copy_block(tensor.layout(), 0, tensor.bytes(), itemsize(tensor.dtype()), out);
}

}  // namespace duramen
