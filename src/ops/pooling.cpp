#include "kernels/pooling.hpp"

#include <limits>

#include "base/text.hpp"
#include "ops/operands.hpp"
#include "ops/planes.hpp"

namespace duramen::ops {
namespace {

using kernels::Extent;
using kernels::MaxPoolShape;
using kernels::PoolPlanes;

Error refused(Code code, std::string message) {
  return Error(code, std::move(message)).with("torch_error", "RuntimeError");
}
Error bad_argument(const char* argument, std::string message) {
  return refused(Code::invalid_argument, std::move(message)).with("argument", argument);
}

PoolPlanes planes_of(const Shape& in, const Shape& out) {
  const size_t rank = in.size();
  return {numel_of(in.span().first(rank - 2)),
          {in[rank - 2], in[rank - 1]},
          {out[rank - 2], out[rank - 1]}};
}

// ---- maxima: the arguments, in PyTorch's order of checks ----------------------------------------

Extent extent_of(const Extents& list, const char* argument, const char* rule) {
  if (list.size() != 1 && list.size() != 2) {
    throw bad_argument(argument, join("max_pool2d: ", argument, rule));
  }
  for (const int64_t value : list) {
    if (value < std::numeric_limits<int32_t>::min() ||
        value > std::numeric_limits<int32_t>::max()) {
      throw bad_argument(argument,
                         "max_pool2d: value cannot be converted to type int without overflow");
    }
  }
  return {list[0], list.back()};
}

// PyTorch's size of a pooled dimension; with ceil_mode the last window starts inside the input or
// its left border.
int64_t pooled_size(int64_t in, int64_t kernel, int64_t stride, int64_t padding, int64_t dilation,
                    bool ceil_mode) {
  if (stride == 0) throw bad_argument("stride", "max_pool2d: stride should not be zero");
  if (padding < 0) {
    throw bad_argument("padding",
                       join("max_pool2d: pad must be non-negative, but got pad: ", padding));
  }
  if (padding > (dilation * (kernel - 1) + 1) / 2) {
    throw bad_argument("padding",
                       join("max_pool2d: pad should be at most half of effective kernel "
                            "size, but got pad=",
                            padding, ", kernel_size=", kernel, " and dilation=", dilation));
  }
  const int64_t room =
      in + 2 * padding - dilation * (kernel - 1) - 1 + (ceil_mode ? stride - 1 : 0);
  int64_t size = room / stride - (room % stride != 0 && (room < 0) != (stride < 0)) + 1;
  if (ceil_mode && (size - 1) * stride >= in + padding) --size;
  return size;
}

void check_positive(const Extent& extent, const char* argument, const char* text,
                    const char* letter) {
  if (extent.h > 0 && extent.w > 0) return;
  throw bad_argument(argument, join("max_pool2d: ", text, " should be greater than zero, but got ",
                                    letter, "H: ", extent.h, " ", letter, "W: ", extent.w));
}

void check_input(const Tensor& input) {
  const size_t first = input.rank() - 3;
  if (input.size(first) > 0 && input.size(first + 1) > 0 && input.size(first + 2) > 0) return;
  throw refused(Code::shape_mismatch,
                join("max_pool2d: Expected 3D or 4D (batch mode) tensor with optional 0 dim batch "
                     "size for input, but got:",
                     format_shape(input.shape())));
}

void check_rank(const Tensor& input) {
  if (input.rank() == 3 || input.rank() == 4) return;
  throw refused(Code::shape_mismatch,
                "max_pool2d: non-empty 3D or 4D (batch mode) tensor expected for input");
}

void check_output(const Tensor& input, const Extent& out) {
  if (out.h >= 1 && out.w >= 1) return;
  const size_t first = input.rank() - 3;
  const int64_t planes = input.size(first);
  throw refused(Code::shape_mismatch,
                join("max_pool2d: Given input size: (", planes, "x", input.size(first + 1), "x",
                     input.size(first + 2), "). Calculated output size: (", planes, "x", out.h, "x",
                     out.w, "). Output size is too small"));
}

void check_padding(const MaxPoolShape& s) {
  if (s.padding.w <= s.kernel.w / 2 && s.padding.h <= s.kernel.h / 2) return;
  throw bad_argument("padding", join("max_pool2d: pad should be smaller than or equal to half of "
                                     "kernel size, but got padW = ",
                                     s.padding.w, ", padH = ", s.padding.h, ", kW = ", s.kernel.w,
                                     ", kH = ", s.kernel.h));
}

void check_dtype(Dtype dtype) {
  const bool small = is_integral(dtype) && dtype != Dtype::uint16 && dtype != Dtype::uint32 &&
                     dtype != Dtype::uint64;
  if (small || dtype == Dtype::float32 || dtype == Dtype::float64 || dtype == Dtype::float16 ||
      dtype == Dtype::bfloat16) {
    return;
  }
  throw Error(Code::unsupported, join("max_pool2d: \"max_pool2d\" not implemented for '",
                                      scalar_type_name(dtype), "'"))
      .with("torch_error", "NotImplementedError");
}

MaxPoolShape checked(const Tensor& input, const MaxPool2dOptions& options) {
  constexpr const char* kPair = " must either be a single int, or a tuple of two ints";
  MaxPoolShape s{};
  s.kernel = extent_of(options.kernel_size, "kernel_size", kPair);
  s.stride = s.kernel;
  if (!options.stride.empty()) {
    s.stride = extent_of(options.stride, "stride",
                         " must either be omitted, a single int, or a tuple of two ints");
  }
  s.padding = extent_of(options.padding, "padding", kPair);
  s.dilation = extent_of(options.dilation, "dilation",
                         " must be either a single int, or a tuple of two ints");
  check_rank(input);
  s.in = {input.size(input.rank() - 2), input.size(input.rank() - 1)};
  s.planes = numel_of(input.shape().span().first(input.rank() - 2));
  s.out.h =
      pooled_size(s.in.h, s.kernel.h, s.stride.h, s.padding.h, s.dilation.h, options.ceil_mode);
  s.out.w =
      pooled_size(s.in.w, s.kernel.w, s.stride.w, s.padding.w, s.dilation.w, options.ceil_mode);
  check_positive(s.kernel, "kernel_size", "kernel size", "k");
  check_positive(s.stride, "stride", "stride", "d");
  check_positive(s.dilation, "dilation", "dilation", "dilation");
  check_input(input);
  check_padding(s);
  check_output(input, s.out);
  check_dtype(input.dtype());
  return s;
}

// ---- maxima: forward and backward --------------------------------------------------------------

class MaxPoolBackward final : public Node {
 public:
  SavedTensor input, indices;
  const char* name() const noexcept override { return "MaxPool2DWithIndicesBackward0"; }
  void release_saved() noexcept override {
    input.reset();
    indices.reset();
  }
  std::vector<TensorRef> backward(Context& context, std::span<const TensorRef> grads) override {
    const TensorRef& x = input.unpack(name());
    const TensorRef& at = indices.unpack(name());
    const Dtype compute = compute_dtype(x->dtype(), "max_pool2d");
    const TensorRef g = contiguous_in(context, grads[0], compute);
    TensorRef out = empty(context.allocator(), x->shape(), compute);
    const PoolPlanes planes = planes_of(x->shape(), at->shape());
    if (compute == Dtype::float32) {
      kernels::max_pool_backward(context.pool(), planes, g->data<float>(), at->data<int64_t>(),
                                 out->mutable_data<float>());
    } else {
      kernels::max_pool_backward(context.pool(), planes, g->data<double>(), at->data<int64_t>(),
                                 out->mutable_data<double>());
    }
    return one(finish(context, std::move(out), x->dtype()));
  }
};

template <class T>
void run_max(Context& context, const MaxPoolShape& shape, const Tensor& x, Tensor& out,
             Tensor* indices) {
  kernels::max_pool(context.pool(), shape, x.data<T>(), out.mutable_data<T>(),
                    indices ? indices->mutable_data<int64_t>() : nullptr);
}

ValuesAndIndices pooled(Context& context, const TensorRef& input, const MaxPool2dOptions& options,
                        bool with_indices) {
  const MaxPoolShape shape = checked(*input, options);
  const Dtype compute = compute_dtype(input->dtype(), "max_pool2d");
  const TensorRef x = contiguous_in(context, input, compute);
  Shape out_shape = input->shape();
  out_shape[out_shape.size() - 2] = shape.out.h;
  out_shape.back() = shape.out.w;
  ValuesAndIndices out{empty(context.allocator(), out_shape, compute), nullptr};
  auto node = record<MaxPoolBackward>(context, input);
  if (with_indices || node) {
    out.indices = empty(context.allocator(), out_shape, Dtype::int64);
  }
  if (compute == Dtype::float32) {
    run_max<float>(context, shape, *x, *out.values, out.indices.get());
  } else if (compute == Dtype::float64) {
    run_max<double>(context, shape, *x, *out.values, out.indices.get());
  } else {
    run_max<int64_t>(context, shape, *x, *out.values, out.indices.get());
  }
  out.values = finish(context, std::move(out.values), input->dtype());
  if (node) {
    node->input = SavedTensor(input);
    node->indices = SavedTensor(out.indices);
    attach(node, *out.values);
  }
  return out;
}

}  // namespace

ValuesAndIndices max_pool2d_with_indices(Context& context, const TensorRef& input,
                                         const MaxPool2dOptions& options) {
  return pooled(context, input, options, true);
}
TensorRef max_pool2d(Context& context, const TensorRef& input, const MaxPool2dOptions& options) {
  return pooled(context, input, options, false).values;
}

// ---- averages ----------------------------------------------------------------------------------

namespace {

class AdaptiveAvgPoolBackward final : public Node {
 public:
  Form form;
  const char* name() const noexcept override { return "AdaptiveAvgPool2DBackward0"; }
  std::vector<TensorRef> backward(Context& context, std::span<const TensorRef> grads) override {
    const Dtype compute = compute_dtype(form.dtype, "adaptive_avg_pool2d");
    const TensorRef g = contiguous_in(context, grads[0], compute);
    TensorRef out = empty(context.allocator(), form.shape, compute);
    const PoolPlanes planes = planes_of(form.shape, g->shape());
    if (compute == Dtype::float32) {
      kernels::adaptive_average_backward(context.pool(), planes, g->data<float>(),
                                         out->mutable_data<float>());
    } else {
      kernels::adaptive_average_backward(context.pool(), planes, g->data<double>(),
                                         out->mutable_data<double>());
    }
    return one(finish(context, std::move(out), form.dtype));
  }
};

// The two extents, where None stands for the input's own.
Extent output_extent(const Tensor& input, const AdaptiveAvgPool2dOptions& options) {
  const auto& given = options.output_size;
  const size_t rank = input.rank();
  Extent out{};
  if (options.one_for_both) {
    out = {given[0].value_or(0), given[0].value_or(0)};
  } else {
    if (rank <= given.size()) {
      throw Error(Code::shape_mismatch, join("adaptive_avg_pool2d: Input dimension should be at "
                                             "least ",
                                             given.size() + 1))
          .with("torch_error", "ValueError");
    }
    if (given.size() != 2) {
      throw bad_argument("output_size", "adaptive_avg_pool2d: output_size must be 2");
    }
    out = {given[0].value_or(input.size(rank - 2)), given[1].value_or(input.size(rank - 1))};
  }
  if (out.h >= 0 && out.w >= 0) return out;
  throw bad_argument("output_size",
                     join("adaptive_avg_pool2d: elements of output_size must be greater than or "
                          "equal to 0 but received {",
                          out.h, ", ", out.w, "}"));
}

void check_averaged(const Tensor& input) {
  const size_t rank = input.rank();
  if (rank != 3 && rank != 4) {
    throw refused(Code::shape_mismatch,
                  join("adaptive_avg_pool2d(): Expected 3D or 4D tensor, but got ",
                       format_shape(input.shape())));
  }
  for (size_t dim = rank - 2; dim < rank; ++dim) {
    if (input.size(dim) > 0) continue;
    throw refused(Code::shape_mismatch,
                  join("adaptive_avg_pool2d(): Expected input to have non-zero size for non-batch "
                       "dimensions, but input has sizes ",
                       format_shape(input.shape()), " with dimension ", dim, " being empty"));
  }
  if (is_floating(input.dtype()) && itemsize(input.dtype()) >= 2) return;
  throw Error(Code::unsupported,
              join("adaptive_avg_pool2d: \"adaptive_avg_pool2d\" not implemented for '",
                   scalar_type_name(input.dtype()), "'"))
      .with("torch_error", "NotImplementedError");
}

}  // namespace

TensorRef adaptive_avg_pool2d(Context& context, const TensorRef& input,
                              const AdaptiveAvgPool2dOptions& options) {
  const Extent out_size = output_extent(*input, options);
  if (out_size.h == 1 && out_size.w == 1) return mean(context, input, {{-1, -2}, true});
  check_averaged(*input);
  const Dtype compute = compute_dtype(input->dtype(), "adaptive_avg_pool2d");
  const TensorRef x = contiguous_in(context, input, compute);
  Shape shape = input->shape();
  shape[shape.size() - 2] = out_size.h;
  shape.back() = out_size.w;
  TensorRef out = empty(context.allocator(), shape, compute);
  const PoolPlanes planes = planes_of(input->shape(), shape);
  if (compute == Dtype::float32) {
    kernels::adaptive_average(context.pool(), planes, x->data<float>(), out->mutable_data<float>());
  } else {
    kernels::adaptive_average(context.pool(), planes, x->data<double>(),
                              out->mutable_data<double>());
  }
  out = finish(context, std::move(out), input->dtype());
  if (auto node = record<AdaptiveAvgPoolBackward>(context, input)) {
    node->form = Form(*input);
    attach(node, *out);
  }
  return out;
}

}  // namespace duramen::ops
