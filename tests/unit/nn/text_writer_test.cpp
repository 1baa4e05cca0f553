// The lossless text form: text_writer.cpp, origin.cpp, and the reader's text_build.cpp.
#include <algorithm>
#include <map>
#include <random>

#include "base/text.hpp"
#include "nn/build.hpp"
#include "nn/containers.hpp"
#include "nn/placeholder.hpp"
#include "nn/walk.hpp"
#include "support/catch.hpp"
#include "unit/nn/trees.hpp"

using namespace duramen;
using namespace duramen::nn;
using namespace duramen::nn::testing;

namespace {

// All that the text promises to keep, with a number for every object: ties show.
class Portrait {
 public:
  std::string of(const Module& module) {
    std::string out = join(number(&module), " ", module.class_name(), "(", module.extra_repr(), ")",
                           module.training() ? "" : " eval", "\n");
    add(out, "parameter", module.parameters());
    for (const auto& [name, buffer] : module.buffers()) {
      out += join(module.is_persistent(name) ? "" : "transient ", "buffer ", name, tensor(buffer));
    }
    add(out, "plain", module.plain_attributes());
    for (const auto& [name, child] : module.children()) {
      const bool is_new = child && !numbers_.contains(child.get());
      out += join("child ", name, " ");
      out += !child ? "None\n" : is_new ? of(*child) : join(number(child.get()), "\n");
    }
    return out;
  }

 private:
  size_t number(const Counted* object) {
    return numbers_.emplace(object, numbers_.size()).first->second;
  }
  std::string tensor(const TensorRef& tensor) {
    if (!tensor) return ": None\n";
    return join(": ", number(tensor.get()), " ", dtype_name(tensor->dtype()),
                format_shape(tensor->shape()), tensor->is_parameter() ? " Parameter" : "",
                tensor->requires_grad() ? " grad" : "", "\n");
  }
  void add(std::string& out, std::string_view kind, const Module::Tensors& map) {
    for (const auto& [name, value] : map) out += join(kind, " ", name, tensor(value));
  }

  std::map<const Counted*, size_t> numbers_;
};

std::string portrait(const Module& module) { return Portrait().of(module); }

// The text, after it was found to make the same tree, as a deep copy does, and to be written the
// same again.
std::string checked_text(const Module& module) {
  const std::string text = lossless_text(module);
  INFO(text);
  Context other;  // nothing is left to the context
  other.set_default_dtype(Dtype::float64);
  const ModuleRef again = module_from_text(other, text);
  CHECK(portrait(*again) == portrait(module));
  CHECK(repr(*again) == repr(module));
  CHECK(lossless_text(*again) == text);
  CHECK(lossless_text(*deepcopy(other, module)) == text);
  return text;
}

ModuleRef build(std::string_view text) {
  Context context;
  return module_from_text(context, text);
}

std::string written(std::string_view text) { return checked_text(*build(text)); }

// ---- A call of every registered type ----

std::string required_arguments(const spec::Signature& signature) {
  std::string out(example_arguments(signature.name));
  if (!out.empty()) return out;
  for (const spec::Parameter& parameter : signature.parameters) {
    if (!parameter.fallback.empty() || parameter.variadic) continue;
    const bool is_number = parameter.kinds & (spec::kInt | spec::kInts);
    out += join(out.empty() ? "" : ", ", parameter.name, "=", is_number ? "4" : "0.25");
  }
  return out;
}

// Another value than the default, where the kinds tell one.
std::string other_value(const spec::Parameter& parameter) {
  const std::string_view fallback = parameter.fallback;
  if (fallback == "True") return "False";
  if (fallback == "False") return "True";
  if (parameter.kinds & spec::kAny) return fallback == "None" ? "3" : "0.375";
  if (parameter.kinds & spec::kReal) return "0.125";
  if (parameter.kinds & (spec::kInt | spec::kInts)) return fallback == "1" ? "2" : "1";
  if (parameter.kinds & spec::kTensor) return "zeros(3)";
  if (parameter.kinds & spec::kBool) return "False";
  if ((parameter.kinds & spec::kText) && fallback != "'sum'") return "'sum'";
  return "";
}

}  // namespace

TEST_CASE("Every registered type comes back from its text", "[nn][text_writer]") {
  for (const ModuleType* type : module_types().entries()) {
    const std::string call =
        join(type->signature.name, "(", required_arguments(type->signature), ")");
    INFO(call);
    written(call);
    for (const spec::Parameter& parameter : type->signature.parameters) {
      const std::string value = other_value(parameter);
      if (parameter.fallback.empty() || parameter.variadic || value.empty()) continue;
      const std::string required = required_arguments(type->signature);
      const std::string other = join(type->signature.name, "(", required,
                                     required.empty() ? "" : ", ", parameter.name, "=", value, ")");
      INFO(other);
      ModuleRef module;
      if (refusal([&] { module = build(other); }) != "") continue;
      // Also what print(model) does not show.
      CHECK(checked_text(*module).find(join(parameter.name, "=")) != std::string::npos);
    }
  }
}

TEST_CASE("Each type names exactly what print(model) hides of it", "[nn][text_writer]") {
  const auto is_hidden = [](const ModuleType& type, std::string_view name) {
    return join(", ", type.hidden, ",").find(join(" ", name, ",")) != std::string::npos;
  };
  for (const ModuleType* type : module_types().entries()) {
    const std::string required = required_arguments(type->signature);
    const std::string usual = repr(*build(join(type->signature.name, "(", required, ")")));
    for (const spec::Parameter& parameter : type->signature.parameters) {
      const std::string value = other_value(parameter);
      const bool is_general = parameter.name == "dtype" || parameter.name == "device";
      if (parameter.fallback.empty() || is_general || value.empty()) continue;
      const std::string other = join(type->signature.name, "(", required,
                                     required.empty() ? "" : ", ", parameter.name, "=", value, ")");
      INFO(other);
      std::string shown;
      if (refusal([&] { shown = repr(*build(other)); }) != "") continue;
      CHECK((shown == usual) == is_hidden(*type, parameter.name));
    }
  }
}

TEST_CASE("A call says everything where it can", "[nn][text_writer]") {
  CHECK(written("Linear(4, 3)") == "Linear(4, 3, dtype=torch.float32)");
  CHECK(written("Linear(4, bias=False, out_features=3, dtype=float64)") ==
        "Linear(4, 3, bias=False, dtype=torch.float64)");
  CHECK(written("ReLU(inplace=False)") == "ReLU()");
  CHECK(written("Dropout(1)") == "Dropout(p=1)");
  CHECK(written("CrossEntropyLoss(ignore_index=3, reduction=sum)") ==
        "CrossEntropyLoss(ignore_index=3, reduction='sum')");
  CHECK(written("CrossEntropyLoss(weight=ones(3))") ==
        "CrossEntropyLoss(weight=zeros((3,), dtype=torch.float32))");
  CHECK(written("Sequential(Linear(2, 2, dtype=float16), ReLU())") ==
        "Sequential(\n  (0): Linear(2, 2, dtype=torch.float16)\n  (1): ReLU()\n)");
  CHECK(written("Sequential(\n  (a): Linear(\n    2, 2\n    (x): ReLU()\n  )\n)") ==
        "Sequential(\n  (a): Linear(2, 2, dtype=torch.float32\n    (x): ReLU()\n  )\n)");
}

TEST_CASE("What a call does not say stands behind it", "[nn][text_writer]") {
  Context context;
  const ModuleRef m = module_from_text(context, "Sequential(Linear(2, 2), BatchNorm1d(2))");
  train(*m, false);
  m->children()[1].value->set_training(true);
  m->children()[0].value->parameters()[1].value->set_requires_grad(false);
  CHECK(checked_text(*m) ==
        "Sequential(\n"
        "  (0): Linear(2, 2, dtype=torch.float32) {frozen=['bias']}\n"
        "  (1): BatchNorm1d(2, dtype=torch.float32) {training=True}\n"
        ") {training=False}");
}

TEST_CASE("Entries beside the constructor's are listed", "[nn][text_writer]") {
  Context context;
  const ModuleRef m = module_from_text(context, "Module()");
  m->register_parameter("scale", parameter({3}));
  m->register_parameter("none", nullptr);
  m->register_buffer("mask", tensor({2, 2}), false);
  m->register_buffer("count", module_from_text(context, "BatchNorm1d(1)")->buffers()[2].value);
  m->assign("note", tensor({1}));
  m->assign("nothing", TensorRef());
  CHECK(checked_text(*m) ==
        "Module() {parameters={'scale': Parameter(zeros((3,), dtype=torch.float32)), 'none': "
        "None}, buffers={'mask': zeros((2, 2), dtype=torch.float32), 'count': tensor(0, "
        "dtype=torch.int64)}, transient=['mask'], plain={'note': zeros((1,), "
        "dtype=torch.float32), 'nothing': None}}");
  const ModuleRef linear = module_from_text(context, "Linear(2, 2)");
  linear->remove("bias");
  checked_text(*linear);
}

TEST_CASE("Shared modules and tied parameters are named", "[nn][text_writer]") {
  Context context;
  const ModuleRef m = module_from_text(context, "Sequential(Linear(2, 2), ReLU(), Linear(2, 2))");
  m->children()[2].value->assign("weight", m->children()[0].value->parameters()[0].value);
  m->register_module("again", m->children()[1].value);
  CHECK(checked_text(*m) ==
        "Sequential(\n"
        "  (0): Linear(2, 2, dtype=torch.float32) {parameters={'weight': @1 = ..., 'bias': ...}}\n"
        "  (1): @2 = ReLU()\n"
        "  (2): Linear(2, 2, dtype=torch.float32) {parameters={'weight': @1, 'bias': ...}}\n"
        "  (again): @2\n"
        ")");
}

TEST_CASE("Placeholders come back without being asked for", "[nn][text_writer]") {
  Context context;
  TextOptions options;
  options.unknown_as_containers = true;
  const ModuleRef m = module_from_text(
      context, "Net(\n  64 -> 32\n  (0-1): 2 x ReLU()\n  (b): Block(it's)\n)", options);
  CHECK(checked_text(*m) ==
        "container('Net', '64 -> 32', is_list=True\n"
        "  (0): ReLU()\n  (1): ReLU()\n  (b): container('Block', \"it's\")\n)");
}

TEST_CASE("A module that no text can make is refused with its path", "[nn][text_writer]") {
  struct Own : Module {
    Own() : Module("Own") {}
    ModuleRef shell() const override { return make<Own>(*this); }
  };
  const auto own = make<Own>();
  const auto outer = make<Sequential>();
  outer->append(make<Module>());
  outer->append(own);
  CHECK(refusal([&] { lossless_text(*outer); }).find("1 (Own) was not built from a text") !=
        std::string::npos);
}

TEST_CASE("Cycles and trees without measure are refused", "[nn][text_writer]") {
  const auto loop = make<Module>();
  loop->put_child("self", loop);
  CHECK(refusal([&] { lossless_text(*loop); }) != "");
  loop->put_children({});
  ModuleRef deep = make<Module>();
  for (int i = 0; i < 1000; ++i) {
    auto outer = make<Module>();
    outer->put_child("a", deep);
    deep = outer;
  }
  CHECK(refusal([&] { lossless_text(*deep); }).find("nested deeper") != std::string::npos);
}

TEST_CASE("Attributes that do not fit are refused", "[nn][text_writer]") {
  const auto refused = [](std::string_view text) { return refusal([&] { build(text); }); };
  CHECK(refused("ReLU() {trainig=False}").find("did you mean 'training'") != std::string::npos);
  CHECK(refused("ReLU() {training=3}") != "");
  CHECK(refused("Linear(2, 2) {frozen=['wieght']}").find("no parameter 'wieght'") !=
        std::string::npos);
  CHECK(refused("Linear(2, 2) {parameters={'a': ...}}").find("makes no 'a'") != std::string::npos);
  CHECK(refused("Linear(2, 2) {parameters={'a': zeros(3)}}").find("not a Parameter") !=
        std::string::npos);
  CHECK(refused("Linear(2, 2) {buffers={'weight': zeros(3)}}").find("two entries") !=
        std::string::npos);
  CHECK(refused("Module() {buffers={'a\\x00': zeros(3)}}").find("NUL") != std::string::npos);
  CHECK(refused("Sequential(\n  (0): @1\n  (1): @1 = ReLU()\n)").find("not defined") !=
        std::string::npos);
  CHECK(refused("Sequential(\n  (0): @1 = ReLU()\n  (1): @1 = ReLU()\n)").find("twice") !=
        std::string::npos);
  CHECK(refused("ModuleList(\n  (0-1): 2 x @1 = ReLU()\n)") != "");
  CHECK(refused("zeros(3) {training=True}") != "");
}

// ---- Random trees ----

namespace {

class RandomTree {
 public:
  // `odd_names`: also such that no printed text can hold.
  explicit RandomTree(uint32_t seed, bool odd_names) : random_(seed), odd_names_(odd_names) {}

  ModuleRef make_tree(size_t depth) {
    if (!modules_.empty() && chance(6)) return modules_[below(modules_.size())];
    ModuleRef module = depth == 0 || chance(4) ? leaf() : container();
    if (depth > 0) add_children(*module, depth - 1);
    add_entries(*module);
    if (chance(5)) module->set_training(false);
    if (chance(4)) set_flags(*module);
    modules_.push_back(module);  // not before: below itself it would be a cycle
    return module;
  }

 private:
  size_t below(size_t count) { return random_() % count; }
  bool chance(size_t one_in) { return below(one_in) == 0; }

  ModuleRef leaf() {
    static constexpr const char* kTexts[] = {"Linear(3, 2)",
                                             "Linear(2, 2, bias=False, dtype=float64)",
                                             "ReLU(True)",
                                             "Tanh()",
                                             "BatchNorm1d(2)",
                                             "BatchNorm2d(3, affine=False)",
                                             "Dropout(0.25)",
                                             "Flatten()",
                                             "CrossEntropyLoss(weight=ones(2))",
                                             "Identity(3)"};
    return module_from_text(context_, kTexts[below(std::size(kTexts))]);
  }
  ModuleRef container() {
    switch (below(5)) {
      case 0:
        return make<Sequential>();
      case 1:
        return make<ModuleList>();
      case 2:
        return make<ModuleDict>();
      case 3:
        return make<Placeholder>("Block", chance(2) ? "a=1, (b -> 'c')\nd" : "", false);
      default:
        return make<Module>();
    }
  }
  void add_children(Module& module, size_t depth) {
    if (module.class_name() == "Linear" && !chance(3)) return;
    for (size_t i = below(4); i-- > 0;) {
      static constexpr const char* kNames[] = {"a", "layer", "x y", "f(x)", "it's", "(odd): "};
      const bool is_list = dynamic_cast<IndexedContainer*>(&module);
      const std::string name = is_list || chance(2) ? std::to_string(module.children().size())
                                                    : kNames[below(odd_names_ ? 6 : 4)];
      if (module.children().contains(name) || module.has_name(name)) continue;
      module.put_child(name, chance(5) ? ModuleRef() : make_tree(depth));
    }
  }
  TensorRef some_parameter() {
    if (!parameters_.empty() && chance(3)) return parameters_[below(parameters_.size())];
    parameters_.push_back(parameter({int64_t(below(3)), 2}));
    return parameters_.back();
  }
  void add_entries(Module& module) {
    if (chance(3) && !module.has_name("extra")) {
      module.register_parameter("extra", chance(4) ? TensorRef() : some_parameter());
    }
    if (chance(4) && !module.has_name("state")) {
      module.register_buffer("state", chance(4) ? TensorRef() : tensor({2}), chance(2));
    }
    if (chance(8) && !module.has_name("note")) module.assign("note", tensor({}));
    if (chance(6) && !module.parameters().empty()) module.remove(module.parameters()[0].name);
    if (chance(5) && module.parameters().contains("weight")) {
      module.assign("weight", some_parameter());
    }
  }
  void set_flags(Module& module) {
    for (const auto& [name, value] : module.parameters()) {
      if (value && chance(2)) value->set_requires_grad(false);
    }
  }

  Context context_;
  std::mt19937 random_;
  bool odd_names_;
  std::vector<ModuleRef> modules_;
  std::vector<TensorRef> parameters_;
};

}  // namespace

TEST_CASE("Random trees come back from their text", "[nn][text_writer]") {
  for (uint32_t seed = 0; seed < 300; ++seed) {
    INFO("seed " << seed);
    const ModuleRef tree = RandomTree(seed, true).make_tree(4);
    const bool failed = refusal([&] { checked_text(*tree); }) != "";
    REQUIRE_FALSE(failed);
  }
}

TEST_CASE("Random trees of known classes print, are read, and print the same",
          "[nn][text_writer]") {
  Context context;
  TextOptions options;
  options.unknown_as_containers = true;
  for (uint32_t seed = 0; seed < 300; ++seed) {
    const ModuleRef tree = RandomTree(seed, false).make_tree(4);
    const std::string printed = repr(*tree);
    if (printed.find("Identity(3") != std::string::npos) continue;
    INFO(printed);
    CHECK(repr(*module_from_text(context, printed, options)) == printed);
  }
}
