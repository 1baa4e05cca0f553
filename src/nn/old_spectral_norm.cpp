#include "nn/old_spectral_norm.hpp"

#include <cmath>
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

// Eight sums side by side, so that no addition waits for the one before.
double dot(const double* a, const double* b, size_t count) {
  double sums[8] = {};
  size_t i = 0;
  for (; i + 8 <= count; i += 8) {
    for (size_t k = 0; k < 8; ++k) sums[k] += a[i + k] * b[i + k];
  }
  for (; i < count; ++i) sums[0] += a[i] * b[i];
  return std::accumulate(std::begin(sums), std::end(sums), 0.0);
}

struct Matrix {
  size_t rows, columns;
  Numbers elements;

  const double* row(size_t i) const { return elements.data() + i * columns; }
  double* row(size_t i) { return elements.data() + i * columns; }
  Numbers times(const Numbers& x) const {
    Numbers out(rows);
    for (size_t i = 0; i < rows; ++i) out[i] = dot(row(i), x.data(), columns);
    return out;
  }
  Matrix transposed() const {
    Matrix out = {columns, rows, Numbers(elements.size())};
    for (size_t i = 0; i < rows; ++i) {
      for (size_t j = 0; j < columns; ++j) out.row(j)[i] = row(i)[j];
    }
    return out;
  }
};

// The lower triangle L with L Lᵀ = A Aᵀ (Cholesky). A row that depends on those before it, but for
// rounding, has a zero at its end.
Matrix gram_factor(const Matrix& a) {
  constexpr double kRounding = 1e-13;
  Matrix out = {a.rows, a.rows, Numbers(a.rows * a.rows)};
  for (size_t i = 0; i < a.rows; ++i) {
    double* const row = out.row(i);
    for (size_t j = 0; j < i; ++j) {
      const double rest = dot(a.row(i), a.row(j), a.columns) - dot(row, out.row(j), j);
      row[j] = out.row(j)[j] > 0 ? rest / out.row(j)[j] : 0;
    }
    const double whole = dot(a.row(i), a.row(i), a.columns), rest = whole - dot(row, row, i);
    row[i] = rest > kRounding * whole ? std::sqrt(rest) : 0;
  }
  return out;
}

// x with L Lᵀ x = b; zero where a row depends on others.
Numbers solve(const Matrix& lower, Numbers b) {
  for (size_t i = 0; i < b.size(); ++i) {
    const double end = lower.row(i)[i], rest = b[i] - dot(lower.row(i), b.data(), i);
    b[i] = end > 0 ? rest / end : 0;
  }
  for (size_t i = b.size(); i-- > 0;) {
    const double end = lower.row(i)[i];
    b[i] = end > 0 ? b[i] / end : 0;
    for (size_t j = 0; j < i; ++j) b[j] -= lower.row(i)[j] * b[i];
  }
  return b;
}

// The x with the least ‖W x - u‖, the shortest one where W has more columns than rows.
Numbers least_squares(const Matrix& matrix, const Numbers& u) {
  const Matrix turned = matrix.transposed();
  if (matrix.rows <= matrix.columns) return turned.times(solve(gram_factor(matrix), u));
  return solve(gram_factor(turned), turned.times(u));
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
  const double by = sigma / dot(direction.data(), matrix.times(v).data(), rows);
  TensorRef out =
      empty(make<Allocator>(), {static_cast<int64_t>(matrix.columns)}, original.dtype());
  const size_t itemsize = dtype_info(out->dtype()).bits / 8;
  for (size_t j = 0; j < v.size(); ++j) {
    kernels::write_double(out->mutable_bytes() + j * itemsize, out->dtype(), v[j] * by);
  }
  return out;
}

}  // namespace duramen::nn
