// Lazy modules: nn/lazy.cpp, tensor/uninitialized.cpp. What they draw is compared with PyTorch in
// golden.module.
#include "nn/lazy.hpp"

#include <cstring>

#include "nn/build.hpp"
#include "nn/load.hpp"
#include "nn/walk.hpp"
#include "support/catch.hpp"
#include "tensor/uninitialized.hpp"
#include "unit/nn/trees.hpp"

using namespace duramen;
using namespace duramen::nn;
using namespace duramen::nn::testing;

namespace {

TensorRef zeros(Shape shape) {
  Context context;
  TensorRef out = empty(context.allocator(), std::move(shape), Dtype::float32);
  std::memset(out->mutable_bytes(), 0, static_cast<size_t>(out->nbytes()));
  return out;
}

// Of a copy: nothing is drawn.
uint32_t next_draw(Context& context) {
  Generator copy = context.generator();
  return copy.random();
}

const Tensor& parameter_of(const Module& module, std::string_view name) {
  return **module.parameters().find(name);
}

std::string failed_load(Context& context, Module& module, const StateDict& dict) {
  return refusal([&] { load_state_dict(context, module, dict, {}); });
}

}  // namespace

TEST_CASE("Building a lazy module says nothing of empty tensors", "[nn][lazy]") {
  Context context;
  int said = 0;
  const auto count = [](void* user, int32_t, const char*, size_t) { ++*static_cast<int*>(user); };
  context.set_log({count, &said});
  for (const char* text : {"LazyLinear(3)", "LazyConv2d(3, 2)", "LazyConvTranspose1d(3, 2)",
                           "LazyBatchNorm2d()", "LazyInstanceNorm1d()"}) {
    CHECK(module_from_text(context, text));
  }
  CHECK(said == 0);
  CHECK(module_from_text(context, "Linear(0, 3)"));
  CHECK(said > 0);
}

TEST_CASE("A lazy module lists its names without shapes", "[nn][lazy]") {
  Context context;
  const ModuleRef lazy = module_from_text(context, "LazyBatchNorm2d()");
  CHECK(lazy->class_name() == "LazyBatchNorm2d");
  CHECK(has_uninitialized(*lazy));
  CHECK(named_parameters(*lazy).size() == 2);
  CHECK(is_uninitialized(parameter_of(*lazy, "weight")));
  CHECK(parameter_of(*lazy, "weight").requires_grad());
  CHECK(is_uninitialized(**lazy->buffers().find("running_var")));
  CHECK_FALSE(is_uninitialized(**lazy->buffers().find("num_batches_tracked")));
  const Ref<StateDict> dict = state_dict(*lazy);
  CHECK(dict->entries().size() == 5);
  CHECK(dict->entries()[0].value.tensor == *lazy->parameters().find("weight"));
  CHECK_FALSE(has_uninitialized(*module_from_text(context, "Linear(2, 2)")));
}

TEST_CASE("An input makes a lazy module the plain one", "[nn][lazy]") {
  Context context, other;
  const ModuleRef lazy = module_from_text(context, "LazyConv2d(4, 3, padding=1, dtype=float64)");
  const TensorRef weight = *lazy->parameters().find("weight");
  context.generator().seed(3);
  initialize_parameters(context, *lazy, *zeros({2, 3, 8, 8}));
  other.generator().seed(3);
  const ModuleRef plain = module_from_text(other, "Conv2d(3, 4, 3, padding=1, dtype=float64)");
  CHECK(lazy->class_name() == "Conv2d");
  CHECK(repr(*lazy) == repr(*plain));
  CHECK(*lazy->parameters().find("weight") == weight);
  CHECK(weight->dtype() == Dtype::float64);
  CHECK(weight->shape() == Shape{4, 3, 3, 3});
  CHECK(state_dict(*lazy)->entries().size() == 2);
  CHECK(std::memcmp(weight->bytes(), parameter_of(*plain, "weight").bytes(),
                    static_cast<size_t>(weight->nbytes())) == 0);
  CHECK(next_draw(context) == next_draw(other));
  CHECK(repr(*module_from_text(context, lossless_text(*lazy))) == repr(*plain));
  CHECK(refusal([&] {
          initialize_parameters(context, *lazy, *zeros({2, 3, 8, 8}));
        }).find("has no attribute 'initialize_parameters'") != std::string::npos);
}

TEST_CASE("The first forward does it, too", "[nn][lazy]") {
  Context context;
  const ModuleRef lazy = module_from_text(context, "Sequential(LazyLinear(3), ReLU())");
  const TensorRef input = zeros({4, 2});
  CHECK(lazy->forward(context, {&input, 1})->shape() == Shape{4, 3});
  CHECK(repr(*lazy->children()[0].value) == "Linear(in_features=2, out_features=3, bias=True)");
}

TEST_CASE("An input that does not fit changes nothing", "[nn][lazy]") {
  Context context;
  const ModuleRef lazy = module_from_text(context, "LazyConv1d(4, 3, groups=2)");
  const uint32_t before = next_draw(context);
  CHECK(refusal([&] {
          initialize_parameters(context, *lazy, *zeros({2}));
        }).find("Expected 2D (unbatched) or 3D (batched) input to LazyConv1d") !=
        std::string::npos);
  CHECK(refusal([&] {
          initialize_parameters(context, *lazy, *zeros({1, 3, 8}));
        }).find("in_channels must be divisible by groups") != std::string::npos);
  CHECK(lazy->class_name() == "LazyConv1d");
  CHECK(has_uninitialized(*lazy));
  CHECK(next_draw(context) == before);
}

TEST_CASE("A state dict gives a lazy module its shapes", "[nn][lazy]") {
  Context context;
  const ModuleRef lazy = module_from_text(context, "LazyLinear(3)");
  const ModuleRef plain = module_from_text(context, "Linear(2, 3)");
  const TensorRef weight = *lazy->parameters().find("weight");
  load_state_dict(context, *lazy, *state_dict(*plain), {});
  CHECK(lazy->class_name() == "LazyLinear");
  CHECK_FALSE(has_uninitialized(*lazy));
  CHECK(values(*weight) == values(parameter_of(*plain, "weight")));
  const uint32_t before = next_draw(context);
  initialize_parameters(context, *lazy, *zeros({5, 2}));
  CHECK(next_draw(context) == before);
  CHECK(lazy->class_name() == "Linear");
  CHECK(values(*weight) == values(parameter_of(*plain, "weight")));
}

TEST_CASE("A load that fails leaves a lazy module without shapes", "[nn][lazy]") {
  Context context;
  const ModuleRef lazy = module_from_text(context, "LazyLinear(3)");
  const ModuleRef plain = module_from_text(context, "Linear(2, 3, bias=False)");
  CHECK(failed_load(context, *lazy, *state_dict(*plain)) != "");
  CHECK(is_uninitialized(parameter_of(*lazy, "weight")));
}

TEST_CASE("What has no shape loads into what has none only", "[nn][lazy]") {
  Context context;
  const ModuleRef lazy = module_from_text(context, "LazyLinear(3)");
  const Ref<StateDict> dict = state_dict(*module_from_text(context, "LazyLinear(3)"));
  CHECK(failed_load(context, *lazy, *dict).empty());
  CHECK(has_uninitialized(*lazy));
  const ModuleRef plain = module_from_text(context, "Linear(2, 3)");
  CHECK(failed_load(context, *plain, *dict) != "");
}

TEST_CASE("Conversions and copies keep what has no shape", "[nn][lazy]") {
  Context context;
  const ModuleRef lazy = module_from_text(context, "LazyBatchNorm1d()");
  to_dtype(context, *lazy, Dtype::float64);
  const ModuleRef copy = deepcopy(context, *lazy);
  CHECK(is_uninitialized(parameter_of(*copy, "weight")));
  CHECK(*copy->parameters().find("weight") != *lazy->parameters().find("weight"));
  initialize_parameters(context, *copy, *zeros({4, 3}));
  CHECK(parameter_of(*copy, "weight").dtype() == Dtype::float64);
  CHECK(has_uninitialized(*lazy));
}

TEST_CASE("A lazy module's texts are read again", "[nn][lazy]") {
  Context context;
  for (const char* text : {"LazyLinear(3, bias=False)", "LazyConv2d(4, 3)",
                           "LazyConvTranspose1d(3, 3, stride=2)", "LazyInstanceNorm3d(eps=0.5)"}) {
    INFO(text);
    const ModuleRef lazy = module_from_text(context, text);
    CHECK(repr(*module_from_text(context, repr(*lazy))) == repr(*lazy));
    CHECK(repr(*module_from_text(context, lossless_text(*lazy))) == repr(*lazy));
  }
}
