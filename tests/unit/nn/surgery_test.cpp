#include "nn/surgery.hpp"

#include "nn/build.hpp"
#include "nn/walk.hpp"
#include "support/catch.hpp"
#include "unit/nn/trees.hpp"

using namespace duramen;
using namespace duramen::nn;
using namespace duramen::nn::testing;

namespace {

std::string trainable(const Module& module) {
  std::string out;
  for (const NamedTensor& one : named_parameters(module)) {
    if (one.tensor->requires_grad()) out += one.name + " ";
  }
  return out;
}

}  // namespace

TEST_CASE("parameters freeze by pattern", "[nn][surgery]") {
  Context context;
  const ModuleRef m =
      module_from_text(context, "Sequential(Linear(2, 2), BatchNorm1d(2), Linear(2, 1))");
  CHECK(set_requires_grad(*m, {"", "2.*"}, false) == 4);
  CHECK(trainable(*m) == "2.weight 2.bias ");
  CHECK(set_requires_grad(*m, {"**.bias", ""}, true) == 3);
  CHECK(trainable(*m) == "0.bias 1.bias 2.weight 2.bias ");
  CHECK(set_requires_grad(*m, {"nothing", ""}, true) == 0);
  CHECK(set_requires_grad(*m, {}, false) == 6);
  CHECK(trainable(*m).empty());
}

TEST_CASE("a tied parameter freezes under each of its names, and counts once", "[nn][surgery]") {
  Context context;
  const ModuleRef m = module_from_text(context, "Sequential(Linear(2, 2), Linear(2, 2))");
  tie(*m, "1.weight", "0.weight");
  CHECK(set_requires_grad(*m, {"1.*", ""}, false) == 2);
  CHECK(trainable(*m) == "0.bias ");
}

TEST_CASE("an integer parameter is found before anything is unfrozen", "[nn][surgery]") {
  Context context;
  const ModuleRef m = module_from_text(context, "Linear(2, 2)");
  const TensorRef counts = empty(context.allocator(), {2}, Dtype::int64);
  m->register_parameter("counts", make_parameter(*counts, false));
  set_requires_grad(*m, {}, false);
  CHECK(refusal([&] { set_requires_grad(*m, {}, true); }).find("'counts' is int64") !=
        std::string::npos);
  CHECK(trainable(*m).empty());
  CHECK(set_requires_grad(*m, {"", "counts"}, true) == 2);
}

TEST_CASE("two paths share one object until they are untied", "[nn][surgery]") {
  Context context;
  const ModuleRef m = module_from_text(context, "Sequential(Embedding(5, 3), Linear(3, 5))");
  const Tensor& embedding = get_parameter(*m, "0.weight");
  tie(*m, "1.weight", "0.weight");
  CHECK(&get_parameter(*m, "1.weight") == &embedding);
  CHECK(named_parameters(*m).size() == 2);
  get_parameter(*m, "0.weight").set_requires_grad(false);
  CHECK(untie(context, *m, "1.weight"));
  Tensor& own = get_parameter(*m, "1.weight");
  CHECK(&own != &embedding);
  CHECK(own.storage() != embedding.storage());
  CHECK(own.is_parameter());
  CHECK_FALSE(own.requires_grad());
  CHECK(values(own) == values(embedding));
  CHECK(&get_parameter(*m, "0.weight") == &embedding);
  CHECK_FALSE(untie(context, *m, "1.weight"));
}

TEST_CASE("memory in common is a tie as well, a state dict's view is not", "[nn][surgery]") {
  Context context;
  const ModuleRef m = make<Module>();
  const TensorRef base = tensor({4});
  m->register_parameter("a", make_parameter(*alias(*base, {{2}, {1}, 0}), true));
  m->register_buffer("b", alias(*base, {{2}, {1}, 1}));
  m->register_buffer("c", alias(*base, {{1}, {1}, 3}));
  const auto views = state_dict(*m);
  CHECK_FALSE(untie(context, *m, "c"));
  CHECK(untie(context, *m, "b"));
  CHECK(values(*get_buffer(*m, "b")) == std::vector<float>{1, 2});
  CHECK_FALSE(get_buffer(*m, "b")->is_parameter());
  CHECK_FALSE(untie(context, *m, "a"));
}

TEST_CASE("ties that do not fit are refused", "[nn][surgery]") {
  Context context;
  const ModuleRef m = module_from_text(context,
                                       "Sequential(Linear(2, 3), Linear(3, 3, bias=False), "
                                       "BatchNorm1d(3), Linear(2, 3, dtype=float64))");
  const Tensor& before = get_parameter(*m, "1.weight");
  CHECK(refusal([&] {
          tie(*m, "1.weight", "0.weight");
        }).find("another shape (expected [3, 3], got [3, 2])") != std::string::npos);
  CHECK(refusal([&] { tie(*m, "3.weight", "0.weight"); }).find("another dtype") !=
        std::string::npos);
  CHECK(refusal([&] { tie(*m, "0.bias", "1.bias"); }).find("is None") != std::string::npos);
  CHECK(refusal([&] { tie(*m, "0.bias", "2.running_mean"); }).find("is not an nn.Parameter") !=
        std::string::npos);
  CHECK(refusal([&] { tie(*m, "0.bia", "0.bias"); }).find("is neither a parameter nor a buffer") !=
        std::string::npos);
  CHECK(refusal([&] { tie(*m, "7.bias", "0.bias"); }).find("has no attribute `7`") !=
        std::string::npos);
  CHECK(refusal([&] { untie(context, *m, "1.bias"); }).find("is None") != std::string::npos);
  CHECK(&get_parameter(*m, "1.weight") == &before);
  tie(*m, "1.bias", "0.bias");  // a name without value takes any
  CHECK(&get_parameter(*m, "1.bias") == &get_parameter(*m, "0.bias"));
}
