// duramen run TEXT --input X.npy -o Y.npy: forward, and the gradients of a weighted sum of the
// outputs.
#include <algorithm>

#include "build.hpp"
#include "content.hpp"
#include "format.hpp"
#include "modules.hpp"
#include "output.hpp"
#include "outputs.hpp"
#include "tensors.hpp"
#include "verbs.hpp"
#include "weights.hpp"

namespace cli {
namespace {

struct Options {
  BuildOptions build;
  WeightsOptions weights;
  std::vector<std::string> inputs;
  std::string output;
  bool train = false;
  std::vector<std::string> grad_outputs;
  std::string grads;
};

Tensor retained(duramen_tensor* tensor) { return Tensor(duramen_tensor_retain(tensor)); }

// The one tensor of a file: an .npy, or another checkpoint that holds nothing else.
Tensor read_tensor(duramen_context* context, const std::string& file) {
  const Checkpoint checkpoint = open_checkpoint(context, file);
  const Content content(content_of(checkpoint.get(), file), file);
  if (content.entries.size() != 1) {
    throw Failure(kRefused,
                  file + ": expected one tensor, got " + std::to_string(content.entries.size()));
  }
  return retained(content.entries[0].tensor);
}

std::vector<Tensor> read_tensors(duramen_context* context, const std::vector<std::string>& files) {
  std::vector<Tensor> tensors;
  tensors.reserve(files.size());
  for (const std::string& file : files) tensors.push_back(read_tensor(context, file));
  return tensors;
}

// The dtype that all inputs with fractions have; empty when there is none, or several.
std::string dtype_of_inputs(const std::vector<Tensor>& inputs) {
  duramen_dtype found = DURAMEN_DTYPE_INVALID;
  for (const Tensor& input : inputs) {
    const duramen_dtype dtype = duramen_tensor_dtype(input.get());
    if (!is_floating(dtype) || dtype > DURAMEN_DTYPE_BFLOAT16) continue;
    if (found != DURAMEN_DTYPE_INVALID && found != dtype) return {};
    found = dtype;
  }
  return found == DURAMEN_DTYPE_INVALID ? "" : duramen_dtype_name(found);
}

bool can_require_grad(const duramen_tensor* tensor) {
  const duramen_dtype dtype = duramen_tensor_dtype(tensor);
  return is_floating(dtype) || is_complex(dtype);
}

Module make_module(duramen_context* context, const Options& options,
                   const std::vector<Tensor>& inputs) {
  BuildOptions build = options.build;
  if (build.dtype.empty()) build.dtype = dtype_of_inputs(inputs);
  Module module = build_module(context, build);
  if (!options.weights.file.empty()) {
    load_weights(context, module.get(), options.weights);
  }
  if (!options.build.dtype.empty()) {
    const duramen_dtype dtype = duramen_dtype_from_name(build.dtype.data(), build.dtype.size());
    call(kUsage, "--dtype",
         [&](auto error) { return duramen_module_to_dtype(context, module.get(), dtype, error); });
  }
  call(kRefused, "", [&](auto error) {
    return duramen_module_train(module.get(), options.train ? 1 : 0, error);
  });
  return module;
}

Value forward(duramen_context* context, duramen_module* module, const std::vector<Tensor>& inputs) {
  std::vector<Value> items(inputs.size());
  std::vector<const duramen_value*> pointers;
  for (size_t i = 0; i < inputs.size(); ++i) {
    call(kRefused, "", [&](auto error) {
      return duramen_value_create_tensor(inputs[i].get(), Out(items[i]), error);
    });
    pointers.push_back(items[i].get());
  }
  Value arguments;
  call(kRefused, "", [&](auto error) {
    return duramen_value_create_tuple(pointers.data(), pointers.size(), Out(arguments), error);
  });
  Value result;
  call(kDiffers, "", [&](auto error) {
    return duramen_module_call(context, module, arguments.get(), nullptr, Out(result), error);
  });
  return result;
}

// Sum of the products of outputs and weights: one tensor to walk back from.
Tensor weighted_sum(duramen_context* context, const std::vector<duramen_tensor*>& outputs,
                    const std::vector<Tensor>& weights) {
  Tensor total;
  for (size_t i = 0; i < outputs.size(); ++i) {
    Tensor product;
    Tensor sum;
    call(kDiffers, "", [&](auto error) {
      return duramen_mul(context, outputs[i], weights[i].get(), Out(product), error);
    });
    call(kRefused, "", [&](auto error) {
      return duramen_sum(context, product.get(), nullptr, 0, 0, Out(sum), error);
    });
    if (!total) {
      total = std::move(sum);
      continue;
    }
    Tensor next;
    call(kRefused, "", [&](auto error) {
      return duramen_add(context, total.get(), sum.get(), Out(next), error);
    });
    total = std::move(next);
  }
  return total;
}

// Runs the backward of the outputs that have one, weighed in their order.
void backward(duramen_context* context, const Content& results, const Options& options) {
  std::vector<duramen_tensor*> outputs;
  for (const Entry& entry : results.entries) {
    if (duramen_tensor_requires_grad(entry.tensor)) outputs.push_back(entry.tensor);
  }
  const std::vector<Tensor> weights = read_tensors(context, options.grad_outputs);
  if (weights.size() != outputs.size()) {
    throw Failure(kUsage, "--grad-output: expected one file for each output with a gradient (" +
                              std::to_string(outputs.size()) + "), got " +
                              std::to_string(weights.size()));
  }
  for (size_t i = 0; i < outputs.size(); ++i) {
    if (shape_of(outputs[i]) == shape_of(weights[i].get())) continue;
    throw Failure(kDiffers, options.grad_outputs[i] + ": not the shape of the output (expected " +
                                format_shape(shape_of(outputs[i])) + ", got " +
                                format_shape(shape_of(weights[i].get())) + ")");
  }
  if (outputs.size() == 1 &&
      duramen_tensor_dtype(outputs[0]) == duramen_tensor_dtype(weights[0].get())) {
    return call(kDiffers, "", [&](auto error) {
      return duramen_tensor_backward(context, outputs[0], weights[0].get(), nullptr, error);
    });
  }
  const Tensor total = weighted_sum(context, outputs, weights);
  call(kDiffers, "", [&](auto error) {
    return duramen_tensor_backward(context, total.get(), nullptr, nullptr, error);
  });
}

// A copy: two gradients may share memory, which safetensors cannot hold.
void add_gradient(duramen_context* context, duramen_state_dict* dict, std::string_view name,
                  const duramen_tensor* tensor) {
  Tensor grad;
  call(kRefused, "", [&](auto error) { return duramen_tensor_grad(tensor, Out(grad), error); });
  if (!grad) return;
  Tensor copy;
  call(kRefused, "",
       [&](auto error) { return duramen_tensor_clone(context, grad.get(), Out(copy), error); });
  call(kRefused, "", [&](auto error) {
    return duramen_state_dict_set_tensor(dict, name.data(), name.size(), copy.get(), error);
  });
}

void save_gradients(duramen_context* context, const duramen_module* module,
                    const std::vector<Tensor>& inputs, const std::string& path) {
  call(kRefused, "",
       [&](auto error) { return duramen_context_set_grad_enabled(context, 0, error); });
  StateDict dict;
  call(kRefused, "", [&](auto error) { return duramen_state_dict_create(Out(dict), error); });
  const Listing listing = list(module, DURAMEN_KIND_PARAMETER, 0);
  const Entries parameters(listing.get());
  for (size_t i = 0; i < parameters.size(); ++i) {
    if (name_of(parameters[i]).starts_with("input.")) {
      throw Failure(kUsage, "--grads: a parameter is called '" +
                                std::string(name_of(parameters[i])) + "', as the inputs are");
    }
    add_gradient(context, dict.get(), name_of(parameters[i]), parameters[i].tensor);
  }
  for (size_t i = 0; i < inputs.size(); ++i) {
    add_gradient(context, dict.get(), "input." + std::to_string(i), inputs[i].get());
  }
  duramen_save_options options = {};
  options.struct_size = sizeof options;
  options.format = format_for(path, "", "safetensors").number;
  Progress progress("saving " + path, Progress::Unit::bytes);
  progress.listen(context);
  call(kRefused, path, [&](auto error) {
    return duramen_state_dict_save(context, dict.get(), path.data(), path.size(), &options, error);
  });
}

void run(const Options& options) {
  const bool wants_grads = !options.grads.empty();
  if (wants_grads == options.grad_outputs.empty()) {
    throw Failure(kUsage, "--grad-output and --grads need each other");
  }
  const Context context = create_context(options.build);
  const Interruptible interruptible(context.get());
  const std::vector<Tensor> inputs = read_tensors(context.get(), options.inputs);
  const Module module = make_module(context.get(), options, inputs);
  call(kRefused, "", [&](auto error) {
    return duramen_context_set_grad_enabled(context.get(), wants_grads ? 1 : 0, error);
  });
  for (const Tensor& input : inputs) {
    if (!wants_grads || !can_require_grad(input.get())) continue;
    call(kRefused, "",
         [&](auto error) { return duramen_tensor_set_requires_grad(input.get(), 1, error); });
  }
  const Value result = forward(context.get(), module.get(), inputs);
  const Content results(result.get(), options.output);
  if (wants_grads) backward(context.get(), results, options);
  save_outputs(context.get(), result.get(), options.output);
  if (wants_grads) save_gradients(context.get(), module.get(), inputs, options.grads);
}

void add_options(CLI::App& verb, Options& options) {
  add_text_options(verb, options.build);
  verb.get_option("--dtype")->description(
      "The dtype of the module, as torch.set_default_dtype and Module.to; by default that of the "
      "inputs with fractions");
  add_seed_option(verb, options.build);
  verb.add_option("--weights", options.weights.file,
                  "The checkpoint to load, strictly unless --policy says else; without it the "
                  "initial values are used")
      ->type_name("FILE");
  add_weights_options(verb, options.weights);
  verb.add_option("--input", options.inputs,
                  "An argument of the forward, as .npy or a checkpoint of one tensor; repeat it "
                  "for more")
      ->required()
      ->type_name("FILE")
      ->allow_extra_args(false);
  verb.add_option("-o,--output", options.output,
                  "The file to write, in the format of its ending, .npy without one; - is standard "
                  "output. Outputs inside of tuples are called output.0, output.1.0; each .npy has "
                  "one, as Y.0.npy, Y.1.0.npy; a .pt has the tuple itself")
      ->required()
      ->type_name("FILE");
  verb.add_flag("--train", options.train, "Training mode instead of eval mode");
  verb.add_option("--threads", options.build.threads, "How many threads compute")
      ->check(CLI::Range(1, 1024))
      ->type_name("N")
      ->default_val(1);
  verb.add_option("--grad-output", options.grad_outputs,
                  "The weights w of the sum of output * w whose gradients are wanted; one file for "
                  "each output that has a gradient")
      ->type_name("FILE")
      ->allow_extra_args(false);
  verb.add_option("--grads", options.grads,
                  "The file for the gradients, safetensors without an ending: of parameters under "
                  "their names, of "
                  "inputs with fractions as input.0, input.1, ...")
      ->type_name("FILE");
}

}  // namespace

void add_run(CLI::App& app) {
  auto options = std::make_shared<Options>();
  CLI::App* verb = app.add_subcommand("run", "Run a module forward, and backward where asked");
  add_options(*verb, *options);
  verb->footer(
      "Examples:\n"
      "  duramen run 'Linear(784, 10)' --weights linear.pt --input x.npy -o y.npy\n"
      "  duramen run 'Linear(784, 10)' --weights linear.pt --input x.npy -o y.npy --train "
      "--grad-output w.npy --grads grads.safetensors");
  verb->callback([options] { run(*options); });
}

}  // namespace cli
