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

// What lends cannot be taken from a temporary, which would take it along.
#define LENDS(name, call)          \
  template <class T, class = void> \
  constexpr bool name = false;     \
  template <class T>               \
  constexpr bool name<T, std::void_t<decltype(std::declval<T>().call)>> = true
LENDS(lends_data, template data<float>());
LENDS(lends_mutable_data, template mutable_data<float>());
LENDS(lends_values, template values<float>());
LENDS(lends_mutable_values, template mutable_values<float>());
LENDS(lends_item, operator[](size_t{}));
LENDS(lends_found, find(""));
LENDS(lends_key, key(0));
LENDS(lends_attributes, attributes());
LENDS(lends_bytes, as_bytes());
LENDS(lends_text, as_text());
LENDS(lends_class_name, class_name());
LENDS(lends_property, property(""));
LENDS(lends_metadata, metadata(""));
LENDS(lends_entries, entries());
LENDS(lends_content, content());
LENDS(lends_name, name(0));
LENDS(lends_shape, expected_shape(0));
LENDS(lends_names, missing());
LENDS(lends_own_name, name());
LENDS(lends_format, format());
#define OWNER_LENDS(name, Owner)                                       \
  static_assert(name<duramen::Owner&> && name<const duramen::Owner&>); \
  static_assert(!name<duramen::Owner>)
OWNER_LENDS(lends_data, Tensor);
OWNER_LENDS(lends_mutable_data, Tensor);
OWNER_LENDS(lends_values, Tensor);
OWNER_LENDS(lends_mutable_values, Tensor);
OWNER_LENDS(lends_item, Entries);
OWNER_LENDS(lends_found, Entries);
OWNER_LENDS(lends_item, ListedTensors);
OWNER_LENDS(lends_item, StringList);
OWNER_LENDS(lends_item, Diff);
OWNER_LENDS(lends_item, Value);
OWNER_LENDS(lends_found, Value);
OWNER_LENDS(lends_key, Value);
OWNER_LENDS(lends_attributes, Value);
OWNER_LENDS(lends_bytes, Value);
OWNER_LENDS(lends_text, Value);
OWNER_LENDS(lends_class_name, Value);
OWNER_LENDS(lends_property, Checkpoint);
OWNER_LENDS(lends_metadata, Checkpoint);
OWNER_LENDS(lends_entries, Checkpoint);
OWNER_LENDS(lends_content, Checkpoint);
OWNER_LENDS(lends_name, LoadReport);
OWNER_LENDS(lends_shape, LoadReport);
OWNER_LENDS(lends_names, LoadReport);
OWNER_LENDS(lends_own_name, Op);
OWNER_LENDS(lends_format, Checkpoint);
OWNER_LENDS(lends_class_name, Module);
OWNER_LENDS(lends_class_name, Optimizer);
static_assert(lends_values<TensorRef> && lends_item<duramen::ValueRef>);

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

TEST_CASE("what a temporary listing gives holds what it lends", "[cxx]") {
  const Context context;
  const auto model = duramen::Module::from_text(context, "Linear(2, 1)");
  const auto tensors = model.state_dict().entries().tensors();
  REQUIRE(tensors.size() == 2);
  CHECK(tensors[0].numel() == 2);
  CHECK(duramen::Entries(model.named_parameters()).listing());
  const Tensor alone = duramen::Value(Tensor::full(context, {}, 3)).as_tensor();
  CHECK(alone.item() == 3);
}

TEST_CASE("a moved listing is empty", "[cxx]") {
  const Context context;
  const auto model = duramen::Module::from_text(context, "Linear(2, 1)");
  duramen::Entries first = model.named_parameters();
  duramen::Entries second = std::move(first);
  CHECK(second.size() == 2);
  CHECK(first.empty());  // NOLINT(bugprone-use-after-move): as a handle
  CHECK(first.begin() == first.end());
  first = std::move(second);
  CHECK(first[1].name() == "bias");
  CHECK(second.empty());  // NOLINT(bugprone-use-after-move)
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
