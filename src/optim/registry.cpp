#include "optim/optimizers.hpp"

namespace duramen::optim {
namespace {

constexpr const OptimizerType* kTypes[] = {&kAdamType, &kAdamWType, &kSgdType};
constexpr spec::Registry<OptimizerType> kRegistry(kTypes);

}  // namespace

const spec::Registry<OptimizerType>& optimizer_types() noexcept { return kRegistry; }

}  // namespace duramen::optim
