#include "nn/tensor_functions.hpp"

#include "kernels/copy.hpp"
#include "support/catch.hpp"

using namespace duramen;
using namespace duramen::nn;

namespace {

TensorRef build(Context& context, std::string_view text) {
  const BuildContext build{context};
  spec::Expression expression = spec::parse(text);
  build.evaluate(expression);
  return build.tensor(expression);
}

std::vector<double> values_of(const Tensor& tensor) {
  std::vector<double> out;
  for (int64_t i = 0; i < tensor.numel(); ++i) {
    out.push_back(kernels::read_double(
        tensor.bytes() + static_cast<size_t>(i) * itemsize(tensor.dtype()), tensor.dtype()));
  }
  return out;
}

struct Failure {
  Code code = Code::ok;
  std::string message, column, torch_error;
};

Failure failure_of(std::string_view text) {
  Context context;
  try {
    build(context, text);
  } catch (const Error& error) {
    const auto detail = [&](const char* key) {
      const std::string* found = error.record()->detail(key);
      return found ? *found : std::string("-");
    };
    return {error.code(), error.message(), detail("column"), detail("torch_error")};
  }
  return {};
}

}  // namespace

TEST_CASE("tensor([...]) infers shape and dtype as PyTorch does", "[nn][tensor_functions]") {
  struct Case {
    const char* text;
    Dtype dtype;
    const char* shape;
    std::vector<double> values;
  };
  const Case cases[] = {
      {"tensor(5)", Dtype::int64, "[]", {5}},
      {"torch.tensor([True, False])", Dtype::boolean, "[2]", {1, 0}},
      {"tensor([True, 2])", Dtype::int64, "[2]", {1, 2}},
      {"tensor([1, 2.5])", Dtype::float32, "[2]", {1, 2.5}},
      {"tensor([[1, 2, 3], (4, 5, 6)])", Dtype::int64, "[2, 3]", {1, 2, 3, 4, 5, 6}},
      {"tensor([])", Dtype::float32, "[0]", {}},
      {"tensor([[], []])", Dtype::float32, "[2, 0]", {}},
      {"tensor([1, 2], dtype=float64)", Dtype::float64, "[2]", {1, 2}},
      {"tensor([1.9, -1.9], dtype=torch.int8)", Dtype::int8, "[2]", {1, -1}},
      {"tensor([0, 3], dtype=bool)", Dtype::boolean, "[2]", {0, 1}},
      {"tensor([255], dtype=uint8)", Dtype::uint8, "[1]", {255}},
      {"tensor([0.5], dtype=bfloat16, device='cpu')", Dtype::bfloat16, "[1]", {0.5}},
      {"zeros(2, 1)", Dtype::float32, "[2, 1]", {0, 0}},
      {"zeros((2,))", Dtype::float32, "[2]", {0, 0}},
      {"ones(size=(1, 2), dtype=int64)", Dtype::int64, "[1, 2]", {1, 1}},
      {"ones(())", Dtype::float32, "[]", {1}},
      {"tensor([-1, -255], dtype=uint8)", Dtype::uint8, "[2]", {255, 1}},
      {"tensor([-1], dtype=uint32)", Dtype::uint32, "[1]", {4294967295}},
      {"tensor([255.9, -0.0], dtype=uint8)", Dtype::uint8, "[2]", {255, 0}},
      {"tensor([127.9, -128.0], dtype=int8)", Dtype::int8, "[2]", {127, -128}},
      {"tensor([-9223372036854775808.0], dtype=int64)", Dtype::int64, "[1]", {-0x1p63}},
      {"tensor([float(' 1 '), float(True)])", Dtype::float32, "[2]", {1, 1}},
      {"full((2, 1), 3)", Dtype::int64, "[2, 1]", {3, 3}},
      {"torch.full([3], fill_value=1.5)", Dtype::float32, "[3]", {1.5, 1.5, 1.5}},
      {"full((), True)", Dtype::boolean, "[]", {1}},
      {"full((2,), -1, dtype=uint8)", Dtype::uint8, "[2]", {255, 255}},
      {"full((0,), 3.0)", Dtype::float32, "[0]", {}},
      {"zeros([0, 4])", Dtype::float32, "[0, 4]", {}},
  };
  for (const Case& one : cases) {
    INFO(one.text);
    Context context;
    const TensorRef tensor = build(context, one.text);
    CHECK(tensor->dtype() == one.dtype);
    CHECK(format_shape(tensor->shape()) == one.shape);
    CHECK(values_of(*tensor) == one.values);
    CHECK_FALSE(tensor->requires_grad());
    CHECK_FALSE(tensor->is_parameter());
  }
}

TEST_CASE("complex elements keep both parts", "[nn][tensor_functions]") {
  Context context;
  const TensorRef tensor = build(context, "tensor([1+2j, 3])");
  CHECK(tensor->dtype() == Dtype::complex64);
  const float* parts = tensor->data<float>();
  CHECK((parts[0] == 1 && parts[1] == 2 && parts[2] == 3 && parts[3] == 0));
}

TEST_CASE("the context's default dtype is used", "[nn][tensor_functions]") {
  Context context;
  context.set_default_dtype(Dtype::float64);
  CHECK(build(context, "tensor([0.5])")->dtype() == Dtype::float64);
  CHECK(build(context, "zeros(1)")->dtype() == Dtype::float64);
  CHECK(build(context, "tensor([1j])")->dtype() == Dtype::complex128);
  CHECK(build(context, "tensor([1])")->dtype() == Dtype::int64);
}

TEST_CASE("Parameter owns a flag, tensor takes one", "[nn][tensor_functions]") {
  Context context;
  const TensorRef p = build(context, "nn.Parameter(ones(2))");
  CHECK(p->is_parameter());
  CHECK(p->requires_grad());
  CHECK_FALSE(build(context, "Parameter(ones(2), requires_grad=False)")->requires_grad());
  CHECK(build(context, "Parameter()")->numel() == 0);
  CHECK(build(context, "tensor([1.0], requires_grad=True)")->requires_grad());
  CHECK_FALSE(build(context, "tensor([1.0], requires_grad=True)")->is_parameter());
  const spec::NamedObject objects[] = {{"given", p}};
  CHECK(BuildContext{context}.tensor(spec::parse("given", objects)) == p);
}

TEST_CASE("tensors that cannot be are refused in place", "[nn][tensor_functions]") {
  struct Case {
    const char* text;
    Code code;
    const char *column, *torch_error;
  };
  const Case cases[] = {
      {"tensor([[1, 2], [3]])", Code::invalid_argument, "17", "ValueError"},
      {"tensor([[1, 2], 3])", Code::invalid_argument, "17", "ValueError"},
      {"tensor([1, 'a'])", Code::invalid_argument, "12", "ValueError"},
      {"tensor([300], dtype=uint8)", Code::invalid_argument, "9", "RuntimeError"},
      {"tensor([-1], dtype=uint64)", Code::invalid_argument, "9", "RuntimeError"},
      {"tensor([-256], dtype=uint8)", Code::invalid_argument, "9", "RuntimeError"},
      {"tensor([-0.5], dtype=uint8)", Code::invalid_argument, "9", "RuntimeError"},
      {"tensor([-128.9], dtype=int8)", Code::invalid_argument, "9", "RuntimeError"},
      {"zeros()", Code::invalid_argument, "1", "TypeError"},
      {"ones(dtype=float32)", Code::invalid_argument, "1", "TypeError"},
      {"full(2, 3)", Code::invalid_argument, "6", "TypeError"},
      {"full((2,), [1])", Code::invalid_argument, "12", "TypeError"},
      {"tensor([nan], dtype=int64)", Code::invalid_argument, "9", "RuntimeError"},
      {"tensor([1j], dtype=float32)", Code::invalid_argument, "9", "RuntimeError"},
      {"tensor([1], dtype=float31)", Code::invalid_argument, "19", "AttributeError"},
      {"tensor([1], device='cuda')", Code::unsupported, "20", "-"},
      {"tensor()", Code::invalid_argument, "1", "TypeError"},
      {"zeros(2, -1)", Code::invalid_argument, "1", "RuntimeError"},
      {"zeros(2, 0.5)", Code::invalid_argument, "10", "TypeError"},
      {"tensr([1])", Code::unsupported, "1", "-"},
      {"5", Code::invalid_argument, "1", "TypeError"},
      {"Parameter(5)", Code::invalid_argument, "11", "TypeError"},
      {"Parameter(tensor([1]))", Code::dtype_mismatch, "1", "RuntimeError"},
      {"zeros(9223372036854775807, 2)", Code::limit, "1", "-"},
  };
  for (const Case& one : cases) {
    INFO(one.text);
    const Failure failure = failure_of(one.text);
    INFO(failure.message);
    CHECK(failure.code == one.code);
    CHECK(failure.column == one.column);
    CHECK(failure.torch_error == one.torch_error);
  }
}

TEST_CASE("rand and randn draw as PyTorch does", "[nn][tensor_functions]") {
  // Recorded from torch.manual_seed(3).
  Context context;
  context.generator().seed(3);
  CHECK(values_of(*build(context, "randn(2)")) == std::vector<double>{0x1.9b47p-1, 0x1.660f0cp-3});
  CHECK(values_of(*build(context, "torch.rand((2,))")) ==
        std::vector<double>{0x1.e2eeep-2, 0x1.ec79p-5});
  CHECK(build(context, "rand(0, 3, dtype=float64)")->dtype() == Dtype::float64);
  CHECK(build(context, "randn(2, requires_grad=True)")->requires_grad());
  CHECK(failure_of("randn(2, dtype=int64)").torch_error == "NotImplementedError");
}
