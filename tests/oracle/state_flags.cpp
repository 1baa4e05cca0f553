// Steps that change flags, dtypes and gradients.
#include "base/text.hpp"
#include "kernels/copy.hpp"
#include "nn/walk.hpp"
#include "oracle/state_json.hpp"
#include "oracle/state_machine.hpp"

namespace duramen::test {

namespace {

constexpr const char* kNull = "null";
constexpr const char* kTrue = "true";  // the method returned the same object

Dtype dtype_of_method(const Json& step, const std::string& method) {
  const bool given = method == "to" || method == "type";
  return dtype_from_name(given ? text(at(step, size_t{3})) : method);
}

nn::Converted converted_by(const std::string& method) {
  if (method == "to") return nn::Converted::floating_and_complex;
  return method == "type" ? nn::Converted::all : nn::Converted::floating;
}

}  // namespace

std::string StateMachine::train(const Json& step) {
  const bool given = count(step) > 2;
  if (given && !at(step, size_t{2}).is_bool()) throw TypeRule{};
  nn::train(module(step, 1), !given || bool(at(step, size_t{2})));
  return kTrue;
}

std::string StateMachine::evaluate(const Json& step) {
  nn::train(module(step, 1), false);
  return kTrue;
}

std::string StateMachine::requires_grad(const Json& step) {
  nn::requires_grad(module(step, 1), bool(at(step, size_t{2})));
  return kTrue;
}

std::string StateMachine::convert(const Json& step) {
  if (std::holds_alternative<TensorRef>(thing(step, 1))) return convert_tensor(step);
  const std::string method = text(at(step, size_t{2}));
  nn::to_dtype(context_, module(step, 1), dtype_of_method(step, method), converted_by(method));
  return kTrue;
}

std::string StateMachine::convert_tensor(const Json& step) {
  const std::string method = text(at(step, size_t{2}));
  if (method == "zero_") {
    kernels::fill(*tensor(step, 1), 0);
  } else if (method == "requires_grad_") {
    tensor(step, 1)->set_requires_grad(bool(at(step, size_t{3})));
  } else {
    throw Skip{"Tensor." + method};
  }
  return kTrue;
}

std::string StateMachine::zero_grad(const Json& step) {
  bool set_to_none = true;
  if (count(step) > 2 && has(at(step, size_t{2}), "set_to_none")) {
    set_to_none = bool(at(at(step, size_t{2}), "set_to_none"));
  }
  nn::zero_grad(module(step, 1), set_to_none);
  return kNull;
}

std::string StateMachine::set_grad(const Json& step) {
  tensor(step, 1)->set_grad(tensor_or_none(step, 2));
  return kNull;
}

std::string StateMachine::fill(const Json& step) {
  kernels::fill(*tensor(step, 1), number(at(step, size_t{2})));
  return kNull;
}

std::string StateMachine::deepcopy(const Json& step) {
  store(step, 1, nn::deepcopy(context_, module(step, 2)));
  return kNull;
}

}  // namespace duramen::test
