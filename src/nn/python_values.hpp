// Python's arithmetic as constructors use them on their arguments, and sizes as torch.empty reads
// them: the results, or Python's and PyTorch's errors ("torch_error").
#pragma once

#include "nn/build.hpp"

namespace duramen::nn {

// Whether it is a bool, an int or a float.
bool is_number(const spec::Expression& value) noexcept;
// left % right == 0. TypeError; ZeroDivisionError.
bool is_divisible(const spec::Expression& left, const spec::Expression& right);
// left // right: an int of two ints, else a float. As above.
spec::Expression floor_divided(const spec::Expression& left, const spec::Expression& right);

// torch.empty((sizes…)). TypeError for what is no int, with the argument of that place where they
// are named.
Shape sizes_of(std::span<const spec::Expression> sizes,
               std::span<const std::string_view> names = {});
// torch.empty(size): one int, or a tuple or list of them.
Shape size_of(const spec::Expression& size, std::string_view function = "empty");

}  // namespace duramen::nn
