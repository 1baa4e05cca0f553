#include <duramen/init.h>

#include "handles.hpp"
#include "nn/init_functions.hpp"
#include "options.hpp"

using namespace duramen;
using namespace duramen::capi;

duramen_status duramen_tensor_fill_from_text(duramen_context* context, duramen_tensor* tensor,
                                             const char* text, size_t text_length,
                                             duramen_error** error) noexcept {
  return guard(error, __func__, [&] {
    Context& core = running(context);
    Tensor& target = object(tensor, "tensor");
    nn::initialise(core, target, text_argument(text, text_length, "text"));
  });
}

duramen_status duramen_calculate_gain(const char* text, size_t text_length, double* out,
                                      duramen_error** error) noexcept {
  clear(out);
  return guard(error, __func__, [&] {
    required(out, "out");
    *out = nn::gain_of_text(text_argument(text, text_length, "text"));
  });
}
