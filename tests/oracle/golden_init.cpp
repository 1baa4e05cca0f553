// Family "init": torch.nn.init's functions, bit for bit, and the two draws that follow each.
#include "base/text.hpp"
#include "kernels/random_fill.hpp"
#include "nn/init.hpp"
#include "spec/syntax.hpp"
#include "support/case_log.hpp"
#include "support/catch.hpp"
#include "support/goldens.hpp"
#include "support/tensors.hpp"

namespace duramen::test {

namespace {

double argument(const spec::Expression& call, size_t index, double fallback) {
  if (index >= call.items.size()) return fallback;
  const auto& value = call.items[index];
  return value.form == spec::Form::integer ? static_cast<double>(value.integer) : value.real;
}

void initialise(Context& context, Tensor& w, const spec::Expression& call) {
  if (call.text == "uniform_") {
    nn::uniform(context, w, argument(call, 1, 0), argument(call, 2, 1));
  } else if (call.text == "normal_") {
    nn::normal(context, w, argument(call, 1, 0), argument(call, 2, 1));
  } else if (call.text == "constant_") {
    nn::fill(w, argument(call, 1, 0));
  } else if (call.text == "ones_" || call.text == "zeros_") {
    nn::fill(w, call.text == "ones_" ? 1 : 0);
  } else {
    throw Skip{join("no ", call.text, " in the library yet")};
  }
}

void run_case(const Json& one, Problems& problems) {
  Context context;
  context.generator().seed(static_cast<uint64_t>(integer(one, "seed")));
  const TensorRef w =
      make_zeros(context, shape_of(at(one, "shape")), dtype_from_name(text(one, "dtype")));
  initialise(context, *w, spec::parse(text(one, "call")));
  problems.equal(text(one, "call"), text(one, "sha256"), sha256_of(*w));

  const TensorRef next = make_zeros(context, Shape{2}, Dtype::float32);
  kernels::fill_uniform(context.generator(), *next, 0, 1);
  const auto values = values_of(*next);
  for (size_t i = 0; i < 2; ++i) {
    if (values[i] != number(at(at(one, "next_uniform"), i))) {
      problems.add(join("draw ", i, " after ", text(one, "call"), " differs"));
    }
  }
}

}  // namespace

TEST_CASE("initialisers are PyTorch's, bit for bit", "[golden][init]") {
  const Goldens goldens;
  CaseLog log("golden.init");
  for (const Json one : goldens.cases("init")) {
    log.run(text(one, "id"), [&](Problems& problems) { run_case(one, problems); });
  }
  log.print();
  CHECK(log.failed() == 0);
  CHECK(log.passed() == 14);
  CHECK(log.skipped() == 32);
}

}  // namespace duramen::test
