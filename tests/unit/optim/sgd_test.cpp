// Expected values: torch.optim.SGD of PyTorch 2.15, three steps of the same gradients.
#include "kernels/copy.hpp"
#include "kernels/small_float.hpp"
#include "optim/optimizer.hpp"
#include "support/catch.hpp"
#include "unit/optim/triples.hpp"

using namespace duramen;
using namespace duramen::optim;
using namespace duramen::test;

namespace {

struct Case {
  const char* options;
  Triple f64;
  Triple buffer;  // in float64; empty: none
  Triple f32;
  Triple bf16;
  Triple f16;
};

const Case kCases[] = {
    {"lr=0.1",
     {0.5750000000000001, -1.2874999999999999, 3.09375},
     {},
     {0.5750000476837158, -1.287500023841858, 3.09375},
     {0.578125, -1.2890625, 3.09375},
     {0.57470703125, -1.2880859375, 3.09375}},
    {"lr=0.1, momentum=0.9",
     {0.46925, -1.2987499999999998, 3.1753125},
     {-0.8674999999999999, 0.3625, -0.846875},
     {0.46925002336502075, -1.2987500429153442, 3.1753125190734863},
     {0.46875, -1.3046875, 3.171875},
     {0.46923828125, -1.298828125, 3.173828125}},
    {"lr=0.1, momentum=0.8, dampening=0.3, weight_decay=0.01",
     {0.43397821800499997, -1.2777476368875, 3.1242149813425},
     {-0.5267536800499998, 0.221217618875, -0.5360975634249999},
     {0.43397819995880127, -1.277747631072998, 3.1242151260375977},
     {0.43359375, -1.28125, 3.125},
     {0.43408203125, -1.2783203125, 3.123046875}},
    {"lr=0.05, momentum=0.9, nesterov=True, weight_decay=0.1",
     {0.5054122409999999, -1.24070199078125, 3.004987269671875},
     {-0.7477077999999999, 0.026501218749999986, -0.03348112812499999},
     {0.505412220954895, -1.2407019138336182, 3.0049874782562256},
     {0.5078125, -1.234375, 3.0},
     {0.50537109375, -1.2412109375, 3.005859375}},
    {"lr=0.1, maximize=True, weight_decay=0.05, momentum=0.5",
     {0.4571768125, -1.17987484375, 2.80436134375},
     {1.237106875, -0.42031406250000003, 0.8024490625},
     {0.4571768045425415, -1.1798747777938843, 2.80436110496521},
     {0.45703125, -1.1796875, 2.8125},
     {0.456787109375, -1.1806640625, 2.8046875}},
    {"lr=0.25, weight_decay=0.5",
     {0.55859375, -0.92724609375, 2.216064453125},
     {},
     {0.55859375, -0.92724609375, 2.216064453125},
     {0.55859375, -0.92578125, 2.21875},
     {0.55859375, -0.92724609375, 2.216796875}},
};

Ref<Optimizer> sgd(Context& context, const std::string& options, const TensorRef& parameter) {
  return optimizer_from_text(context, "SGD(" + options + ")", {parameter});
}

const Tensor& buffer_of(const Value& state_dict, size_t index = 0) {
  return *state_dict.find("state")->item(index)->find("momentum_buffer")->as_tensor();
}

}  // namespace

TEST_CASE("steps give the numbers of PyTorch in every dtype", "[optim][sgd]") {
  for (const Case& one : kCases) {
    const std::pair<Dtype, const Triple*> dtypes[] = {{Dtype::float64, &one.f64},
                                                      {Dtype::float32, &one.f32},
                                                      {Dtype::bfloat16, &one.bf16},
                                                      {Dtype::float16, &one.f16}};
    for (const auto& [dtype, expected] : dtypes) {
      INFO(one.options << " " << dtype_name(dtype));
      Context context;
      const TensorRef p = make_parameter(*tensor_of(context, dtype, {0.5, -1.25, 3.0}), true);
      const auto optimizer = sgd(context, one.options, p);
      for (int step = 0; step < 3; ++step) {
        p->set_grad(tensor_of(context, dtype, gradient(step)));
        optimizer->step(context);
      }
      check_equal(*p, *expected);
      const ValueRef state = optimizer->state_dict();
      CHECK(state->find("state")->count() == (one.buffer.empty() ? 0u : 1u));
      if (dtype == Dtype::float64 && !one.buffer.empty()) {
        check_equal(buffer_of(*state), one.buffer);
      }
    }
  }
}

TEST_CASE("strided parameters and gradients are updated in place", "[optim][sgd]") {
  for (const Dtype dtype : {Dtype::float64, Dtype::float32, Dtype::bfloat16}) {
    Context context;
    const Case& one = kCases[3];
    const TensorRef base = empty(context.allocator(), Shape{kCount, 2}, dtype);
    kernels::fill(*base, 7);
    const TensorRef view = alias(*base, view_select(base->layout(), 1, 0));
    const TensorRef p = make_parameter(*view, true);
    const TensorRef start = tensor_of(context, dtype, {0.5, -1.25, 3.0});
    kernels::copy(context.pool(), *p, *start);
    const auto optimizer = sgd(context, one.options, p);
    for (int step = 0; step < 3; ++step) {
      p->set_grad(tensor_of(context, dtype, gradient(step)));
      optimizer->step(context);
    }
    check_equal(*p, dtype == Dtype::float64   ? one.f64
                    : dtype == Dtype::float32 ? one.f32
                                              : one.bf16);
    const TensorRef beside = alias(*base, view_select(base->layout(), 1, 1));
    for (int64_t i = 0; i < kCount; ++i) CHECK(element(*beside, i) == 7);
  }
}

TEST_CASE("a transposed parameter keeps its strides in its state", "[optim][sgd]") {
  Context context;
  const TensorRef base = empty(context.allocator(), Shape{3, 2}, Dtype::float32);
  kernels::fill(*base, 1);
  const TensorRef p = make_parameter(*alias(*base, view_transpose(base->layout(), 0, 1)), true);
  const TensorRef grad = empty(context.allocator(), Shape{2, 3}, Dtype::float32);
  for (int64_t i = 0; i < 6; ++i) grad->mutable_data<float>()[i] = static_cast<float>(i);
  p->set_grad(grad);
  const auto optimizer = sgd(context, "lr=1, momentum=0.5", p);
  optimizer->step(context);
  const ValueRef state = optimizer->state_dict();
  CHECK(buffer_of(*state).strides() == p->strides());
  // p[i][j] = 1 - grad[i][j], and p[i][j] lies at base[j][i].
  for (int64_t i = 0; i < 2; ++i) {
    for (int64_t j = 0; j < 3; ++j) {
      CHECK(base->data<float>()[j * 2 + i] == 1 - static_cast<float>(i * 3 + j));
      CHECK(buffer_of(*state).data<float>()[j * 2 + i] == static_cast<float>(i * 3 + j));
    }
  }
}

TEST_CASE("complex parameters move as pairs of reals", "[optim][sgd]") {
  Context context;
  const TensorRef base = empty(context.allocator(), Shape{2, 2}, Dtype::complex64);
  const TensorRef grad = empty(context.allocator(), Shape{2, 2}, Dtype::complex64);
  for (int i = 0; i < 8; ++i) {
    base->mutable_data<float>()[i] = 1;
    grad->mutable_data<float>()[i] = static_cast<float>(i);
  }
  const TensorRef p = make_parameter(*alias(*base, view_transpose(base->layout(), 0, 1)), true);
  p->set_grad(grad);
  sgd(context, "lr=1", p)->step(context);
  const float expected[] = {1, 0, -3, -4, -1, -2, -5, -6};
  for (int i = 0; i < 8; ++i) CHECK(base->data<float>()[i] == expected[i]);
}

TEST_CASE("large parameters are the same on every number of threads", "[optim][sgd]") {
  const char* const text = "SGD(lr=0.1, momentum=0.9, weight_decay=0.01)";
  const std::vector<float> alone = test::trained_on(1, text);
  CHECK(test::trained_on(3, text) == alone);
  CHECK(alone[5000] != 0);
}

TEST_CASE("a step leaves what has no gradient, and marks what it wrote", "[optim][sgd]") {
  Context context;
  const TensorRef with = make_parameter(*tensor_of(context, Dtype::float32, {1, 2, 3}), true);
  const TensorRef without = make_parameter(*tensor_of(context, Dtype::float32, {1, 2, 3}), true);
  const auto optimizer = optimizer_from_text(context, "SGD(lr=1, momentum=0.5)", {without, with});
  with->set_grad(tensor_of(context, Dtype::float32, {1, 1, 1}));
  const uint64_t before = with->storage()->version();
  optimizer->step(context);
  CHECK(with->storage()->version() > before);
  check_equal(*with, {0, 1, 2});
  check_equal(*without, {1, 2, 3});
  const ValueRef state = optimizer->state_dict();
  REQUIRE(state->find("state")->count() == 1);
  CHECK(state->find("state")->key(0)->as_integer() == 1);
}

TEST_CASE("an impossible gradient stops a step before anything changed", "[optim][sgd]") {
  Context context;
  const auto code_of = [&](const TensorRef& bad) {
    const TensorRef good = make_parameter(*tensor_of(context, Dtype::float32, {1, 2, 3}), true);
    good->set_grad(tensor_of(context, Dtype::float32, {1, 1, 1}));
    const auto optimizer = optimizer_from_text(context, "SGD(lr=1, momentum=0.9)", {good, bad});
    Code code = Code::ok;
    try {
      optimizer->step(context);
    } catch (const Error& error) {
      code = error.code();
      CHECK(error.message().find("parameter 1") != std::string::npos);
    }
    check_equal(*good, {1, 2, 3});
    CHECK(optimizer->state_dict()->find("state")->count() == 0);
    return code;
  };
  const auto fresh = [&] {
    const TensorRef p = make_parameter(*tensor_of(context, Dtype::float32, {1, 2, 3}), true);
    p->set_grad(tensor_of(context, Dtype::float32, {1, 1, 1}));
    return p;
  };
  const TensorRef other_dtype = fresh();
  other_dtype->set_data(*tensor_of(context, Dtype::float64, {1, 2, 3}));
  CHECK(code_of(other_dtype) == Code::dtype_mismatch);
  const TensorRef other_shape = fresh();
  other_shape->set_data(*empty(context.allocator(), Shape{3}, Dtype::float32));
  CHECK(code_of(other_shape) == Code::shape_mismatch);
  const TensorRef expanded = fresh();
  expanded->set_data(*alias(*expanded, Layout{Shape{kCount}, Shape{0}, 0}));
  CHECK(code_of(expanded) == Code::invalid_argument);
  static const float kValues[kCount] = {};
  const TensorRef constant = fresh();
  constant->set_data(
      Storage::borrow(const_cast<float*>(kValues), sizeof kValues, true, nullptr, nullptr),
      contiguous_layout(Shape{kCount}), Dtype::float32);
  CHECK(code_of(constant) == Code::read_only);
  const TensorRef odd = make<Tensor>(Storage::allocate(context.allocator(), 256),
                                     contiguous_layout(Shape{kCount}), Dtype::float8_e4m3fn);
  odd->set_grad(make<Tensor>(Storage::allocate(context.allocator(), 256),
                             contiguous_layout(Shape{kCount}), Dtype::float8_e4m3fn));
  CHECK(code_of(odd) == Code::unsupported);
}

TEST_CASE("a raised cancel flag stops a step before it starts", "[optim][sgd]") {
  Context context;
  const TensorRef p = make_parameter(*tensor_of(context, Dtype::float32, {1, 2, 3}), true);
  p->set_grad(tensor_of(context, Dtype::float32, {1, 1, 1}));
  const auto optimizer = sgd(context, "lr=1", p);
  context.cancel().raise();
  CHECK_THROWS_AS(optimizer->step(context), Error);
  check_equal(*p, {1, 2, 3});
}

TEST_CASE("a buffer follows its parameter to another dtype", "[optim][sgd]") {
  Context context;
  const TensorRef p = make_parameter(*tensor_of(context, Dtype::float32, {1, 2, 3}), true);
  const auto optimizer = sgd(context, "lr=1, momentum=0.5", p);
  p->set_grad(tensor_of(context, Dtype::float32, {1, 1, 1}));
  optimizer->step(context);
  p->set_grad(nullptr);
  p->set_data(*tensor_of(context, Dtype::float64, {0, 1, 2}));
  p->set_grad(tensor_of(context, Dtype::float64, {1, 1, 1}));
  optimizer->step(context);
  check_equal(*p, {-1.5, -0.5, 0.5});
  CHECK(buffer_of(*optimizer->state_dict()).dtype() == Dtype::float64);
}

// The vectors convert and round by themselves; small_float.hpp says how.
TEMPLATE_TEST_CASE("every number of 16 bits is read, rounded and written as it should be",
                   "[optim][sgd]", kernels::Half, kernels::Bfloat16) {
  constexpr bool kIsHalf = std::is_same_v<TestType, kernels::Half>;
  constexpr Dtype kDtype = kIsHalf ? Dtype::float16 : Dtype::bfloat16;
  Context context;
  const int64_t count = 65536;
  for (const float factor : {1.0f, -0.3f, 1e-4f, 3e4f}) {
    const TensorRef p = make_parameter(*empty(context.allocator(), Shape{count}, kDtype), true);
    const TensorRef grad = empty(context.allocator(), Shape{count}, kDtype);
    auto* values = p->mutable_data<TestType>();
    auto* gradients = grad->mutable_data<TestType>();
    for (int64_t i = 0; i < count; ++i) {
      values[i].code = static_cast<uint16_t>(i);
      gradients[i].code = static_cast<uint16_t>(i * 40503 + 12345);
    }
    p->set_grad(grad);
    const auto optimizer = sgd(context, "lr=1.0, maximize=True", p);
    optimizer->set_learning_rate(0, std::abs(factor));
    optimizer->set_option(0, "maximize", Value::boolean(factor > 0));
    optimizer->step(context);
    int64_t wrong = 0;
    for (int64_t i = 0; i < count; ++i) {
      const TestType before{static_cast<uint16_t>(i)};
      const double step = TestType::from(factor).value();
      const auto sum = static_cast<float>(gradients[i].value() * step + before.value());
      const float expected = TestType::from(sum).value();
      const bool both_nan = std::isnan(expected) && std::isnan(values[i].value());
      if (!both_nan && values[i].code != TestType::from(expected).code) ++wrong;
    }
    INFO(factor);
    CHECK(wrong == 0);
  }
}
