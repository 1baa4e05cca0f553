// What the veneer gives as ranges and spans, and that its handles move without a throw.
#include <algorithm>
#include <array>
#include <duramen/duramen.hpp>
#include <ranges>
#include <span>
#include <string>
#include <type_traits>

#include "support/catch.hpp"

namespace {

using duramen::Context;
using duramen::Diff;
using duramen::Entries;
using duramen::Module;
using duramen::Span;
using duramen::StateDict;
using duramen::StringList;
using duramen::StringListRef;
using duramen::Tensor;
using duramen::TensorRef;
using duramen::Value;
using duramen::ValueRef;

template <class... T>
constexpr bool kRandomAccessViews = ((std::ranges::random_access_range<const T> &&
                                      std::ranges::view<T> && std::ranges::sized_range<const T> &&
                                      std::ranges::common_range<const T>)&&...);
static_assert(kRandomAccessViews<Entries, StringList, StringListRef, Value, ValueRef, Diff,
                                 duramen::FileEntries>);
static_assert(std::ranges::borrowed_range<ValueRef> && std::ranges::borrowed_range<StringListRef>);
static_assert(!std::ranges::borrowed_range<Entries> && !std::ranges::borrowed_range<Value>);
static_assert(std::ranges::contiguous_range<Span<const float>> &&
              std::ranges::borrowed_range<Span<float>>);

static_assert(std::is_convertible_v<Span<const float>, std::span<const float>>);
static_assert(std::is_convertible_v<std::span<float>, Span<const float>>);
static_assert(std::is_convertible_v<std::vector<double>&, Span<const double>>);
static_assert(!std::is_convertible_v<const std::vector<double>&, Span<double>>);
static_assert(!std::is_convertible_v<std::vector<float>&, Span<const double>>);

// As wide as a pointer; copies count, moves only move.
template <class... T>
constexpr bool kHandles =
    ((sizeof(T) == sizeof(void*) && std::is_nothrow_default_constructible_v<T> &&
      std::is_nothrow_copy_constructible_v<T> && std::is_nothrow_move_constructible_v<T> &&
      std::is_nothrow_move_assignable_v<T> && std::is_nothrow_swappable_v<T>)&&...);
static_assert(kHandles<Tensor, Module, Value, StateDict, duramen::Checkpoint, duramen::Optimizer,
                       duramen::Op, duramen::Scope, duramen::RenameRules, duramen::TensorStream,
                       StringList, duramen::String, duramen::LoadReport, Diff>);
static_assert(std::is_nothrow_move_constructible_v<Context> &&
              std::is_nothrow_move_constructible_v<Entries>);
static_assert(std::is_nothrow_copy_constructible_v<duramen::Error> &&
              std::is_nothrow_move_constructible_v<duramen::Error>);
static_assert(!std::is_copy_constructible_v<duramen::NoGrad>);
static_assert(std::is_trivially_copyable_v<TensorRef>);

}  // namespace

#if !defined(__clang__) || __clang_major__ >= 16  // earlier ones do not read libstdc++'s adaptors
TEST_CASE("listings go through C++20's adaptors, also as temporaries") {
  const Context context;
  const auto model = Module::from_text(context, "Sequential(Linear(2, 3), BatchNorm1d(3))");
  std::string names;
  for (const duramen::Entry entry : model.list() | std::views::filter([](const auto& one) {
                                      return one.is_buffer();
                                    }) | std::views::reverse) {
    names += std::string(entry.name()) + " ";
  }
  CHECK(names == "1.num_batches_tracked 1.running_var 1.running_mean ");
}
#endif

TEST_CASE("entries are found by position and by name") {
  const Context context;
  const auto model = Module::from_text(context, "Sequential(Linear(2, 3), BatchNorm1d(3))");
  const Entries all = model.list();
  CHECK(std::ranges::count_if(all, [](const auto& one) { return one.requires_grad(); }) == 4);
  CHECK(all.begin()[2].name() == "1.weight");
  CHECK(all.end() - all.begin() == 7);
  CHECK(all.find("1.bias").value().shape()[0] == 3);
  CHECK(!all.find("1.bais"));
}

TEST_CASE("values and differences are ranges") {
  const Context context;
  const Value list = Value::list({1, "two", 3.5});
  CHECK(std::ranges::distance(list) == 3);
  CHECK((*(list.begin() + 1)).as_text() == "two");
  const auto one = Module::from_text(context, "Linear(2, 1)");
  const auto other = Module::from_text(context, "Linear(2, 1)");
  const Diff diff = one.diff(context, other);
  CHECK(std::ranges::all_of(
      diff, [](const duramen_difference& d) { return duramen::distance(d).value() > 0; }));
  CHECK(diff.size() == 2);
}

TEST_CASE("spans go both ways") {
  const Context context;
  const std::array<float, 3> numbers = {1, 2, 3};
  const Tensor copied = Tensor::copy(context, Span<const float>(numbers));
  const std::span<const float> seen = copied.values<float>();
  CHECK(std::ranges::equal(seen, numbers));
  const std::vector<TensorRef> both = {copied, copied};
  CHECK(duramen::cat(context, std::span<const TensorRef>(both)).numel() == 6);
  CHECK(duramen::reshape(context, copied, std::vector<int64_t>{3, 1}).rank() == 2);
  std::vector<float> out;
  std::ranges::transform(seen, std::back_inserter(out), [](float x) { return x * 2; });
  CHECK(out == std::vector<float>{2, 4, 6});
}
