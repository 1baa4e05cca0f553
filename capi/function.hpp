// What an application of a caller's own function keeps between its forward and its backward.
#pragma once

#include <vector>

#include "autograd/node.hpp"
#include "value/value.hpp"

namespace duramen::capi {

class FunctionState final : public Counted {
 public:
  static constexpr uint32_t kTag = make_tag("fnst");

  // `name`: of the node, for errors.
  FunctionState(std::string name, std::span<const TensorRef> inputs);

  const std::string& name() const noexcept { return name_; }
  bool needs_grad(size_t input) const noexcept { return input < needs_.size() && needs_[input]; }

  // STATE outside of forward. Null keeps its place.
  void save(TensorRef tensor);
  // The end of forward, however it ended.
  void stop_saving() noexcept { open_ = false; }
  // Of one that went well: from now on what was saved must not be written to.
  void close();
  // Null for a saved null. NOT_FOUND; STATE in forward, for a stale tensor and a freed graph.
  TensorRef saved(size_t index) const;
  void release_saved() noexcept;

  const ValueRef& value() const noexcept { return value_; }
  void set_value(ValueRef value) noexcept { value_ = std::move(value); }

 private:
  std::string name_;
  std::vector<bool> needs_;
  std::vector<TensorRef> kept_;     // in forward
  std::vector<SavedTensor> saved_;  // afterwards
  std::vector<bool> is_null_;
  bool open_ = true;
  ValueRef value_;
};

}  // namespace duramen::capi
