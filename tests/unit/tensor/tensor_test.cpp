#include "tensor/tensor.hpp"

#include <cstring>
#include <vector>

#include "support/catch.hpp"

namespace duramen {
namespace {

TensorRef counting(const Ref<Allocator>& allocator, Shape shape) {
  TensorRef tensor = empty(allocator, std::move(shape), Dtype::float32);
  for (int64_t i = 0; i < tensor->numel(); ++i) tensor->mutable_data<float>()[i] = float(i);
  return tensor;
}

}  // namespace

TEST_CASE("views share storage and version", "[tensor][tensor]") {
  const auto allocator = make<Allocator>();
  const TensorRef tensor = counting(allocator, {2, 3});
  const TensorRef view = alias(*tensor, view_transpose(tensor->layout(), 0, 1));
  CHECK(view->storage() == tensor->storage());
  view->storage()->bump_version();
  CHECK(tensor->storage()->version() == 1);
  std::vector<float> bytes(6);
  copy_to_bytes(*view, reinterpret_cast<std::byte*>(bytes.data()));
  CHECK(bytes == std::vector<float>{0, 3, 1, 4, 2, 5});
}

TEST_CASE("only floating and complex dtypes may require grad", "[tensor][tensor]") {
  const auto allocator = make<Allocator>();
  const TensorRef numbers = empty(allocator, {2}, Dtype::int64);
  CHECK_THROWS_AS(make_parameter(*numbers, true), Error);
  CHECK_FALSE(make_parameter(*numbers, false)->requires_grad());
  const TensorRef data = counting(allocator, {2});
  const TensorRef parameter = make_parameter(*data, true);
  CHECK(parameter->requires_grad());
  CHECK(parameter->is_parameter());
  CHECK(parameter->storage() == data->storage());
  CHECK_FALSE(data->requires_grad());
  CHECK(make_parameter(*empty(allocator, {1}, Dtype::complex64), true)->requires_grad());
}

TEST_CASE("a gradient must fit", "[tensor][tensor]") {
  const auto allocator = make<Allocator>();
  const TensorRef tensor = counting(allocator, {2});
  const auto refusal = [&](const TensorRef& grad) {
    try {
      tensor->set_grad(grad);
    } catch (const Error& error) {
      return error.message();
    }
    return std::string();
  };
  CHECK(refusal(counting(allocator, {3})) ==
        "attempting to assign a gradient of size '[3]' to a tensor of size '[2]'. Please ensure "
        "that the gradient and the tensor are the same size");
  const std::string other_dtype =
      "attempting to assign a gradient with dtype 'double' to a tensor with grad_dtype 'Float'. "
      "The gradient must match the tensor's grad_dtype (defaults to the tensor's dtype)";
  CHECK(refusal(empty(allocator, {2}, Dtype::float64)) == other_dtype);
  CHECK(refusal(empty(allocator, {3}, Dtype::float64)) == other_dtype);
  CHECK_THROWS_AS(tensor->set_grad(tensor), Error);
  tensor->set_grad(counting(allocator, {2}));
  CHECK(tensor->grad());
  tensor->set_grad(nullptr);
  CHECK_FALSE(tensor->grad());
}

TEST_CASE("a layout outside the memory is refused", "[tensor][tensor]") {
  check_layout(contiguous_layout({2, 3}), Dtype::float32, 24, "import");
  CHECK_THROWS_AS(check_layout(contiguous_layout({2, 3}), Dtype::float32, 23, "import"), Error);
  CHECK_THROWS_AS(check_layout({{2}, {INT64_MAX}, 0}, Dtype::int8, 100, "import"), Error);
  check_layout({{1000000}, {0}, 0}, Dtype::float64, 8, "import");
  CHECK_THROWS_AS(check_layout({{1}, {0}, 1}, Dtype::float64, 8, "import"), Error);
}

TEST_CASE("packed elements are copied only where they lie side by side", "[tensor][tensor]") {
  const auto allocator = make<Allocator>();
  const TensorRef packed = empty(allocator, {4, 4}, Dtype::float6_e2m3);
  const TensorRef turned = alias(*packed, view_transpose(packed->layout(), 0, 1));
  std::vector<std::byte> bytes(static_cast<size_t>(packed->nbytes()));
  copy_to_bytes(*packed, bytes.data());
  CHECK_THROWS_AS(copy_to_bytes(*turned, bytes.data()), Error);
}

TEST_CASE("elements beyond 2^31 are addressed", "[tensor][tensor]") {
  const auto allocator = make<Allocator>();
  const int64_t count = (int64_t{1} << 31) + 16;
  const TensorRef tensor = empty(allocator, {count}, Dtype::int8);
  const TensorRef last = alias(*tensor, view_select(tensor->layout(), 0, -1));
  *last->mutable_data<int8_t>() = 42;
  CHECK(tensor->data<int8_t>()[count - 1] == 42);
  CHECK(tensor->nbytes() == count);
}

TEST_CASE("borrowed memory is given back once", "[tensor][storage]") {
  int destroyed = 0;
  float memory[4] = {1, 2, 3, 4};
  {
    const auto storage = Storage::borrow(
        memory, sizeof memory, true, [](void* user) { ++*static_cast<int*>(user); }, &destroyed);
    const auto tensor = make<Tensor>(storage, contiguous_layout({2, 2}), Dtype::float32);
    const TensorRef view = alias(*tensor);
    CHECK(view->data<float>()[3] == 4);
    CHECK(storage->read_only());
  }
  CHECK(destroyed == 1);
}

}  // namespace duramen
