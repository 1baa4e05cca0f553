// Family "module": construction, naming, initial values, forward, backward and buffers of every
// recorded module whose types are registered, in float32 and float64, train and eval.
#include <algorithm>
#include <set>

#include "autograd/backward.hpp"
#include "base/text.hpp"
#include "nn/build.hpp"
#include "nn/lazy.hpp"
#include "nn/walk.hpp"
#include "ops/ops.hpp"
#include "oracle/case_inputs.hpp"
#include "oracle/module_description.hpp"
#include "spec/syntax.hpp"
#include "support/catch.hpp"
#include "support/hash_generator.hpp"
#include "support/tensors.hpp"

namespace duramen::test {

namespace {

void collect_calls(const spec::Expression& expression, std::set<std::string>& names) {
  if (expression.form == spec::Form::call) names.insert(expression.text);
  for (const auto& item : expression.items) collect_calls(item, names);
  for (const auto& [key, value] : expression.keywords) collect_calls(value, names);
}

// Types the constructor names; not the tensors and dictionaries that Python's text may hold.
std::set<std::string> types_of(const Json& one) {
  std::set<std::string> names;
  collect_calls(spec::parse(text(one, "ctor")), names);
  for (const char* other :
       {"OrderedDict", "Parameter", "tensor", "zeros", "ones", "rand", "randn"}) {
    names.erase(other);
  }
  return names;
}

// Empty when every type can run.
std::string first_without_forward(const Json& one) {
  for (const std::string& name : types_of(one)) {
    const nn::ModuleType* type = nn::module_types().find(name);
    if (type && !type->has_forward()) return name;
  }
  return "";
}

uint64_t seed_of(const Json& one) { return static_cast<uint64_t>(integer(one, "seed")); }

nn::ModuleRef construct(Context& context, const Json& one) {
  context.generator().seed(seed_of(one));
  return nn::module_from_text(context, text(one, "ctor"));
}

void fill(const nn::Module& module, uint64_t seed) {
  uint64_t number = 500;
  for (const auto& entry : nn::named_parameters(module)) {
    set_values(*entry.tensor, hash_real({seed, number++}, entry.tensor->numel(), 0.5));
  }
  number = 700;
  for (const auto& entry : nn::named_buffers(module)) {
    const Stream stream{seed, number++};
    if (!is_floating(entry.tensor->dtype())) continue;
    const bool variance = entry.name.ends_with("running_var");
    set_values(*entry.tensor, variance ? hash_pos(stream, entry.tensor->numel())
                                       : hash_real(stream, entry.tensor->numel(), 0.5));
  }
}

// The module as the runs begin: constructed, described, filled.
nn::ModuleRef prepare(Context& context, const Json& one, Goldens& goldens, Problems& problems) {
  const nn::ModuleRef module = construct(context, one);
  check_description(*module, one, problems);
  if (has(one, "materialized")) {
    const CaseInputs inputs = make_inputs(context, one, Dtype::float32, problems);
    context.generator().seed(seed_of(one) + 2);
    nn::initialize_parameters(context, *module, *inputs.views[0]);
    check_description(*module, at(one, "materialized"), problems);
  }
  if (flag(one, "init_arrays")) check_initial_values(*module, one, goldens, problems);
  if (flag(one, "fill")) {
    fill(*module, seed_of(one));
    check_shas(*module, at(one, "filled_state"), "filled ", problems);
  }
  return module;
}

std::vector<std::pair<std::string, std::string>> parameter_shas(const nn::Module& module) {
  std::vector<std::pair<std::string, std::string>> all;
  for (const auto& entry : nn::named_parameters(module)) {
    all.emplace_back(entry.name, sha256_of(*entry.tensor));
  }
  return all;
}

// The recording gives an in-place layer copies: a leaf that requires grad may not be written to.
void spare_inputs(Context& context, const Json& one, CaseInputs& inputs) {
  const std::string ctor = text(one, "ctor");
  if (ctor.find("inplace=True") == std::string::npos || ctor.starts_with("Sequential")) return;
  for (TensorRef& view : inputs.views) view = ops::clone(context, view);
}

ValueRef call(Context& context, nn::Module& module, const Json& one, const CaseInputs& inputs) {
  const ValueRef arguments = argument_value(at(one, "args"), inputs);
  std::vector<ValueRef> keys;
  std::vector<ValueRef> items;
  for (const auto field : simdjson::dom::object(at(one, "kwargs"))) {
    keys.push_back(Value::text(std::string(field.key)));
    items.push_back(argument_value(field.value, inputs));
  }
  const ValueRef keywords = keys.empty() ? nullptr : Value::dict(keys, items);
  return module.call(context, *arguments, keywords.get());
}

void check_parameter_gradients(const nn::Module& module, const Json& run, RunCheck& check) {
  std::vector<RunCheck::Gradient> found;
  for (const auto& entry : nn::named_parameters(module)) {
    if (entry.tensor->grad()) found.push_back({entry.name, entry.tensor->grad()});
  }
  check.gradients("grad", found, texts(at(run, "grads")));
}

void check_buffers(const nn::Module& module, const Json& run, RunCheck& check, Problems& problems) {
  const auto expected = texts(at(run, "buffers"));
  const auto found = nn::named_buffers(module);
  problems.equal("number of buffers", static_cast<int64_t>(expected.size()),
                 static_cast<int64_t>(found.size()));
  for (size_t i = 0; i < std::min(expected.size(), found.size()); ++i) {
    problems.equal("buffer", expected[i], found[i].name);
    check.tensor("buf/" + expected[i], *found[i].tensor);
  }
}

void check_changed_parameters(const nn::Module& module, const Json& run,
                              const std::vector<std::pair<std::string, std::string>>& before,
                              Problems& problems) {
  const auto after = parameter_shas(module);
  const auto expected = texts(at(run, "changed_parameters"));
  for (size_t i = 0; i < after.size(); ++i) {
    const bool changes =
        std::find(expected.begin(), expected.end(), after[i].first) != expected.end();
    if ((after[i] != before[i]) != changes) {
      problems.add(after[i].first + " is changed by forward, or is not, unlike PyTorch's");
    }
  }
}

void run_mode(Context& context, nn::Module& module, const Json& one, const Json& run,
              Goldens& goldens, Problems& problems) {
  const std::string mode = text(run, "mode");
  const Dtype dtype = text(run, "dtype") == "f32" ? Dtype::float32 : Dtype::float64;
  nn::train(module, mode == "train");
  CaseInputs inputs = make_inputs(context, one, dtype, problems);
  spare_inputs(context, one, inputs);
  const auto before = parameter_shas(module);
  context.generator().seed(seed_of(one) + 1);
  const auto outputs = flatten_tensors(*call(context, module, one, inputs));
  const TensorRef loss = weighted_loss(context, outputs, seed_of(one));
  nn::zero_grad(module, true);
  if (loss) backward(context, loss, nullptr);

  RunCheck check(goldens, join(text(one, "id"), "/", mode), run, problems);
  check.outputs(outputs);
  check.loss(loss, outputs, seed_of(one));
  check_parameter_gradients(module, run, check);
  check.input_gradients(inputs);
  if (mode == "train") {
    check_buffers(module, run, check, problems);
    check_changed_parameters(module, run, before, problems);
  }
}

void run_dtype(const Json& one, std::string_view dtype, Goldens& goldens, Problems& problems) {
  Context context;
  const nn::ModuleRef module = prepare(context, one, goldens, problems);
  if (dtype == "f64") nn::to_dtype(context, *module, Dtype::float64);
  for (const Json run : simdjson::dom::array(at(one, "runs"))) {
    if (text(run, "dtype") == dtype) run_mode(context, *module, one, run, goldens, problems);
  }
}

// A class by its state only says so when it is run.
void check_refused_forward(Context& context, const nn::ModuleRef& module, Problems& problems) {
  const nn::ModuleType* type = nn::module_types().find(module->class_name());
  if (!type || type->has_forward()) return;
  try {
    module->call(context, *Value::tuple({}), nullptr);
    problems.add("is run although it has no forward");
  } catch (const Error& error) {
    if (error.code() != Code::unsupported) problems.add(join("is not UNSUPPORTED: ", error.what()));
  }
}

void run_case(const Json& one, Goldens& goldens, Problems& problems) {
  if (!has(one, "runs")) {
    Context context;
    prepare(context, one, goldens, problems);
    return;
  }
  const std::string class_name = first_without_forward(one);
  if (!class_name.empty()) {
    Context context;
    check_refused_forward(context, prepare(context, one, goldens, problems), problems);
    if (problems.empty()) throw Skip{"agrees by its state; its forward is not there yet"};
    return;
  }
  run_dtype(one, "f32", goldens, problems);
  run_dtype(one, "f64", goldens, problems);
}

// Types that run: one whose forward drops out is noticed here.
const std::set<std::string> kCovered = {"Linear",        "BatchNorm1d",
                                        "BatchNorm2d",   "BatchNorm3d",
                                        "Sequential",    "ModuleList",
                                        "ModuleDict",    "Identity",
                                        "Flatten",       "ReLU",
                                        "Tanh",          "Sigmoid",
                                        "Dropout",       "CrossEntropyLoss",
                                        "MSELoss",       "Conv2d",
                                        "MaxPool2d",     "AdaptiveAvgPool2d",
                                        "GELU",          "SiLU",
                                        "Softmax",       "LogSoftmax",
                                        "LayerNorm",     "Embedding",
                                        "ParameterList", "ParameterDict"};

}  // namespace

TEST_CASE("modules agree with PyTorch", "[golden][module]") {
  Goldens goldens;
  CaseLog log("golden.module");
  std::set<std::string> missing = kCovered;
  for (const Json one : goldens.cases("module")) {
    const size_t before = log.passed();
    log.run(text(one, "id") + " " + text(one, "ctor"),
            [&](Problems& problems) { run_case(one, goldens, problems); });
    if (log.passed() > before) missing.erase(text(one, "class"));
  }
  log.print();
  for (const std::string& name : missing) FAIL_CHECK("no passing case of " << name);
  CHECK(log.failed() == 0);
  // Every recorded class agrees at least by its state; these cases run, too.
  CHECK(log.passed() >= 129);
  CHECK(log.passed() + log.skipped() == 378);
}

}  // namespace duramen::test
