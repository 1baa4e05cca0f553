// How a module was built: what the lossless text form writes to build it again.
#pragma once

#include <string>

#include "nn/build.hpp"

namespace duramen::nn {

class Origin final : public Counted {
 public:
  static constexpr uint32_t kTag = make_tag("orgn");
  Origin(std::string call_arguments, uint64_t call_slots, uint64_t call_flags, uint64_t call_plain)
      : Counted(kTag),
        arguments(std::move(call_arguments)),
        slots(call_slots),
        flags(call_flags),
        plain(call_plain) {}

  // The constructor's arguments that differ from their defaults, and always the dtype. Without
  // modules, and without tensors inside of lists, which stand in the tree itself.
  const std::string arguments;
  // slots_of() the module that this call makes; 0: not known.
  uint64_t slots;
  uint64_t flags;  // flags_of() that module
  uint64_t plain;  // plain_of() that module
};

// Names, dtypes, shapes and persistence of the module's own parameters and buffers, as one number;
// never 0.
uint64_t slots_of(const Module& module);
// Which of its parameters do not want gradients though they could, as one number; 0: none.
uint64_t flags_of(const Module& module);
// Names, dtypes and shapes of its ordinary attributes, as one number; 0: none.
uint64_t plain_of(const Module& module);
void set_origin(Module& module, const BuildContext& build, const spec::Signature& signature,
                const spec::Arguments& arguments);
// Its arguments as Origin has them.
std::string arguments_text(const BuildContext& build, const spec::Signature& signature,
                           const spec::Arguments& arguments);
// Whether it has what its call makes, and flags that a text can tell.
bool is_as_made(const Module& module);
// The origin of a module that is about to change, in two halves: what may fail, then the rest.
class OriginRenewal {
 public:
  explicit OriginRenewal(Module& module);
  // After a change that a text tells, too, the call makes what there is now; after another
  // (`known` is false) nothing is known.
  void commit(bool known) noexcept;

 private:
  Module& module_;
  Ref<Origin> origin_;  // null where the module has none
};
// Null where the module was not built from text or options.
const Origin* origin_of(const Module& module) noexcept;

// "zeros(3, 4, dtype=torch.float32)"; a tensor without dimensions as its value.
std::string tensor_text(const Tensor& tensor);

}  // namespace duramen::nn
