// torch.nn.init by text: "kaiming_uniform_(a=0.2, mode='fan_out')", the tensor left out.
#pragma once

#include "autograd/context.hpp"
#include "spec/registry.hpp"

namespace duramen::nn {

struct InitType {
  spec::Signature signature;  // without the tensor, which comes first
  // Checks everything before it writes; without grad mode.
  void (*apply)(Context& context, Tensor& tensor, const spec::Arguments& arguments);
};

// Every function of torch.nn.init that fills a tensor, in the order of the documentation.
const spec::Registry<InitType>& init_types() noexcept;

// Fills the tensor as that function does and moves the generator; `text` is a name, or a call. The
// deprecated names, without the underscore, work and warn. Errors carry "torch_error"; UNSUPPORTED
// with "nearest" for an unknown name, and for a dtype that the function has not; READ_ONLY.
// CANCELLED: part of the tensor may be written and the generator moved.
void initialise(Context& context, Tensor& tensor, std::string_view text);
// From arguments by name (spec::arrange).
void initialise(Context& context, Tensor& tensor, spec::Expression call);

// tensor.fill_(value) of a Python number; unlike constant_ it takes 0j. INVALID_ARGUMENT: TypeError
// for what is no number, RuntimeError for one that the dtype cannot hold.
void fill_with(Tensor& tensor, const spec::Expression& value);

// "calculate_gain('leaky_relu', 0.2)". INVALID_ARGUMENT (ValueError, TypeError).
double gain_of_text(std::string_view text);

}  // namespace duramen::nn
