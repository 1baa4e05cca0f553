// Modules in scopes, changed and walked; optimizers by arguments; functions of several outputs;
// DLPack.
#include <duramen/duramen.hpp>

#include "support/catch.hpp"

using namespace duramen;

namespace {

// The sum and the difference of two tensors.
class Both : public OwnFunction {
 public:
  std::string_view name() const override { return "BothBackward"; }
  std::vector<Tensor> forward_many(ContextRef context, FunctionStateRef state,
                                   Span<const TensorRef> inputs) override {
    state.set_value(Value("kept"));
    return {add(context, inputs[0], inputs[1]), sub(context, inputs[0], inputs[1])};
  }
  std::vector<Tensor> backward_many(ContextRef context, FunctionStateRef state,
                                    Span<const TensorRef> grads) override {
    const Value value = state.value();
    if (value.as_text() != "kept") throw std::runtime_error("the value is gone");
    return {add(context, grads[0], grads[1]), sub(context, grads[0], grads[1])};
  }
};

}  // namespace

TEST_CASE("a text uses modules and tensors of a scope", "[cxx]") {
  const Context context;
  const auto scope = Scope::create();
  const Module shared = nn::Linear(context, 2, 2);
  scope.set("shared", shared);
  const Module model = Module::from_text(context, "Sequential(shared, ReLU(), shared)", scope);
  CHECK(model.submodule("0") == shared);
  CHECK(model.submodule("2") == shared);
  TextOptions how;
  how.unknown_as_containers = true;
  const ReadModule read = Module::from_text(
      context, "Net(\n  (fc): Linear(in_features=2, out_features=2, bias=True)\n)", how);
  CHECK(read.unknown.find("").as_text() == "Net");
}

TEST_CASE("modules are changed and walked", "[cxx]") {
  const Context context(/*seed=*/3);
  const Module model = nn::Empty(context);
  model.assign("fc", nn::Linear(context, 2, 2));
  model.assign("scale", Tensor::parameter(Tensor::ones(context, {2})));
  CHECK(model.named_parameters().size() == 3);
  model.remove("scale");
  CHECK_THROWS_AS(model.remove("scale"), NotFound);
  std::vector<std::string> walked;
  model.apply([&](ModuleRef one) { walked.emplace_back(one.class_name()); });
  CHECK(walked == std::vector<std::string>{"Linear", "Module"});
  CHECK_THROWS_WITH(model.apply([](ModuleRef) { throw std::runtime_error("no further"); }),
                    "no further");

  const Module fc = model.submodule("fc");
  const std::string before = fc.digest(context);
  fc.reset_parameters(context);
  CHECK(fc.digest(context) != before);
  const Module norm = nn::BatchNorm1d(context, 2);
  norm(context, Tensor::copy<float>(context, {1, 2, 3, 4}, {{2, 2}}));
  CHECK(norm.buffer("num_batches_tracked").item() == 1);
  norm.reset_running_stats();
  CHECK(norm.buffer("num_batches_tracked").item() == 0);
}

TEST_CASE("arguments of every kind make modules, operators and optimizers", "[cxx]") {
  const Context context;
  CHECK(
      nn::Conv2d(context, 1, 2, {3, 1}, {{"padding", "same"}, {"dtype", Dtype::float64}}).repr() ==
      "Conv2d(1, 2, kernel_size=(3, 1), stride=(1, 1), padding=same)");
  CHECK(nn::LSTM(context, 2, 3, {{"bidirectional", true}}).repr() ==
        "LSTM(2, 3, bidirectional=True)");
  const Module loss = nn::CrossEntropyLoss(
      context, {{"weight", TensorRef(Tensor::ones(context, {2}))}, {"label_smoothing", 0.5}});
  CHECK(loss.class_name() == "CrossEntropyLoss");
  const Module model = nn::Linear(context, 2, 2);
  const auto adam =
      optim::Adam(context, model.named_parameters().tensors(),
                  {{"lr", 0.5}, {"betas", std::vector<double>{0.5, 0.25}}, {"fused", nullptr}});
  const Value betas = adam.option(0, "betas");
  CHECK(betas[1].as_float() == 0.25);
  const Module other = nn::Linear(context, 1, 1);
  adam.add_group(context, other.named_parameters().tensors(), Value::dict({{"lr", 0.25}}));
  CHECK(adam.group_count() == 2);
  CHECK(adam.option(1, "lr").as_float() == 0.25);
  const Options attributes({{"dim", -1}});
  const Op softmax = Op::create("softmax", attributes);
  CHECK(softmax(context, {Tensor::ones(context, {1, 2})}).item({0, 1}) == 0.5);
  const Options listed;
  const std::vector<ValueRef> none;
  listed.set_list("betas", none);
  CHECK_THROWS_AS(Optimizer::create(context, "Adam", listed, model.named_parameters().tensors()),
                  InvalidArgument);
}

TEST_CASE("everyday operators", "[cxx]") {
  const Context context;
  const Tensor x = Tensor::copy<float>(context, {1, 4, 2, 3}, {{2, 2}});
  CHECK(argmax(context, x).item() == 1);
  CHECK(argmax(context, x, 0).to_vector<int64_t>(context) == std::vector<int64_t>{1, 0});
  CHECK(flatten(context, x).shape() == std::vector<int64_t>{4});
  CHECK(permute(context, x, {1, 0}).item({0, 1}) == 2);
  CHECK(expand(context, unsqueeze(context, x, 0), {3, -1, -1}).shape() ==
        std::vector<int64_t>{3, 2, 2});
  CHECK(squeeze(context, unsqueeze(context, x, 0)).rank() == 2);
  CHECK(cat(context, {x, x}, 1).shape() == std::vector<int64_t>{2, 4});
  CHECK(linear(context, x, x).item({0, 0}) == 17);
  CHECK(contiguous(context, x) == x);
  CHECK(dropout(context, x, 0.5, false) == x);
  CHECK(mse_loss(context, x, x).item() == 0);
  const Tensor parameter = Tensor::parameter(x);
  duramen_backward_options keep = {};
  keep.struct_size = sizeof keep;
  keep.flags = DURAMEN_BACKWARD_RETAIN_GRAPH;
  const Tensor total = sum(context, parameter);
  total.backward(context, {}, keep);
  total.backward(context);
  CHECK(parameter.grad().item({1, 1}) == 2);
}

TEST_CASE("a function of several outputs", "[cxx]") {
  const Context context;
  const Tensor a = Tensor::parameter(Tensor::full(context, {1}, 3));
  const Tensor b = Tensor::parameter(Tensor::full(context, {1}, 2));
  const Value both = apply_many(context, std::make_unique<Both>(), {a, b}, 2);
  CHECK(both[1].as_tensor().item() == 1);
  mul(context, both[0].as_tensor(), both[1].as_tensor()).backward(context);
  CHECK(a.grad().item() == 6);
  CHECK(b.grad().item() == -4);
}

TEST_CASE("memory goes through DLPack and comes back", "[cxx]") {
  const Context context;
  const Tensor x = Tensor::copy<float>(context, {1, 2});
  const Tensor same = Tensor::from_dlpack(x.to_dlpack());
  const Tensor old = Tensor::from_dlpack(x.to_dlpack_legacy());
  CHECK(same.data<float>() == x.data<float>());
  CHECK(old.data<float>() == x.data<float>());
  CHECK(x.nbytes() == 8);
  const uint64_t version = x.version();
  x.fill(context, 1);
  CHECK(x.version() > version);
  CHECK(select(context, x, 0, 1).offset() == 1);
  CHECK(x.device_type() == 1);
}

TEST_CASE("values of every kind", "[cxx]") {
  const Value big = Value::integer("123456789012345678901234567890");
  CHECK(big.kind() == DURAMEN_VALUE_BIG_INT);
  CHECK(big.kind_name() == "int");
  const std::byte raw[] = {std::byte{1}, std::byte{0}};
  const Value bytes = Value::bytes(raw), three(3);
  CHECK(bytes.as_bytes().size() == 2);
  CHECK(three.as_bytes().empty());
  const auto rules = RenameRules::create({"strip:module.", "add:net."});
  const duramen::StringList texts = rules.texts();
  CHECK(texts[1] == "add:net.");
  const StringList presets = rename_presets();
  CHECK(!describe_rename_preset(presets[0]).empty());
}
