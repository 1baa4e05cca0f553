#include "oracle/case_inputs.hpp"

#include "base/text.hpp"
#include "ops/ops.hpp"
#include "support/hash_generator.hpp"
#include "support/tensors.hpp"

namespace duramen::test {

namespace {

void collect_literal(const Json& value, std::vector<double>& values) {
  if (value.is_array()) {
    for (const Json item : simdjson::dom::array(value)) collect_literal(item, values);
  } else {
    values.push_back(value.is_bool() ? double(bool(value)) : number(value));
  }
}

std::vector<double> input_values(const Json& spec, uint64_t seed, int64_t count) {
  const std::string kind = text(spec, "kind");
  std::vector<double> values;
  if (kind == "literal") {
    collect_literal(at(spec, "values"), values);
    return values;
  }
  const Stream stream{seed, static_cast<uint64_t>(integer(spec, "stream"))};
  if (kind == "real") return hash_real(stream, count, number(at(spec, "scale")));
  if (kind == "pos") return hash_pos(stream, count, number(at(spec, "scale")));
  if (kind == "int") return hash_int(stream, count, integer(spec, "lo"), integer(spec, "hi"));
  values = hash_int(stream, count, 0, 2);
  if (kind == "sign") {
    for (double& value : values) value = 2 * value - 1;
  }
  return values;
}

bool all_whole(const Json& value) {
  if (!value.is_array()) return value.is_int64();
  for (const Json item : simdjson::dom::array(value)) {
    if (!all_whole(item)) return false;
  }
  return true;
}

bool any_boolean(const Json& value) {
  if (!value.is_array()) return value.is_bool();
  for (const Json item : simdjson::dom::array(value)) {
    if (any_boolean(item)) return true;
  }
  return false;
}

Dtype input_dtype(const Json& spec, Dtype floating) {
  const std::string kind = text(spec, "kind");
  if (kind == "int") return Dtype::int64;
  if (kind == "bool") return Dtype::boolean;
  if (kind != "literal") return floating;
  if (any_boolean(at(spec, "values"))) return Dtype::boolean;
  return all_whole(at(spec, "values")) ? Dtype::int64 : floating;
}

TensorRef make_base(Context& context, const Json& spec, uint64_t seed, Dtype floating) {
  const Shape shape = shape_of(at(spec, "shape"));
  const TensorRef base = make_tensor(context, shape, input_dtype(spec, floating),
                                     input_values(spec, seed, numel_of(shape)));
  if (flag(spec, "grad")) base->set_requires_grad(true);
  return base;
}

TensorRef view_of(Context& context, const Json& spec, const TensorRef& base) {
  TensorRef view = base;
  if (has(spec, "permute")) view = ops::permute(context, view, shape_of(at(spec, "permute")));
  if (!has(spec, "slice")) return view;
  int64_t dim = 0;
  for (const Json part : simdjson::dom::array(at(spec, "slice"))) {
    const Shape slice = shape_of(part);  // start, stop and perhaps a step
    view = ops::slice(context, view, dim++, slice[0], slice[1], slice.size() > 2 ? slice[2] : 1);
  }
  return view;
}

}  // namespace

CaseInputs make_inputs(Context& context, const Json& one, Dtype dtype, Problems& problems) {
  CaseInputs inputs;
  const auto seed = static_cast<uint64_t>(integer(one, "seed"));
  for (const Json spec : simdjson::dom::array(at(one, "tensors"))) {
    const TensorRef base = make_base(context, spec, seed, dtype);
    if (dtype == Dtype::float32 || !is_floating(base->dtype())) {
      problems.equal(join("input ", inputs.bases.size()), text(spec, "sha256"), sha256_of(*base));
    }
    inputs.bases.push_back(base);
    inputs.views.push_back(view_of(context, spec, base));
  }
  return inputs;
}

ValueRef argument_value(const Json& argument, const CaseInputs& inputs) {
  if (argument.is_null()) return Value::none();
  if (argument.is_bool()) return Value::boolean(bool(argument));
  if (argument.is_int64()) return Value::integer(int64_t(argument));
  if (argument.is_double()) return Value::real(double(argument));
  if (argument.is_string()) return Value::text(text(argument));
  if (argument.is_object()) {
    return Value::tensor(inputs.views.at(static_cast<size_t>(integer(argument, "t"))));
  }
  std::vector<ValueRef> items;
  for (const Json item : simdjson::dom::array(argument)) {
    items.push_back(argument_value(item, inputs));
  }
  return Value::tuple(std::move(items));
}

std::vector<TensorRef> flatten_tensors(const Value& value) {
  if (value.kind() == ValueKind::tensor) return {TensorRef(value.as_tensor())};
  std::vector<TensorRef> all;
  if (value.kind() != ValueKind::tuple && value.kind() != ValueKind::list) return all;
  for (const ValueRef& item : value.items()) {
    for (TensorRef& tensor : flatten_tensors(*item)) all.push_back(std::move(tensor));
  }
  return all;
}

TensorRef weighted_loss(Context& context, const std::vector<TensorRef>& outputs, uint64_t seed) {
  TensorRef total;
  for (size_t k = 0; k < outputs.size(); ++k) {
    const TensorRef& output = outputs[k];
    if (!is_floating(output->dtype()) || !output->requires_grad()) continue;
    const TensorRef weight = make_tensor(context, output->shape(), output->dtype(),
                                         hash_real({seed, 1000 + k}, output->numel()));
    const TensorRef term = ops::sum(context, ops::mul(context, output, weight));
    total = total ? ops::add(context, total, term) : term;
  }
  return total;
}

}  // namespace duramen::test
