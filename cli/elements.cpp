#include "elements.hpp"

#include <cmath>
#include <cstring>

namespace cli {
namespace {

template <class T>
T load(const char* data, size_t index) {
  T value;
  std::memcpy(&value, data + index * sizeof(T), sizeof(T));
  return value;
}

Number integer(int64_t value) {
  Number number;
  number.kind = Number::Kind::integer;
  number.integer = value;
  return number;
}

Number real(double value, bool is_single) {
  Number number;
  number.real = value;
  number.is_single = is_single;
  return number;
}

Number complex(double re, double im, bool is_single) {
  Number number = real(re, is_single);
  number.kind = Number::Kind::complex;
  number.imaginary = im;
  return number;
}

Number natural(uint64_t value) {
  Number number;
  number.kind = Number::Kind::natural;
  number.natural = value;
  return number;
}

Number boolean(bool value) {
  Number number = integer(value ? 1 : 0);
  number.kind = Number::Kind::boolean;
  return number;
}

bool is_native(duramen_dtype dtype) {
  return !is_floating(dtype) ? dtype != DURAMEN_DTYPE_COMPLEX32 : dtype <= DURAMEN_DTYPE_FLOAT32;
}

double as_double(const Number& number) {
  switch (number.kind) {
    case Number::Kind::natural:
      return static_cast<double>(number.natural);
    case Number::Kind::boolean:
    case Number::Kind::integer:
      return static_cast<double>(number.integer);
    default:
      return number.real;
  }
}

bool less(const Number& a, const Number& b) {
  if (a.kind == Number::Kind::natural) return a.natural < b.natural;
  return a.kind == Number::Kind::real ? a.real < b.real : a.integer < b.integer;
}

void write_real(Json& json, double value, bool is_single) {
  if (is_single) {
    json.real(static_cast<float>(value));
  } else {
    json.real(value);
  }
}

class Summary {
 public:
  void add(const Number& number) {
    const double value = as_double(number);
    ++out_.count;
    if (std::isnan(value) || std::isnan(number.imaginary)) {
      ++out_.nan_count;
      return;
    }
    out_.inf_count += std::isinf(value) || std::isinf(number.imaginary) ? 1 : 0;
    out_.zero_count += value == 0 && number.imaginary == 0 ? 1 : 0;
    if (number.kind == Number::Kind::complex) return;
    if (!out_.has_order || less(number, out_.min)) out_.min = number;
    if (!out_.has_order || less(out_.max, number)) out_.max = number;
    out_.has_order = true;
    const double term = value - lost_;
    const double next = sum_ + term;
    lost_ = std::isfinite(next) ? next - sum_ - term : 0;
    sum_ = next;
  }
  Statistics statistics() const {
    Statistics out = out_;
    const uint64_t counted = out.count - out.nan_count;
    out.mean = counted > 0 ? sum_ / static_cast<double>(counted) : 0;
    return out;
  }

 private:
  Statistics out_;
  double sum_ = 0;
  double lost_ = 0;  // Kahan's: of the sum so far
};

}  // namespace

bool is_opaque(duramen_dtype dtype) { return dtype > DURAMEN_DTYPE_COMPLEX128; }

void write_number(Json& json, const Number& number) {
  switch (number.kind) {
    case Number::Kind::boolean:
      json.boolean(number.integer != 0);
      break;
    case Number::Kind::integer:
      json.integer(number.integer);
      break;
    case Number::Kind::natural:
      json.raw(std::to_string(number.natural));
      break;
    case Number::Kind::real:
      write_real(json, number.real, number.is_single);
      break;
    case Number::Kind::complex:
      json.begin_array();
      write_real(json, number.real, number.is_single);
      write_real(json, number.imaginary, number.is_single);
      json.end_array();
  }
}

Elements::Elements(duramen_context* context, const duramen_tensor* tensor)
    : bytes_(context, tensor),
      dtype_(duramen_tensor_dtype(tensor)),
      size_(static_cast<size_t>(duramen_tensor_numel(tensor))) {
  if (is_opaque(dtype_)) {
    throw Failure(kUsage, std::string("elements of ") + dtype_of(tensor) + " have no values");
  }
  if (is_native(dtype_)) return;
  const bool pairs = is_complex(dtype_);
  wide_.resize(pairs ? 2 * size_ : size_);
  call(kRefused, "", [&](auto error) {
    return duramen_tensor_read(context, tensor,
                               pairs ? DURAMEN_DTYPE_COMPLEX128 : DURAMEN_DTYPE_FLOAT64,
                               wide_.data(), wide_.size() * sizeof(double), error);
  });
}

Number Elements::operator[](size_t index) const {
  const char* data = bytes_.data();
  switch (dtype_) {
    case DURAMEN_DTYPE_FLOAT64:
      return real(load<double>(data, index), false);
    case DURAMEN_DTYPE_FLOAT32:
      return real(load<float>(data, index), true);
    case DURAMEN_DTYPE_INT64:
      return integer(load<int64_t>(data, index));
    case DURAMEN_DTYPE_INT32:
      return integer(load<int32_t>(data, index));
    case DURAMEN_DTYPE_INT16:
      return integer(load<int16_t>(data, index));
    case DURAMEN_DTYPE_INT8:
      return integer(load<int8_t>(data, index));
    case DURAMEN_DTYPE_UINT64:
      return natural(load<uint64_t>(data, index));
    case DURAMEN_DTYPE_UINT32:
      return integer(load<uint32_t>(data, index));
    case DURAMEN_DTYPE_UINT16:
      return integer(load<uint16_t>(data, index));
    case DURAMEN_DTYPE_UINT8:
      return integer(load<uint8_t>(data, index));
    case DURAMEN_DTYPE_BOOL:
      return boolean(data[index] != 0);
    case DURAMEN_DTYPE_COMPLEX64:
      return complex(load<float>(data, 2 * index), load<float>(data, 2 * index + 1), true);
    case DURAMEN_DTYPE_COMPLEX128:
      return complex(load<double>(data, 2 * index), load<double>(data, 2 * index + 1), false);
    case DURAMEN_DTYPE_COMPLEX32:
      return complex(wide_[2 * index], wide_[2 * index + 1], true);
    default:
      return real(wide_[index], true);
  }
}

Statistics statistics_of(duramen_context* context, const duramen_tensor* tensor) {
  const Chunks chunks(context, tensor);
  Summary summary;
  for (size_t begin = 0; begin < chunks.size(); begin += Chunks::kMost) {
    const Tensor chunk = chunks.at(begin);
    const Elements elements(context, chunk.get());
    for (size_t i = 0; i < elements.size(); ++i) summary.add(elements[i]);
  }
  return summary.statistics();
}

}  // namespace cli
