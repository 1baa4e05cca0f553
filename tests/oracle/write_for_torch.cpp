// Writes files for the real PyTorch to read (torch_reads_ours.py):
//   write_for_torch module TEXT SEED FILE    the state dict of a module, .pt or .safetensors
//   write_for_torch tied FILE                two names over one parameter, and a transposed view
//   write_for_torch checkpoint SEED FILE     model and optimizer after two training steps
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "autograd/backward.hpp"
#include "base/text.hpp"
#include "io/checkpoint.hpp"
#include "nn/build.hpp"
#include "nn/walk.hpp"
#include "ops/ops.hpp"
#include "optim/optimizer.hpp"
#include "support/hash_generator.hpp"
#include "support/tensors.hpp"

namespace duramen::test {

namespace {

io::Services services_of(Context& context) {
  return {context.allocator(), context.cancel(), context.progress()};
}

void write_module(const char* text, const char* seed, const char* path) {
  Context context;
  context.generator().seed(std::strtoull(seed, nullptr, 10));
  const auto module = nn::module_from_text(context, text);
  io::save(services_of(context), *nn::state_dict(*module), path);
}

void write_tied(const char* path) {
  Context context;
  const TensorRef base = make_tensor(context, Shape{2, 3}, Dtype::float32, hash_real({1, 0}, 6));
  const TensorRef weight = make_parameter(*base, true);
  StateDict dict;
  dict.set_tensor("encoder.weight", weight);
  dict.set_tensor("decoder.weight", weight);
  dict.set_tensor("transposed", alias(*base, view_transpose(base->layout(), 0, 1)));
  io::save(services_of(context), dict, path);
}

void train_step(Context& context, nn::Module& module, optim::Optimizer& optimizer,
                uint64_t stream) {
  const TensorRef input =
      make_tensor(context, Shape{4, 3}, Dtype::float32, hash_real({7, stream}, 12));
  const TensorRef target =
      make_tensor(context, Shape{4, 2}, Dtype::float32, hash_real({7, stream + 1}, 8));
  optimizer.zero_grad();
  backward(context, ops::mse_loss(context, module.forward(context, {&input, 1}), target), nullptr);
  optimizer.step(context);
}

void write_checkpoint(const char* seed, const char* path) {
  Context context;
  context.generator().seed(std::strtoull(seed, nullptr, 10));
  const auto module =
      nn::module_from_text(context, "Sequential(Linear(3, 5), BatchNorm1d(5), Linear(5, 2))");
  std::vector<TensorRef> parameters;
  for (const auto& one : nn::named_parameters(*module)) parameters.emplace_back(one.tensor);
  const auto optimizer =
      optim::optimizer_from_text(context, "SGD(lr=0.125, momentum=0.5)", parameters);
  train_step(context, *module, *optimizer, 0);
  train_step(context, *module, *optimizer, 2);
  const ValueRef content =
      Value::dict({Value::text("model"), Value::text("optimizer"), Value::text("step")},
                  {value_from_state_dict(*nn::state_dict(*module)), optimizer->state_dict(),
                   Value::integer(2)});
  io::save_value(services_of(context), *content, path);
}

int run(int argc, char** argv) {
  const std::string_view what = argc > 1 ? argv[1] : "";
  if (what == "module" && argc == 5) {
    write_module(argv[2], argv[3], argv[4]);
  } else if (what == "tied" && argc == 3) {
    write_tied(argv[2]);
  } else if (what == "checkpoint" && argc == 4) {
    write_checkpoint(argv[2], argv[3]);
  } else {
    return 2;
  }
  return 0;
}

}  // namespace

}  // namespace duramen::test

int main(int argc, char** argv) {
  try {
    return duramen::test::run(argc, argv);
  } catch (const duramen::Error& error) {
    std::fprintf(stderr, "write_for_torch: %s\n", error.what());
    return 1;
  }
}
