// The elements of a tensor as numbers, of whatever type.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "json.hpp"
#include "tensors.hpp"

namespace cli {

struct Number {
  enum class Kind { boolean, integer, natural, real, complex };
  Kind kind = Kind::real;
  int64_t integer = 0;   // a bool as 0 or 1
  uint64_t natural = 0;  // uint64
  double real = 0;       // or the real part
  double imaginary = 0;
  bool is_single = false;  // real: float32 or narrower, for the shortest digits
};

void write_number(Json& json, const Number& number);

// All elements in C order, read as they are asked for.
class Elements {
 public:
  // Failure(kUsage) for opaque dtypes.
  Elements(duramen_context* context, const duramen_tensor* tensor);
  size_t size() const { return size_; }
  // Requires: index < size().
  Number operator[](size_t index) const;

 private:
  Bytes bytes_;
  duramen_dtype dtype_;
  size_t size_;
  std::vector<double> wide_;  // of the types that C++ has not, two for a complex one
};

bool is_opaque(duramen_dtype dtype);

struct Statistics {
  uint64_t count = 0;
  uint64_t nan_count = 0;
  uint64_t inf_count = 0;
  uint64_t zero_count = 0;
  Number min;  // of what is not NaN; meaningless where there is none
  Number max;
  double mean = 0;
  bool has_order = false;  // something that is not NaN, and not complex
};
// Reads the elements in chunks. Requires: no opaque dtype.
Statistics statistics_of(duramen_context* context, const duramen_tensor* tensor);

}  // namespace cli
