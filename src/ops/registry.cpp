#include "ops/registry.hpp"

#include "ops/table_arithmetic.hpp"
#include "ops/table_layers.hpp"
#include "ops/table_planes.hpp"
#include "ops/table_shape.hpp"
#include "spec/named_call.hpp"

namespace duramen::ops {
namespace {

constexpr size_t kCount = std::size(table::kArithmetic) + std::size(table::kShapes) +
                          std::size(table::kLayers) + std::size(table::kPlanes);

constexpr std::array<const OpType*, kCount> make_entries() {
  std::array<const OpType*, kCount> entries{};
  size_t next = 0;
  for (const OpType& type : table::kArithmetic) entries[next++] = &type;
  for (const OpType& type : table::kShapes) entries[next++] = &type;
  for (const OpType& type : table::kLayers) entries[next++] = &type;
  for (const OpType& type : table::kPlanes) entries[next++] = &type;
  return entries;
}

constexpr std::array<const OpType*, kCount> kEntries = make_entries();
constexpr spec::Registry<OpType> kRegistry{kEntries};

spec::Expression parse_call(std::string_view text) {
  spec::Expression call = spec::parse(text);
  if (call.form == spec::Form::name) call.form = spec::Form::call;
  if (call.form != spec::Form::call) {
    throw spec::error_at(call, Code::invalid_argument,
                         "operator: expected a name or a call, such as \"sum(dim=1)\"");
  }
  return call;
}

void append(std::vector<TensorRef>& tensors, const Value& item, std::string_view name) {
  switch (item.kind()) {
    case ValueKind::tensor:
      tensors.emplace_back(item.as_tensor());
      return;
    case ValueKind::none:
      tensors.emplace_back(nullptr);
      return;
    default:
      throw Error(Code::invalid_argument,
                  join(name, ": argument ", tensors.size(), " must be a tensor (got ",
                       value_kind_name(item.kind()), ")"))
          .with("torch_error", "TypeError");
  }
}

bool is_sequence(const Value& value) noexcept {
  return value.kind() == ValueKind::tuple || value.kind() == ValueKind::list;
}

void check_count(const OpType& type, const std::vector<TensorRef>& tensors) {
  const size_t count = tensors.size();
  if (count < type.min_tensors || count > type.max_tensors) {
    std::string expected = join(type.min_tensors);
    if (type.max_tensors == UINT32_MAX) expected += " or more";
    if (type.max_tensors != UINT32_MAX && type.max_tensors != type.min_tensors) {
      expected += join(" to ", type.max_tensors);
    }
    throw Error(Code::invalid_argument,
                join(type.signature.name, ": wrong number of tensors (expected ", expected,
                     ", got ", count, ")"))
        .with("expected", expected)
        .with("actual", join(count))
        .with("torch_error", "TypeError");
  }
  const bool list = type.max_tensors == UINT32_MAX;
  for (size_t i = 0; i < count; ++i) {
    if (tensors[i] || (!list && i >= type.min_tensors)) continue;
    throw Error(Code::invalid_argument,
                join(type.signature.name, ": argument ", i, " must be a tensor (got None)"))
        .with("torch_error", "TypeError");
  }
}

}  // namespace

const spec::Registry<OpType>& op_types() noexcept { return kRegistry; }

Op::Op(std::string_view text) : Op(parse_call(text)) {}

Op::Op(spec::Expression call)
    : Counted(kTag), call_(std::move(call)), type_(&kRegistry.get(call_, "operator")) {
  attributes_.emplace(type_->signature, call_);
}

ValueRef Op::apply(Context& context, const Value& arguments) const {
  std::vector<TensorRef> tensors;
  if (!is_sequence(arguments)) {
    append(tensors, arguments, name());
  } else {
    const bool nested = arguments.count() == 1 && is_sequence(*arguments.item(0)) &&
                        type_->max_tensors == UINT32_MAX;
    const Value& list = nested ? *arguments.item(0) : arguments;
    for (const ValueRef& item : list.items()) append(tensors, *item, name());
  }
  check_count(*type_, tensors);
  return type_->apply(context, *attributes_, tensors);
}

Ref<Op> op_from_call(spec::Expression call) {
  spec::arrange(kRegistry.get(call, "operator").signature, call);
  return make<Op>(std::move(call));
}

}  // namespace duramen::ops
