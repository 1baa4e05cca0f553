#include "state/digest.hpp"

#include "support/catch.hpp"
#include "tensor/tensor.hpp"

namespace duramen {
namespace {

std::string digest_of(const StateDict& dict) {
  const CancelFlag cancel;
  return digest(
      dict, [](std::string_view, const StateEntry&) { return true; }, cancel);
}

TensorRef counting(Shape shape, Dtype dtype = Dtype::float32) {
  TensorRef out = empty(make<Allocator>(), std::move(shape), dtype);
  for (int64_t i = 0; i < out->nbytes(); ++i) out->mutable_bytes()[i] = static_cast<std::byte>(i);
  return out;
}

}  // namespace

TEST_CASE("a digest is what its definition says", "[state][digest]") {
  auto dict = make<StateDict>();
  dict->set_tensor("w", counting({2, 1}));
  // XXH3-128 of the XXH3-128 of "w\0float32\0", three 64-bit numbers (2, 2, 1) and the bytes 0 to
  // 7, worked out apart from this code.
  CHECK(digest_of(*dict) == "c87488e20d07c900d9cfd577694741f7");
  CHECK(digest_of(*make<StateDict>()) == "99aa06d3014798d86001c324468d497f");
}

TEST_CASE("order, strides, ties and values do not change a digest", "[state][digest]") {
  auto a = make<StateDict>();
  a->set_tensor("x", counting({2, 3}));
  a->set_tensor("y", counting({4}));
  const TensorRef turned = empty(make<Allocator>(), {3, 2}, Dtype::float32);
  const TensorRef view = alias(*turned, view_transpose(turned->layout(), 0, 1));
  for (int i = 0; i < 6; ++i) {
    turned->mutable_data<float>()[i % 3 * 2 + i / 3] = counting({2, 3})->data<float>()[i];
  }
  auto b = make<StateDict>();
  b->set_tensor("y", counting({4}));
  b->set_value("note", Value::integer(3));
  b->set_tensor("x", view);
  b->set_version("", 2);
  CHECK(digest_of(*a) == digest_of(*b));
}

TEST_CASE("name, dtype, shape and every byte count", "[state][digest]") {
  const auto one = [](const char* name, TensorRef tensor) {
    auto dict = make<StateDict>();
    dict->set_tensor(name, std::move(tensor));
    return digest_of(*dict);
  };
  const std::string base = one("x", counting({4}));
  CHECK(base.size() == 32);
  CHECK(one("y", counting({4})) != base);
  CHECK(one("x", counting({4}, Dtype::int32)) != base);
  CHECK(one("x", counting({2, 2})) != base);
  const TensorRef other = counting({4});
  other->mutable_bytes()[15] = std::byte{0};
  CHECK(one("x", other) != base);
  auto two = make<StateDict>();
  two->set_tensor("x", counting({4}));
  two->set_tensor("x2", counting({0}));
  CHECK(digest_of(*two) != base);
}

}  // namespace duramen
