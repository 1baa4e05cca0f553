#include "support/catch.hpp"
#include "support/refusal.hpp"
#include "unit/ops/numbers.hpp"

namespace duramen {

using namespace test;

namespace {

bool is_refused(const std::string& text, const char* kind) { return text.find(kind) == 0; }

}  // namespace

TEST_CASE("a part of nothing is refused in PyTorch's classes", "[ops][parts]") {
  Context context;
  const TensorRef single = tensor(context, {}, {1});
  const TensorRef pair = tensor(context, {2}, {1, 2});
  const TensorRef none = tensor(context, {0, 3}, {});
  CHECK(refusal([&] { ops::chunk(context, single, 1); }) ==
        "RuntimeError chunk expects at least a 1-dimensional tensor");
  CHECK(is_refused(refusal([&] { ops::unbind(context, single); }), "IndexError"));
  CHECK(is_refused(refusal([&] { ops::narrow(context, pair, 0, -3, 1); }), "IndexError"));
  CHECK(is_refused(refusal([&] { ops::narrow(context, pair, 0, 0, 3); }), "RuntimeError"));
  CHECK(is_refused(refusal([&] { ops::narrow(context, pair, 0, 0, -1); }), "RuntimeError"));
  CHECK(is_refused(refusal([&] { ops::amax(context, none); }), "RuntimeError"));
  CHECK(refusal([&] {
          ops::amin(context, none, {{0}, false});
        }) == "IndexError amin(): Expected reduction dim 0 to have non-zero size.");
}

}  // namespace duramen
