#include "kernels/copy.hpp"
#include "nn/layer.hpp"

namespace duramen::nn {
namespace {

class Embedding final : public Module {
 public:
  struct Config {
    ops::EmbeddingOptions options;
    std::string text;  // what repr shows
  };
  // With values of its own (drawn, the padding row zero), or with those given.
  Embedding(Context& context, Config config, TensorRef drawn)
      : Module("Embedding"), config_(std::move(config)) {
    put_parameter("weight", std::move(drawn));
    reset_parameters(context);
  }
  Embedding(Config config, TensorRef given) : Module("Embedding"), config_(std::move(config)) {
    put_parameter("weight", std::move(given));
  }

  TensorRef forward(Context& context, std::span<const TensorRef> inputs) override {
    check_inputs(*this, inputs, 1);
    const TensorRef* weight = parameters().find("weight");
    if (!weight || !*weight) {
      throw Error(Code::state, "forward: this Embedding has no weight")
          .with("torch_error", weight ? "TypeError" : "AttributeError");
    }
    return ops::embedding(context, inputs[0], *weight, config_.options);
  }

  ModuleRef shell() const override { return make<Embedding>(*this); }

  void reset_parameters(Context& context) override {
    const TensorRef* weight = parameters().find("weight");
    if (!weight || !*weight) return;
    normal(context, **weight, 0, 1);
    const std::optional<int64_t> padding = config_.options.padding_idx;
    if (padding) fill(*alias(**weight, view_select((*weight)->layout(), 0, *padding)), 0);
  }

  std::string extra_repr() const override { return config_.text; }

  bool has_attribute(std::string_view name) const override {
    return is_one_of(name, {"num_embeddings", "embedding_dim", "padding_idx", "max_norm",
                            "norm_type", "scale_grad_by_freq", "sparse", "reset_parameters",
                            "from_pretrained", "_fill_padding_idx_with_zero", "__constants__"}) ||
           Module::has_attribute(name);
  }

 private:
  Config config_;
};

constexpr spec::Parameter kEmbeddingParameters[] = {
    {"num_embeddings", spec::kInt, "", "how many rows the table has"},
    {"embedding_dim", spec::kInt | spec::kBoolNumber, "", "size of each row"},
    {"padding_idx", spec::kInt | spec::kNone, "None",
     "a row that starts as zeros and gets no gradient; negative: counted from the end"},
    {"max_norm", spec::kReal | spec::kBoolNumber | spec::kNone, "None",
     "rows that are used and longer than this are shortened in place"},
    {"norm_type", spec::kReal | spec::kBoolNumber, "2.0", "p of the norm for max_norm"},
    {"scale_grad_by_freq", spec::kTruth, "False",
     "divides the gradient of a row by how often it was used"},
    {"sparse", spec::kTruth, "False",
     "kept and printed; the gradient has the values of PyTorch's sparse one, stored densely"},
    {"_weight", spec::kTensor | spec::kNone, "None", "the table's values, taken as they are"},
    {"_freeze", spec::kTruth, "False", "the table asks for no gradient"},
    kDeviceParameter,
    kDtypeParameter,
};

Error assertion(const spec::Expression& where, const char* argument, const char* message) {
  return spec::error_at(where, Code::invalid_argument, message)
      .with("argument", argument)
      .with("torch_error", "AssertionError");
}

std::optional<int64_t> padding_argument(const spec::Arguments& arguments) {
  const std::optional<int64_t> given = arguments.optional_integer("padding_idx");
  const int64_t rows = arguments.integer("num_embeddings");
  if (!given || *given == 0) return given;
  if (*given >= rows || *given < -rows) {
    throw assertion(arguments["padding_idx"], "padding_idx",
                    "Padding_idx must be within num_embeddings");
  }
  return *given < 0 ? *given + rows : *given;
}

bool is_false(const spec::Expression& value) noexcept {
  return value.form == spec::Form::boolean && !value.boolean;
}

std::string repr_of(const spec::Arguments& arguments, std::optional<int64_t> padding) {
  std::string out =
      join(arguments.integer("num_embeddings"), ", ", spec::format(arguments["embedding_dim"]));
  if (padding) out += join(", padding_idx=", *padding);
  if (!arguments.is_none("max_norm")) {
    out += join(", max_norm=", spec::format(arguments["max_norm"]));
  }
  if (arguments.real("norm_type") != 2) {
    out += join(", norm_type=", spec::format(arguments["norm_type"]));
  }
  const spec::Expression& by_count = arguments["scale_grad_by_freq"];
  if (!is_false(by_count)) out += join(", scale_grad_by_freq=", spec::printed(by_count));
  if (!is_false(arguments["sparse"])) out += ", sparse=True";
  return out;
}

ModuleRef create_embedding(const BuildContext& build, const spec::Arguments& arguments) {
  Embedding::Config config;
  config.options.padding_idx = padding_argument(arguments);
  config.options.max_norm = arguments.optional_real("max_norm");
  config.options.norm_type = arguments.real("norm_type");
  config.options.scale_grad_by_freq = arguments.boolean("scale_grad_by_freq");
  config.options.sparse = arguments.boolean("sparse");
  config.text = repr_of(arguments, config.options.padding_idx);
  const Dtype dtype = dtype_argument(build, arguments);
  const Shape shape = {arguments.integer("num_embeddings"), arguments.integer("embedding_dim")};
  const bool trained = !arguments.boolean("_freeze");
  if (arguments.is_none("_weight")) {
    TensorRef weight = new_parameter(build.context, shape, dtype, trained);
    return make<Embedding>(build.context, std::move(config), std::move(weight));
  }
  const TensorRef values = build.tensor(arguments["_weight"]);
  if (values->shape() != shape) {
    throw assertion(arguments["_weight"], "_weight",
                    "Shape of weight does not match num_embeddings and embedding_dim");
  }
  return make<Embedding>(std::move(config), make_parameter(*values, trained));
}

}  // namespace

constinit const ModuleType kEmbeddingType = {
    {"Embedding", kEmbeddingParameters,
     "Rows of a table by number. Parameter: weight (num_embeddings, embedding_dim)."},
    create_embedding,
    "_weight, _freeze"};

}  // namespace duramen::nn
