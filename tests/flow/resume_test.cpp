// A training that stops, goes through a .pt file and continues: the same bits as one that never
// stopped.
#include <string>

#include "autograd/backward.hpp"
#include "io/checkpoint.hpp"
#include "nn/build.hpp"
#include "nn/load.hpp"
#include "nn/walk.hpp"
#include "ops/ops.hpp"
#include "optim/optimizer.hpp"
#include "support/catch.hpp"
#include "support/hash_generator.hpp"
#include "support/tensors.hpp"
#include "unit/io/files.hpp"

namespace duramen::test {

namespace {

io::Services services_of(Context& context) {
  return {context.allocator(), context.cancel(), context.progress()};
}

struct Training {
  Ref<nn::Module> module;
  Ref<optim::Optimizer> optimizer;
};

// Two groups; the second layer is frozen, and "unused" never gets a gradient.
Training make_training(Context& context, Dtype dtype, const std::string& optimizer) {
  Training made;
  made.module = nn::module_from_text(
      context,
      "ModuleDict({'used': Sequential(Linear(6, 9), Tanh(), Linear(9, 9), BatchNorm1d(9), "
      "Linear(9, 4)), 'unused': Linear(2, 2)})");
  nn::to_dtype(context, *made.module, dtype);
  std::vector<TensorRef> weights;
  std::vector<TensorRef> others;
  for (const auto& one : nn::named_parameters(*made.module)) {
    (one.tensor->rank() == 2 ? weights : others).emplace_back(one.tensor);
    if (one.name.starts_with("used.2.")) one.tensor->set_requires_grad(false);
  }
  made.optimizer = optim::optimizer_from_text(context, optimizer, weights);
  made.optimizer->add_group(others, "dict(lr=0.125, weight_decay=0.0)");
  return made;
}

void take_steps(Context& context, const Training& training, Dtype dtype, uint64_t first,
                uint64_t last) {
  const Ref<nn::Module>& used = *training.module->children().find("used");
  for (uint64_t step = first; step < last; ++step) {
    const TensorRef input = make_tensor(context, Shape{8, 6}, dtype, hash_real({11, 2 * step}, 48));
    const TensorRef target =
        make_tensor(context, Shape{8, 4}, dtype, hash_real({11, 2 * step + 1}, 32));
    training.optimizer->zero_grad();
    const TensorRef output = used->forward(context, {&input, 1});
    backward(context, ops::mse_loss(context, output, target), nullptr);
    training.optimizer->step(context);
    if (step == 3) training.optimizer->set_learning_rate(0, 0.03125);
  }
}

void save(Context& context, const Training& training, const std::string& path) {
  const ValueRef content = Value::dict(
      {Value::text("model"), Value::text("optimizer")},
      {value_from_state_dict(*nn::state_dict(*training.module)), training.optimizer->state_dict()});
  io::save_value(services_of(context), *content, path);
}

void load(Context& context, const Training& training, const std::string& path) {
  const auto file = io::Checkpoint::open(services_of(context), path);
  nn::load_state_dict(context, *training.module, *file->state_dict("model"));
  training.optimizer->load_state_dict(context, *file->content()->find("optimizer"));
}

const char* const kOptimizers[] = {
    "SGD(lr=0.0625, momentum=0.75, nesterov=True)",
    "Adam(lr=0.0625, weight_decay=0.125)",
    "Adam(lr=0.0625, betas=(0.25, 0.5), amsgrad=True)",
    "AdamW(lr=0.0625, amsgrad=True, maximize=True)",
};

}  // namespace

TEST_CASE("a training continues from its file bit for bit", "[flow][resume]") {
  for (const std::string call : kOptimizers) {
    for (const Dtype dtype : {Dtype::float32, Dtype::float64}) {
      INFO(call << " " << dtype_name(dtype));
      // A file's name is written into it, so equal ones lie in different folders.
      const Folder first, second;
      Context context;
      const Training whole = make_training(context, dtype, call);
      take_steps(context, whole, dtype, 0, 5);
      save(context, whole, first.file("stopped.pt"));
      take_steps(context, whole, dtype, 5, 10);
      save(context, whole, first.file("end.pt"));

      Context other;
      other.generator().seed(77);
      const Training resumed =
          make_training(other, dtype, call.substr(0, call.find('(')) + "(lr=9.0)");
      load(other, resumed, first.file("stopped.pt"));
      save(other, resumed, second.file("stopped.pt"));
      take_steps(other, resumed, dtype, 5, 10);
      save(other, resumed, second.file("end.pt"));
      for (const char* name : {"stopped.pt", "end.pt"}) {
        INFO(name);
        const bool same = read_file(first.file(name)) == read_file(second.file(name));
        CHECK(same);
      }
      const bool moved = read_file(first.file("stopped.pt")).size() > 4000 &&
                         read_file(first.file("stopped.pt")) != read_file(first.file("end.pt"));
      CHECK(moved);
    }
  }
}

}  // namespace duramen::test
