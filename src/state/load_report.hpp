// What a load found, or would find: one list a kind of trouble, each with names and both sides.
// Immutable once handed out.
#pragma once

#include <string>
#include <vector>

#include "state/rename.hpp"
#include "tensor/tensor.hpp"

namespace duramen {

class LoadReport final : public Counted {
 public:
  static constexpr uint32_t kTag = make_tag("rprt");

  enum class Kind : int32_t {
    missing = 1,     // in the module, not in the dict
    unexpected = 2,  // in the dict, not in the module
    shape_mismatch = 3,
    dtype_mismatch = 4,  // converted, unless the policy refuses it
    not_a_tensor = 5,
    defaulted = 6,  // missing, and filled by a versioning rule (num_batches_tracked)
    failed = 7,     // could not be copied: overlapping memory, a class's own error
    adopted = 8,    // in the dict only, taken by a module of an unknown class
    tied = 9,       // one more name of a tensor that `nearest` names, too
    ignored = 10,   // in the dict, below a child that is None
    renamed = 11,   // by `rule`; `origin` is the dict's own name
    sliced = 12,    // of another shape; the corner that both have is copied
  };
  // What a policy for its name says about an item.
  enum class Verdict : uint8_t { by_kind, allowed, refused };
  struct Item {
    Kind kind;
    std::string name;  // in the module's words, after rename rules
    std::string text;  // one line in PyTorch's wording; empty for missing, unexpected, defaulted
    Shape expected_shape;  // of the module's tensor
    Shape actual_shape;    // of the dict's tensor
    Dtype expected_dtype = Dtype::invalid;
    Dtype actual_dtype = Dtype::invalid;
    std::string
        nearest;  // missing: the likeliest unexpected name; unexpected: the likeliest missing one
    Verdict verdict = Verdict::by_kind;
    std::string origin;
    std::string rule;
  };
  // The one rename rule after which most of the names that do not fit would.
  struct Suggestion {
    std::string rule;    // as RenameRules::add_text reads it; empty: none
    size_t fitting = 0;  // names more than now
  };

  explicit LoadReport(std::string root_class) : Counted(kTag), root_class(std::move(root_class)) {}
  ~LoadReport() override = default;

  std::string root_class;
  std::vector<Item> items;  // in PyTorch's order within each kind
  uint64_t loaded = 0;      // entries that fit

  // Which kinds are errors; not_a_tensor and failed always are.
  struct Errors {
    bool missing = true;
    bool unexpected = true;
    bool shape = true;
    bool dtype = false;
  };

  Errors errors;  // of the load that it is the report of
  Suggestion suggestion;

  size_t count(Kind kind) const noexcept;
  static bool is_error(const Item& item, const Errors& errors) noexcept;
  bool is_error(const Item& item) const noexcept { return is_error(item, errors); }
  bool has_errors(const Errors& errors) const noexcept;
  // One line: "1 missing, 2 unexpected keys for Net (first: missing "0.weight")"; "no errors for
  // Net".
  std::string summary(const Errors& errors) const;
  // PyTorch's message: "Error(s) in loading state_dict for Net:\n\tMissing key(s) …"; empty when
  // there is nothing to say. With `strict`, missing and unexpected are errors.
  std::string torch_message(const Errors& errors) const;
  std::string torch_message(bool strict) const {
    return torch_message({.missing = strict, .unexpected = strict, .shape = true, .dtype = false});
  }
  void add_renamed(const Renamed& renamed);
  // Everything, in groups with their counts, several lines; of each group at most `most` names.
  std::string text(size_t most) const;
  // Missing and unexpected names with likely counterparts fill each other's `nearest`.
  void find_nearest();
};

}  // namespace duramen
