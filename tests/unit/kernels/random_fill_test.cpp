#include "kernels/random_fill.hpp"

#include <bit>
#include <vector>

#include "support/catch.hpp"

using namespace duramen;
using kernels::fill_keep_mask;
using kernels::fill_normal;
using kernels::fill_uniform;

namespace {

TensorRef make_tensor(Shape shape, Dtype dtype) {
  return empty(make<Allocator>(), std::move(shape), dtype);
}

std::vector<uint32_t> bits_of(const Tensor& tensor) {
  const auto* words = tensor.data<uint32_t>();
  return {words, words + tensor.numel()};
}

std::vector<uint32_t> first(std::vector<uint32_t> words, size_t count) {
  words.resize(count);
  return words;
}

using Bits = std::vector<uint32_t>;

}  // namespace

// The expected bits were recorded from PyTorch 2.15 on x86-64 with AVX2 and AVX-512.
TEST_CASE("uniform floats have PyTorch's bits", "[kernels][random_fill]") {
  Generator generator(42);
  const auto tensor = make_tensor({6}, Dtype::float32);
  fill_uniform(generator, *tensor, 0.0, 1.0);
  CHECK(bits_of(*tensor) ==
        Bits{0x3f61dc66, 0x3f6a3db3, 0x3ec406b8, 0x3f75950e, 0x3ec7e8d4, 0x3f19d447});
}

TEST_CASE("a bound of Linear is fused as PyTorch fuses it", "[kernels][random_fill]") {
  Generator generator(0);
  const auto weight = make_tensor({3, 4}, Dtype::float32);
  fill_uniform(generator, *weight, -0.5, 0.5);  // Linear(4, 3)
  CHECK(first(bits_of(*weight), 3) == Bits{0xbb755400, 0x3e89545e, 0xbed2b316});
}

TEST_CASE("few normals are drawn one by one, many in blocks of sixteen", "[kernels][random_fill]") {
  Generator few(42);
  const auto six = make_tensor({6}, Dtype::float32);
  fill_normal(few, *six, 0.0, 1.0);
  CHECK(bits_of(*six) ==
        Bits{0x3eac62ae, 0x3e03e69d, 0x3e7016e7, 0x3e6bdc6c, 0xbf8fb9c2, 0xbe3eccd8});

  Generator many(42);
  const auto sixteen = make_tensor({16}, Dtype::float32);
  fill_normal(many, *sixteen, 0.0, 1.0);
  CHECK(first(bits_of(*sixteen), 6) ==
        Bits{0x3ff6a529, 0x3fbe5f53, 0x3f669567, 0xc006c0db, 0x3f2dacd5, 0xbf9e0591});

  Generator more(42);
  const auto seventeen = make_tensor({17}, Dtype::float32);
  fill_normal(more, *seventeen, 0.0, 1.0);
  CHECK(first(bits_of(*seventeen), 6) ==
        Bits{0x3ff6a529, 0xbe236d85, 0xbefeaae4, 0x3ee111d8, 0xbf4214e2, 0x3f8a0650});
}

TEST_CASE("the cached normal leaks from one small tensor into the next", "[kernels][random_fill]") {
  Generator odd(7);
  const auto three = make_tensor({3}, Dtype::float32);
  const auto one = make_tensor({}, Dtype::float32);
  fill_normal(odd, *three, 0.0, 1.0);
  fill_normal(odd, *one, 0.0, 1.0);
  Generator even(7);
  const auto four = make_tensor({4}, Dtype::float32);
  fill_normal(even, *four, 0.0, 1.0);
  CHECK(bits_of(*one)[0] == bits_of(*four)[3]);
}

TEST_CASE("views are filled in the order of their memory", "[kernels][random_fill]") {
  const auto plain = make_tensor({24}, Dtype::float32);
  Generator generator(3);
  fill_uniform(generator, *plain, 0.0, 1.0);
  const auto turned = make_tensor({4, 6}, Dtype::float32);
  generator.seed(3);
  const auto view = alias(*turned, view_transpose(turned->layout(), 0, 1));
  fill_uniform(generator, *view, 0.0, 1.0);
  CHECK(bits_of(*turned) == bits_of(*plain));
  // Every second column of the memory, seen the other way round: the same order again.
  const auto wide = make_tensor({4, 12}, Dtype::float32);
  const Layout sliced = view_slice(wide->layout(), 1, 0, 12, 2);
  const auto slice = alias(*wide, view_transpose(sliced, 0, 1));
  generator.seed(3);
  fill_uniform(generator, *slice, 0.0, 1.0);
  bool equal = true;
  for (size_t i = 0; i < 24; ++i) equal &= wide->data<float>()[2 * i] == plain->data<float>()[i];
  CHECK(equal);
}

TEST_CASE("the upper bound never comes out", "[kernels][random_fill]") {
  Generator generator(0);
  const auto tensor = make_tensor({20000}, Dtype::float32);
  fill_uniform(generator, *tensor, 1000.0, 1000.0005);
  bool inside = true;
  for (int i = 0; i < 20000; ++i) inside &= tensor->data<float>()[i] < 1000.0005f;
  CHECK(inside);
}

TEST_CASE("complex normals share the variance between their parts", "[kernels][random_fill]") {
  Generator generator(5);
  const auto pairs = make_tensor({20}, Dtype::complex64);
  fill_normal(generator, *pairs, 0.0, 2.0);
  Generator same(5);
  const auto reals = make_tensor({40}, Dtype::float32);
  fill_normal(same, *reals, 0.0, 1.4142135623730951);
  CHECK(std::vector<float>(pairs->data<float>(), pairs->data<float>() + 40) ==
        std::vector<float>(reals->data<float>(), reals->data<float>() + 40));
}

TEST_CASE("the keep mask takes one wide draw an element", "[kernels][random_fill]") {
  Generator generator(9);
  Generator twin(9);
  std::vector<uint8_t> mask(1500);
  fill_keep_mask(generator, mask.data(), 1500, 0.3);
  bool equal = true;
  for (const uint8_t kept : mask) equal &= (kept == 1) == (twin.uniform_double() < 1.0 - 0.3);
  CHECK(equal);
  CHECK(generator.random() == twin.random());
}

TEST_CASE("an empty tensor draws nothing", "[kernels][random_fill]") {
  Generator generator(9);
  const auto none = make_tensor({0, 3}, Dtype::float32);
  fill_uniform(generator, *none, 0.0, 1.0);
  fill_normal(generator, *none, 0.0, 1.0);
  CHECK(generator.random() == Generator(9).random());
}

TEST_CASE("ranges and types that PyTorch refuses are refused", "[kernels][random_fill]") {
  Generator generator;
  const auto floats = make_tensor({3}, Dtype::float32);
  const auto halves = make_tensor({3}, Dtype::float16);
  const auto longs = make_tensor({3}, Dtype::int64);
  CHECK_THROWS_AS(fill_uniform(generator, *floats, 2.0, 1.0), Error);
  CHECK_THROWS_AS(fill_uniform(generator, *floats, -1e39, 1.0), Error);
  CHECK_THROWS_AS(fill_uniform(generator, *floats, -3e38, 3e38), Error);
  CHECK_THROWS_AS(fill_uniform(generator, *halves, 0.0, 1e9), Error);
  CHECK_THROWS_AS(fill_uniform(generator, *longs, 0.0, 1.0), Error);
  CHECK_THROWS_AS(fill_normal(generator, *floats, 0.0, -1.0), Error);
  CHECK_THROWS_AS(fill_normal(generator, *longs, 0.0, 1.0), Error);
  CHECK(generator.random() == Generator().random());
}

TEST_CASE("a fill moves the version of the storage", "[kernels][random_fill]") {
  Generator generator;
  const auto tensor = make_tensor({3}, Dtype::float32);
  fill_uniform(generator, *tensor, 0.0, 1.0);
  fill_normal(generator, *tensor, 0.0, 1.0);
  CHECK(tensor->storage()->version() == 2);
}
