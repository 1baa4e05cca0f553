#include "nn/load.hpp"

#include "nn/walk.hpp"
#include "support/catch.hpp"
#include "unit/nn/trees.hpp"

using namespace duramen;
using namespace duramen::nn;
using namespace duramen::nn::testing;

namespace {

using Kind = LoadReport::Kind;
using Names = std::vector<std::string>;

Names names_of(const LoadReport& report, Kind kind) {
  Names out;
  for (const auto& item : report.items) {
    if (item.kind == kind) out.push_back(item.name);
  }
  return out;
}

// A class whose state had no counter in version 1.
class Counting final : public Module {
 public:
  ModuleRef shell() const override { return make<Counting>(*this); }
  Counting() : Module("Counting", 2) {
    put_buffer("mean", tensor({3}));
    put_buffer("count", tensor({}, 9));
  }
  std::vector<Upgrade> upgrade_state(std::optional<int64_t> version,
                                     FunctionRef<bool(std::string_view)> has) const override {
    if (version.value_or(0) >= 2 || has("count")) return {};
    return {{"count", *buffers().find("count")}};
  }
};

ModuleRef linear(int64_t in = 2, int64_t out = 3, float start = 0) {
  ModuleRef m = make<Module>("Linear");
  m->register_parameter("weight", parameter({out, in}, start));
  m->register_parameter("bias", parameter({out}, start + 50));
  return m;
}

ModuleRef two_linear() {
  ModuleRef m = make<Module>("Sequential");
  m->register_module("0", linear());
  m->register_module("1", linear(1, 1));
  return m;
}

Ref<StateDict> dict_of(std::initializer_list<std::pair<const char*, TensorRef>> entries) {
  auto dict = make<StateDict>();
  for (const auto& [name, value] : entries) dict->set_tensor(name, value);
  return dict;
}

struct Failure {
  std::string line, torch;
  Ref<LoadReport> report;
};
Failure failure(Context& context, Module& m, const StateDict& dict, LoadOptions options = {}) {
  try {
    load_state_dict(context, m, dict, options);
  } catch (const Error& error) {
    CHECK(error.code() == Code::incompatible);
    CHECK(*error.record()->detail("torch_error") == "RuntimeError");
    CHECK(error.message().find('\n') == std::string::npos);
    const auto* report = static_cast<LoadReport*>(error.record()->payload.get());
    CHECK(report->tag() == LoadReport::kTag);
    return {error.message(), *error.record()->detail("torch_message"),
            Ref<LoadReport>(const_cast<LoadReport*>(report))};
  }
  FAIL("loaded");
  return {};
}

const LoadOptions kLoose = {.allow_missing = true, .allow_unexpected = true};

}  // namespace

TEST_CASE("A load copies into the tensors that are there", "[nn][load]") {
  Context context;
  const ModuleRef m = linear();
  const TensorRef weight = m->parameters()[0].value;
  const uint64_t version = weight->storage()->version();
  const TensorRef source = tensor({3, 2}, 7);
  const auto report =
      load_state_dict(context, *m, *dict_of({{"weight", source}, {"bias", tensor({3}, 1)}}));
  CHECK(report->items.empty());
  CHECK(report->loaded == 2);
  CHECK(m->parameters()[0].value == weight);
  CHECK(values(*weight) == values(*source));
  CHECK(weight->storage() != source->storage());
  CHECK(weight->storage()->version() == version + 1);
  CHECK(weight->requires_grad());
}

TEST_CASE("Missing and unexpected keys are told in PyTorch's words", "[nn][load]") {
  Context context;
  const ModuleRef m = two_linear();
  const TensorRef x = tensor({1}), fits = tensor({1, 1});
  const auto dict = dict_of({{"1.weight", fits},
                             {"zzz", x},
                             {"0.extra", x},
                             {"9.w", x},
                             {"0", x},
                             {"0.weight.q", x},
                             {"1.bias", x}});
  const Failure f = failure(context, *m, *dict);
  CHECK(f.torch ==
        "Error(s) in loading state_dict for Sequential:\n\tMissing key(s) in state_dict: "
        "\"0.weight\", \"0.bias\". \n\tUnexpected key(s) in state_dict: \"zzz\", \"9.w\", \"0\", "
        "\"0.extra\", \"0.weight.q\". ");
  CHECK(f.line ==
        "load_state_dict: the state dict does not fit Sequential: 2 missing, 5 unexpected (first: "
        "\"0.weight\" is missing)");
  CHECK(f.report->loaded == 2);
  const auto report = load_state_dict(context, *m, *dict, kLoose);
  CHECK(names_of(*report, Kind::missing) == Names{"0.weight", "0.bias"});
  CHECK(names_of(*report, Kind::unexpected) == Names{"zzz", "9.w", "0", "0.extra", "0.weight.q"});
}

TEST_CASE("Unexpected keys come by module, then as in the dict", "[nn][load]") {
  const ModuleRef m = two_linear();
  const TensorRef x = tensor({1});
  const auto dict =
      dict_of({{"1.z", x}, {"0.y", x}, {"q.r", x}, {"1.a", x}, {"top", x}, {"0.b.c", x}, {"", x}});
  const auto report = match_state_dict(*m, *dict);
  CHECK(names_of(*report, Kind::unexpected) ==
        Names{"q.r", "top", "", "0.y", "0.b.c", "1.z", "1.a"});
}

TEST_CASE("Extra state of a class without it is unexpected, first at its module", "[nn][load]") {
  const ModuleRef m = make<Module>("Sequential");
  m->register_module("0", make<Module>("ReLU"));
  const TensorRef x = tensor({1});
  const auto report =
      match_state_dict(*m, *dict_of({{"a", x}, {"0._extra_state", x}, {"_extra_state", x}}));
  CHECK(names_of(*report, Kind::unexpected) == Names{"_extra_state", "a", "0._extra_state"});
}

TEST_CASE("Keys of None entries are unexpected, keys below a None child are ignored",
          "[nn][load]") {
  const ModuleRef m = make<Module>();
  m->register_parameter("p", nullptr);
  m->register_buffer("b", nullptr);
  m->register_buffer("v", tensor({1}), false);
  m->register_module("n", nullptr);
  const TensorRef x = tensor({1});
  const auto report = match_state_dict(
      *m, *dict_of({{"p", x}, {"b", x}, {"v", x}, {"n.weight", x}, {"n", x}, {"n.a.b", x}}));
  CHECK(names_of(*report, Kind::unexpected) == Names{"p", "b", "v", "n"});
}

TEST_CASE("A child named with a dot is loaded though its keys are unexpected", "[nn][load]") {
  Context context;
  const ModuleRef m = make<Module>(), a = make<Module>();
  m->register_module("a", a);
  m->assign("a.b", linear(1, 1));
  const auto dict = dict_of({{"a.b.weight", tensor({1, 1}, 5)}, {"a.b.bias", tensor({1}, 6)}});
  const auto report = load_state_dict(context, *m, *dict, kLoose);
  CHECK(report->loaded == 2);
  // In the module "a", which has no "b".
  CHECK(names_of(*report, Kind::unexpected) == Names{"a.b.weight", "a.b.bias"});
}

TEST_CASE("Errors of entries follow the walk, also without strictness", "[nn][load]") {
  Context context;
  const ModuleRef m = two_linear();
  const auto dict = dict_of({{"0.bias", tensor({5})}, {"1.bias", tensor({2})}});
  dict->set_value("0.weight", Value::none());
  dict->set_value("1.weight", Value::text("x"));
  const Failure f = failure(context, *m, *dict, kLoose);
  CHECK(f.torch ==
        "Error(s) in loading state_dict for Sequential:\n\tWhile copying the parameter named "
        "\"0.weight\", expected torch.Tensor or Tensor-like object from checkpoint but received "
        "<class 'NoneType'>\n\tsize mismatch for 0.bias: copying a param with shape "
        "torch.Size([5]) from checkpoint, the shape in current model is torch.Size([3]).\n\tWhile "
        "copying the parameter named \"1.weight\", expected torch.Tensor or Tensor-like object "
        "from checkpoint but received <class 'str'>\n\tsize mismatch for 1.bias: copying a param "
        "with shape torch.Size([2]) from checkpoint, the shape in current model is "
        "torch.Size([1]).");
  CHECK(f.report->count(Kind::not_a_tensor) == 2);
  CHECK(f.report->count(Kind::shape_mismatch) == 2);
}

TEST_CASE("A failed load changes nothing, a partial one keeps what fits", "[nn][load]") {
  Context context;
  const ModuleRef m = linear();
  const auto before = values(*m->parameters()[0].value);
  const auto dict = dict_of({{"weight", tensor({3, 2}, 7)}, {"bias", tensor({9})}});
  failure(context, *m, *dict);
  CHECK(values(*m->parameters()[0].value) == before);
  LoadOptions partial;
  partial.partial = true;
  failure(context, *m, *dict, partial);
  CHECK(values(*m->parameters()[0].value) == values(*tensor({3, 2}, 7)));
  failure(context, *m, *dict_of({{"weight", tensor({3, 2}, 8)}}), partial);
  CHECK(values(*m->parameters()[0].value) == values(*tensor({3, 2}, 8)));
}

TEST_CASE("skip_mismatched passes over other shapes", "[nn][load]") {
  Context context;
  const ModuleRef m = linear();
  LoadOptions options;
  options.skip_mismatched = true;
  const auto report = load_state_dict(
      context, *m, *dict_of({{"weight", tensor({3, 2}, 7)}, {"bias", tensor({9})}}), options);
  CHECK(report->loaded == 1);
  CHECK(report->count(Kind::shape_mismatch) == 1);
  CHECK(report->items[0].expected_shape == Shape{3});
  CHECK(report->items[0].actual_shape == Shape{9});
}

TEST_CASE("Only a source of length 1 fills a 0-dim target", "[nn][load]") {
  Context context;
  const ModuleRef m = make<Module>();
  m->register_buffer("b", tensor({}, 3));
  for (std::initializer_list<int64_t> shape : {std::initializer_list<int64_t>{0}, {2}, {1, 1}}) {
    CHECK(match_state_dict(*m, *dict_of({{"b", tensor(shape)}}))->count(Kind::shape_mismatch) == 1);
  }
  load_state_dict(context, *m, *dict_of({{"b", tensor({1}, 8)}}));
  CHECK(m->buffers()[0].value->data<float>()[0] == 8);
  LoadOptions assign;
  assign.assign = true;
  load_state_dict(context, *m, *dict_of({{"b", tensor({1}, 9)}}), assign);
  CHECK(m->buffers()[0].value->rank() == 0);
  CHECK(m->buffers()[0].value->data<float>()[0] == 9);
}

TEST_CASE("Another dtype is converted and reported, or refused", "[nn][load]") {
  Context context;
  const ModuleRef m = make<Module>();
  m->register_buffer("b", tensor({2}));
  const TensorRef wide = empty(context.allocator(), {2}, Dtype::float64);
  wide->mutable_data<double>()[0] = 1.5;
  wide->mutable_data<double>()[1] = -2.75;
  const auto dict = dict_of({{"b", wide}});
  const auto report = load_state_dict(context, *m, *dict);
  CHECK(values(*m->buffers()[0].value) == std::vector<float>{1.5f, -2.75f});
  REQUIRE(report->count(Kind::dtype_mismatch) == 1);
  CHECK(report->items[0].actual_dtype == Dtype::float64);
  LoadOptions exact;
  exact.require_dtype = true;
  CHECK(failure(context, *m, *dict, exact).torch ==
        "Error(s) in loading state_dict for Module:\n\tdtype mismatch for b: copying a param with "
        "dtype torch.float64 from checkpoint, the dtype in current model is torch.float32.");
}

TEST_CASE("Strides of either side are kept apart from the values", "[nn][load]") {
  Context context;
  const ModuleRef m = make<Module>();
  const TensorRef data = tensor({3, 2});
  const TensorRef target =
      make_parameter(*alias(*data, view_transpose(data->layout(), 0, 1)), true);
  m->register_parameter("p", target);
  load_state_dict(context, *m, *dict_of({{"p", tensor({2, 3}, 10)}}));
  CHECK(values(*target) == values(*tensor({2, 3}, 10)));
  CHECK(target->strides() == Shape{1, 2});
}

TEST_CASE("Overlapping memory fails as in PyTorch, loading itself does not", "[nn][load]") {
  Context context;
  const ModuleRef m = make<Module>();
  m->register_parameter("p", parameter({3, 3}));
  const TensorRef p = m->parameters()[0].value;
  const TensorRef turned = alias(*p, view_transpose(p->layout(), 0, 1));
  CHECK(failure(context, *m, *dict_of({{"p", turned}})).torch ==
        "Error(s) in loading state_dict for Module:\n\tWhile copying the parameter named \"p\", "
        "whose dimensions in the model are torch.Size([3, 3]) and whose dimensions in the "
        "checkpoint are torch.Size([3, 3]), an exception occurred : ('unsupported operation: some "
        "elements of the input tensor and the written-to tensor refer to a single memory location. "
        "Please clone() the tensor before performing the operation.',).");
  const uint64_t version = p->storage()->version();
  load_state_dict(context, *m, *state_dict(*m));
  CHECK(p->storage()->version() == version);
}

TEST_CASE("A target that overlaps itself fails as in PyTorch", "[nn][load]") {
  Context context;
  const ModuleRef m = make<Module>();
  const TensorRef one = tensor({1});
  const int64_t shape[] = {4};
  m->register_buffer("b", alias(*one, view_expand(one->layout(), shape)));
  CHECK(failure(context, *m, *dict_of({{"b", tensor({4})}}))
            .torch.find("more than one element of the written-to tensor") != std::string::npos);
}

TEST_CASE("A strided view into the target's memory is copied by way of a stage", "[nn][load]") {
  Context context;
  const ModuleRef m = make<Module>();
  const TensorRef data = tensor({8});
  m->register_buffer("b", alias(*data, view_slice(data->layout(), 0, 0, 4, 1)));
  // 0 2 4 6: not dense, so nobody checks, and a plain loop would read what it has written.
  const TensorRef source = alias(*data, view_slice(data->layout(), 0, 0, 8, 2));
  load_state_dict(context, *m, *dict_of({{"b", source}}));
  CHECK(values(*m->buffers()[0].value) == std::vector<float>{0, 2, 4, 6});
}

TEST_CASE("Tied entries are all wanted and the last one wins", "[nn][load]") {
  Context context;
  const ModuleRef m = make<Module>("Sequential"), a = linear(), b = linear();
  b->assign("weight", a->parameters()[0].value);
  m->register_module("0", a);
  m->register_module("1", b);
  const auto dict = dict_of({{"1.weight", tensor({3, 2}, 2)}, {"0.weight", tensor({3, 2}, 1)}});
  const auto report = load_state_dict(context, *m, *dict, kLoose);
  CHECK(values(*a->parameters()[0].value) == values(*tensor({3, 2}, 2)));
  const auto lone = dict_of({{"0.weight", tensor({3, 2}, 4)}});
  CHECK(names_of(*load_state_dict(context, *m, *lone, kLoose), Kind::missing) ==
        Names{"0.bias", "1.weight", "1.bias"});
}

TEST_CASE("Assigning wraps tensors, takes parameters and keeps the flag", "[nn][load]") {
  Context context;
  LoadOptions assign;
  assign.assign = true;
  const ModuleRef m = linear();
  const TensorRef old = m->parameters()[0].value;
  const TensorRef x = tensor({3, 2}, 7), y = parameter({3}, 8);
  m->parameters()[1].value->set_requires_grad(false);
  const auto dict = dict_of({{"weight", x}, {"bias", y}});
  load_state_dict(context, *m, *dict, assign);
  const TensorRef weight = m->parameters()[0].value;
  CHECK(m->parameters()[0].name == "weight");
  CHECK(weight != old);
  CHECK(weight->storage() == x->storage());
  CHECK(weight->is_parameter());
  CHECK(weight->requires_grad());
  CHECK_FALSE(x->is_parameter());
  CHECK(m->parameters()[1].value == y);
  CHECK_FALSE(y->requires_grad());
  load_state_dict(context, *m, *dict_of({{"weight", tensor({3, 2}, 1)}, {"bias", y}}));
  CHECK(m->parameters()[0].value == weight);  // the flag does not stick to the dict
}

TEST_CASE("Assigning integers to a parameter that learns fails", "[nn][load]") {
  Context context;
  LoadOptions assign;
  assign.assign = true;
  const ModuleRef m = linear(1, 1);
  const auto dict = dict_of(
      {{"weight", empty(context.allocator(), {1, 1}, Dtype::int64)}, {"bias", tensor({1})}});
  CHECK(failure(context, *m, *dict, assign)
            .torch.find("('Only Tensors of floating point and complex dtype can require "
                        "gradients',).") != std::string::npos);
}

TEST_CASE("Assigning installs a buffer's very tensor and keeps ties", "[nn][load]") {
  Context context;
  LoadOptions assign = kLoose;
  assign.assign = true;
  const ModuleRef m = make<Module>();
  const TensorRef shared = tensor({2}), x = tensor({2}, 5), y = tensor({2}, 6);
  m->register_buffer("a", shared);
  m->register_buffer("b", shared);
  m->register_buffer("c", shared, false);
  load_state_dict(context, *m, *dict_of({{"a", x}}), assign);
  for (size_t i = 0; i < 3; ++i) CHECK(m->buffers()[i].value == x);
  CHECK_FALSE(m->is_persistent("c"));
  load_state_dict(context, *m, *dict_of({{"b", y}, {"a", x}}), assign);
  for (size_t i = 0; i < 3; ++i) CHECK(m->buffers()[i].value == y);
}

TEST_CASE("A versioning rule fills what an old state lacks", "[nn][load]") {
  Context context;
  const ModuleRef m = make<Module>("Sequential");
  m->register_module("0", make<Counting>());
  const auto dict = dict_of({{"0.mean", tensor({3}, 1)}});
  const auto report = load_state_dict(context, *m, *dict);  // no versions at all: unknown
  CHECK(names_of(*report, Kind::defaulted) == Names{"0.count"});
  CHECK(values(*m->children()[0].value->buffers()[1].value) == std::vector<float>{9});
  dict->set_version("", 1);
  dict->set_version("0", 2);
  CHECK(names_of(*match_state_dict(*m, *dict), Kind::missing) == Names{"0.count"});
  dict->set_version("0", 1);
  CHECK(match_state_dict(*m, *dict)->count(Kind::defaulted) == 1);
  dict->versions().erase("0");
  CHECK(match_state_dict(*m, *dict)->count(Kind::defaulted) == 1);
  dict->set_tensor("0.count", tensor({}, 4));
  CHECK(match_state_dict(*m, *dict)->count(Kind::defaulted) == 0);
}

TEST_CASE("Likely counterparts are named", "[nn][load]") {
  const ModuleRef m = linear();
  const auto prefixed =
      match_state_dict(*m, *dict_of({{"module.weight", tensor({3, 2})}, {"bais", tensor({3})}}));
  for (const auto& item : prefixed->items) {
    if (item.name == "weight") CHECK(item.nearest == "module.weight");
    if (item.name == "module.weight") CHECK(item.nearest == "weight");
    if (item.name == "bias") CHECK(item.nearest == "bais");
  }
}

TEST_CASE("A cancelled context does not begin to write", "[nn][load]") {
  Context context;
  const ModuleRef m = linear();
  const auto before = values(*m->parameters()[0].value);
  context.cancel().raise();
  CHECK_THROWS_AS(load_state_dict(context, *m, *state_dict(*linear(2, 3, 9))), Error);
  CHECK(values(*m->parameters()[0].value) == before);
}

TEST_CASE("assigning leaves the flags of the dict's own tensors alone", "[nn][load]") {
  Context context;
  ModuleRef m = make<Module>();
  m->register_buffer("b", tensor({2}));
  const TensorRef value = parameter({2}, 5);
  LoadOptions assign;
  assign.assign = true;
  load_state_dict(context, *m, *dict_of({{"b", value}}), assign);
  CHECK(value->requires_grad());
  CHECK(m->buffers().empty());  // as module.b = Parameter(…) does
  CHECK(m->parameters()[0].value == value);
}
