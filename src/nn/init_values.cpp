#include "nn/init_values.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "base/text.hpp"
#include "kernels/copy.hpp"
#include "kernels/lapack.hpp"
#include "kernels/random_fill.hpp"
#include "kernels/rejection.hpp"
#include "nn/init.hpp"
#include "ops/operands.hpp"

namespace duramen::nn {
namespace {

// torch.empty_like: without gaps, in the order of the tensor's dimensions.
TensorRef empty_like(Context& context, const Tensor& tensor) {
  TensorRef out = empty(context.allocator(), tensor.shape(), tensor.dtype());
  out->set_data(out->storage(), {tensor.shape(), ops::dense_strides(tensor.layout()), 0},
                tensor.dtype());
  return out;
}

double normal_cdf(double x) noexcept { return (1 + std::erf(x / std::numbers::sqrt2)) / 2; }

void reject_normals(Context& context, Tensor& tensor, const TruncatedNormal& how) {
  normal(context, tensor, how.mean, how.std);
  const TensorRef values = empty_like(context, tensor);
  kernels::copy(context.pool(), *values, tensor);
  if (!kernels::any_outside(*values, how.a, how.b)) return;
  const TensorRef fresh = empty_like(context, *values);
  do {
    context.cancel().check("trunc_normal_");
    normal(context, *fresh, how.mean, how.std);
    kernels::replace_outside(*values, *fresh, how.a, how.b);
  } while (kernels::any_outside(*values, how.a, how.b));
  kernels::copy(context.pool(), tensor, *values);
}

void reject_uniforms(Context& context, Tensor& tensor, const TruncatedNormal& how) {
  const double mode = std::max(how.a, std::min(how.mean, how.b));
  const double distance = (mode - how.mean) / how.std;
  const kernels::NormalPeak peak = {how.mean, how.std, -0.5 * python_square(distance)};
  const TensorRef candidates = empty_like(context, tensor);
  const TensorRef draws = empty_like(context, tensor);
  const TensorRef values = empty_like(context, tensor);
  std::vector<uint8_t> pending(static_cast<size_t>(tensor.numel()), 1);

  uniform(context, tensor, how.a, how.b);
  kernels::copy(context.pool(), *candidates, tensor);
  kernels::copy(context.pool(), *values, tensor);
  uniform(context, *draws, 0, 1);
  if (!kernels::keep_pending(pending.data(), *candidates, *draws, peak)) return;
  do {
    uniform(context, *candidates, how.a, how.b);
    kernels::take_pending(*values, *candidates, pending.data());
    uniform(context, *draws, 0, 1);
  } while (kernels::keep_pending(pending.data(), *candidates, *draws, peak));
  kernels::copy(context.pool(), tensor, *values);
}

// The matrix size(0) x the rest that the tensor's memory is.
Layout matrix_of(const Tensor& tensor) {
  const int64_t rows = tensor.size(0);
  const int64_t sizes[] = {rows, tensor.numel() / rows};
  if (auto layout = view_reshape(tensor.layout(), sizes)) return *std::move(layout);
  throw Error(Code::invalid_argument,
              "orthogonal_: view size is not compatible with input tensor's size and stride (at "
              "least one dimension spans across two contiguous subspaces). Use .reshape(...) "
              "instead.")
      .with("torch_error", "RuntimeError");
}

double sign(double value) noexcept { return value > 0 ? 1 : value < 0 ? -1 : 0; }

// Q of `normals` (rows x columns) in its place.
template <class T>
void orthonormalise(ThreadPool& pool, Tensor& normals, double gain) {
  // LAPACK's order is the other one, so a wide matrix is a tall one to it and a tall one is turned.
  const int64_t rows = normals.size(0), columns = normals.size(1);
  const int64_t tall = std::max(rows, columns), narrow = std::min(rows, columns);
  T* data = normals.mutable_data<T>();
  std::vector<T> turned, diagonal(static_cast<size_t>(narrow));
  T* matrix = data;
  const auto turn = [&](T* to, const T* from, int64_t lines, int64_t length) {
    for (int64_t i = 0; i < lines; ++i) {
      for (int64_t j = 0; j < length; ++j) to[j * lines + i] = from[i * length + j];
    }
  };
  if (rows >= columns) {
    turned.resize(static_cast<size_t>(rows * columns));
    matrix = turned.data();
    turn(matrix, data, rows, columns);
  }
  {
    const kernels::OneBlasThread scope(pool.blas());
    kernels::lapack_qr(tall, narrow, matrix, diagonal.data());
  }
  const T factor = static_cast<T>(gain);
  for (int64_t i = 0; i < narrow; ++i) {
    const T side = static_cast<T>(sign(diagonal[static_cast<size_t>(i)]));
    for (int64_t j = 0; j < tall; ++j) matrix[i * tall + j] = matrix[i * tall + j] * side * factor;
  }
  if (rows >= columns) turn(data, matrix, columns, rows);
}

// The start of torch.randperm(items.size()).
void shuffle(Generator& generator, std::vector<int64_t>& items) {
  std::iota(items.begin(), items.end(), int64_t{0});
  const auto count = static_cast<uint64_t>(items.size());
  const bool small = count < UINT32_MAX / 20;
  for (uint64_t i = 0; i + 1 < count; ++i) {
    const uint64_t draw = small ? generator.random() : generator.random64();
    std::swap(items[i], items[i + draw % (count - i)]);
  }
}

}  // namespace

double python_square(double x) noexcept {
  const volatile double two = 2;
  return std::pow(x, two);
}

void truncated_normal(Context& context, Tensor& tensor, const TruncatedNormal& how) {
  if (!is_floating(tensor.dtype())) {
    throw Error(Code::unsupported,
                join("trunc_normal_: not implemented for dtype ", dtype_name(tensor.dtype())))
        .with("torch_error", "NotImplementedError");
  }
  const double mass =
      normal_cdf((how.b - how.mean) / how.std) - normal_cdf((how.a - how.mean) / how.std);
  if (mass > 0.3) return reject_normals(context, tensor, how);
  reject_uniforms(context, tensor, how);
}

void orthogonal(Context& context, Tensor& tensor, double gain) {
  const bool is_double = tensor.dtype() == Dtype::float64;
  if (!is_double && tensor.dtype() != Dtype::float32) {
    throw Error(Code::unsupported,
                join("orthogonal_: not implemented for dtype ", dtype_name(tensor.dtype()),
                     " (expected float32 or "
                     "float64)"))
        .with("torch_error", "NotImplementedError");
  }
  const TensorRef target = alias(tensor, matrix_of(tensor));
  const TensorRef normals = empty(context.allocator(), target->shape(), tensor.dtype());
  normal(context, *normals, 0, 1);
  if (is_double) {
    orthonormalise<double>(context.pool(), *normals, gain);
  } else {
    orthonormalise<float>(context.pool(), *normals, gain);
  }
  kernels::copy(context.pool(), *target, *normals);
  tensor.storage()->bump_version();
}

void sparse_normal(Context& context, Tensor& tensor, double std, int64_t zeros) {
  normal(context, tensor, 0, std);
  const int64_t rows = tensor.size(0);
  if (zeros < 0) zeros = std::max<int64_t>(0, rows + zeros);  // Python's slice
  zeros = std::min(zeros, rows);
  std::vector<int64_t> order(static_cast<size_t>(rows));
  const auto item = static_cast<int64_t>(itemsize(tensor.dtype()));
  for (int64_t column = 0; column < tensor.size(1); ++column) {
    context.cancel().check("sparse_");
    shuffle(context.generator(), order);
    for (int64_t i = 0; i < zeros; ++i) {
      const int64_t place =
          order[static_cast<size_t>(i)] * tensor.strides()[0] + column * tensor.strides()[1];
      kernels::write_double(tensor.mutable_bytes() + place * item, tensor.dtype(), 0);
    }
  }
}

void identity_matrix(Tensor& tensor) {
  fill(tensor, 0);
  const auto item = static_cast<int64_t>(itemsize(tensor.dtype()));
  const int64_t step = (tensor.strides()[0] + tensor.strides()[1]) * item;
  for (int64_t i = 0; i < std::min(tensor.size(0), tensor.size(1)); ++i) {
    kernels::write_double(tensor.mutable_bytes() + i * step, tensor.dtype(), 1);
  }
}

void dirac(Tensor& tensor, int64_t groups) {
  fill(tensor, 0);
  int64_t middle = 0;
  for (size_t i = 2; i < tensor.rank(); ++i) middle += tensor.size(i) / 2 * tensor.strides()[i];
  const auto item = static_cast<int64_t>(itemsize(tensor.dtype()));
  const int64_t each = tensor.size(0) / groups;
  for (int64_t group = 0; group < groups; ++group) {
    for (int64_t channel = 0; channel < std::min(each, tensor.size(1)); ++channel) {
      const int64_t place =
          (group * each + channel) * tensor.strides()[0] + channel * tensor.strides()[1] + middle;
      kernels::write_double(tensor.mutable_bytes() + place * item, tensor.dtype(), 1);
    }
  }
}

}  // namespace duramen::nn
