#include <algorithm>
#include <cmath>

#include "base/text.hpp"
#include "oracle/case_inputs.hpp"
#include "support/hash_generator.hpp"
#include "support/tensors.hpp"
#include "support/tolerance.hpp"

namespace duramen::test {

namespace {

std::string listed(const std::vector<std::string>& names) {
  std::string line = "[";
  for (const std::string& name : names) line += (line.size() > 1 ? ", " : "") + name;
  return line + "]";
}

// Two ulp of what the sum's terms add up to: a sum may cancel, its rounding does not.
double loss_tolerance(double magnitude, bool single, double torch_error) {
  if (!single) return 1e-12 * magnitude;
  const double ulp = magnitude > 0 ? std::ldexp(1.0, std::ilogb(magnitude) - 23) : 0;
  return 2 * torch_error + 2 * ulp;
}

}  // namespace

void RunCheck::compare(const std::string& what, const Tensor& ours, double case_scale) {
  const TensorRef truth = goldens_.array(join(prefix_, "/f64/", what));
  const TensorRef torch = goldens_.array(join(prefix_, "/", dtype(), "/", what));
  const std::string found = difference(ours, Truth{*truth, *torch, case_scale});
  if (!found.empty()) problems_.add(join(prefix_, "/", dtype(), "/", what, " ", found));
}

void RunCheck::tensor(const std::string& what, const Tensor& ours) { compare(what, ours, 0); }

void RunCheck::outputs(const std::vector<TensorRef>& outputs) {
  const size_t expected = count(at(run_, "outputs"));
  problems_.equal("number of outputs", static_cast<int64_t>(expected),
                  static_cast<int64_t>(outputs.size()));
  for (size_t k = 0; k < std::min(expected, outputs.size()); ++k) {
    compare(join("out", k), *outputs[k], 0);
  }
}

void RunCheck::loss(const TensorRef& loss_or_null, const std::vector<TensorRef>& outputs,
                    uint64_t seed) {
  if (has(run_, "loss") != static_cast<bool>(loss_or_null)) {
    problems_.add(join(prefix_, "/", dtype(), loss_or_null ? " has a" : " lacks its", " loss"));
  }
  if (!has(run_, "loss") || !loss_or_null) return;
  double truth = 0;
  double magnitude = 0;
  for (size_t k = 0; k < outputs.size(); ++k) {
    const auto values = values_of(*goldens_.array(join(prefix_, "/f64/out", k)));
    const auto weights = hash_real({seed, 1000 + k}, static_cast<int64_t>(values.size()));
    if (!is_floating(outputs[k]->dtype()) || !outputs[k]->requires_grad()) continue;
    for (size_t i = 0; i < values.size(); ++i) {
      truth += values[i] * weights[i];
      magnitude += std::abs(values[i] * weights[i]);
    }
  }
  const double torch = number(at(run_, "loss"));
  const double ours = values_of(*loss_or_null)[0];
  const bool single = dtype() == "f32";
  const double limit = loss_tolerance(magnitude, single, std::abs(torch - truth));
  if (!(std::abs(ours - truth) <= limit) && !(std::isnan(ours) && std::isnan(torch))) {
    problems_.add(join(prefix_, "/", dtype(), " loss ", format_float(ours), ", the truth ",
                       format_float(truth), " ± ", format_float(limit)));
  }
}

double RunCheck::gradient_scale() {
  double scale = 0;
  const auto add = [&](const std::string& what) {
    scale = std::max(scale, scale_of(*goldens_.array(join(prefix_, "/f64/", what))));
  };
  if (has(run_, "grads")) {
    for (const std::string& name : texts(at(run_, "grads"))) add("grad/" + name);
  }
  for (const Json index : simdjson::dom::array(at(run_, "input_grads"))) {
    add(join("gradin/", int64_t(index)));
  }
  return scale;
}

void RunCheck::gradients(const char* kind, const std::vector<Gradient>& gradients,
                         const std::vector<std::string>& expected) {
  std::vector<std::string> names;
  for (const Gradient& one : gradients) names.push_back(one.name);
  problems_.equal(join(prefix_, "/", dtype(), " has ", kind), listed(expected), listed(names));
  if (names != expected) return;
  const double scale = gradient_scale();
  for (const Gradient& one : gradients) compare(join(kind, "/", one.name), *one.gradient, scale);
}

void RunCheck::input_gradients(const CaseInputs& inputs) {
  std::vector<Gradient> found;
  for (size_t i = 0; i < inputs.bases.size(); ++i) {
    if (inputs.bases[i]->grad()) found.push_back({std::to_string(i), inputs.bases[i]->grad()});
  }
  std::vector<std::string> expected;
  for (const Json index : simdjson::dom::array(at(run_, "input_grads"))) {
    expected.push_back(std::to_string(int64_t(index)));
  }
  gradients("gradin", found, expected);
}

}  // namespace duramen::test
