// Family "op": every operator by its name, forward and backward, float32 and float64.
#include <set>

#include "autograd/backward.hpp"
#include "base/text.hpp"
#include "ops/registry.hpp"
#include "oracle/case_inputs.hpp"
#include "spec/syntax.hpp"
#include "support/catch.hpp"

namespace duramen::test {

namespace {

// `add(a, b, alpha=2.5)` as an operator's text, `add(alpha=2.5)`, and its tensors.
struct OpCall {
  std::string text;
  ValueRef tensors;
};

bool is_input(const spec::Expression& item) {
  return item.form == spec::Form::name && item.text.size() == 1 && item.text[0] >= 'a' &&
         item.text[0] <= 'h';
}

ValueRef input(const spec::Expression& item, const CaseInputs& inputs) {
  return Value::tensor(inputs.views.at(static_cast<size_t>(item.text[0] - 'a')));
}

bool is_list_of_inputs(const spec::Expression& item) {
  const bool list = item.form == spec::Form::tuple || item.form == spec::Form::list;
  return list && !item.items.empty() && is_input(item.items[0]);
}

ValueRef input_list(const spec::Expression& list, const CaseInputs& inputs) {
  std::vector<ValueRef> items;
  for (const auto& item : list.items) items.push_back(input(item, inputs));
  return Value::list(std::move(items));
}

bool is_number(const spec::Expression& item) {
  return item.form == spec::Form::real || item.form == spec::Form::integer;
}

OpCall prepare(Context& context, const spec::Expression& call, const CaseInputs& inputs) {
  spec::Expression attributes = call;
  attributes.items.clear();
  attributes.keywords.clear();
  std::vector<ValueRef> tensors;
  for (const auto& item : call.items) {
    if (is_input(item)) {
      tensors.push_back(input(item, inputs));
    } else if (is_list_of_inputs(item)) {
      tensors.push_back(input_list(item, inputs));
    } else if (is_number(item) && tensors.empty()) {
      // Attributes come after the tensors, so a number in front stands for one: pow(2.0, a).
      const double number =
          item.form == spec::Form::real ? item.real : static_cast<double>(item.integer);
      tensors.push_back(Value::tensor(ops::scalar(context, number)));
    } else {
      attributes.items.push_back(item);
    }
  }
  for (const auto& [key, value] : call.keywords) {
    if (is_input(value)) {
      tensors.push_back(input(value, inputs));
    } else {
      attributes.keywords.emplace_back(key, value);
    }
  }
  return {spec::format(attributes), Value::tuple(std::move(tensors))};
}

void run_one(Goldens& goldens, const Json& one, const Json& run, Problems& problems) {
  Context context;
  const auto seed = static_cast<uint64_t>(integer(one, "seed"));
  const Dtype dtype = text(run, "dtype") == "f32" ? Dtype::float32 : Dtype::float64;
  const CaseInputs inputs = make_inputs(context, one, dtype, problems);
  const OpCall call = prepare(context, spec::parse(text(one, "call")), inputs);
  const ops::Op op(call.text);
  context.generator().seed(seed + 1);
  const auto outputs = flatten_tensors(*op.apply(context, *call.tensors));
  const TensorRef loss = weighted_loss(context, outputs, seed);
  if (loss) backward(context, loss, nullptr);
  RunCheck check(goldens, text(one, "id"), run, problems);
  check.outputs(outputs);
  check.loss(loss, outputs, seed);
  check.input_gradients(inputs);
}

void expect_unsupported(const std::string& name) {
  try {
    const ops::Op op(name);
  } catch (const Error& error) {
    if (error.code() == Code::unsupported) throw Skip{"operator not registered"};
    throw;
  }
  throw std::runtime_error("is not in op_types(), but builds");
}

void run_case(Goldens& goldens, const Json& one, Problems& problems) {
  if (!ops::op_types().find(text(one, "op"))) expect_unsupported(text(one, "op"));
  for (const Json run : simdjson::dom::array(at(one, "runs"))) {
    run_one(goldens, one, run, problems);
  }
}

// Every operator that has passed: one that drops out of the registry is noticed here.
const std::set<std::string> kRegistered = {"abs",
                                           "adaptive_avg_pool2d",
                                           "add",
                                           "addmm",
                                           "amax",
                                           "amin",
                                           "argmax",
                                           "argmin",
                                           "baddbmm",
                                           "batch_norm",
                                           "bmm",
                                           "broadcast_to",
                                           "cat",
                                           "chunk",
                                           "clamp",
                                           "clone",
                                           "contiguous",
                                           "conv2d",
                                           "cross_entropy",
                                           "detach",
                                           "div",
                                           "dot",
                                           "embedding",
                                           "eq",
                                           "exp",
                                           "expand",
                                           "flatten",
                                           "floor_divide",
                                           "full_like",
                                           "ge",
                                           "gelu",
                                           "gt",
                                           "index_select",
                                           "l1_loss",
                                           "layer_norm",
                                           "le",
                                           "leaky_relu",
                                           "linear",
                                           "log",
                                           "log_softmax",
                                           "lt",
                                           "masked_fill",
                                           "matmul",
                                           "max",
                                           "max_pool2d",
                                           "maximum",
                                           "mean",
                                           "min",
                                           "minimum",
                                           "mm",
                                           "mse_loss",
                                           "mul",
                                           "mv",
                                           "narrow",
                                           "ne",
                                           "neg",
                                           "nll_loss",
                                           "ones_like",
                                           "outer",
                                           "permute",
                                           "positive",
                                           "pow",
                                           "reciprocal",
                                           "relu",
                                           "relu6",
                                           "reshape",
                                           "rsqrt",
                                           "select",
                                           "sgn",
                                           "sigmoid",
                                           "sign",
                                           "silu",
                                           "softmax",
                                           "softmin",
                                           "split",
                                           "sqrt",
                                           "square",
                                           "squeeze",
                                           "stack",
                                           "std",
                                           "sub",
                                           "sum",
                                           "swapaxes",
                                           "t",
                                           "tanh",
                                           "to",
                                           "transpose",
                                           "unbind",
                                           "unflatten",
                                           "unsqueeze",
                                           "var",
                                           "view",
                                           "where",
                                           "zeros_like"};

}  // namespace

TEST_CASE("operators agree with PyTorch", "[golden][op]") {
  Goldens goldens;
  CaseLog log("golden.op");
  std::set<std::string> missing = kRegistered;
  for (const Json one : goldens.cases("op")) {
    const size_t before = log.passed();
    log.run(text(one, "id") + " " + text(one, "call"),
            [&](Problems& problems) { run_case(goldens, one, problems); });
    if (log.passed() > before) missing.erase(text(one, "op"));
  }
  log.print();
  for (const std::string& name : missing) FAIL_CHECK("no passing case of " << name);
  CHECK(log.failed() == 0);
  CHECK(log.passed() >= 155);
}

}  // namespace duramen::test
