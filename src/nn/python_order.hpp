// Python's comparisons, as constructors use them on their arguments.
#pragma once

#include "nn/build.hpp"

namespace duramen::nn {

enum class Order { less, less_equal, greater };

// left < right and so on, of numbers, texts, lists and tuples. INVALID_ARGUMENT (TypeError) for
// what has no order.
bool holds(const spec::Expression& left, Order order, const spec::Expression& right);
bool holds(const spec::Expression& left, Order order, int64_t right);
bool holds(int64_t left, Order order, const spec::Expression& right);
// left == right, of anything.
bool is_equal(const spec::Expression& left, const spec::Expression& right);
bool is_equal(const spec::Expression& left, int64_t right);

}  // namespace duramen::nn
