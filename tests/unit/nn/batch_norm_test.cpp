
#include "nn/layers.hpp"
#include "support/catch.hpp"
#include "support/tensors.hpp"
#include "unit/nn/trees.hpp"

using namespace duramen;
using namespace duramen::nn;
using namespace duramen::nn::testing;

namespace {

std::string forward_refusal(Context& context, Module& module, const TensorRef& input) {
  return refusal([&] { module.forward(context, {&input, 1}); });
}

}  // namespace

TEST_CASE("BatchNorm counts in one element of an arithmetic dtype", "[nn][batch_norm]") {
  Context context;
  const auto counted = [&](const char* text, std::initializer_list<int64_t> shape, Dtype dtype) {
    const ModuleRef m = module_from_text(context, text);
    m->register_buffer("num_batches_tracked", test::make_zeros(context, Shape(shape), dtype));
    const std::string said = forward_refusal(context, *m, tensor({2, 2}));
    const bool untouched = values(*m->buffers()[0].value) == std::vector<float>{0, 0};
    CHECK(untouched == !said.empty());
    return said;
  };
  for (const char* text : {"BatchNorm1d(2)", "BatchNorm1d(2, momentum=None)"}) {
    CHECK(counted(text, {0}, Dtype::int64) ==
          "ValueError forward: num_batches_tracked must have one element (got 0)");
    CHECK(counted(text, {2}, Dtype::int64) ==
          "ValueError forward: num_batches_tracked must have one element (got 2)");
    CHECK(
        counted(text, {}, Dtype::boolean) ==
        "RuntimeError forward: num_batches_tracked: result type Long can't be cast to the desired "
        "output type Bool");
    CHECK(counted(text, {}, Dtype::float8_e4m3fn).find("NotImplementedError") == 0);
    CHECK(counted(text, {}, Dtype::quint4x2).find("NotImplementedError") == 0);
    CHECK(counted(text, {1}, Dtype::int64) == "");
    CHECK(counted(text, {}, Dtype::float32) == "");
  }
}

TEST_CASE("a BatchNorm forward that fails changes nothing", "[nn][batch_norm]") {
  Context context;
  const ModuleRef m = module_from_text(context, "BatchNorm1d(2)");
  const TensorRef wrong = test::make_zeros(context, Shape{3}, Dtype::float32);
  m->register_buffer("running_var", wrong);
  CHECK(forward_refusal(context, *m, tensor({2, 2})) ==
        "RuntimeError batch_norm: running_var should contain 2 elements not 3");
  CHECK(values(*m->buffers()[0].value) == std::vector<float>{0, 0});
  CHECK(m->buffers()[2].value->data<int64_t>()[0] == 0);
}

TEST_CASE("BatchNorm says the epsilon as it was written", "[nn][batch_norm]") {
  Context context;
  const ModuleRef m = module_from_text(context, "BatchNorm1d(2, eps=0)");
  CHECK(forward_refusal(context, *m, tensor({2, 2})) ==
        "ValueError batch_norm eps must be positive during training, but got 0");
  CHECK(m->buffers()[2].value->data<int64_t>()[0] == 0);
}

TEST_CASE("BatchNorm counts a batch without elements", "[nn][batch_norm]") {
  Context context;
  const ModuleRef m = module_from_text(context, "BatchNorm1d(2, momentum=None)");
  CHECK(forward_refusal(context, *m, tensor({0, 2})) == "");
  CHECK(values(*m->buffers()[0].value) == std::vector<float>{0, 0});
  CHECK(values(*m->buffers()[1].value) == std::vector<float>{1, 1});
  CHECK(m->buffers()[2].value->data<int64_t>()[0] == 1);
}
