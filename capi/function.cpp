// Differentiable functions whose forward and backward are the caller's.
#include "function.hpp"

#include "base/text.hpp"
#include "handles.hpp"
#include "hooks.hpp"
#include "ops/given_gradient.hpp"
#include "options.hpp"
#include "slots.hpp"

using namespace duramen;
using namespace duramen::capi;

namespace duramen::capi {

FunctionState::FunctionState(std::string name, std::span<const TensorRef> inputs)
    : Counted(kTag), name_(std::move(name)) {
  needs_.reserve(inputs.size());
  for (const TensorRef& input : inputs) needs_.push_back(input->requires_grad());
}

void FunctionState::save(TensorRef tensor) {
  if (!open_) throw Error(Code::state, "save_tensor: only while forward runs");
  kept_.push_back(std::move(tensor));
}

void FunctionState::close() {
  saved_.reserve(kept_.size());
  for (TensorRef& tensor : kept_) {
    is_null_.push_back(!tensor);
    saved_.emplace_back(std::move(tensor));
  }
  kept_.clear();
}

TensorRef FunctionState::saved(size_t index) const {
  if (open_) throw Error(Code::state, "saved_tensor: not while forward runs");
  if (index >= saved_.size()) {
    throw Error(Code::not_found, join("saved_tensor: index ", index, " is out of range (",
                                      saved_.size(), " were saved)"))
        .with("argument", "index");
  }
  return is_null_[index] ? TensorRef() : saved_[index].unpack(name_.c_str());
}

void FunctionState::release_saved() noexcept {
  for (SavedTensor& tensor : saved_) tensor.reset();
}

}  // namespace duramen::capi

namespace {

constexpr uint32_t kMostOutputs = 65536;

// A function that runs, among others and modules; in the end they would run out of stack.
class Level {
 public:
  explicit Level(Context& context, const std::string& name) : context_(context) {
    constexpr uint32_t kDeepest = 1000;
    if (context.call_depth() >= kDeepest) {
      throw Error(Code::limit, join(name, ": functions are nested too deeply (expected at most ",
                                    kDeepest, " levels)"))
          .with("torch_error", "RecursionError");
    }
    context.enter_call();
  }
  ~Level() { context_.leave_call(); }
  Level(const Level&) = delete;
  Level& operator=(const Level&) = delete;

 private:
  Context& context_;
};

class FunctionNode final : public Node {
 public:
  FunctionNode(const duramen_function_type& type, Ref<FunctionState> state)
      : type_(type), state_(std::move(state)) {
    type_.output_count = std::max(type.output_count, 1u);
    set_num_outputs(type_.output_count);
  }
  ~FunctionNode() override {
    if (owns_user_ && type_.destroy) type_.destroy(user_);
  }
  void set_user(void* user) noexcept { user_ = user; }
  // The call has succeeded: `destroy` is ours from now on.
  void arm() noexcept { owns_user_ = true; }

  const char* name() const noexcept override { return state_->name().c_str(); }
  bool allows_inplace() const noexcept override { return !gives_inputs_; }
  void release_saved() noexcept override { state_->release_saved(); }

  std::vector<TensorRef> forward(Context& context, std::span<const TensorRef> inputs);
  // Points the node at its inputs and the outputs at the node.
  void record(Context& context, std::span<const TensorRef> inputs);
  void attach_to(std::span<const TensorRef> outputs) noexcept;
  std::vector<TensorRef> backward(Context& context,
                                  std::span<const TensorRef> output_grads) override;

 private:
  duramen_function_type type_;
  const Ref<FunctionState> state_;
  void* user_ = nullptr;
  bool owns_user_ = false;
  bool gives_inputs_ = false;  // an output has the memory of an input
  std::vector<ops::Form> input_forms_;
  std::vector<ops::Form> output_forms_;
};

std::vector<TensorRef> FunctionNode::forward(Context& context, std::span<const TensorRef> inputs) {
  const Level level(context, state_->name());
  const NoGrad no_grad(context);
  const std::vector<duramen_tensor*> given = lend_all(inputs);
  Slots slots(type_.output_count);
  duramen_error* handed_over = nullptr;
  const int32_t status = type_.forward(
      user_, lend<duramen_context>(&context), lend<duramen_function_state>(state_.get()),
      given.data(), given.size(), slots.handles(), type_.output_count, &handed_over);
  state_->stop_saving();
  std::vector<TensorRef> outputs = std::move(slots.take());
  const Callback callback("forward callback", state_->name());
  check_callback(status, handed_over, "apply", callback);
  context.cancel().check("apply");
  for (size_t i = 0; i < outputs.size(); ++i) {
    if (!outputs[i]) {
      throw Error(Code::invalid_argument,
                  join("apply: the ", callback.text(), " gave no output ", i))
          .with("expected", "a reference in `outputs`")
          .with("actual", "NULL");
    }
    // Only a tensor that nobody else knows can get a history.
    const bool is_new = outputs[i]->use_count() == 1 && !outputs[i]->requires_grad();
    if (!is_new || outputs[i]->is_parameter()) outputs[i] = alias(*outputs[i]);
    output_forms_.emplace_back(*outputs[i]);
    for (const TensorRef& input : inputs) {
      gives_inputs_ = gives_inputs_ || input->storage() == outputs[i]->storage();
    }
  }
  state_->close();
  return outputs;
}

void FunctionNode::record(Context& context, std::span<const TensorRef> inputs) {
  input_forms_.reserve(inputs.size());
  for (const TensorRef& input : inputs) input_forms_.emplace_back(*input);
  set_edges(inputs);
  set_number(context.next_node_number());
}

void FunctionNode::attach_to(std::span<const TensorRef> outputs) noexcept {
  const Ref<Node> self(this);
  for (size_t i = 0; i < outputs.size(); ++i) {
    if (can_require_grad(outputs[i]->dtype())) {
      attach(self, *outputs[i], static_cast<uint32_t>(i));
    }
  }
}

std::vector<TensorRef> FunctionNode::backward(Context& context,
                                              std::span<const TensorRef> output_grads) {
  if (!type_.backward) {
    throw Error(Code::unsupported, join(state_->name(), ": the function has no backward callback"))
        .with("torch_error", "NotImplementedError");
  }
  const Level level(context, state_->name());
  const Ref<Node> self(this);
  std::vector<TensorRef> grads(output_grads.begin(), output_grads.end());
  for (size_t i = 0; i < grads.size() && !(type_.flags & DURAMEN_FUNCTION_NULL_GRADS); ++i) {
    const ops::Form& form = output_forms_[i];
    if (!grads[i]) grads[i] = ops::filled(context, form.shape, form.dtype, 0);
  }
  const std::vector<duramen_tensor*> given = lend_all(grads);
  Slots slots(edges().size());
  duramen_error* handed_over = nullptr;
  const int32_t status = type_.backward(
      user_, lend<duramen_context>(&context), lend<duramen_function_state>(state_.get()),
      given.data(), given.size(), slots.handles(), edges().size(), &handed_over);
  std::vector<TensorRef> gradients = std::move(slots.take());
  check_callback(status, handed_over, "backward", {"backward callback", state_->name()});
  context.cancel().check("backward");
  for (size_t i = 0; i < gradients.size(); ++i) {
    if (!needs(i)) gradients[i] = nullptr;
    if (!gradients[i]) continue;
    gradients[i] =
        ops::given_gradient(context, name(), i, std::move(gradients[i]), input_forms_[i]);
  }
  return gradients;
}

duramen_function_type read_type(const duramen_function_type* type) {
  const auto given = read_options(&required(type, "type"), "type");
  known_flags(given.flags, DURAMEN_FUNCTION_NULL_GRADS, "flags");
  if (!given.forward) throw null_argument("forward");
  if (given.output_count > kMostOutputs) {
    throw Error(Code::limit, join("output_count: too many (at most ", kMostOutputs, ", got ",
                                  given.output_count, ")"))
        .with("argument", "output_count");
  }
  return given;
}

// The outputs, after everything that may fail: finish(outputs) makes the result of them.
template <class Finish>
auto apply(Context& context, const duramen_function_type& type, void* user,
           std::span<const TensorRef> inputs, Finish&& finish) {
  const std::string_view name = name_argument(type.name, struct_length(type.name_length), "name");
  if (name.empty()) throw bad_argument("name", "empty");
  const auto node = make<FunctionNode>(type, make<FunctionState>(std::string(name), inputs));
  node->set_user(user);
  const bool recorded = should_record(context, inputs);
  const std::vector<TensorRef> outputs = node->forward(context, inputs);
  if (recorded) node->record(context, inputs);
  auto result = finish(outputs);
  node->arm();
  if (recorded) node->attach_to(outputs);
  return result;
}

}  // namespace

duramen_status duramen_function_apply(duramen_context* context, const duramen_function_type* type,
                                      void* user, duramen_tensor* const* inputs, size_t input_count,
                                      duramen_tensor** out, duramen_error** error) noexcept {
  return compute(error, __func__, context, out, [&](Context& core) {
    const duramen_function_type given = read_type(type);
    if (given.output_count > 1) {
      throw bad_argument("output_count", join("one output is taken here (got ", given.output_count,
                                              "; duramen_function_apply_many takes them)"));
    }
    const auto tensors = tensors_argument(inputs, input_count, "inputs");
    return apply(core, given, user, tensors,
                 [](std::span<const TensorRef> outputs) { return outputs[0]; });
  });
}

duramen_status duramen_function_apply_many(duramen_context* context,
                                           const duramen_function_type* type, void* user,
                                           duramen_tensor* const* inputs, size_t input_count,
                                           duramen_value** out, duramen_error** error) noexcept {
  return compute(error, __func__, context, out, [&](Context& core) {
    const duramen_function_type given = read_type(type);
    const auto tensors = tensors_argument(inputs, input_count, "inputs");
    return apply(core, given, user, tensors, [](std::span<const TensorRef> outputs) {
      std::vector<ValueRef> items;
      items.reserve(outputs.size());
      for (const TensorRef& output : outputs) items.push_back(Value::tensor(output));
      return Value::tuple(std::move(items));
    });
  });
}

duramen_status duramen_function_state_save_tensor(duramen_function_state* state,
                                                  duramen_tensor* tensor,
                                                  duramen_error** error) noexcept {
  return guard(error, __func__,
               [&] { object(state, "state").save(ref_or_null(tensor, "tensor")); });
}

duramen_status duramen_function_state_saved_tensor(const duramen_function_state* state,
                                                   size_t index, duramen_tensor** out,
                                                   duramen_error** error) noexcept {
  return guard_out(error, __func__, out, [&] { return object(state, "state").saved(index); });
}

duramen_status duramen_function_state_set_value(duramen_function_state* state,
                                                const duramen_value* value,
                                                duramen_error** error) noexcept {
  return guard(error, __func__, [&] {
    FunctionState& core = object(state, "state");
    core.set_value(value ? value_ref(value, "value") : ValueRef());
  });
}

duramen_status duramen_function_state_value(const duramen_function_state* state,
                                            duramen_value** out, duramen_error** error) noexcept {
  return guard_out(error, __func__, out, [&] { return object(state, "state").value(); });
}

uint32_t duramen_function_state_needs_input_grad(const duramen_function_state* state,
                                                 size_t index) noexcept {
  const FunctionState* core = peek(state);
  return core && core->needs_grad(index);
}

duramen_function_state* duramen_function_state_retain(duramen_function_state* state) noexcept {
  return retain(state);
}
void duramen_function_state_release(duramen_function_state* state) noexcept { release(state); }
