// Family "rng": draws from one generator, in order, bit for bit.
#include "base/text.hpp"
#include "kernels/random_fill.hpp"
#include "ops/ops.hpp"
#include "spec/syntax.hpp"
#include "support/case_log.hpp"
#include "support/catch.hpp"
#include "support/goldens.hpp"
#include "support/tensors.hpp"

namespace duramen::test {

namespace {

const spec::Expression* keyword(const spec::Expression& call, std::string_view name) {
  for (const auto& [key, value] : call.keywords) {
    if (key == name) return &value;
  }
  return nullptr;
}

double real(const spec::Expression& value) {
  return value.form == spec::Form::integer ? static_cast<double>(value.integer) : value.real;
}

Shape integers(const spec::Expression& tuple) {
  Shape all;
  for (const auto& item : tuple.items) all.push_back(item.integer);
  return all;
}

Dtype dtype_of(const spec::Expression& call) {
  const auto* name = keyword(call, "dtype");
  return name ? dtype_from_name(name->text) : Dtype::float32;
}

TensorRef zeros_for(Context& context, const spec::Expression& call) {
  const TensorRef base = make_zeros(context, integers(*keyword(call, "shape")), dtype_of(call));
  const auto* permute = keyword(call, "permute");
  return permute ? alias(*base, view_permute(base->layout(), integers(*permute))) : base;
}

TensorRef dropout_mask(Context& context, const spec::Expression& call) {
  const TensorRef ones = zeros_for(context, call);
  set_values(*ones, std::vector<double>(static_cast<size_t>(ones->numel()), 1.0));
  const TensorRef dropped = ops::dropout(context, ones, real(call.items[0]), true);
  auto kept = values_of(*dropped);
  for (double& value : kept) value = value != 0;
  return make_tensor(context, ones->shape(), Dtype::boolean, kept);
}

TensorRef draw(Context& context, const spec::Expression& call) {
  Generator& generator = context.generator();
  if (call.text == "dropout_mask") return dropout_mask(context, call);
  const bool uniform = call.text == "uniform_" || call.text == "rand";
  const bool normal = call.text == "normal_" || call.text == "randn";
  if (!uniform && !normal) throw Skip{join("no ", call.text, " in the library yet")};
  const TensorRef tensor = zeros_for(context, call);
  const double first = call.items.empty() ? 0 : real(call.items[0]);
  const double second = call.items.empty() ? 1 : real(call.items[1]);
  if (uniform) {
    kernels::fill_uniform(generator, *tensor, first, second);
  } else {
    kernels::fill_normal(generator, *tensor, first, second);
  }
  return tensor;
}

void run_case(const Json& one, Problems& problems) {
  Context context;
  context.generator().seed(static_cast<uint64_t>(integer(one, "seed")));
  for (const Json step : simdjson::dom::array(at(one, "draws"))) {
    const auto call = spec::parse(text(step, "call"));
    if (call.text == "manual_seed") {
      context.generator().seed(static_cast<uint64_t>(call.items[0].integer));
      continue;
    }
    const TensorRef drawn = draw(context, call);
    problems.equal(text(step, "call"), text(step, "sha256"), sha256_of(*drawn));
    problems.equal("shape", format_shape(shape_of(at(step, "shape"))),
                   format_shape(drawn->shape()));
    problems.equal("dtype", text(step, "dtype"), dtype_name(drawn->dtype()));
  }
}

}  // namespace

TEST_CASE("random draws are PyTorch's, bit for bit", "[golden][rng]") {
  const Goldens goldens;
  CaseLog log("golden.rng");
  for (const Json one : goldens.cases("rng")) {
    log.run(text(one, "id"), [&](Problems& problems) { run_case(one, problems); });
  }
  log.print();
  CHECK(log.failed() == 0);
  CHECK(log.passed() == 24);
  CHECK(log.skipped() == 9);
}

}  // namespace duramen::test
