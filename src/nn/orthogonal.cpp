// torch.nn.utils.parametrizations.orthogonal, by its state; it has no forward yet.
#include <cmath>
#include <limits>

#include "kernels/lapack.hpp"
#include "nn/init.hpp"
#include "nn/layer.hpp"
#include "nn/parametrize.hpp"

namespace duramen::nn {
namespace {

enum class Map : uint8_t { matrix_exp, cayley, householder };

// A stack of matrices in LAPACK's order, column by column; wide ones are held as their transpose.
struct Matrices {
  int64_t count;
  int64_t rows;     // n, the larger size
  int64_t columns;  // k
  bool turned;      // the tensor's are k x n
};

Matrices matrices_of(const Tensor& tensor) noexcept {
  const int64_t n = tensor.size(tensor.rank() - 2), k = tensor.size(tensor.rank() - 1);
  const int64_t each = n * k;
  return {each == 0 ? 0 : tensor.numel() / each, std::max(n, k), std::min(n, k), n < k};
}

// Column j comes to out + j * rows.
template <class T>
void load_columns(const T* row_major, const Matrices& shape, T* out) {
  for (int64_t i = 0; i < shape.rows; ++i) {
    for (int64_t j = 0; j < shape.columns; ++j) {
      out[j * shape.rows + i] =
          shape.turned ? row_major[j * shape.rows + i] : row_major[i * shape.columns + j];
    }
  }
}

template <class T>
bool is_orthogonal(const T* columns, int64_t n) {
  const T most = static_cast<T>(10 * static_cast<double>(n)) * std::numeric_limits<T>::epsilon();
  for (int64_t i = 0; i < n; ++i) {
    for (int64_t j = 0; j < n; ++j) {
      T sum = 0;
      for (int64_t r = 0; r < n; ++r) sum += columns[i * n + r] * columns[j * n + r];
      const T wanted = i == j ? 1 : 0;
      if (!(std::abs(sum - wanted) <= most + T(1e-5) * wanted)) return false;
    }
  }
  return true;
}

template <class T>
void make_orthogonal(T* columns, int64_t n) {
  std::vector<T> diagonal(static_cast<size_t>(n));
  kernels::lapack_qr(n, n, columns, diagonal.data());
  for (int64_t j = 0; j < n; ++j) {
    const T d = diagonal[static_cast<size_t>(j)];
    const T sign = d > 0 ? T(1) : d < 0 ? T(-1) : T(0);
    for (int64_t i = 0; i < n; ++i) columns[j * n + i] *= sign;
  }
}

// A square orthogonal matrix for each, whose first columns span what the tensor's do: row by row
// into `base`. `more` are the columns that a tall one lacks, (n x (n - k)) row by row.
template <class T>
void complete(const Tensor& tensor, const Tensor* more, Tensor& base) {
  const Matrices shape = matrices_of(tensor);
  const int64_t n = shape.rows, k = shape.columns;
  const auto work_on_all = [&](auto&& body) {
    for (int64_t m = 0; m < shape.count; ++m) body(m);
  };
  std::vector<T> columns(static_cast<size_t>(n * n));
  const auto load = [&](int64_t m) {
    load_columns(tensor.data<T>() + m * n * k, shape, columns.data());
    for (int64_t i = 0; more && i < n; ++i) {
      for (int64_t j = k; j < n; ++j) {
        columns[static_cast<size_t>(j * n + i)] = more->data<T>()[(m * n + i) * (n - k) + j - k];
      }
    }
  };
  bool all = !more;
  work_on_all([&](int64_t m) {
    if (!all) return;
    load(m);
    all = is_orthogonal(columns.data(), n);
  });
  work_on_all([&](int64_t m) {
    load(m);
    if (!all) make_orthogonal(columns.data(), n);
    T* out = base.mutable_data<T>() + m * n * n;
    for (int64_t i = 0; i < n; ++i) {
      for (int64_t j = 0; j < n; ++j) out[i * n + j] = columns[static_cast<size_t>(j * n + i)];
    }
  });
}

// The reflectors of the QR factorization, with signs on the diagonal.
template <class T>
void reflectors(const Tensor& tensor, Tensor& out) {
  const Matrices shape = matrices_of(tensor);
  const int64_t n = shape.rows, k = shape.columns;
  std::vector<T> columns(static_cast<size_t>(n * k)), tau(static_cast<size_t>(k));
  for (int64_t m = 0; m < shape.count; ++m) {
    load_columns(tensor.data<T>() + m * n * k, shape, columns.data());
    kernels::lapack_geqrf(n, k, columns.data(), tau.data());
    for (int64_t j = 0; j < k; ++j) {
      T& d = columns[static_cast<size_t>(j * n + j)];
      d = d > 0 ? T(1) : d < 0 ? T(-1) : T(0);
      if (tau[static_cast<size_t>(j)] == 0) d = -d;
    }
    T* to = out.mutable_data<T>() + m * n * k;
    for (int64_t i = 0; i < n; ++i) {
      for (int64_t j = 0; j < k; ++j) {
        to[shape.turned ? j * n + i : i * k + j] = columns[static_cast<size_t>(j * n + i)];
      }
    }
  }
}

TensorRef zeros(Context& context, Shape shape, Dtype dtype) {
  TensorRef out = empty(context.allocator(), std::move(shape), dtype);
  fill(*out, 0);
  return out;
}

template <class T>
void put_minus_ones(Tensor& tensor) {
  const int64_t n = tensor.size(tensor.rank() - 2), k = tensor.size(tensor.rank() - 1);
  for (int64_t m = 0; n * k > 0 && m < tensor.numel() / (n * k); ++m) {
    for (int64_t i = 0; i < std::min(n, k); ++i) {
      tensor.mutable_data<T>()[m * n * k + i * k + i] = -1;
    }
  }
}

class Orthogonal final : public Parametrization {
 public:
  Orthogonal(Shape shape, Map map, bool trivialized)
      : Parametrization("_Orthogonal"),
        shape_(std::move(shape)),
        map_(map),
        trivialized_(trivialized) {
    if (trivialized_) put_buffer("base", nullptr);
  }

  TensorRef forward(Context&, std::span<const TensorRef>) override {
    throw Error(Code::unsupported,
                "forward: orthogonal (_Orthogonal) has no forward here yet: it lists, saves and "
                "loads only")
        .with("torch_error", "NotImplementedError");
  }
  std::vector<TensorRef> right_inverse(Context& context, const TensorRef& value) override;
  void keep(std::span<const TensorRef> base) override { put_buffer("base", base[0]); }
  ModuleRef shell() const override { return make<Orthogonal>(*this); }
  bool has_attribute(std::string_view name) const override {
    return is_one_of(name, {"orthogonal_map", "right_inverse", "shape"}) ||
           Module::has_attribute(name);
  }

 private:
  Shape shape_;
  Map map_;
  bool trivialized_;
};

// Nothing where PyTorch has no right inverse, or its LAPACK not for the dtype; the draws are made.
std::vector<TensorRef> Orthogonal::right_inverse(Context& context, const TensorRef& value) {
  if (value->shape() != shape_) {
    throw Error(Code::shape_mismatch,
                join("orthogonal: Expected a matrix or batch of matrices of shape torch.Size(",
                     format_shape(shape_), "). Got a tensor of shape torch.Size(",
                     format_shape(value->shape()), ")."))
        .with("torch_error", "ValueError");
  }
  if (!trivialized_ && map_ != Map::householder) return {};
  const bool is_double = value->dtype() == Dtype::float64;
  const bool has_lapack = is_double || value->dtype() == Dtype::float32;
  const kernels::OneBlasThread scope(context.pool().blas());
  const TensorRef matrices = ops::contiguous(context, ops::detach(context, value));
  if (!trivialized_) {
    if (!has_lapack) return {};
    TensorRef out = zeros(context, value->shape(), value->dtype());
    is_double ? reflectors<double>(*matrices, *out) : reflectors<float>(*matrices, *out);
    return {std::move(out)};
  }
  const Matrices shape = matrices_of(*value);
  Shape size = value->shape();
  size[size.size() - 2] = shape.rows;
  TensorRef more;
  if (shape.rows != shape.columns) {
    size[size.size() - 1] = shape.rows - shape.columns;
    more = zeros(context, size, value->dtype());
    normal(context, *more, 0, 1);
  }
  if (!has_lapack) return {};
  size[size.size() - 1] = shape.rows;
  const TensorRef base = zeros(context, size, value->dtype());
  TensorRef out = zeros(context, value->shape(), value->dtype());
  if (is_double) {
    complete<double>(*matrices, more.get(), *base);
    put_minus_ones<double>(*out);
  } else {
    complete<float>(*matrices, more.get(), *base);
    put_minus_ones<float>(*out);
  }
  return {std::move(out), base};
}

constexpr spec::Parameter kParameters[] = {
    {"orthogonal_map", spec::kText | spec::kNone, "None",
     "matrix_exp, cayley or householder (default: matrix_exp for a square or complex matrix)"},
    {"use_trivialization", spec::kTruth, "True", "keeps a base matrix, which is multiplied by",
     true}};

Error refused(std::string message) {
  return Error(Code::invalid_argument, std::move(message)).with("torch_error", "ValueError");
}

Map map_of(const Tensor& value, const spec::Arguments& arguments) {
  const bool is_square = value.size(value.rank() - 2) == value.size(value.rank() - 1);
  if (arguments.is_none("orthogonal_map")) {
    return is_square || is_complex(value.dtype()) ? Map::matrix_exp : Map::householder;
  }
  const std::string_view name = arguments.text("orthogonal_map");
  if (name == "matrix_exp") return Map::matrix_exp;
  if (name == "cayley") return Map::cayley;
  if (name == "householder") return Map::householder;
  throw refused(
      join("orthogonal: orthogonal_map has to be one of \"matrix_exp\", \"cayley\", "
           "\"householder\". Got: ",
           printable(name, 60)));
}

Ref<Parametrization> create(Context&, const Module& module, const TensorRef& value,
                            const spec::Arguments& arguments) {
  if (!value) {
    throw refused(join("orthogonal: Module '", module.class_name(),
                       "' has no parameter or buffer with that name"));
  }
  if (value->rank() < 2) {
    throw refused(join("orthogonal: Expected a matrix or batch of matrices. Got a tensor of ",
                       value->rank(), " dimensions."));
  }
  const Map map = map_of(*value, arguments);
  if (is_complex(value->dtype()) && map == Map::householder) {
    throw refused("orthogonal: The householder parametrization does not support complex tensors.");
  }
  return make<Orthogonal>(value->shape(), map, arguments.boolean("use_trivialization"));
}

}  // namespace

constinit const ParametrizationType kOrthogonal = {
    {"orthogonal", kParameters, "A matrix with orthonormal columns or rows; no forward yet."},
    create,
    false};

}  // namespace duramen::nn
