#include "nn/layers.hpp"

#include <cmath>
#include <cstdlib>

#include "autograd/backward.hpp"
#include "nn/init.hpp"
#include "nn/load.hpp"
#include "nn/walk.hpp"
#include "ops/ops.hpp"
#include "support/catch.hpp"
#include "support/warnings.hpp"
#include "unit/nn/trees.hpp"

using namespace duramen;
using namespace duramen::nn;
using namespace duramen::nn::testing;

namespace {

using Names = std::vector<std::string>;

Names slots(const Module::Tensors& tensors) {
  Names out;
  for (const auto& [name, tensor] : tensors) out.push_back(name + (tensor ? "" : "?"));
  return out;
}

TensorRef run(Context& context, Module& module, const TensorRef& input) {
  return module.forward(context, {&input, 1});
}

std::string build_refusal(Context& context, const char* text) {
  return refusal([&] { module_from_text(context, text); });
}

bool contains(const std::string& text, const char* part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("Linear keeps the name of a bias that it does not have", "[nn][linear]") {
  Context context;
  const ModuleRef with = module_from_text(context, "Linear(4, 3)");
  CHECK(slots(with->parameters()) == Names{"weight", "bias"});
  CHECK(with->parameters()[0].value->shape() == Shape{3, 4});
  CHECK(repr(*with) == "Linear(in_features=4, out_features=3, bias=True)");
  const ModuleRef without = module_from_text(context, "Linear(4, 3, bias=False)");
  CHECK(slots(without->parameters()) == Names{"weight", "bias?"});
  CHECK(repr(*without) == "Linear(in_features=4, out_features=3, bias=False)");
  CHECK(with->has_attribute("in_features"));
  CHECK_THROWS_AS(with->register_buffer("out_features", nullptr), Error);
}

TEST_CASE("Linear draws its weight before its bias, in PyTorch's bits", "[nn][linear]") {
  // Recorded from torch.manual_seed(0); Linear(4, 3): pytorch-semantics 9.6.
  Context context;
  context.generator().seed(0);
  const ModuleRef m = module_from_text(context, "Linear(4, 3)");
  const auto bits = [](const Tensor& t, size_t i) { return t.data<uint32_t>()[i]; };
  const Tensor &weight = *m->parameters()[0].value, &bias = *m->parameters()[1].value;
  CHECK(bits(weight, 0) == 0xbb755400);
  CHECK(bits(weight, 1) == 0x3e89545e);
  CHECK(bits(weight, 2) == 0xbed2b316);
  CHECK(bits(bias, 0) == 0xbef491b8);
  CHECK(bits(bias, 1) == 0xbea98b52);
  CHECK(bits(bias, 2) == 0xbe530ee8);
  context.generator().seed(0);
  m->reset_parameters(context);
  CHECK(bits(weight, 0) == 0xbb755400);
}

TEST_CASE("Linear without inputs has a zero bias, but draws it", "[nn][linear]") {
  Context context, other;
  context.generator().seed(5);
  other.generator().seed(5);
  const ModuleRef m = module_from_text(context, "Linear(0, 3)");
  CHECK(values(*m->parameters()[1].value) == std::vector<float>{0, 0, 0});
  for (int i = 0; i < 3; ++i) other.generator().random();
  CHECK(context.generator().random() == other.generator().random());
  module_from_text(context, "Linear(3, 0)");
  CHECK(context.generator().random() == other.generator().random());
}

TEST_CASE("Negative sizes are refused in PyTorch's words", "[nn][linear]") {
  Context context;
  CHECK(contains(build_refusal(context, "Linear(-1, 2)"),
                 "Trying to create tensor with negative dimension -1: [2, -1]"));
  CHECK(contains(build_refusal(context, "BatchNorm1d(-1)"),
                 "Trying to create tensor with negative dimension -1: [-1]"));
}

TEST_CASE("Fans need two dimensions", "[nn][init]") {
  CHECK(fans_of(*tensor({2, 3, 4, 5})).in == 60);
  CHECK(fans_of(*tensor({2, 3, 4, 5})).out == 40);
  CHECK(refusal([] { fans_of(*tensor({2})); }).find("ValueError") == 0);
}

TEST_CASE("BatchNorm registers its names even where they hold nothing", "[nn][batch_norm]") {
  Context context;
  const ModuleRef m = module_from_text(context, "BatchNorm1d(2)");
  CHECK(m->version() == 2);
  CHECK(slots(m->parameters()) == Names{"weight", "bias"});
  CHECK(slots(m->buffers()) == Names{"running_mean", "running_var", "num_batches_tracked"});
  CHECK(m->buffers()[2].value->dtype() == Dtype::int64);
  CHECK(m->buffers()[2].value->rank() == 0);
  CHECK(repr(*m) ==
        "BatchNorm1d(2, eps=1e-05, momentum=0.1, affine=True, bias=True, "
        "track_running_stats=True)");
  const ModuleRef bare = module_from_text(
      context, "BatchNorm2d(2, affine=False, momentum=None, track_running_stats=False)");
  CHECK(slots(bare->parameters()) == Names{"weight?", "bias?"});
  CHECK(slots(bare->buffers()) == Names{"running_mean?", "running_var?", "num_batches_tracked?"});
  CHECK(contains(repr(*bare), "momentum=None, affine=False, bias=False"));
  const ModuleRef unbiased = module_from_text(context, "BatchNorm3d(2, bias=False)");
  CHECK(slots(unbiased->parameters()) == Names{"weight", "bias?"});
}

TEST_CASE("BatchNorm counts batches and blends unbiased variances", "[nn][batch_norm]") {
  Context context;
  const ModuleRef m = module_from_text(context, "BatchNorm1d(1)");
  const TensorRef input = tensor({4, 1});  // 0 1 2 3: mean 1.5, variance 1.25, unbiased 5/3
  const auto out = values(*run(context, *m, input));
  CHECK(out[0] == Approx(-1.5 / std::sqrt(1.25 + 1e-5)));
  CHECK(values(*m->buffers()[0].value)[0] == Approx(0.15));
  CHECK(values(*m->buffers()[1].value)[0] == Approx(0.9 + 0.1 * 5 / 3));
  CHECK(m->buffers()[2].value->data<int64_t>()[0] == 1);
  m->set_training(false);
  const auto eval = values(*run(context, *m, input));
  CHECK(eval[0] == Approx(-0.15 / std::sqrt(0.9 + 0.1 * 5 / 3 + 1e-5)));
  CHECK(m->buffers()[2].value->data<int64_t>()[0] == 1);
  m->reset_running_stats();
  CHECK(values(*m->buffers()[1].value)[0] == 1);
  CHECK(m->buffers()[2].value->data<int64_t>()[0] == 0);
}

TEST_CASE("momentum=None is the cumulative average", "[nn][batch_norm]") {
  Context context;
  const ModuleRef m = module_from_text(context, "BatchNorm1d(1, momentum=None)");
  run(context, *m, tensor({4, 1}));
  CHECK(values(*m->buffers()[0].value)[0] == Approx(1.5));
  run(context, *m, tensor({4, 1}, 3));
  CHECK(values(*m->buffers()[0].value)[0] == Approx(3.0));
}

TEST_CASE("BatchNorm refuses other ranks and single values", "[nn][batch_norm]") {
  Context context;
  const ModuleRef one = module_from_text(context, "BatchNorm1d(2)");
  const ModuleRef two = module_from_text(context, "BatchNorm2d(2)");
  CHECK(refusal([&] {
          run(context, *one, tensor({1, 2, 3, 4}));
        }) == "ValueError forward: expected 2D or 3D input (got 4D input)");
  CHECK(refusal([&] {
          run(context, *two, tensor({1, 2, 3}));
        }) == "ValueError forward: expected 4D input (got 3D input)");
  CHECK(contains(refusal([&] {
                   run(context, *one, tensor({1, 2}));
                 }),
                 "Expected more than 1 value per channel when training, got input size "
                 "torch.Size([1, 2])"));
  CHECK(one->buffers()[2].value->data<int64_t>()[0] == 0);
}

TEST_CASE("A BatchNorm state of version 1 keeps the module's own counter", "[nn][batch_norm]") {
  Context context;
  const ModuleRef m = module_from_text(context, "Sequential(BatchNorm1d(2))");
  m->children()[0].value->buffers()[2].value->mutable_data<int64_t>()[0] = 9;
  const auto dict = state_dict(*m)->copy();
  dict->entries().erase("0.num_batches_tracked");
  CHECK_THROWS_AS(load_state_dict(context, *m, *dict), Error);
  dict->set_version("0", 1);
  load_state_dict(context, *m, *dict);
  CHECK(m->children()[0].value->buffers()[2].value->data<int64_t>()[0] == 9);
}

TEST_CASE("Sequential runs its children, the empty one gives its input back", "[nn][containers]") {
  Context context;
  const ModuleRef m = module_from_text(context, "Sequential(Flatten(), Linear(4, 2), ReLU())");
  CHECK(run(context, *m, tensor({3, 2, 2}))->shape() == Shape{3, 2});
  const TensorRef x = tensor({1});
  CHECK(run(context, *module_from_text(context, "Sequential()"), x) == x);
  CHECK(run(context, *module_from_text(context, "Identity(3, a=4)"), x) == x);
}

TEST_CASE("ReLU in place writes over its input and keeps the graph", "[nn][activation]") {
  Context context;
  const ModuleRef m = module_from_text(context, "ReLU(inplace=True)");
  CHECK(repr(*m) == "ReLU(inplace=True)");
  const TensorRef x = tensor({3}, -1);
  CHECK(run(context, *m, x) == x);
  CHECK(values(*x) == std::vector<float>{0, 0, 1});
  CHECK(refusal([&] { run(context, *m, parameter({2})); }).find("RuntimeError") == 0);
  const TensorRef product = ops::mul(context, parameter({3}, -1), tensor({3}, 1));
  CHECK(run(context, *m, product) == product);
  CHECK(product->grad_fn());
}

TEST_CASE("Dropout checks its probability and leaves eval alone", "[nn][dropout]") {
  Context context;
  CHECK(contains(build_refusal(context, "Dropout(2)"),
                 "dropout probability has to be between 0 and 1, but got 2"));
  CHECK(contains(build_refusal(context, "Dropout(-0.5)"), "but got -0.5"));
  const ModuleRef m = module_from_text(context, "Dropout()");
  CHECK(repr(*m) == "Dropout(p=0.5, inplace=False)");
  m->set_training(false);
  const TensorRef x = tensor({8}, 1);
  CHECK(values(*run(context, *m, x)) == values(*x));
}

TEST_CASE("Losses take PyTorch's arguments and keep a weight as buffer", "[nn][loss]") {
  Context context;
  const ModuleRef m = module_from_text(context, "CrossEntropyLoss(weight=tensor([1.0, 2.0]))");
  CHECK(slots(m->buffers()) == Names{"weight"});
  CHECK(state_dict(*m)->entries().size() == 1);
  CHECK(slots(module_from_text(context, "CrossEntropyLoss()")->buffers()) == Names{"weight?"});
  const TensorRef inputs[] = {tensor({2}, 0), tensor({2}, 1)};
  const auto loss = [&](const char* text) {
    return values(*module_from_text(context, text)->forward(context, inputs));
  };
  CHECK(loss("MSELoss()") == std::vector<float>{1});
  CHECK(loss("MSELoss(reduction='sum')") == std::vector<float>{2});
  CHECK(loss("MSELoss(size_average=False)") == std::vector<float>{2});
  CHECK(loss("MSELoss(reduce=False)") == std::vector<float>{1, 1});
  CHECK(contains(refusal([&] { loss("MSELoss(reduction='x')"); }),
                 "x is not a valid value for reduction"));
}

TEST_CASE("to(dtype) keeps parameters, replaces buffers and leaves counters", "[nn][transform]") {
  Context context;
  const ModuleRef m = module_from_text(context, "Sequential(Linear(2, 2), BatchNorm1d(2))");
  const TensorRef shared = tensor({2});
  m->register_buffer("x", shared);
  m->register_buffer("y", shared);
  const TensorRef weight = m->children()[0].value->parameters()[0].value;
  weight->set_grad(tensor({2, 2}, 3));
  to_dtype(context, *m, Dtype::float32);
  CHECK(m->buffers()[1].value == shared);
  to_dtype(context, *m, Dtype::float64);
  CHECK(m->children()[0].value->parameters()[0].value == weight);
  CHECK(weight->dtype() == Dtype::float64);
  CHECK(weight->grad()->dtype() == Dtype::float64);
  CHECK(weight->grad()->data<double>()[3] == 6);
  CHECK(m->children()[1].value->buffers()[2].value->dtype() == Dtype::int64);
  CHECK(m->buffers()[0].value != m->buffers()[1].value);
  CHECK(shared->dtype() == Dtype::float32);
  CHECK(refusal([&] { to_dtype(context, *m, Dtype::int64); }) ==
        "TypeError to: nn.Module.to only accepts floating point or complex dtypes, but got desired "
        "dtype=torch.int64");
}

TEST_CASE("to(dtype) keeps the history of a buffer that requires grad", "[nn][transform]") {
  Context context;
  const ModuleRef m = make<Module>();
  const TensorRef given = tensor({2});
  given->set_requires_grad(true);
  m->register_buffer("b", given);
  m->register_buffer("p", parameter({2}));
  to_dtype(context, *m, Dtype::float64);
  const TensorRef converted = m->buffers()[0].value;
  CHECK(converted->requires_grad());
  CHECK_FALSE(converted->is_leaf());
  CHECK(m->buffers()[1].value->requires_grad());
  CHECK_FALSE(m->buffers()[1].value->is_parameter());
  backward(context, ops::sum(context, converted), nullptr);
  CHECK(values(*given->grad()) == std::vector<float>{1, 1});
  context.set_grad_enabled(false);
  m->put_buffer("b", given);
  to_dtype(context, *m, Dtype::float64);
  CHECK_FALSE(m->buffers()[0].value->requires_grad());
}

namespace {

// The system's memory until so many blocks are taken.
struct Quota {
  size_t left = SIZE_MAX;

  MemorySource source() {
    const auto allocate = [](void* user, size_t nbytes, size_t alignment) -> void* {
      size_t& left = static_cast<Quota*>(user)->left;
      if (left == 0) return nullptr;
      --left;
      return std::aligned_alloc(alignment, (nbytes + alignment - 1) / alignment * alignment);
    };
    const auto release = [](void*, void* pointer, size_t, size_t) { std::free(pointer); };
    return {allocate, release, this, nullptr};
  }
};

std::vector<Dtype> dtypes_of(const Module& root) {
  std::vector<Dtype> out;
  const Ref<StateDict> state = state_dict(root);
  for (const auto& entry : state->entries()) out.push_back(entry.value.tensor->dtype());
  return out;
}

}  // namespace

TEST_CASE("to(dtype) converts everything or nothing", "[nn][transform]") {
  Quota quota;
  ContextOptions options;
  options.memory = quota.source();
  Context context(options);
  const ModuleRef m = module_from_text(context, "Sequential(Linear(2, 2), BatchNorm1d(2))");
  const std::vector<Dtype> before = dtypes_of(*m);
  size_t blocks = 0;
  for (;; ++blocks) {
    quota.left = blocks;
    context.allocator()->trim();
    try {
      to_dtype(context, *m, Dtype::float64);
      break;
    } catch (const std::bad_alloc&) {
      REQUIRE(dtypes_of(*m) == before);
    }
  }
  CHECK(blocks == 6);
  CHECK(m->children()[0].value->parameters()[0].value->dtype() == Dtype::float64);
}

TEST_CASE("what PyTorch warns about goes to the log", "[nn][transform][load]") {
  Context context;
  test::Warnings warnings(context);
  const ModuleRef m = module_from_text(context, "Linear(2, 2)");
  to_dtype(context, *m, Dtype::complex64);
  const Ref<StateDict> complex = state_dict(*m);
  CHECK(warnings.count() == 0);
  to_dtype(context, *m, Dtype::float32);
  REQUIRE(warnings.count() == 2);
  CHECK(warnings.lines()[0] ==
        "to: 'weight': Casting complex values to real discards the imaginary part (complex64 to "
        "float32)");
  load_state_dict(context, *m, *complex);
  REQUIRE(warnings.count() == 4);
  CHECK(warnings.lines()[3] ==
        "load_state_dict: 'bias': Casting complex values to real discards the imaginary part "
        "(complex64 to float32)");
  load_state_dict(context, *m, *complex, {.assign = true});
  CHECK(warnings.count() == 4);
  module_from_text(context, "Linear(0, 2)");
  REQUIRE(warnings.count() == 5);
  CHECK(warnings.lines()[4] == "init: Initializing zero-element tensors is a no-op");
  const TensorRef wide = tensor({3, 2});
  ops::mse_loss(context, wide, wide, ops::Reduction::mean);
  CHECK(warnings.count() == 5);
  ops::mse_loss(context, wide, tensor({2}), ops::Reduction::mean);
  REQUIRE(warnings.count() == 6);
  CHECK(warnings.lines()[5] ==
        "mse_loss: Using a target size (torch.Size([2])) that is different to the input size "
        "(torch.Size([3, 2])). This will likely lead to incorrect results due to broadcasting. "
        "Please ensure they have the same size.");
}

TEST_CASE("zero_grad drops gradients or zeroes them in place, frozen ones too", "[nn][transform]") {
  Context context;
  const ModuleRef m = module_from_text(context, "Linear(1, 1)");
  const TensorRef weight = m->parameters()[0].value, grad = tensor({1, 1}, 3);
  weight->set_grad(grad);
  weight->set_requires_grad(false);
  zero_grad(*m, false);
  CHECK(weight->grad() == grad);
  CHECK(values(*grad) == std::vector<float>{0});
  zero_grad(*m, true);
  CHECK(weight->grad() == nullptr);
}
