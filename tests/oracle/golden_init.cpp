// Family "init": torch.nn.init's functions, bit for bit, and the two draws that follow each;
// orthogonal_, whose factorization is LAPACK's, within rounding.
#include <cmath>

#include "base/text.hpp"
#include "kernels/random_fill.hpp"
#include "nn/init_functions.hpp"
#include "support/case_log.hpp"
#include "support/catch.hpp"
#include "support/goldens.hpp"
#include "support/tensors.hpp"

namespace duramen::test {

namespace {

// The recorded text has the tensor first, as `w`.
spec::Expression call_of(const Json& one) {
  spec::Expression call = spec::parse(text(one, "call"));
  if (call.items.empty() || call.items[0].text != "w") throw Skip{"a call without w"};
  call.items.erase(call.items.begin());
  return call;
}

void check_next_draws(Context& context, const Json& one, Problems& problems) {
  const TensorRef next = make_zeros(context, Shape{2}, Dtype::float32);
  kernels::fill_uniform(context.generator(), *next, 0, 1);
  const auto values = values_of(*next);
  for (size_t i = 0; i < 2; ++i) {
    if (values[i] != number(at(at(one, "next_uniform"), i))) {
      problems.add(join("draw ", i, " after ", text(one, "call"), " differs"));
    }
  }
}

// Of the numbers, whose largest is about one.
void check_near(const Tensor& expected, const Tensor& got, Problems& problems) {
  const auto wanted = values_of(expected), values = values_of(got);
  for (size_t i = 0; i < wanted.size(); ++i) {
    if (std::abs(values[i] - wanted[i]) <= 1e-6) continue;
    problems.add(join("element ", i, ": ", format_float(values[i]), " instead of ",
                      format_float(wanted[i])));
  }
}

void check_refusal(const Json& one, const Error& error, Problems& problems) {
  const std::string* torch_error = error.record()->detail("torch_error");
  problems.equal("error", has(one, "error") ? text(one, "error") : "none",
                 torch_error ? *torch_error : error.message());
  if (!has(one, "message")) return;
  const bool said = error.message().find(text(one, "message")) != std::string::npos;
  problems.equal("message", text(one, "message"), said ? text(one, "message") : error.message());
}

void run_case(Goldens& goldens, const Json& one, Problems& problems) {
  if (has(one, "value")) {
    if (nn::gain_of_text(text(one, "call")) != number(at(one, "value"))) problems.add("the gain");
    return;
  }
  Context context;
  context.generator().seed(static_cast<uint64_t>(integer(one, "seed")));
  const TensorRef w =
      make_zeros(context, shape_of(at(one, "shape")), dtype_from_name(text(one, "dtype")));
  try {
    nn::initialise(context, *w, call_of(one));
    problems.equal("error", has(one, "error") ? text(one, "error") : "none", "none");
  } catch (const Error& error) {
    return check_refusal(one, error, problems);
  }
  if (text(one, "function") == "orthogonal_") {
    check_near(*goldens.array(text(one, "id") + "/w"), *w, problems);
  } else {
    problems.equal(text(one, "call"), text(one, "sha256"), sha256_of(*w));
  }
  check_next_draws(context, one, problems);
}

}  // namespace

TEST_CASE("initialisers are PyTorch's, bit for bit", "[golden][init]") {
  Goldens goldens;
  CaseLog log("golden.init");
  for (const Json one : goldens.cases("init")) {
    log.run(text(one, "id"), [&](Problems& problems) { run_case(goldens, one, problems); });
  }
  log.print();
  CHECK(log.failed() == 0);
  CHECK(log.passed() == 46);
  CHECK(log.skipped() == 0);
}

}  // namespace duramen::test
