#include "nn/old_spectral_norm.hpp"

#include <numeric>

#include "kernels/copy.hpp"

namespace duramen::nn {
namespace {

using Numbers = std::vector<double>;

bool is_real(const Tensor& tensor) noexcept {
  const DtypeKind kind = dtype_info(tensor.dtype()).kind;
  return kind == DtypeKind::floating && tensor.numel() > 0;
}

// Dimension `dim` outermost, the others in their order.
Numbers numbers_of(const Tensor& tensor, int64_t dim) {
  Numbers out(static_cast<size_t>(tensor.numel()));
  const size_t itemsize = dtype_info(tensor.dtype()).bits / 8;
  Shape sizes = tensor.shape(), strides = tensor.strides();
  if (!sizes.empty()) {
    const auto row = static_cast<ptrdiff_t>(dim);
    std::rotate(sizes.begin(), sizes.begin() + row, sizes.begin() + row + 1);
    std::rotate(strides.begin(), strides.begin() + row, strides.begin() + row + 1);
  }
  for (size_t i = 0; i < out.size(); ++i) {
    auto rest = static_cast<int64_t>(i), offset = int64_t{0};
    for (size_t d = sizes.size(); d-- > 0; rest /= sizes[d]) offset += rest % sizes[d] * strides[d];
    const auto place = static_cast<ptrdiff_t>(offset) * static_cast<ptrdiff_t>(itemsize);
    out[i] = kernels::read_double(tensor.bytes() + place, tensor.dtype());
  }
  return out;
}

double dot(const Numbers& a, const Numbers& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

struct Matrix {
  size_t rows, columns;
  Numbers elements;

  Numbers times(const Numbers& x) const {
    Numbers out(rows);
    for (size_t i = 0; i < rows; ++i) {
      for (size_t j = 0; j < columns; ++j) out[i] += elements[i * columns + j] * x[j];
    }
    return out;
  }
  Numbers transposed_times(const Numbers& x) const {
    Numbers out(columns);
    for (size_t i = 0; i < rows; ++i) {
      for (size_t j = 0; j < columns; ++j) out[j] += elements[i * columns + j] * x[i];
    }
    return out;
  }
};

void add_scaled(Numbers& to, const Numbers& what, double by) {
  for (size_t i = 0; i < to.size(); ++i) to[i] += by * what[i];
}

// The shortest x with the least ‖W x - u‖: conjugate gradients on WᵀW.
Numbers least_squares(const Matrix& matrix, const Numbers& u) {
  Numbers x(matrix.columns), rest = u, slope = matrix.transposed_times(rest), way = slope;
  const double first = dot(slope, slope);
  double now = first;
  for (size_t k = 0; k < 2 * std::min(matrix.rows, matrix.columns) + 8; ++k) {
    if (!(now > 1e-28 * first)) break;
    const Numbers reached = matrix.times(way);
    const double by = now / dot(reached, reached);
    add_scaled(x, way, by);
    add_scaled(rest, reached, -by);
    slope = matrix.transposed_times(rest);
    const double before = now;
    now = dot(slope, slope);
    for (size_t i = 0; i < way.size(); ++i) way[i] = slope[i] + now / before * way[i];
  }
  return x;
}

}  // namespace

TensorRef vector_of_old_state(const Tensor& original, const Tensor& weight, const Tensor& u,
                              int64_t dim) {
  const bool fit = is_real(original) && is_real(weight) && is_real(u) && original.rank() > 0 &&
                   dim < static_cast<int64_t>(original.rank()) &&
                   original.shape() == weight.shape() && u.rank() == 1 &&
                   u.size(0) == original.size(static_cast<size_t>(dim));
  if (!fit) return nullptr;
  const auto rows = static_cast<size_t>(u.numel());
  const Matrix matrix = {rows, static_cast<size_t>(original.numel()) / rows,
                         numbers_of(original, dim)};
  const Numbers quotients = numbers_of(weight, dim), direction = numbers_of(u, 0);
  double sigma = 0;
  for (size_t i = 0; i < quotients.size(); ++i) sigma += matrix.elements[i] / quotients[i];
  sigma /= static_cast<double>(quotients.size());
  Numbers v = least_squares(matrix, direction);
  const double by = sigma / dot(direction, matrix.times(v));
  TensorRef out =
      empty(make<Allocator>(), {static_cast<int64_t>(matrix.columns)}, original.dtype());
  const size_t itemsize = dtype_info(out->dtype()).bits / 8;
  for (size_t j = 0; j < v.size(); ++j) {
    kernels::write_double(out->mutable_bytes() + j * itemsize, out->dtype(), v[j] * by);
  }
  return out;
}

}  // namespace duramen::nn
