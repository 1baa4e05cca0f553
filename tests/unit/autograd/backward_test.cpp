#include "autograd/backward.hpp"

#include "autograd/gradients.hpp"
#include "kernels/copy.hpp"
#include "ops/ops.hpp"
#include "support/catch.hpp"
#include "support/tensors.hpp"

namespace duramen {
namespace {

using test::make_tensor;
using test::values_of;
using Values = std::vector<double>;

TensorRef leaf(Context& context, std::initializer_list<int64_t> shape, const Values& values,
               Dtype dtype = Dtype::float32) {
  TensorRef out = make_tensor(context, Shape(shape), dtype, values);
  out->set_requires_grad(true);
  return out;
}

template <class Body>
Error error_of(const Body& body) {
  try {
    body();
  } catch (const Error& error) {
    return error;
  }
  return Error(Code::ok, "nothing was thrown");
}

bool contains(const std::string& text, const char* part) {
  return text.find(part) != std::string::npos;
}

// Keeps what it saved and fails when asked to.
class FailingNode final : public Node {
 public:
  const char* name() const noexcept override { return "FailingNode"; }
  std::vector<TensorRef> backward(Context&, std::span<const TensorRef>) override {
    throw Error(Code::internal, "failed on purpose");
  }
};

class WrongShapeNode final : public Node {
 public:
  const char* name() const noexcept override { return "WrongShapeNode"; }
  std::vector<TensorRef> backward(Context& context, std::span<const TensorRef>) override {
    return {make_tensor(context, Shape{3}, Dtype::float32, Values{1, 2, 3})};
  }
};

}  // namespace

TEST_CASE("a chain of a hundred thousand nodes goes backward and is destroyed",
          "[autograd][backward]") {
  Context context;
  const TensorRef x = leaf(context, {}, {1});
  {
    TensorRef y = x;
    for (int i = 0; i < 100000; ++i) y = ops::neg(context, y);
    backward(context, y, nullptr);
  }
  CHECK(values_of(*x->grad()) == Values{1});
  // Saved inputs hold the nodes before them: these must not recurse either.
  TensorRef z = x;
  for (int i = 0; i < 100000; ++i) z = ops::abs(context, z);
  z = nullptr;
  CHECK(x->use_count() == 1);
}

TEST_CASE("a diamond adds both of its paths", "[autograd][backward]") {
  Context context;
  const TensorRef x = leaf(context, {2}, {2, 3});
  const TensorRef square = ops::mul(context, x, x);
  const TensorRef y = ops::add(context, ops::mul(context, square, x), square);  // x³ + x²
  backward(context, ops::sum(context, y), nullptr);
  CHECK(values_of(*x->grad()) == Values{16, 33});
}

TEST_CASE("gradients add up in the tensor that is there", "[autograd][backward]") {
  Context context;
  const TensorRef x = leaf(context, {2}, {2, 3});
  backward(context, ops::sum(context, ops::mul(context, x, x)), nullptr);
  const TensorRef held = x->grad();
  const uint64_t version = held->storage()->version();
  backward(context, ops::sum(context, x), nullptr);
  CHECK(x->grad() == held);
  CHECK(values_of(*held) == Values{5, 7});
  CHECK(held->storage()->version() > version);
}

TEST_CASE("a strided gradient is added to in place", "[autograd][backward]") {
  Context context;
  const TensorRef x = leaf(context, {2, 2}, {1, 2, 3, 4});
  const TensorRef base = make_tensor(context, Shape{2, 2}, Dtype::float32, Values{1, 2, 3, 4});
  x->set_grad(alias(*base, view_transpose(base->layout(), 0, 1)));
  backward(context, ops::sum(context, x), nullptr);
  CHECK(values_of(*base) == Values{2, 3, 4, 5});
}

TEST_CASE("an expanded gradient cannot be added to", "[autograd][backward]") {
  Context context;
  const TensorRef x = leaf(context, {3}, {1, 2, 3});
  const TensorRef one = make_tensor(context, Shape{1}, Dtype::float32, Values{5});
  x->set_grad(alias(*one, view_expand(one->layout(), Shape{3})));
  const Error error = error_of([&] { backward(context, ops::sum(context, x), nullptr); });
  CHECK(error.code() == Code::invalid_argument);
  CHECK(contains(error.message(), "refers to a single memory location"));
  CHECK(values_of(*one) == Values{5});
}

TEST_CASE("gradients become zero together or not at all", "[autograd][gradients]") {
  Context context;
  const TensorRef x = leaf(context, {2}, {1, 2});
  const TensorRef y = leaf(context, {1}, {1});
  x->set_grad(make_tensor(context, Shape{2}, Dtype::float32, Values{5, 6}));
  static const float kFixed = 7;
  y->set_grad(make<Tensor>(Storage::keep(&kFixed, sizeof(kFixed), nullptr),
                           contiguous_layout(Shape{1}), Dtype::float32));
  Tensor* const both[] = {x.get(), y.get()};
  CHECK(error_of([&] { zero_gradients(both, false); }).code() == Code::read_only);
  CHECK(values_of(*x->grad()) == Values{5, 6});
  zero_gradients(std::span(both).first(1), false);
  CHECK(values_of(*x->grad()) == Values{0, 0});
  zero_gradients(both, true);
  CHECK(y->grad() == nullptr);
}

TEST_CASE("a long chain of gradients of gradients is destroyed", "[autograd][gradients]") {
  Context context;
  TensorRef first = make_tensor(context, Shape{1}, Dtype::float32, Values{1});
  for (int i = 0; i < 300000; ++i) {
    TensorRef next = alias(*first);
    next->set_grad(std::move(first));
    first = std::move(next);
  }
  CHECK(first->grad() != nullptr);
  first = nullptr;
}

TEST_CASE("two leaves never share the memory of their gradients", "[autograd][backward]") {
  Context context;
  const TensorRef a = leaf(context, {2}, {1, 2});
  const TensorRef b = leaf(context, {2}, {3, 4});
  const TensorRef seed = make_tensor(context, Shape{2}, Dtype::float32, Values{1, 10});
  backward(context, ops::add(context, a, b), seed);
  CHECK(values_of(*a->grad()) == Values{1, 10});
  CHECK_FALSE(a->grad()->storage() == b->grad()->storage());
  CHECK_FALSE(a->grad()->storage() == seed->storage());
}

TEST_CASE("a leaf is its own root", "[autograd][backward]") {
  Context context;
  const TensorRef x = leaf(context, {1}, {4});
  backward(context, x, nullptr);
  CHECK(values_of(*x->grad()) == Values{1});
}

TEST_CASE("a graph goes backward once unless it is retained", "[autograd][backward]") {
  Context context;
  const TensorRef x = leaf(context, {}, {3});
  const TensorRef y = ops::mul(context, x, x);
  backward(context, y, nullptr, {true, false, {}});
  backward(context, y, nullptr);
  CHECK(values_of(*x->grad()) == Values{12});
  const Error error = error_of([&] { backward(context, y, nullptr); });
  CHECK(error.code() == Code::state);
  CHECK(contains(error.message(), "Trying to backward through the graph a second time"));
  CHECK(values_of(*x->grad()) == Values{12});
}

TEST_CASE("a saved tensor that was written to is refused", "[autograd][backward]") {
  Context context;
  const TensorRef x = leaf(context, {2}, {2, 3});
  const TensorRef w = make_tensor(context, Shape{2}, Dtype::float32, Values{5, 6});
  const TensorRef y = ops::sum(context, ops::mul(context, x, w));
  ops::fill_(context, *w, 0);
  const Error error = error_of([&] { backward(context, y, nullptr); });
  CHECK(error.code() == Code::state);
  CHECK(contains(error.message(),
                 "one of the variables needed for gradient computation has been modified by an "
                 "inplace operation"));
  CHECK_FALSE(x->grad());
}

TEST_CASE("a saved tensor that was given other memory is refused", "[autograd][backward]") {
  Context context;
  const TensorRef x = leaf(context, {1}, {2});
  const TensorRef y = ops::mul(context, x, x);
  x->set_data(*make_tensor(context, Shape{1}, Dtype::float32, Values{9}));
  CHECK(error_of([&] { backward(context, y, nullptr); }).code() == Code::state);
}

TEST_CASE("nothing is accumulated when a node fails", "[autograd][backward]") {
  Context context;
  const TensorRef a = leaf(context, {2}, {1, 2});
  const TensorRef b = leaf(context, {2}, {1, 2});
  a->set_grad(make_tensor(context, Shape{2}, Dtype::float32, Values{7, 7}));
  const TensorRef odd = make_tensor(context, Shape{2}, Dtype::float32, Values{1, 1});
  attach(record<FailingNode>(context, b), *odd);
  const TensorRef y = ops::sum(context, ops::add(context, ops::mul(context, a, a), odd));
  CHECK(error_of([&] { backward(context, y, nullptr); }).code() == Code::internal);
  CHECK(values_of(*a->grad()) == Values{7, 7});
  CHECK_FALSE(b->grad());
  CHECK(context.grad_enabled());
}

TEST_CASE("a gradient of the wrong shape is refused", "[autograd][backward]") {
  Context context;
  const TensorRef x = leaf(context, {2}, {1, 2});
  const TensorRef out = make_tensor(context, Shape{}, Dtype::float32, Values{1});
  attach(record<WrongShapeNode>(context, x), *out);
  const Error error = error_of([&] { backward(context, out, nullptr); });
  CHECK(error.code() == Code::shape_mismatch);
  CHECK(contains(error.message(), "returned an invalid gradient at index 0"));
}

TEST_CASE("backward checks what it is given", "[autograd][backward]") {
  Context context;
  const TensorRef x = leaf(context, {2}, {1, 2});
  const TensorRef y = ops::neg(context, x);
  const TensorRef plain = make_tensor(context, Shape{}, Dtype::float32, Values{1});
  const TensorRef wide = make_tensor(context, Shape{2}, Dtype::float64, Values{1, 1});
  const Error scalar = error_of([&] { backward(context, y, nullptr); });
  CHECK(contains(scalar.message(), "grad can be implicitly created only for scalar outputs"));
  CHECK(contains(error_of([&] { backward(context, plain, nullptr); }).message(),
                 "does not require grad and does not have a grad_fn"));
  CHECK(error_of([&] { backward(context, y, plain); }).code() == Code::shape_mismatch);
  CHECK(error_of([&] { backward(context, y, wide); }).code() == Code::dtype_mismatch);
  CHECK(error_of([&] {
          backward(context, y, nullptr, {false, true, {}});
        }).code() == Code::unsupported);
  CHECK_FALSE(x->grad());
}

TEST_CASE("a raised cancel flag stops backward before anything changed", "[autograd][backward]") {
  Context context;
  const TensorRef x = leaf(context, {}, {1});
  const TensorRef y = ops::neg(context, x);
  context.cancel().raise();
  CHECK(error_of([&] { backward(context, y, nullptr); }).code() == Code::cancelled);
  CHECK_FALSE(x->grad());
}

TEST_CASE("only the leaves that were asked for get gradients", "[autograd][backward]") {
  Context context;
  const TensorRef a = leaf(context, {}, {2});
  const TensorRef b = leaf(context, {}, {3});
  const TensorRef wanted[] = {b};
  backward(context, ops::mul(context, a, b), nullptr, {false, false, wanted});
  CHECK_FALSE(a->grad());
  CHECK(values_of(*b->grad()) == Values{2});
}

TEST_CASE("no-grad and detach leave nothing to go back to", "[autograd][backward]") {
  Context context;
  const TensorRef x = leaf(context, {}, {2});
  {
    const NoGrad off(context);
    CHECK_FALSE(ops::mul(context, x, x)->requires_grad());
  }
  const TensorRef cut = ops::detach(context, ops::mul(context, x, x));
  CHECK_FALSE(cut->requires_grad());
  backward(context, ops::mul(context, cut, x), nullptr);
  CHECK(values_of(*x->grad()) == Values{4});
}

TEST_CASE("more leaves than a short list holds each get their own", "[autograd][backward]") {
  Context context;
  std::vector<TensorRef> leaves;
  for (int i = 0; i < 40; ++i) leaves.push_back(leaf(context, {1}, {double(i)}));
  TensorRef total = ops::sum(context, ops::cat(context, leaves));
  for (const TensorRef& x : leaves) {
    total = ops::add(context, total, ops::sum(context, ops::mul(context, x, x)));
  }
  backward(context, total, nullptr);
  for (int i = 0; i < 40; ++i) {
    CHECK(values_of(*leaves[size_t(i)]->grad()) == Values{2.0 * i + 1});
  }
}

TEST_CASE("nodes carry PyTorch's names", "[autograd][node]") {
  Context context;
  const TensorRef x = leaf(context, {2}, {1, 2});
  const auto name_of = [](const TensorRef& tensor) {
    return std::string(static_cast<Node*>(tensor->grad_fn().get())->name());
  };
  CHECK(name_of(ops::add(context, x, x)) == "AddBackward0");
  CHECK(name_of(ops::relu(context, x)) == "ReluBackward0");
  CHECK(name_of(ops::sum(context, x)) == "SumBackward0");
}

}  // namespace duramen
