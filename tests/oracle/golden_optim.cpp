// Family "optim": five steps of every optimizer, its state and its groups.
#include "base/text.hpp"
#include "optim/optimizer.hpp"
#include "spec/syntax.hpp"
#include "support/case_log.hpp"
#include "support/catch.hpp"
#include "support/goldens.hpp"
#include "support/hash_generator.hpp"
#include "support/tensors.hpp"
#include "support/tolerance.hpp"

namespace duramen::test {

namespace {

std::vector<TensorRef> make_parameters(Context& context, const Json& one, Dtype dtype) {
  std::vector<TensorRef> parameters;
  const auto seed = static_cast<uint64_t>(integer(one, "seed"));
  for (const Json size : simdjson::dom::array(at(one, "shapes"))) {
    const Shape shape = shape_of(size);
    const auto values = hash_real({seed, parameters.size()}, numel_of(shape), 0.5);
    parameters.push_back(make_parameter(*make_tensor(context, shape, dtype, values), true));
  }
  return parameters;
}

std::vector<TensorRef> named_parameters(const spec::Expression& list,
                                        const std::vector<TensorRef>& all) {
  std::vector<TensorRef> chosen;
  for (const auto& item : list.items) {
    chosen.push_back(item.text == "p0" ? all.front() : all.back());
  }
  return chosen;
}

// dict(params=[p1], lr=0.5): the parameters are given beside the text of the options.
void add_group(optim::Optimizer& optimizer, spec::Expression dict,
               const std::vector<TensorRef>& all) {
  const auto chosen = named_parameters(dict.keywords.at(0).value, all);
  dict.keywords.erase(dict.keywords.begin());
  optimizer.add_group(chosen, spec::format(dict));
}

Ref<optim::Optimizer> make_optimizer(Context& context, const Json& one,
                                     const std::vector<TensorRef>& all) {
  spec::Expression call = spec::parse(text(one, "call"));
  const spec::Expression parameters = call.items.at(0);
  call.items.erase(call.items.begin());
  const std::string options = spec::format(call);
  if (parameters.form == spec::Form::name) {
    return optim::optimizer_from_text(context, options, all);
  }
  const auto& first = parameters.items.at(0).keywords.at(0).value;
  auto optimizer = optim::optimizer_from_text(context, options, named_parameters(first, all));
  for (size_t i = 1; i < parameters.items.size(); ++i) {
    add_group(*optimizer, parameters.items[i], all);
  }
  return optimizer;
}

void compare_arrays(Goldens& goldens, const std::string& id, const std::string& what,
                    const Tensor& ours, Problems& problems) {
  const std::string dtype = ours.dtype() == Dtype::float32 ? "f32" : "f64";
  const std::string name = join(id, "/", dtype, "/", what);
  const TensorRef truth = goldens.array(join(id, "/f64/", what));
  const std::string found = difference(ours, Truth{*truth, *goldens.array(name)});
  if (!found.empty()) problems.add(name + " " + found);
}

void take_steps(Context& context, optim::Optimizer& optimizer, const Json& one,
                const std::vector<TensorRef>& all, Goldens& goldens, Problems& problems) {
  const auto seed = static_cast<uint64_t>(integer(one, "seed"));
  for (int64_t step = 0; step < integer(one, "steps"); ++step) {
    for (size_t j = 0; j < all.size(); ++j) {
      const Stream stream{seed, 2000 + 10 * static_cast<uint64_t>(step) + j};
      all[j]->set_grad(make_tensor(context, all[j]->shape(), all[j]->dtype(),
                                   hash_real(stream, all[j]->numel())));
    }
    optimizer.step(context);
    for (size_t j = 0; j < all.size(); ++j) {
      compare_arrays(goldens, text(one, "id"), join("step", step + 1, "/p", j), *all[j], problems);
    }
  }
}

// A value as the recorder writes it, minified JSON; floats as Python spells them.
std::string plain(const Value& value) {
  switch (value.kind()) {
    case ValueKind::none:
      return "null";
    case ValueKind::boolean:
      return value.as_boolean() ? "true" : "false";
    case ValueKind::integer:
      return std::to_string(value.as_integer());
    case ValueKind::real:
      return format_float(value.as_real());
    case ValueKind::text:
      return format_quoted(value.as_text());
    case ValueKind::tensor:
      return describe(*value.as_tensor());
    default:
      break;
  }
  std::string all = "[";
  for (size_t i = 0; i < value.count(); ++i) {
    if (i) all += ",";
    const bool dict = value.kind() == ValueKind::dict;
    all += dict ? join("[", plain(*value.key(i)), ",", plain(*value.item(i)), "]")
                : plain(*value.item(i));
  }
  return all + "]";
}

std::string plain(const Json& value) {
  if (value.is_object()) {
    if (has(value, "hex")) return format_float(number(value));
    return join(text(value, "dtype"), format_shape(shape_of(at(value, "tensor"))));
  }
  if (value.is_string()) return format_quoted(text(value));
  if (!value.is_array()) return to_text(value);
  std::string all = "[";
  for (const Json item : simdjson::dom::array(value)) {
    all += (all.size() > 1 ? "," : "") + plain(item);
  }
  return all + "]";
}

void check_state(const optim::Optimizer& optimizer, const Json& one, const Json& run,
                 Goldens& goldens, Problems& problems) {
  const ValueRef dict = optimizer.state_dict();
  const Value* state = dict->find("state");
  const Value* groups = dict->find("param_groups");
  if (!state || !groups) return problems.add("state_dict lacks state or param_groups");
  problems.equal("state", plain(at(run, "state")), plain(*state));
  problems.equal("param_groups", plain(at(run, "param_groups")), plain(*groups));
  for (size_t i = 0; i < state->count(); ++i) {
    const Value& entries = *state->item(i);
    for (size_t k = 0; k < entries.count(); ++k) {
      if (entries.item(k)->kind() != ValueKind::tensor) continue;
      compare_arrays(goldens, text(one, "id"),
                     join("state/", state->key(i)->as_integer(), "/", entries.key(k)->as_text()),
                     *entries.item(k)->as_tensor(), problems);
    }
  }
}

void run_case(Goldens& goldens, const Json& one, Problems& problems) {
  for (const Json run : simdjson::dom::array(at(one, "runs"))) {
    Context context;
    const Dtype dtype = text(run, "dtype") == "f32" ? Dtype::float32 : Dtype::float64;
    const auto all = make_parameters(context, one, dtype);
    const auto optimizer = make_optimizer(context, one, all);
    problems.equal("class", text(one, "class"), optimizer->class_name());
    take_steps(context, *optimizer, one, all, goldens, problems);
    check_state(*optimizer, one, run, goldens, problems);
  }
}

void expect_unsupported(const std::string& name) {
  Context context;
  try {
    optim::optimizer_from_text(context, name + "(lr=0.1)", {});
  } catch (const Error& error) {
    if (error.code() == Code::unsupported) throw Skip{"optimizer not registered"};
    throw;
  }
  throw std::runtime_error("is not in optimizer_types(), but builds");
}

}  // namespace

TEST_CASE("optimizers agree with PyTorch", "[golden][optim]") {
  Goldens goldens;
  CaseLog log("golden.optim");
  for (const Json one : goldens.cases("optim")) {
    log.run(text(one, "id") + " " + text(one, "call"), [&](Problems& problems) {
      const std::string name = text(one, "class");
      if (!optim::optimizer_types().find(name)) expect_unsupported(name);
      run_case(goldens, one, problems);
    });
  }
  log.print();
  CHECK(log.failed() == 0);
  CHECK(log.passed() >= 11);
}

}  // namespace duramen::test
