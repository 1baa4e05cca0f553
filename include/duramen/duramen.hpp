// The C++17 veneer over the C interface: owning handles, exceptions, ranges. Header-only.
//
//   duramen::Context context(/*seed=*/0);
//   auto model = duramen::Module::from_text(context, "Sequential(Linear(4, 3), ReLU())");
//   for (const auto& [name, tensor] : model.named_parameters()) …
//   duramen::Tensor y = model(context, x);
//
// A handle is as wide as the C pointer and every call is the C call: what a handle or a function
// promises (shapes, units, threads, failures) stands in the C header of the same noun. A failed
// call throws duramen::Error or the class of its status. `X` owns, `XRef` is lent, as std::string
// and std::string_view are. get() gives the C pointer, adopt() takes one over, so that C and C++
// mix freely.
//
// A function that can fail gives a Result<T>, which is T. With -fno-exceptions, or where
// DURAMEN_NO_EXCEPTIONS is defined, the same functions give an Expected<T> instead: the value or
// the Error (result.hpp).
#ifndef DURAMEN_DURAMEN_HPP
#define DURAMEN_DURAMEN_HPP

#include "cxx/call_hooks.hpp"
#include "cxx/containers.hpp"
#include "cxx/nn_layers.hpp"
#include "cxx/optim.hpp"
#include "cxx/stream.hpp"

#endif
