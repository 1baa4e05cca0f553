#include "autograd/conversion.hpp"

#include "base/text.hpp"
#include "kernels/copy.hpp"

namespace duramen {

TensorRef converted(Context& context, const Tensor& tensor, Dtype dtype) {
  TensorRef out = empty(context.allocator(), tensor.shape(), dtype);
  kernels::copy(context.pool(), *out, tensor);
  return out;
}

std::string lost_imaginary(const Tensor& from, Dtype to) {
  if (!is_complex(from.dtype()) || is_complex(to) || to == Dtype::boolean) return "";
  if (from.numel() == 0) return "";
  return join("Casting complex values to real discards the imaginary part (",
              dtype_name(from.dtype()), " to ", dtype_name(to), ")");
}

void warn_of_lost_imaginary(const Context& context, std::string_view what, const Tensor& from,
                            Dtype to) {
  const std::string warning = lost_imaginary(from, to);
  if (!warning.empty()) context.log().write(LogLevel::warning, join(what, ": ", warning));
}

}  // namespace duramen
