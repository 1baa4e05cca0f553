#include "nn/parametrize.hpp"

#include "kernels/copy.hpp"
#include "nn/build.hpp"
#include "nn/load.hpp"
#include "nn/walk.hpp"
#include "support/catch.hpp"
#include "unit/nn/trees.hpp"

using namespace duramen;
using namespace duramen::nn;
using namespace duramen::nn::testing;

namespace {

constexpr const char* kOriginal = "parametrizations.weight.original";
constexpr const char* kBase = "parametrizations.weight.0.base";

ModuleRef orthogonal(Context& context, const char* layer, const char* text = "orthogonal") {
  ModuleRef made = module_from_text(context, layer);
  parametrize(context, *made, "weight", text);
  return made;
}

Code code_of(Context& context, Module& module, const TensorRef& value) {
  try {
    set_parametrized(context, module, "weight", value);
  } catch (const Error& error) {
    return error.code();
  }
  return Code::ok;
}

std::vector<std::byte> state_of(Context& context) {
  std::vector<std::byte> out(Generator::kStateBytes);
  context.generator().get_state(std::span<std::byte, Generator::kStateBytes>(out));
  return out;
}

}  // namespace

TEST_CASE("a value given to an orthogonal weight becomes its base", "[nn][parametrize]") {
  Context context;
  const ModuleRef layer = orthogonal(context, "Linear(2, 2)");
  const TensorRef turn = tensor({2, 2});
  const float elements[] = {0, -1, 1, 0};
  std::copy(std::begin(elements), std::end(elements), turn->mutable_data<float>());
  set_parametrized(context, *layer, "weight", turn);
  CHECK(values(*get_buffer(*layer, kBase)) == std::vector<float>{0, -1, 1, 0});
  CHECK(values(get_parameter(*layer, kOriginal)) == std::vector<float>{-1, 0, 0, -1});
}

TEST_CASE("a value that is refused changes nothing", "[nn][parametrize]") {
  Context context;
  const ModuleRef layer = orthogonal(context, "Linear(2, 3)");
  const TensorRef base = get_buffer(*layer, kBase);
  const auto original = values(get_parameter(*layer, kOriginal));
  const auto generator = state_of(context);
  const auto check_unchanged = [&] {
    CHECK(get_buffer(*layer, kBase) == base);
    CHECK(values(get_parameter(*layer, kOriginal)) == original);
    CHECK(state_of(context) == generator);
  };
  const TensorRef wide = empty(context.allocator(), {3, 2}, Dtype::float64);
  kernels::fill(*wide, 1);
  CHECK(code_of(context, *layer, wide) == Code::dtype_mismatch);
  check_unchanged();
  CHECK(code_of(context, *layer, tensor({2, 3})) == Code::shape_mismatch);
  check_unchanged();
}

TEST_CASE("a parametrization before it without an inverse changes nothing", "[nn][parametrize]") {
  Context context;
  const ModuleRef layer = orthogonal(context, "Linear(2, 3)");
  const ModuleRef other =
      orthogonal(context, "Linear(2, 3)", "orthogonal('cayley', use_trivialization=False)");
  ParametrizationList& list = *parametrizations_of(*layer, "weight");
  list.insert(0, parametrizations_of(*other, "weight")->children()[0].value);
  constexpr const char* kSecondBase = "parametrizations.weight.1.base";
  const TensorRef base = get_buffer(*layer, kSecondBase);
  const auto original = values(get_parameter(*layer, kOriginal));
  const auto generator = state_of(context);
  CHECK(code_of(context, *layer, tensor({3, 2})) == Code::unsupported);
  CHECK(get_buffer(*layer, kSecondBase) == base);
  CHECK(values(get_parameter(*layer, kOriginal)) == original);
  CHECK(state_of(context) == generator);
}

TEST_CASE("the version of a spectral norm that a load reads", "[nn][parametrize]") {
  // In a dict with all of today's entries: a None is no version; one below 1 asks for "weight".
  const auto is_loaded = [](const ValueRef& version) {
    Context context;
    const ModuleRef layer = module_from_text(context, "Linear(3, 2)");
    parametrize(context, *layer, "weight", "utils.spectral_norm");
    const Ref<StateDict> dict = state_dict(*layer);
    const ValueRef norms = Value::dict({Value::text("weight.version")}, {version});
    dict->versions().find("")->more = Value::dict({Value::text("spectral_norm")}, {norms});
    return refusal([&] { load_state_dict(context, *layer, *dict, {}); }).empty();
  };
  CHECK(is_loaded(Value::integer(1)));
  CHECK(is_loaded(Value::real(1)));
  CHECK(is_loaded(Value::none()));
  CHECK(!is_loaded(Value::integer(0)));
  CHECK(!is_loaded(Value::real(0.5)));
}

TEST_CASE("torch.nn.utils has no orthogonal of its own", "[nn][parametrize]") {
  Context context;
  const ModuleRef layer = module_from_text(context, "Linear(3, 2)");
  const std::string message =
      refusal([&] { parametrize(context, *layer, "weight", "utils.orthogonal"); });
  CHECK(message.find("unknown function of torch.nn.utils 'orthogonal'") != message.npos);
  CHECK(layer->parameters().contains("weight"));
}
