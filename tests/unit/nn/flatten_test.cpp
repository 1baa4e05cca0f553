#include "nn/flatten.hpp"

#include "kernels/copy.hpp"
#include "nn/build.hpp"
#include "nn/surgery.hpp"
#include "nn/walk.hpp"
#include "support/catch.hpp"
#include "unit/nn/trees.hpp"

using namespace duramen;
using namespace duramen::nn;
using namespace duramen::nn::testing;

namespace {

// a: 2×2 from 0, b: 3 from 10 (frozen), c: tied to a.
ModuleRef three() {
  const ModuleRef m = make<Module>();
  const TensorRef a = parameter({2, 2});
  m->register_parameter("a", a);
  m->register_parameter("b", make_parameter(*tensor({3}, 10), false));
  m->register_parameter("c", a);
  m->register_buffer("d", tensor({1}, 99));
  return m;
}

}  // namespace

TEST_CASE("parameters become one vector in their order, a tie once", "[nn][flatten]") {
  Context context;
  const ModuleRef m = three();
  const TensorRef all = flatten(context, *m);
  CHECK(values(*all) == std::vector<float>{0, 1, 2, 3, 10, 11, 12});
  CHECK_FALSE(all->requires_grad());
  CHECK(values(*flatten(context, *m, {.only_trainable = true})) == std::vector<float>{0, 1, 2, 3});
  get_parameter(*m, "b").set_grad(tensor({3}, 5));
  CHECK(values(*flatten(context, *m, {.gradients = true})) ==
        std::vector<float>{0, 0, 0, 0, 5, 6, 7});
  CHECK(flatten(context, *make<Module>())->shape() == Shape{0});
}

TEST_CASE("a transposed parameter is read in the order of its indices", "[nn][flatten]") {
  Context context;
  const ModuleRef m = make<Module>();
  const TensorRef base = tensor({2, 3});
  m->register_parameter("w",
                        make_parameter(*alias(*base, view_transpose(base->layout(), 0, 1)), true));
  CHECK(values(*flatten(context, *m)) == std::vector<float>{0, 3, 1, 4, 2, 5});
  unflatten(context, *m, *tensor({6}));
  CHECK(values(*base) == std::vector<float>{0, 2, 4, 1, 3, 5});
}

TEST_CASE("dtypes promote, and are converted on the way back", "[nn][flatten]") {
  Context context;
  const ModuleRef m = three();
  const TensorRef half = empty(context.allocator(), {2}, Dtype::float16);
  kernels::fill(*half, 0.5);
  m->register_parameter("h", make_parameter(*half, true));
  const TensorRef all = flatten(context, *m);
  CHECK(all->dtype() == Dtype::float32);
  CHECK(values(*all).back() == 0.5f);
  const TensorRef wide = empty(context.allocator(), {9}, Dtype::float64);
  kernels::fill(*wide, 2);
  unflatten(context, *m, *wide);
  CHECK(get_parameter(*m, "h").dtype() == Dtype::float16);
  CHECK(kernels::read_double(get_parameter(*m, "h").bytes(), Dtype::float16) == 2);
  CHECK(values(get_parameter(*m, "a")) == std::vector<float>{2, 2, 2, 2});
}

TEST_CASE("a vector goes back into the same memory", "[nn][flatten]") {
  Context context;
  const ModuleRef m = three();
  Tensor& a = get_parameter(*m, "a");
  const void* data = a.bytes();
  const uint64_t version = a.storage()->version();
  unflatten(context, *m, *tensor({7}, 20));
  CHECK(a.bytes() == data);
  CHECK(a.storage()->version() == version + 1);
  CHECK(values(a) == std::vector<float>{20, 21, 22, 23});
  CHECK(values(get_parameter(*m, "b")) == std::vector<float>{24, 25, 26});
  unflatten(context, *m, *tensor({4}), {.only_trainable = true, .gradients = true});
  CHECK(values(*a.grad()) == std::vector<float>{0, 1, 2, 3});
  const Tensor* grad = a.grad().get();
  unflatten(context, *m, *tensor({7}, 1), {.gradients = true});
  CHECK(a.grad().get() == grad);
  CHECK(values(*get_parameter(*m, "b").grad()) == std::vector<float>{5, 6, 7});
}

TEST_CASE("a vector that does not fit changes nothing", "[nn][flatten]") {
  Context context;
  const ModuleRef m = three();
  CHECK(refusal([&] { unflatten(context, *m, *tensor({8})); }).find("(expected [7], got [8])") !=
        std::string::npos);
  CHECK(refusal([&] {
          unflatten(context, *m, *tensor({7, 1}));
        }).find("one dimension") != std::string::npos);
  static const float kFixed[1] = {1};
  const auto storage =
      Storage::borrow(const_cast<float*>(kFixed), sizeof kFixed, true, nullptr, nullptr);
  m->register_parameter(
      "e", make_parameter(*make<Tensor>(storage, contiguous_layout({1}), Dtype::float32), true));
  CHECK(refusal([&] { unflatten(context, *m, *tensor({8})); }).find("'e' has read-only memory") !=
        std::string::npos);
  CHECK(values(get_parameter(*m, "a")) == std::vector<float>{0, 1, 2, 3});
}

TEST_CASE("packed parameters are views of one vector", "[nn][flatten]") {
  Context context;
  const ModuleRef m = three();
  Tensor& a = get_parameter(*m, "a");
  a.set_grad(tensor({2, 2}, 7));
  CHECK(flatten(context, *m)->storage() != a.storage());
  const TensorRef block = pack(context, *m);
  CHECK(values(*block) == std::vector<float>{0, 1, 2, 3, 10, 11, 12});
  CHECK(&get_parameter(*m, "a") == &a);
  CHECK(&get_parameter(*m, "c") == &a);
  CHECK(a.storage() == block->storage());
  CHECK(a.requires_grad());
  CHECK(values(*a.grad()) == std::vector<float>{7, 8, 9, 10});
  CHECK(flatten(context, *m)->storage() == block->storage());
  CHECK(flatten(context, *m, {.copy = true})->storage() != block->storage());
  CHECK(pack(context, *m)->storage() == block->storage());
  kernels::fill(*block, 1);
  CHECK(values(get_parameter(*m, "b")) == std::vector<float>{1, 1, 1});
  unflatten(context, *m, *block);  // onto itself
  CHECK(values(a) == std::vector<float>{1, 1, 1, 1});
}

TEST_CASE("a vector that overlaps the parameters is read first", "[nn][flatten]") {
  Context context;
  const ModuleRef m = make<Module>();
  const TensorRef base = tensor({5});
  m->register_parameter("a", make_parameter(*alias(*base, {{2}, {1}, 1}), true));
  m->register_parameter("b", make_parameter(*alias(*base, {{2}, {1}, 3}), true));
  CHECK(values(*flatten(context, *m)) == std::vector<float>{1, 2, 3, 4});
  unflatten(context, *m, *alias(*base, {{4}, {1}, 0}));
  CHECK(values(*base) == std::vector<float>{0, 0, 1, 2, 3});
}

TEST_CASE("what cannot be packed stays as it is", "[nn][flatten]") {
  Context context;
  const ModuleRef m = three();
  m->register_parameter("e",
                        make_parameter(*empty(context.allocator(), {1}, Dtype::float64), true));
  CHECK(refusal([&] { pack(context, *m); }).find("'e' has another dtype") != std::string::npos);
  m->remove("e");
  m->register_parameter("f", make_parameter(*get_submodule(*m, "").parameters()[0].value, true));
  CHECK(refusal([&] { pack(context, *m); }).find("shares memory with another parameter") !=
        std::string::npos);
  CHECK(values(*flatten(context, *m)).size() == 11);
}
