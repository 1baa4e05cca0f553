#include "numbers.hpp"

namespace cli {
namespace {

Numbers::Kind kind_of(duramen_dtype dtype) {
  if (is_complex(dtype)) return Numbers::Kind::complex;
  if (is_floating(dtype)) return Numbers::Kind::real;
  return dtype == DURAMEN_DTYPE_UINT64 ? Numbers::Kind::natural : Numbers::Kind::integer;
}

}  // namespace

Numbers::Numbers(duramen_context* context, const duramen_tensor* tensor)
    : context_(context), chunks_(context, tensor), kind_(kind_of(duramen_tensor_dtype(tensor))) {}

void Numbers::read(size_t begin) {
  const Tensor chunk = chunks_.at(begin);
  count_ = static_cast<size_t>(duramen_tensor_numel(chunk.get()));
  const auto read_as = [&](duramen_dtype dtype, auto& numbers, size_t count) {
    numbers.resize(count);
    call(kRefused, "", [&](auto error) {
      return duramen_tensor_read(context_, chunk.get(), dtype, numbers.data(),
                                 numbers.size() * sizeof(numbers[0]), error);
    });
  };
  switch (kind_) {
    case Kind::real:
      return read_as(DURAMEN_DTYPE_FLOAT64, reals_, count_);
    case Kind::complex:
      return read_as(DURAMEN_DTYPE_COMPLEX128, reals_, 2 * count_);
    case Kind::integer:
      return read_as(DURAMEN_DTYPE_INT64, integers_, count_);
    case Kind::natural:
      return read_as(DURAMEN_DTYPE_UINT64, integers_, count_);
  }
}

double Numbers::real(size_t i) const {
  switch (kind_) {
    case Kind::real:
      return reals_[i];
    case Kind::complex:
      return reals_[2 * i];
    case Kind::integer:
      return static_cast<double>(static_cast<int64_t>(integers_[i]));
    default:
      return static_cast<double>(integers_[i]);
  }
}

double Numbers::imaginary(size_t i) const { return kind_ == Kind::complex ? reals_[2 * i + 1] : 0; }

}  // namespace cli
