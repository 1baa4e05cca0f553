// Writes files for the real PyTorch to read (torch_reads_ours.py):
//   write_for_torch module TEXT SEED FILE    the state dict of a module, .pt or .safetensors
//   write_for_torch tied FILE                two names over one parameter, and a transposed view
//   write_for_torch checkpoint SEED OPTIMIZER FILE   model and optimizer after two training steps
//   write_for_torch resume CLASS FROM FILE           the same after two more
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "autograd/backward.hpp"
#include "base/text.hpp"
#include "io/checkpoint.hpp"
#include "nn/build.hpp"
#include "nn/load.hpp"
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

struct Training {
  Ref<nn::Module> module;
  Ref<optim::Optimizer> optimizer;
};

Training make_training(Context& context, const std::string& optimizer) {
  Training made;
  made.module = nn::module_from_text(
      context,
      "Sequential(Linear(3, 5, dtype=float64), Tanh(), BatchNorm1d(5, dtype=float64), "
      "Linear(5, 2, dtype=float64))");
  std::vector<TensorRef> parameters;
  for (const auto& one : nn::named_parameters(*made.module)) parameters.emplace_back(one.tensor);
  made.optimizer = optim::optimizer_from_text(context, optimizer, parameters);
  return made;
}

TensorRef batch(Context& context, Shape shape, uint64_t stream) {
  return make_tensor(context, shape, Dtype::float64, hash_real({7, stream}, numel_of(shape)));
}

void take_steps(Context& context, const Training& training, int64_t first, int64_t last) {
  for (int64_t step = first; step < last; ++step) {
    const auto stream = static_cast<uint64_t>(2 * step);
    const TensorRef input = batch(context, Shape{4, 3}, stream);
    const TensorRef target = batch(context, Shape{4, 2}, stream + 1);
    training.optimizer->zero_grad();
    const TensorRef output = training.module->forward(context, {&input, 1});
    backward(context, ops::mse_loss(context, output, target), nullptr);
    training.optimizer->step(context);
  }
}

// With the input and the target of the next two steps.
void save_training(Context& context, const Training& training, int64_t step, const char* path) {
  std::vector<ValueRef> next;
  for (int64_t i = 0; i < 2; ++i) {
    const auto stream = static_cast<uint64_t>(2 * (step + i));
    next.push_back(Value::tuple({Value::tensor(batch(context, Shape{4, 3}, stream)),
                                 Value::tensor(batch(context, Shape{4, 2}, stream + 1))}));
  }
  const ValueRef content = Value::dict(
      {Value::text("model"), Value::text("optimizer"), Value::text("step"), Value::text("next")},
      {value_from_state_dict(*nn::state_dict(*training.module)), training.optimizer->state_dict(),
       Value::integer(step), Value::list(std::move(next))});
  io::save_value(services_of(context), *content, path);
}

void write_checkpoint(const char* seed, const char* optimizer, const char* path) {
  Context context;
  context.generator().seed(std::strtoull(seed, nullptr, 10));
  const Training training = make_training(context, optimizer);
  take_steps(context, training, 0, 2);
  save_training(context, training, 2, path);
}

void write_resumed(const char* optimizer, const char* from, const char* path) {
  Context context;
  const Training training = make_training(context, std::string(optimizer) + "(lr=1.0)");
  const auto file = io::Checkpoint::open(services_of(context), from);
  nn::load_state_dict(context, *training.module, *file->state_dict("model"));
  training.optimizer->load_state_dict(context, *file->content()->find("optimizer"));
  const int64_t step = file->content()->find("step")->as_integer();
  take_steps(context, training, step, step + 2);
  save_training(context, training, step + 2, path);
}

int run(int argc, char** argv) {
  const std::string_view what = argc > 1 ? argv[1] : "";
  if (what == "module" && argc == 5) {
    write_module(argv[2], argv[3], argv[4]);
  } else if (what == "tied" && argc == 3) {
    write_tied(argv[2]);
  } else if (what == "checkpoint" && argc == 5) {
    write_checkpoint(argv[2], argv[3], argv[4]);
  } else if (what == "resume" && argc == 5) {
    write_resumed(argv[2], argv[3], argv[4]);
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
