#include "nn/build.hpp"
#include "support/catch.hpp"
#include "support/tensors.hpp"
#include "unit/nn/trees.hpp"

using namespace duramen;
using namespace duramen::nn;
using namespace duramen::nn::testing;

namespace {

std::string built(const char* text) {
  Context context;
  return repr(*module_from_text(context, text));
}

std::string build_refusal(const char* text) {
  return refusal([&] { built(text); });
}

}  // namespace

TEST_CASE("Embedding prints what is not usual", "[nn][embedding]") {
  CHECK(built("Embedding(3, 2)") == "Embedding(3, 2)");
  CHECK(built("Embedding(3, 2, -1)") == "Embedding(3, 2, padding_idx=2)");
  CHECK(built("Embedding(3, 2, None, 1, 2.5, True)") ==
        "Embedding(3, 2, max_norm=1, norm_type=2.5, scale_grad_by_freq=True)");
  CHECK(built("Embedding(3, 2, norm_type=2, sparse='')") == "Embedding(3, 2, sparse=True)");
}

TEST_CASE("Embedding draws its whole table, then clears the padding row", "[nn][embedding]") {
  // Recorded from torch.manual_seed(0); Embedding(3, 2): pytorch-semantics 9.6.
  Context context;
  context.generator().seed(0);
  const ModuleRef plain = module_from_text(context, "Embedding(3, 2)");
  const std::vector<float> drawn = values(*plain->parameters()[0].value);
  CHECK(drawn[0] == 0x1.8a7eb8p+0f);
  context.generator().seed(0);
  const ModuleRef padded = module_from_text(context, "Embedding(3, 2, padding_idx=0)");
  const std::vector<float> cleared = values(*padded->parameters()[0].value);
  CHECK(cleared[0] == 0);
  CHECK(cleared[1] == 0);
  CHECK(cleared[2] == drawn[2]);
  padded->reset_parameters(context);
  CHECK(values(*padded->parameters()[0].value)[1] == 0);
}

TEST_CASE("Embedding takes values that are given", "[nn][embedding]") {
  Context context;
  const TensorRef given = tensor({3, 2}, 1);
  const spec::NamedObject scope[] = {{"w", given}};
  const ModuleRef module =
      module_from_text(context, "Embedding(3, 2, padding_idx=0, _weight=w, _freeze=True)", scope);
  const TensorRef& weight = module->parameters()[0].value;
  CHECK(weight->storage() == given->storage());
  CHECK_FALSE(weight->requires_grad());
  const TensorRef at = test::make_tensor(context, Shape{1}, Dtype::int64, std::vector<double>{2});
  CHECK(values(*module->forward(context, {&at, 1})) == std::vector<float>{5, 6});
  module->assign("weight", TensorRef());
  CHECK(refusal([&] { module->forward(context, {&at, 1}); }).find("TypeError") == 0);
}

TEST_CASE("Embedding checks its arguments", "[nn][embedding]") {
  for (const char* text : {"Embedding(3, 2, padding_idx=3)", "Embedding(3, 2, padding_idx=-4)"}) {
    CHECK(build_refusal(text).find(
              "AssertionError Embedding: Padding_idx must be within num_embeddings") == 0);
  }
  CHECK(build_refusal("Embedding(3, 2, _weight=zeros(2, 3))")
            .find("AssertionError Embedding: Shape of weight does not match num_embeddings and "
                  "embedding_dim") == 0);
  CHECK(build_refusal("Embedding(-1, 2)").find("RuntimeError") == 0);
  CHECK(build_refusal("Embedding(0, 2, 0)").find("IndexError") == 0);
  CHECK(build_refusal("Embedding(3.0, 2)").find("TypeError") == 0);
  CHECK(build_refusal("Embedding(3, 2, dtype=int64)").find("RuntimeError") == 0);
  CHECK(build_refusal("Embedding(3, 2, _freeze=True, dtype=int64)").find("NotImplementedError") ==
        0);
}
