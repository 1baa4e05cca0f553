// Inputs, loss and comparison of the recorded "module" and "op" cases.
#pragma once

#include <vector>

#include "autograd/context.hpp"
#include "support/case_log.hpp"
#include "support/goldens.hpp"
#include "value/value.hpp"

namespace duramen::test {

// Tensor k of a case: the base that may carry a gradient, and the view of it that is passed.
struct CaseInputs {
  std::vector<TensorRef> bases;
  std::vector<TensorRef> views;
};

// Floating inputs in `dtype`; the bases' shas are checked.
CaseInputs make_inputs(Context& context, const Json& one, Dtype dtype, Problems& problems);
// A recorded argument: {"t": k}, a list (a tuple here), a number, bool or null.
ValueRef argument_value(const Json& argument, const CaseInputs& inputs);
// The tensors of nested tuples and lists, in order.
std::vector<TensorRef> flatten_tensors(const Value& value);

// Σ out · w over the floating outputs that carry a gradient; null when there is none.
TensorRef weighted_loss(Context& context, const std::vector<TensorRef>& outputs, uint64_t seed);

// One run's results against its arrays, `<prefix>/<f32|f64>/<what>`.
class RunCheck {
 public:
  RunCheck(Goldens& goldens, std::string prefix, const Json& run, Problems& problems)
      : goldens_(goldens), prefix_(std::move(prefix)), run_(run), problems_(problems) {}

  void outputs(const std::vector<TensorRef>& outputs);
  void loss(const TensorRef& loss_or_null, const std::vector<TensorRef>& outputs, uint64_t seed);
  void tensor(const std::string& what, const Tensor& ours);
  // Names (all of them, in order) and values of gradients; `kind` is "grad" or "gradin".
  struct Gradient {
    std::string name;
    TensorRef gradient;
  };
  void gradients(const char* kind, const std::vector<Gradient>& gradients,
                 const std::vector<std::string>& expected);
  void input_gradients(const CaseInputs& inputs);

 private:
  std::string dtype() const { return text(run_, "dtype"); }
  double gradient_scale();
  void compare(const std::string& what, const Tensor& ours, double case_scale);

  Goldens& goldens_;
  std::string prefix_;
  Json run_;
  Problems& problems_;
};

}  // namespace duramen::test
