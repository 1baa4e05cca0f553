#include "support/gradcheck.hpp"

#include <algorithm>
#include <cmath>

#include "autograd/backward.hpp"
#include "base/text.hpp"
#include "ops/ops.hpp"
#include "support/hash_generator.hpp"
#include "support/tensors.hpp"

namespace duramen::test {

namespace {

constexpr uint64_t kSeed = 77;
constexpr double kStep = 1e-6;
constexpr double kTolerance = 1e-7;  // the differences' own error is near 1e-9 at this step

std::vector<double> weights_of(size_t output, int64_t count) {
  return hash_real({kSeed, 1000 + output}, count);
}

double weighted_sum(Context& context, const GradFunction& function,
                    const std::vector<TensorRef>& inputs) {
  const NoGrad off(context);
  const auto outputs = function(context, inputs);
  double total = 0;
  for (size_t k = 0; k < outputs.size(); ++k) {
    const auto values = values_of(*outputs[k]);
    const auto weights = weights_of(k, static_cast<int64_t>(values.size()));
    for (size_t i = 0; i < values.size(); ++i) total += values[i] * weights[i];
  }
  return total;
}

void run_backward(Context& context, const GradFunction& function,
                  const std::vector<TensorRef>& inputs) {
  for (const TensorRef& input : inputs) input->set_grad(nullptr);
  const auto outputs = function(context, inputs);
  TensorRef loss;
  for (size_t k = 0; k < outputs.size(); ++k) {
    if (!outputs[k]->requires_grad()) continue;
    const TensorRef w = make_tensor(context, outputs[k]->shape(), outputs[k]->dtype(),
                                    weights_of(k, outputs[k]->numel()));
    const TensorRef term = ops::sum(context, ops::mul(context, outputs[k], w));
    loss = loss ? ops::add(context, loss, term) : term;
  }
  if (loss) backward(context, loss, nullptr);
}

double moved(Context& context, const GradFunction& function, const std::vector<TensorRef>& inputs,
             double* element, double by) {
  const double before = *element;
  *element = before + by;
  const double value = weighted_sum(context, function, inputs);
  *element = before;
  return value;
}

std::string fault_of_input(Context& context, const GradFunction& function,
                           const std::vector<TensorRef>& inputs, size_t index) {
  Tensor& input = *inputs[index];
  if (input.numel() == 0) return "";
  if (!input.grad()) return join("input ", index, " has no gradient");
  const auto analytic = values_of(*input.grad());
  for (size_t i = 0; i < analytic.size(); ++i) {
    double* element = input.mutable_data<double>() + i;
    const double numeric = (moved(context, function, inputs, element, kStep) -
                            moved(context, function, inputs, element, -kStep)) /
                           (2 * kStep);
    const double limit = kTolerance * std::max(1.0, std::abs(numeric));
    if (std::abs(numeric - analytic[i]) <= limit) continue;
    return join("input ", index, " element ", i, ": backward gives ", format_float(analytic[i]),
                ", differences give ", format_float(numeric));
  }
  return "";
}

}  // namespace

std::string gradient_fault(Context& context, const GradFunction& function,
                           const std::vector<TensorRef>& inputs) {
  run_backward(context, function, inputs);
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (!inputs[i]->requires_grad()) continue;
    std::string fault = fault_of_input(context, function, inputs, i);
    if (!fault.empty()) return fault;
  }
  return "";
}

TensorRef hashed_leaf(Context& context, uint64_t stream, std::initializer_list<int64_t> shape,
                      double scale) {
  const Shape sizes(shape);
  TensorRef leaf = make_tensor(context, sizes, Dtype::float64,
                               hash_real({kSeed, stream}, numel_of(sizes), scale));
  leaf->set_requires_grad(true);
  return leaf;
}

}  // namespace duramen::test
