/* A checkpoint that PyTorch wrote in the middle of a training: "architecture" and "optimizer" are
 * texts, "model" and "optimizer_state" their states, and "float32" and "float64" what the next step
 * gave there in the two types. */
#ifndef EXAMPLES_RECORDED_H
#define EXAMPLES_RECORDED_H

#include <duramen/duramen.h>

/* The module and the optimizer as PyTorch left them. Failures end the program. */
duramen_module* recorded_module(duramen_context* context, const duramen_checkpoint* file);
duramen_optimizer* recorded_optimizer(duramen_context* context, const duramen_checkpoint* file,
                                      const duramen_module* module);

/* Compare a float32 result with what PyTorch recorded under `name`, or all parameters with what it
 * had after the step. 1 when no element is farther from the float64 result than twice the farthest
 * of PyTorch's float32, and two units in the last place of the largest element. Print one line. */
int recorded_agrees(duramen_context* context, const duramen_checkpoint* file, const char* name,
                    const duramen_tensor* ours);
int recorded_parameters_agree(duramen_context* context, const duramen_checkpoint* file,
                              const duramen_module* module);

#endif
