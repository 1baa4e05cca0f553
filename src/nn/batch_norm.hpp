// Batch normalisation over 2-D or 3-D, 4-D, 5-D inputs: one class, three names.
#pragma once

#include "nn/module.hpp"

namespace duramen::nn {

struct BatchNormConfig {
  int64_t num_features = 0;
  double eps = 1e-5;
  std::optional<double> momentum = 0.1;  // nothing: the cumulative average
  bool affine = true;
  bool track_running_stats = true;
  bool bias = true;
  Dtype dtype = Dtype::float32;
  // As the caller wrote them, for repr: 1 is not 1.0.
  std::string eps_text = "1e-05";
  std::string momentum_text = "0.1";
  std::string affine_text = "True";
  std::string track_text = "True";
};

class BatchNorm final : public Module {
 public:
  // `spatial`: 1, 2 or 3, as in the class's name.
  BatchNorm(Context& context, uint32_t spatial, BatchNormConfig config);

  // In training mode counts the batch and updates the running statistics.
  TensorRef forward(Context& context, std::span<const TensorRef> inputs) override;
  void reset_running_stats() override;
  void reset_parameters(Context& context) override;
  ModuleRef shell() const override { return make<BatchNorm>(*this); }
  std::string extra_repr() const override;
  // State of version 1 had no num_batches_tracked: the module's own value stands in.
  std::vector<Upgrade> upgrade_state(std::optional<int64_t> version,
                                     FunctionRef<bool(std::string_view)> has) const override;
  bool has_attribute(std::string_view name) const override;

 private:
  void check_input(const Tensor& input, bool use_batch_statistics) const;
  TensorRef counter() const;

  uint32_t spatial_;
  BatchNormConfig config_;
};

}  // namespace duramen::nn
