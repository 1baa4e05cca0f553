// A tensor as PyTorch prints it: four digits, columns of one width, edges only when it is large.
#pragma once

#include <string>

#include "elements.hpp"

namespace cli {

enum class Extent { edges, full };
inline constexpr size_t kManyElements = 1000;  // beyond, edges only

// "tensor([1., 2.])", in several lines where needed.
std::string tensor_text(duramen_context* context, const duramen_tensor* tensor, Extent extent);

}  // namespace cli
