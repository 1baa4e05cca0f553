// The scenario of bindings/scenario.md in C++17: scenario DATA, in a folder that files may be
// written into.
#include <cstdio>
#include <duramen/duramen.hpp>
#include <fstream>
#include <limits>
#include <map>
#include <stdexcept>
#include <string>

namespace {

using namespace std::string_literals;
using duramen::ContextRef;
using duramen::Dtype;
using duramen::Module;
using duramen::ModuleRef;
using duramen::StateDict;
using duramen::Tensor;
using duramen::TensorRef;
using duramen::ValueRef;

std::string text(std::string_view view) { return std::string(view); }

void section(const char* name) { std::printf("== %s\n", name); }
void line(const std::string& shown) { std::printf("%s\n", shown.c_str()); }

std::string decimal(double number) {
  char buffer[64];
  std::snprintf(buffer, sizeof buffer, "%.4f", number);
  return buffer;
}

std::string numbers(ContextRef context, TensorRef tensor) {
  std::string out;
  for (const double number : tensor.to_vector<double>(context)) {
    out += (out.empty() ? "" : " ") + decimal(number);
  }
  return out;
}

template <class Range>
std::string joined(const Range& names) {
  std::string out;
  for (const std::string_view name : names) out += (out.empty() ? "" : ", ") + text(name);
  return out;
}

std::string shape(duramen::Span<const int64_t> sizes) {
  std::string out;
  for (const int64_t size : sizes) out += (out.empty() ? "" : ", ") + std::to_string(size);
  return "[" + out + "]";
}

// y = inner(x) * scale; `inner` and `scale` are registered on the module.
class Scale : public duramen::OwnModule {
 public:
  std::string_view class_name() const override { return "Scale"; }
  Tensor forward(ContextRef context, ModuleRef self, TensorRef x) override {
    if (fails) throw std::runtime_error("scale: told to fail");
    return mul(context, self.submodule("inner")(context, x), self.parameter("scale"));
  }
  std::unique_ptr<OwnModule> clone() const override { return std::make_unique<Scale>(*this); }

  bool fails = false;
};

template <class Call>
void refused(const char* what, Call call) {
  try {
    call();
  } catch (const duramen::Error& error) {
    line(what + ": "s + text(error.status_name()) + ": " + error.what());
    const auto details = error.details();
    for (const auto& [key, value] : std::map(details.begin(), details.end())) {
      if (key != "function" && key != "torch_message") line("  " + text(key) + " = " + text(value));
    }
    return;
  }
  throw std::logic_error(what + ": was not refused"s);
}

Module build(ContextRef context) {
  section("build");
  Module model = Module::from_text(context, "Sequential(Linear(3, 2), BatchNorm1d(2))");
  line(model.repr());
  line("weight: " + numbers(context, model.parameter("0.weight")));
  line("digest: " + model.digest(context));
  return model;
}

void list(ModuleRef model) {
  section("list");
  for (const uint64_t kind : {DURAMEN_KIND_PARAMETER, DURAMEN_KIND_BUFFER}) {
    for (const duramen::Entry entry : model.list(kind)) {
      line((entry.is_parameter() ? "parameter " : "buffer ") + text(entry.name()) + ": " +
           text(name(entry.dtype())) + " " + shape(entry.shape()) +
           (entry.requires_grad() ? " requires_grad" : ""));
    }
  }
  std::vector<std::string> paths, keys;
  for (const auto& [path, module] : model.named_modules()) {
    paths.push_back(path.empty() ? "(root)" : text(path));
  }
  for (const auto& [key, tensor] : model.state_dict().entries()) keys.push_back(text(key));
  line("modules: " + joined(paths));
  line("state: " + joined(keys));
}

StateDict load(ContextRef context, ModuleRef model, const std::string& data) {
  section("load");
  const auto checkpoint = duramen::Checkpoint::open(context, data + "/nested.pt");
  line("format: " + text(checkpoint.format()));
  const ValueRef content = checkpoint.content();
  line("epoch: " + std::to_string(content.find("epoch").as_int()));
  line("loss: " + decimal(content.find("loss").as_float()));
  line("name: " + text(content.find("name").as_text()));
  StateDict state = checkpoint.state_dict(context, "state_dict");
  for (const auto& [name, tensor] : state.entries()) {
    line(text(name) + ": " + numbers(context, tensor));
  }
  const auto fit = model.load_state_dict(context, state);
  line("missing: " + std::to_string(fit.missing().size()) +
       ", unexpected: " + std::to_string(fit.unexpected().size()));
  const StateDict other = Module::from_text(context, "Linear(3, 2)").state_dict();
  const auto report = model.load_state_dict(
      context, other, DURAMEN_LOAD_ALLOW_MISSING | DURAMEN_LOAD_ALLOW_UNEXPECTED);
  line("missing: " + joined(report.missing()));
  line("unexpected: " + joined(report.unexpected()));
  return state;
}

void write_damaged() {
  std::ofstream("damaged.safetensors", std::ios::binary)
      << std::string("\x0a\0\0\0\0\0\0\0", 8) << R"({"a": 1}  )";
}

void errors(ContextRef context, ModuleRef model, const StateDict& mapped) {
  section("errors");
  const auto zeros = [&](const duramen::Sizes& shape, Dtype dtype = Dtype::float32) {
    return Tensor::zeros(context, shape, dtype);
  };
  refused("text", [&] { Module::from_text(context, "Linear(3"); });
  refused("path", [&] { model.submodule("7"); });
  refused("name", [&] { model.register_parameter("0", {}); });
  refused("shape", [&] { model(context, zeros({2, 5})); });
  refused("dtype", [&] { model(context, zeros({2, 3}, Dtype::float64)); });
  refused("state", [&] {
    const Tensor loss = sum(context, model(context, Tensor::ones(context, {2, 3})));
    loss.backward(context);
    loss.backward(context);
  });
  refused("read-only", [&] { mapped.tensor("0.bias").fill(context, 0); });
  refused("operator", [&] { duramen::apply("relo", context, {zeros({1})}); });
  refused("size", [&] { zeros({int64_t{1} << 40, int64_t{1} << 40}); });
  refused("memory", [&] { zeros({int64_t{1} << 50}); });
  refused("file", [&] { duramen::load(context, "missing.safetensors"); });
  write_damaged();
  refused("damage", [&] { duramen::load(context, "damaged.safetensors"); });
  refused("fit", [&] {
    model.load_state_dict(context, Module::from_text(context, "Linear(3, 2)").state_dict());
  });
  context.cancel();
  refused("cancel", [&] { model(context, zeros({2, 3})); });
  context.reset_cancel();
}

Tensor forward(ContextRef context, ModuleRef model) {
  section("forward");
  model.eval();
  Tensor x = Tensor::copy<float>(context, {0.5, -1, 2, 1.5, 0.25, -0.75}, {{2, 3}});
  const duramen::NoGrad no_grad(context);
  line("output: " + numbers(context, model(context, x)));
  return x;
}

void train(ContextRef context, ModuleRef model, TensorRef x) {
  section("train");
  model.train();
  const Tensor target = Tensor::copy<int64_t>(context, {0, 1});
  const auto optimizer = duramen::optim::SGD(context, model.named_parameters().tensors(),
                                             {{"lr", 0.1}, {"momentum", 0.9}});
  for (int step = 0; step < 3; ++step) {
    optimizer.zero_grad();
    const Tensor loss = cross_entropy(context, model(context, x), target);
    loss.backward(context);
    optimizer.step(context);
    line("step " + std::to_string(step) + ": loss " + decimal(loss.item()));
  }
  const StateDict state = model.state_dict();
  for (const char* name : {"1.weight", "1.bias", "1.running_mean", "1.num_batches_tracked"}) {
    line(name + ": "s + numbers(context, state.tensor(name)));
  }
}

Module own_module(ContextRef context, TensorRef x) {
  section("own module");
  context.seed(1);
  auto held = std::make_unique<Scale>();
  bool& fails = held->fails;
  const Module scale = duramen::make_own(context, std::move(held));
  scale.register_module("inner", duramen::nn::Linear(context, 3, 2));
  scale.register_parameter("scale", Tensor::parameter(Tensor::full(context, {1}, 2)));
  const auto scope = duramen::Scope::create();
  scope.set("first", scale);
  Module model = Module::from_text(context, "Sequential(first, Tanh())", scope);
  line(model.repr());
  const Tensor y = model(context, x);
  line("output: " + numbers(context, y));
  sum(context, y).backward(context);
  for (const auto& [name, parameter] : model.named_parameters()) {
    line("grad " + text(name) + ": " + numbers(context, parameter.grad()));
  }
  fails = true;
  try {
    model(context, x);
  } catch (const std::exception& error) {
    line("failure: "s + error.what());
  }
  return model;
}

void save(ContextRef context, ModuleRef model) {
  section("save");
  const StateDict state = model.state_dict();
  const StateDict described = state.copy();
  described.set_metadata("step", "3");
  described.save(context, "own.safetensors");
  state.save(context, "own.pt");
  for (const char* path : {"own.safetensors", "own.pt"}) {
    const auto file = duramen::Checkpoint::open(context, path);
    const StateDict read = file.state_dict(context);
    line(path + ": "s + text(file.format()) + ", " + std::to_string(read.size()) +
         " entries, equal " + (state.diff(context, read).empty() ? "yes" : "no"));
  }
  line("metadata: step = " + duramen::load(context, "own.safetensors").metadata("step"));
}

std::string words(uint64_t what) {
  const std::pair<uint64_t, const char*> all[] = {
      {DURAMEN_DIFF_ONLY_A, "only_a"}, {DURAMEN_DIFF_ONLY_B, "only_b"},
      {DURAMEN_DIFF_VALUE, "value"},   {DURAMEN_DIFF_SHAPE, "shape"},
      {DURAMEN_DIFF_DTYPE, "dtype"},   {DURAMEN_DIFF_ELEMENTS, "elements"}};
  std::string out;
  for (const auto& [bit, word] : all) {
    if (what & bit) out += (out.empty() ? "" : " ") + text(word);
  }
  return out;
}

void compare(ContextRef context, ModuleRef model) {
  section("compare");
  const Module other = Module::deepcopy(context, model);
  line("digests equal: "s + (model.digest(context) == other.digest(context) ? "yes" : "no"));
  {
    const duramen::NoGrad no_grad(context);
    other.parameter("0.scale").fill(context, 2.5);
    select(context, other.parameter("0.inner.bias"), 0, 0)
        .fill(context, std::numeric_limits<double>::quiet_NaN());
  }
  const duramen::Diff diff = model.diff(context, other);
  line("equal entries: " + std::to_string(diff.equal_count()));
  for (const duramen_difference& one : diff) {
    const auto distance = duramen::distance(one);
    line(text(duramen::name(one)) + ": " + words(one.what) + ", " + std::to_string(one.different) +
         " different, " + std::to_string(one.nan_in_one) + " nan in one, at most " +
         (distance ? decimal(*distance) : "none"));
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return std::fprintf(stderr, "scenario DATA\n"), 2;
  try {
    const duramen::Context context(/*seed=*/0);
    const Module model = build(context);
    list(model);
    const StateDict mapped = load(context, model, argv[1]);
    errors(context, model, mapped);
    const Tensor x = forward(context, model);
    train(context, model, x);
    const Module own = own_module(context, x);
    save(context, own);
    compare(context, own);
    return 0;
  } catch (const std::exception& error) {
    return std::fprintf(stderr, "scenario: %s\n", error.what()), 1;
  }
}
