#include "ops/mixed_dtypes.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace duramen::ops {
namespace {

Error dtype_error(std::string message) {
  return Error(Code::dtype_mismatch, std::move(message)).with("torch_error", "RuntimeError");
}

}  // namespace

void check_mixed_dtypes(const char* operation, const Tensor& input,
                        std::initializer_list<const Tensor*> others) {
  const Tensor* const* first =
      std::find_if(others.begin(), others.end(), [](const Tensor* other) { return other; });
  if (first == others.end()) return;
  const bool mixed = (*first)->dtype() != input.dtype();
  const Dtype expected = mixed ? Dtype::float32 : input.dtype();
  for (const Tensor* other : others) {
    if (!other || other->dtype() == expected) continue;
    throw dtype_error(
        join(operation, mixed ? join(": mixed dtype (CPU): expect parameter to have scalar type "
                                     "of Float")
                              : join(": expected scalar type ", scalar_type_name(expected),
                                     " but found ", scalar_type_name(other->dtype()))));
  }
  if (mixed && itemsize(input.dtype()) != 2) {
    throw dtype_error(join(operation, ": mixed dtype (CPU): all inputs must share same datatype."));
  }
}

}  // namespace duramen::ops
