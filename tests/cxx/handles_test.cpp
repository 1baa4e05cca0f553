// Ownership: what a handle holds, lends and gives back.
#include <duramen/duramen.hpp>
#include <memory>
#include <type_traits>
#include <utility>

#include "support/catch.hpp"

using duramen::Context;
using duramen::Tensor;
using duramen::TensorRef;

namespace {

template <class Owner, class Lent>
constexpr bool is_one_pointer =
    sizeof(Owner) == sizeof(void*) && sizeof(Lent) == sizeof(void*) &&
    std::is_trivially_copyable_v<Lent>&& std::is_nothrow_move_constructible_v<Owner>;
static_assert(is_one_pointer<Tensor, TensorRef>);
static_assert(is_one_pointer<duramen::Module, duramen::ModuleRef>);
static_assert(is_one_pointer<duramen::Value, duramen::ValueRef>);
static_assert(is_one_pointer<duramen::StateDict, duramen::StateDictRef>);
static_assert(is_one_pointer<duramen::Optimizer, duramen::OptimizerRef>);
static_assert(is_one_pointer<Context, duramen::ContextRef>);
static_assert(!std::is_convertible_v<TensorRef, Tensor>, "taking a reference is written out");

// Elements cannot be taken from a temporary, which would take them along.
template <class T, class = void>
constexpr bool lends_values = false;
template <class T>
constexpr bool lends_values<T, std::void_t<decltype(std::declval<T>().template values<float>())>> =
    true;
static_assert(lends_values<Tensor&> && lends_values<const Tensor&> && lends_values<TensorRef>);
static_assert(!lends_values<Tensor>);

uint64_t bytes_in_use(const Context& context) {
  duramen_allocator_statistics statistics = {};
  statistics.struct_size = sizeof statistics;
  duramen::call([&](duramen_error** error) {
    return duramen_context_allocator_statistics(context.get(), &statistics, error);
  });
  return statistics.bytes_in_use;
}

TEST_CASE("a handle holds one reference and gives it back", "[cxx]") {
  const Context context;
  {
    Tensor a = Tensor::zeros(context, {1000});
    const uint64_t one = bytes_in_use(context);
    REQUIRE(one >= 4000);
    Tensor b = a;
    CHECK(b == a);
    Tensor c = std::move(a);
    CHECK_FALSE(a);  // NOLINT(bugprone-use-after-move): a moved-from handle is empty
    CHECK(c == b);
    b = Tensor::zeros(context, {1000});
    CHECK(bytes_in_use(context) == 2 * one);
    c = b;
    CHECK(bytes_in_use(context) == one);
    duramen_tensor* raw = c.detach();
    CHECK_FALSE(c);
    c = Tensor::adopt(raw);
    const TensorRef lent = c;
    const Tensor held(lent);
    CHECK(held == b);
  }
  CHECK(bytes_in_use(context) == 0);
}

TEST_CASE("self assignment keeps the object", "[cxx]") {
  const Context context;
  Tensor a = Tensor::full(context, {}, 3);
  const Tensor& same = a;
  a = same;
  CHECK(a.item() == 3);
}

TEST_CASE("a failed call is the exception of its status", "[cxx]") {
  const Context context;
  try {
    duramen::Module::from_text(context, "Linaer(4, 3)");
    FAIL("an unknown type was built");
  } catch (const duramen::Unsupported& error) {
    CHECK(error.status() == DURAMEN_E_UNSUPPORTED);
    CHECK(error.detail("nearest") == "Linear");
    CHECK(error.detail("no such key").empty());
    CHECK(std::string(error.what()).find("Linaer") != std::string::npos);
    duramen::Error copy(DURAMEN_OK, nullptr);
    copy = error;
    CHECK(std::string(copy.what()) == error.what());
  }
  CHECK_THROWS_AS(duramen::load(context, "no/such/file.pt"), duramen::IoError);
  CHECK_THROWS_AS(Tensor::zeros(context, {-1}), duramen::InvalidArgument);
  context.cancel();
  CHECK_THROWS_AS(Tensor::zeros(context, {1}), duramen::Cancelled);
  context.reset_cancel();
}

TEST_CASE("a view keeps its owner until the last tensor on it is gone", "[cxx]") {
  const Context context;
  auto memory = std::make_shared<std::vector<float>>(6, 1.0F);
  Tensor view = Tensor::view(context, memory->data(), {2, 3}, memory);
  Tensor part = duramen::transpose(context, view, 0, 1);
  CHECK(memory.use_count() == 2);
  view.fill(context, 2);
  CHECK((*memory)[5] == 2.0F);
  view = {};
  CHECK(memory.use_count() == 2);
  part = {};
  CHECK(memory.use_count() == 1);

  const float fixed[] = {1, 2};
  const Tensor constant = Tensor::view(context, fixed, {2});
  CHECK_THROWS_AS(constant.fill(context, 0), duramen::ReadOnly);
  CHECK_THROWS_AS(Tensor::view(context, memory->data(), {-2}, memory), duramen::Error);
  CHECK(memory.use_count() == 1);
}

TEST_CASE("grad mode is back at the end of the scope", "[cxx]") {
  const Context context;
  const Tensor x = Tensor::full(context, {2}, 1);
  x.set_requires_grad(true);
  {
    const duramen::NoGrad guard(context);
    CHECK_FALSE(duramen::neg(context, x).requires_grad());
    const duramen::NoGrad inner(context);
  }
  CHECK(duramen::neg(context, x).requires_grad());
}

}  // namespace
