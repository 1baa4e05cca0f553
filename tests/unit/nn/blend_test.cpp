#include "nn/blend.hpp"

#include <cmath>

#include "kernels/copy.hpp"
#include "nn/build.hpp"
#include "nn/flatten.hpp"
#include "nn/walk.hpp"
#include "support/catch.hpp"
#include "unit/nn/trees.hpp"

using namespace duramen;
using namespace duramen::nn;
using namespace duramen::nn::testing;

namespace {

constexpr const char* kNet = "Sequential(Linear(4, 3), BatchNorm1d(3), Linear(3, 2))";

ModuleRef net(Context& context, double value) {
  const ModuleRef made = module_from_text(context, kNet);
  for (const NamedTensor& one : named_parameters(*made)) kernels::fill(*one.tensor, value);
  for (const NamedTensor& one : named_buffers(*made)) kernels::fill(*one.tensor, value);
  return made;
}

double first(const Module& module, const char* path) {
  const TensorRef tensor = std::string_view(path).find("running") != std::string_view::npos ||
                                   std::string_view(path).find("tracked") != std::string_view::npos
                               ? get_buffer(module, path)
                               : TensorRef(&get_parameter(module, path));
  return kernels::read_double(tensor->bytes(), tensor->dtype());
}

const LoadReport& report_of(const Error& error) {
  return static_cast<const LoadReport&>(*error.record()->payload);
}

template <class Body>
Error error_of(Body&& body) {
  try {
    body();
  } catch (const Error& error) {
    return error;
  }
  return Error(Code::ok, "nothing was refused");
}

std::vector<std::byte> bytes_of(const Module& module) {
  std::vector<std::byte> out;
  for (const NamedTensor& one : named_parameters(module)) {
    out.insert(out.end(), one.tensor->bytes(), one.tensor->bytes() + one.tensor->nbytes());
  }
  for (const NamedTensor& one : named_buffers(module)) {
    out.insert(out.end(), one.tensor->bytes(), one.tensor->bytes() + one.tensor->nbytes());
  }
  return out;
}

}  // namespace

TEST_CASE("lerp moves the parameters and copies the buffers", "[nn][blend]") {
  Context context;
  const ModuleRef target = net(context, 2), source = net(context, 4);
  Tensor& weight = get_parameter(*target, "0.weight");
  const void* data = weight.bytes();
  const uint64_t version = weight.storage()->version();
  lerp(context, *target, *source, 0.25);
  CHECK(first(*target, "0.weight") == 2.5);
  CHECK(first(*target, "1.running_mean") == 4);
  CHECK(first(*target, "1.num_batches_tracked") == 4);
  CHECK(first(*source, "0.weight") == 4);
  CHECK(&get_parameter(*target, "0.weight") == &weight);
  CHECK(weight.bytes() == data);
  CHECK(weight.storage()->version() > version);
  CHECK(weight.requires_grad());
}

TEST_CASE("buffers are interpolated or left alone when that is asked for", "[nn][blend]") {
  Context context;
  const ModuleRef target = net(context, 2), source = net(context, 4);
  lerp(context, *target, *source, 0.5, {.buffers = BufferMode::lerp, .names = {}});
  CHECK(first(*target, "1.running_mean") == 3);
  CHECK(first(*target, "1.num_batches_tracked") == 4);  // an integer
  lerp(context, *target, *source, 0.5, {.buffers = BufferMode::skip, .names = {}});
  CHECK(first(*target, "1.running_mean") == 3);
  CHECK(first(*target, "0.weight") == 3.5);
}

TEST_CASE("copying takes the values as they are", "[nn][blend]") {
  Context context;
  const ModuleRef target = net(context, 2), source = net(context, NAN);
  lerp(context, *target, *source, 0, {.buffers = BufferMode::skip, .names = {}});
  CHECK(std::isnan(first(*target, "0.weight")));  // torch.lerp's
  const ModuleRef other = net(context, INFINITY);
  copy_from(context, *target, *other);
  CHECK(bytes_of(*target) == bytes_of(*other));
  copy_from(context, *target, *target);
  CHECK(bytes_of(*target) == bytes_of(*other));
}

TEST_CASE("only the names that are wanted are compared and changed", "[nn][blend]") {
  Context context;
  const ModuleRef target = net(context, 2);
  const ModuleRef source = module_from_text(context, "Sequential(Linear(4, 3), BatchNorm1d(3))");
  copy_from(context, *target, *source, {.buffers = BufferMode::copy, .names = {"", "2.**"}});
  CHECK(first(*target, "0.weight") == first(*source, "0.weight"));
  CHECK(first(*target, "2.weight") == 2);
}

TEST_CASE("trees that differ are refused with a report, and nothing changes", "[nn][blend]") {
  Context context;
  const ModuleRef target = net(context, 2);
  const auto before = bytes_of(*target);
  const ModuleRef other = module_from_text(
      context,
      "Sequential(Linear(4, 3, dtype=float64), BatchNorm1d(3, affine=False), Linear(3, 5, "
      "bias=False), Linear(1, 1, bias=False))");
  const Error error = error_of([&] { lerp(context, *target, *other, 0.1); });
  REQUIRE(error.code() == Code::incompatible);
  CHECK(error.message() ==
        "lerp: the trees do not fit each other: '0.weight' has another dtype (expected float32, "
        "got float64), and 6 more");
  const LoadReport& report = report_of(error);
  CHECK(report.count(LoadReport::Kind::missing) == 3);
  CHECK(report.count(LoadReport::Kind::dtype_mismatch) == 2);
  CHECK(report.count(LoadReport::Kind::shape_mismatch) == 1);
  CHECK(report.count(LoadReport::Kind::unexpected) == 1);
  CHECK(bytes_of(*target) == before);
}

TEST_CASE("a tie of the target moves once, and needs one in the source", "[nn][blend]") {
  Context context;
  const auto tied = [&](double value, bool tie) {
    const ModuleRef made = make<Module>();
    const TensorRef one = parameter({2}, static_cast<float>(value));
    made->register_parameter("a", one);
    made->register_parameter("b", tie ? one : parameter({2}, static_cast<float>(value)));
    return made;
  };
  const ModuleRef target = tied(0, true), source = tied(8, true), apart = tied(8, false);
  lerp(context, *target, *source, 0.25);
  CHECK(first(*target, "a") == 2);
  const Error error = error_of([&] { lerp(context, *target, *apart, 0.25); });
  REQUIRE(error.code() == Code::incompatible);
  CHECK(report_of(error).count(LoadReport::Kind::failed) == 1);
  CHECK(first(*target, "a") == 2);
  lerp(context, *apart, *target, 0.5);  // the other way they are two
  CHECK(first(*apart, "b") == 5);
}

TEST_CASE("tensors on one memory are read before they are written", "[nn][blend]") {
  Context context;
  const auto overlapping = [&](float start) {
    const TensorRef base = tensor({3}, start);
    const ModuleRef made = make<Module>();
    made->register_parameter("head", make_parameter(*alias(*base, {{2}, {1}, 0}), true));
    made->register_parameter("tail", make_parameter(*alias(*base, {{2}, {1}, 1}), true));
    return made;
  };
  const ModuleRef target = overlapping(0), source = overlapping(8);
  lerp(context, *target, *source, 0.5);
  CHECK(values(get_parameter(*target, "head")) == std::vector<float>{4, 5});
  CHECK(values(get_parameter(*target, "tail")) == std::vector<float>{5, 6});

  const TensorRef memory = tensor({3});
  const ModuleRef a = make<Module>(), b = make<Module>();
  a->register_parameter("w", make_parameter(*alias(*memory, {{2}, {1}, 1}), true));
  b->register_parameter("w", make_parameter(*alias(*memory, {{2}, {1}, 0}), true));
  copy_from(context, *a, *b);
  CHECK(values(*memory) == std::vector<float>{0, 0, 1});
}

TEST_CASE("sources that other steps write are read before that", "[nn][blend]") {
  Context context;
  const auto of = [](const TensorRef& first, const TensorRef& second) {
    ModuleRef made = make<Module>();
    made->register_parameter("a", first);
    made->register_parameter("b", second);
    return made;
  };
  const TensorRef x = parameter({2}, 1), y = parameter({2}, 10);
  const ModuleRef target = of(x, y), turned = of(y, x);
  copy_from(context, *target, *turned);
  CHECK(values(*x) == std::vector<float>{10, 11});
  CHECK(values(*y) == std::vector<float>{1, 2});
  lerp(context, *target, *turned, 0.25);
  CHECK(values(*x) == std::vector<float>{7.75, 8.75});
  CHECK(values(*y) == std::vector<float>{3.25, 4.25});

  const TensorRef memory = tensor({4});  // b of the source lies across both of the target
  const ModuleRef halves = of(make_parameter(*alias(*memory, {{2}, {1}, 0}), true),
                              make_parameter(*alias(*memory, {{2}, {1}, 2}), true));
  copy_from(context, *halves,
            *of(parameter({2}, 8), make_parameter(*alias(*memory, {{2}, {1}, 1}), true)));
  CHECK(values(*memory) == std::vector<float>{8, 9, 1, 2});
}

TEST_CASE("memory that cannot be written is refused before anything changes", "[nn][blend]") {
  Context context;
  const ModuleRef target = net(context, 2), source = net(context, 4);
  static const float kFixed[2] = {1, 2};
  const auto storage =
      Storage::borrow(const_cast<float*>(kFixed), sizeof kFixed, true, nullptr, nullptr);
  const TensorRef fixed = make<Tensor>(storage, contiguous_layout({2}), Dtype::float32);
  get_submodule(*target, "2").put_parameter("bias", make_parameter(*fixed, true));
  const Error error = error_of([&] { lerp(context, *target, *source, 0.5); });
  REQUIRE(error.code() == Code::incompatible);
  CHECK(first(*target, "0.weight") == 2);
  const ModuleRef expanded = make<Module>();
  expanded->register_parameter("w", make_parameter(*alias(*tensor({1}), {{3}, {0}, 0}), true));
  const ModuleRef plain = make<Module>();
  plain->register_parameter("w", parameter({3}));
  CHECK(error_of([&] { copy_from(context, *expanded, *plain); }).code() == Code::incompatible);
}

TEST_CASE("strided and packed parameters interpolate alike", "[nn][blend]") {
  Context context;
  const ModuleRef target = module_from_text(context, "Linear(5, 7)");
  const ModuleRef source = module_from_text(context, "Linear(5, 7)");
  const ModuleRef twin = deepcopy(context, *target);
  Tensor& weight = get_parameter(*target, "weight");
  const TensorRef turned = empty(context.allocator(), {5, 7}, Dtype::float32);
  const TensorRef view = alias(*turned, view_transpose(turned->layout(), 0, 1));
  kernels::copy(context.pool(), *view, weight);
  weight.set_data(*view);
  lerp(context, *target, *source, 0.7);
  lerp(context, *twin, *source, 0.7);
  CHECK(values(weight) == values(get_parameter(*twin, "weight")));
  pack(context, *twin);
  lerp(context, *target, *source, 0.3);
  lerp(context, *twin, *source, 0.3);
  CHECK(values(weight) == values(get_parameter(*twin, "weight")));
}
