#include "nn/layer.hpp"

namespace duramen::nn {
namespace {

class Identity final : public Module {
 public:
  Identity() : Module("Identity") {}
  TensorRef forward(Context&, std::span<const TensorRef> inputs) override {
    check_inputs(*this, inputs, 1);
    return inputs[0];
  }
  ModuleRef shell() const override { return make<Identity>(*this); }
  // Anything passes through, not only tensors.
  ValueRef call(Context& context, const Value& arguments, const Value* keywords) override {
    const bool one = arguments.kind() == ValueKind::tuple && arguments.count() == 1;
    if (one && (!keywords || keywords->count() == 0)) return arguments.item(0);
    return Module::call(context, arguments, keywords);
  }
};

class Flatten final : public Module {
 public:
  Flatten(int64_t start_dim, int64_t end_dim, std::string as_written)
      : Module("Flatten"),
        start_dim_(start_dim),
        end_dim_(end_dim),
        as_written_(std::move(as_written)) {}
  TensorRef forward(Context& context, std::span<const TensorRef> inputs) override {
    check_inputs(*this, inputs, 1);
    return ops::flatten(context, inputs[0], start_dim_, end_dim_);
  }
  ModuleRef shell() const override { return make<Flatten>(*this); }
  std::string extra_repr() const override { return as_written_; }
  bool has_attribute(std::string_view name) const override {
    return is_one_of(name, {"start_dim", "end_dim", "__constants__"}) ||
           Module::has_attribute(name);
  }

 private:
  int64_t start_dim_;
  int64_t end_dim_;
  std::string as_written_;  // for repr: True is not 1
};

constexpr spec::Parameter kIdentityParameters[] = {
    {"args", spec::kAny, "", "ignored", false, true},
    {"kwargs", spec::kAny, "", "ignored", true, true},
};
constexpr spec::Parameter kFlattenParameters[] = {
    {"start_dim", spec::kInt | spec::kBoolNumber, "1", "first dimension that is joined"},
    {"end_dim", spec::kInt | spec::kBoolNumber, "-1", "last dimension that is joined"},
};

ModuleRef create_identity(const BuildContext&, const spec::Arguments&) { return make<Identity>(); }

ModuleRef create_flatten(const BuildContext&, const spec::Arguments& arguments) {
  return make<Flatten>(arguments.integer("start_dim"), arguments.integer("end_dim"),
                       join("start_dim=", spec::format(arguments["start_dim"]),
                            ", end_dim=", spec::format(arguments["end_dim"])));
}

}  // namespace

constinit const ModuleType kIdentityType = {
    {"Identity", kIdentityParameters,
     "Gives back its input. Takes any arguments and ignores them."},
    create_identity};
constinit const ModuleType kFlattenType = {
    {"Flatten", kFlattenParameters, "Joins a range of dimensions into one."}, create_flatten};

}  // namespace duramen::nn
