// The optimizers that come with the library: one constant entry a type, defined beside its class.
// registry.cpp lists them.
#pragma once

#include "optim/optimizer.hpp"

namespace duramen::optim {

extern const OptimizerType kAdamType;
extern const OptimizerType kAdamWType;
extern const OptimizerType kSgdType;

}  // namespace duramen::optim
