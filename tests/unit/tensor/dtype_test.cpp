#include "tensor/dtype.hpp"

#include "support/catch.hpp"

namespace duramen {

TEST_CASE("every dtype is found by its own name", "[tensor][dtype]") {
  for (int32_t i = 1; i < kDtypeCount; ++i) {
    const auto dtype = static_cast<Dtype>(i);
    CHECK(is_valid_dtype(i));
    CHECK(dtype_from_name(dtype_name(dtype)) == dtype);
    CHECK(dtype_info(dtype).bits > 0);
  }
  CHECK_FALSE(is_valid_dtype(0));
  CHECK_FALSE(is_valid_dtype(kDtypeCount));
  CHECK_FALSE(is_valid_dtype(-1));
}

TEST_CASE("PyTorch's other names are understood", "[tensor][dtype]") {
  CHECK(dtype_from_name("torch.float32") == Dtype::float32);
  CHECK(dtype_from_name("double") == Dtype::float64);
  CHECK(dtype_from_name("long") == Dtype::int64);
  CHECK(dtype_from_name("float33") == Dtype::invalid);
}

TEST_CASE("dtypes know what they can do", "[tensor][dtype]") {
  CHECK(can_require_grad(Dtype::bfloat16));
  CHECK(can_require_grad(Dtype::complex128));
  CHECK_FALSE(can_require_grad(Dtype::int64));
  CHECK_FALSE(can_require_grad(Dtype::boolean));
  CHECK(is_integral(Dtype::uint8));
  CHECK_FALSE(is_integral(Dtype::boolean));
  CHECK(itemsize(Dtype::complex128) == 16);
  CHECK(itemsize(Dtype::float6_e2m3) == 0);
}

}  // namespace duramen
