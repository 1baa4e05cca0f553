// All parameters of a tree as one vector, in the order of parameters(): an object once.
#pragma once

#include "nn/module.hpp"

namespace duramen::nn {

struct FlattenOptions {
  bool only_trainable = false;
  bool gradients = false;  // of the parameters, instead of their values
  bool copy = false;       // never a view
};

// torch.nn.utils.parameters_to_vector: the elements of each in C order, in the dtype that all
// promote to (the default dtype where there is none). A view where they lie so in one storage
// already, else a copy; without history either way. Of a parameter without gradient, zeros.
TensorRef flatten(Context& context, const Module& root, const FlattenOptions& options = {});
// The way back: the vector's elements into the parameters' memory, converted as copy_ does, or into
// their gradients, which are made where there is none. SHAPE_MISMATCH where the sizes differ,
// READ_ONLY, UNSUPPORTED; nothing has changed then.
void unflatten(Context& context, Module& root, const Tensor& vector,
               const FlattenOptions& options = {});
// Moves the parameters into one storage, in that order, so that flatten() gives views from now on;
// the objects, their flags and gradients stay. DTYPE_MISMATCH where they have several dtypes; STATE
// where two of them share memory.
TensorRef pack(Context& context, Module& root, bool only_trainable = false);

}  // namespace duramen::nn
