// The half of no_exceptions.cpp's program that has exceptions: both kinds of the veneer meet in one
// program.
#include <duramen/duramen.hpp>

int with_exceptions();

int with_exceptions() {
  const duramen::Context context;
  const duramen::Module model = duramen::Module::from_text(context, "Linear(2, 2)");
  try {
    duramen::Module::from_text(context, "Linear(2");
  } catch (const duramen::InvalidArgument&) {
    return model(context, duramen::Tensor::ones(context, {1, 2})).numel() == 2 ? 0 : 2;
  }
  return 1;
}
