// Operators by name: `sum(dim=1, keepdim=True)`, prepared once and applied often.
#pragma once

#include "ops/ops.hpp"
#include "spec/registry.hpp"
#include "value/value.hpp"

namespace duramen::ops {

struct OpType {
  spec::Signature signature;  // the attributes; tensors come first, by position
  uint32_t min_tensors;
  uint32_t max_tensors;  // UINT32_MAX: a list of tensors
  ValueRef (*apply)(Context& context, const spec::Arguments& attributes,
                    std::span<const TensorRef> tensors);
};

const spec::Registry<OpType>& op_types() noexcept;

class Op final : public Counted {
 public:
  static constexpr uint32_t kTag = make_tag("oper");
  // `text`: a name, or a call with attributes only. UNSUPPORTED with "nearest" for an unknown name.
  explicit Op(std::string_view text);
  explicit Op(spec::Expression call);
  ~Op() override = default;

  std::string_view name() const noexcept { return type_->signature.name; }
  // `arguments`: a tuple of tensors (or of a list of tensors).
  ValueRef apply(Context& context, const Value& arguments) const;

 private:
  spec::Expression call_;
  const OpType* type_;
  std::optional<spec::Arguments> attributes_;
};

// From attributes by name (spec::arrange).
Ref<Op> op_from_call(spec::Expression call);

}  // namespace duramen::ops
