#include "handles.hpp"
#include "options.hpp"

using namespace duramen;
using namespace duramen::capi;

namespace {

ValueRef tuple_of(duramen_tensor* const* inputs, size_t count) {
  std::vector<ValueRef> items;
  for (TensorRef& tensor : tensors_argument(inputs, count, "inputs"))
    items.push_back(Value::tensor(std::move(tensor)));
  return Value::tuple(std::move(items));
}

TensorRef only_tensor(const ValueRef& result) {
  if (result->kind() == ValueKind::tensor) return TensorRef(result->as_tensor());
  throw Error(Code::unsupported, "op: the result is not one tensor");
}

}  // namespace

duramen_status duramen_op_from_text(const char* text, size_t text_length, duramen_op** out,
                                    duramen_error** error) noexcept {
  return guard_out(error, __func__, out,
                   [&] { return make<ops::Op>(text_argument(text, text_length, "text")); });
}

const char* duramen_op_name(const duramen_op* op, size_t* length) noexcept {
  const ops::Op* core = peek(op);
  if (length) *length = core ? core->name().size() : 0;
  return core ? core->name().data() : nullptr;  // a literal of the registry, hence terminated
}

duramen_status duramen_op_apply(duramen_context* context, const duramen_op* op,
                                const duramen_value* arguments, duramen_value** out,
                                duramen_error** error) noexcept {
  return compute(error, __func__, context, out, [&](Context& core) {
    return object(op, "op").apply(core, object(arguments, "arguments"));
  });
}

duramen_status duramen_op_apply_tensors(duramen_context* context, const duramen_op* op,
                                        duramen_tensor* const* inputs, size_t count,
                                        duramen_tensor** out, duramen_error** error) noexcept {
  return compute(error, __func__, context, out, [&](Context& core) {
    return only_tensor(object(op, "op").apply(core, *tuple_of(inputs, count)));
  });
}

duramen_op* duramen_op_retain(const duramen_op* op) noexcept { return retain(op); }
void duramen_op_release(duramen_op* op) noexcept { release(op); }
