// Tables of rows: one row by number, or the rows of a bag together.
#include "kernels/copy.hpp"
#include "nn/evaluate.hpp"
#include "nn/layer_rules.hpp"
#include "nn/python_order.hpp"
#include "nn/python_values.hpp"

namespace duramen::nn {
namespace {

using spec::Expression;
using spec::Form;

bool is_bag(std::string_view class_name) { return class_name == "EmbeddingBag"; }

// ---- Construction ----

// A negative padding_idx counts from the end.
void settle(Settings& settings, const spec::Arguments& arguments) {
  const Expression &padding = arguments["padding_idx"], &rows = arguments["num_embeddings"];
  if (padding.form == Form::none) return;
  if (!holds(padding, Order::greater, 0) && !holds(padding, Order::less, 0)) return;
  const double index = spec::real_of(padding);
  if (!is_number(rows)) {
    throw argument_error(arguments, "num_embeddings", "TypeError",
                         index > 0 ? join("'>=' not supported between instances of '",
                                          type_name(padding), "' and '", type_name(rows), "'")
                                   : join("bad operand type for unary -: '", type_name(rows), "'"));
  }
  const double count = spec::real_of(rows);
  if (index >= count || index < -count) {
    const bool is_upper = !is_bag(arguments.signature().name);
    throw argument_error(
        arguments, "padding_idx", "AssertionError",
        join(is_upper ? "Padding_idx" : "padding_idx", " must be within num_embeddings"));
  }
  if (index > 0) return;
  Expression wrapped = padding;
  wrapped.integer = spec::integer_of(padding) + spec::integer_of(rows);
  wrapped.real = index + count;
  settings.set("padding_idx", wrapped);
}

Error index_error(std::string message) {
  return Error(Code::invalid_argument, std::move(message)).with("torch_error", "IndexError");
}

void reset(Layer& layer, Context& context) {
  const TensorRef weight = held(layer.parameters(), "weight");
  if (!weight) return;
  const Expression& padding = layer.settings()["padding_idx"];
  if (padding.form == Form::real) {
    throw index_error(join(layer.class_name(),
                           ": padding_idx: only integers, slices (`:`), ellipsis (`...`), None and "
                           "long or byte Variables are valid indices (got float)"));
  }
  const bool has_row = padding.form == Form::integer;  // a bool names none
  if (has_row && padding.integer >= weight->size(0)) {
    throw index_error(join(layer.class_name(), ": padding_idx: index ", padding.integer,
                           " is out of bounds for dimension 0 with size ", weight->size(0)));
  }
  normal(context, *weight, 0, 1);
  if (has_row) fill(*alias(*weight, view_select(weight->layout(), 0, padding.integer)), 0);
}

// Values that are given are taken as they are.
void build(Layer& layer, const BuildContext& build, const spec::Arguments& arguments) {
  const Dtype dtype = dtype_argument(build, arguments);
  const Expression& given = arguments["_weight"];
  constexpr std::string_view kSizes[] = {"num_embeddings", "embedding_dim"};
  const Expression sizes[] = {arguments[kSizes[0]], arguments[kSizes[1]]};
  const bool is_trained = is_bag(layer.class_name()) || !arguments.boolean("_freeze");
  if (given.form == Form::none) {
    const Shape shape = sizes_of(sizes, kSizes);
    layer.put_parameter("weight", new_parameter(build.context, shape, dtype, is_trained));
    return layer.reset_parameters(build.context);
  }
  if (given.form != Form::object || module_of(given)) {
    throw argument_error(arguments, "_weight", "AttributeError",
                         join("'", type_name(given), "' object has no attribute 'shape'"));
  }
  const TensorRef values = build.tensor(given);
  const Shape& shape = values->shape();
  if (shape.size() != 2 || !is_equal(sizes[0], shape[0]) || !is_equal(sizes[1], shape[1])) {
    throw argument_error(arguments, "_weight", "AssertionError",
                         "Shape of weight does not match num_embeddings and embedding_dim");
  }
  layer.put_parameter("weight", make_parameter(*values, is_trained));
}

bool is_false(const Expression& value) noexcept {
  return value.form == Form::boolean && !value.boolean;
}

// What differs from the usual; of a bag as Python's repr, which has quotes.
std::string show(const Layer& layer) {
  const Settings& settings = layer.settings();
  const bool bag = is_bag(layer.class_name());
  const auto shown = [&](std::string_view name) {
    return join(", ", name, "=", bag ? spec::format(settings[name]) : settings.printed(name));
  };
  std::string out =
      join(settings.printed("num_embeddings"), ", ", settings.printed("embedding_dim"));
  if (!bag && !settings.is_none("padding_idx")) out += shown("padding_idx");
  if (!settings.is_none("max_norm")) out += shown("max_norm");
  if (!is_equal(settings["norm_type"], 2)) out += shown("norm_type");
  if (!is_false(settings["scale_grad_by_freq"])) out += shown("scale_grad_by_freq");
  if (bag) out += shown("mode");
  if (bag && !settings.is_none("padding_idx")) out += shown("padding_idx");
  if (!bag && !is_false(settings["sparse"])) out += ", sparse=True";
  return out;
}

// ---- Forward of Embedding ----

TensorRef forward(Layer& layer, Context& context, std::span<const TensorRef> inputs) {
  check_inputs(layer, inputs, 1);
  const TensorRef* weight = layer.parameters().find("weight");
  if (!weight || !*weight) {
    throw Error(Code::state, "forward: this Embedding has no weight")
        .with("torch_error", weight ? "TypeError" : "AttributeError");
  }
  const Settings& settings = layer.settings();
  ops::EmbeddingOptions options;
  if (!settings.is_none("padding_idx")) {
    options.padding_idx = integer_setting(layer, "padding_idx", "embedding", 3);
  }
  if (!settings.is_none("max_norm")) {
    options.max_norm = number_setting(layer, "max_norm", "embedding_renorm_", 3);
    options.norm_type = number_setting(layer, "norm_type", "embedding_renorm_", 4);
  }
  options.scale_grad_by_freq = settings.boolean("scale_grad_by_freq");
  options.sparse = settings.boolean("sparse");
  return ops::embedding(context, inputs[0], *weight, options);
}

// ---- The table ----

constexpr spec::Kinds kNumber = spec::kReal | spec::kAny;
constexpr spec::Kinds kFlag = spec::kTruth | spec::kAny;
constexpr spec::Kinds kIndex = spec::kInt | spec::kNone | spec::kAny;
constexpr std::string_view kPaddingDoc =
    "a row that starts as zeros and gets no gradient; negative: counted from the end";
constexpr spec::Parameter kRows = {"num_embeddings", spec::kInt | spec::kAny, "",
                                   "how many rows the table has"};
constexpr spec::Parameter kWidth = {"embedding_dim", spec::kInt | spec::kAny, "",
                                    "size of each row"};
constexpr spec::Parameter kMaxNorm = {
    "max_norm", kNumber, "None", "rows that are used and longer than this are shortened in place"};
constexpr spec::Parameter kNormType = {"norm_type", kNumber, "2.0", "p of the norm for max_norm"};
constexpr spec::Parameter kByFrequency = {"scale_grad_by_freq", kFlag, "False",
                                          "divides the gradient of a row by how often it was used"};
constexpr spec::Parameter kSparse = {
    "sparse", kFlag, "False",
    "kept and printed; the gradient has the values of PyTorch's sparse one, stored densely"};
constexpr spec::Parameter kGiven = {"_weight", spec::kTensor | spec::kNone | spec::kAny, "None",
                                    "the table's values, taken as they are"};

constexpr spec::Parameter kEmbeddingParameters[] = {
    kRows,
    kWidth,
    {"padding_idx", kIndex, "None", kPaddingDoc},
    kMaxNorm,
    kNormType,
    kByFrequency,
    kSparse,
    kGiven,
    {"_freeze", kFlag, "False", "the table asks for no gradient"},
    kDeviceParameter,
    kDtypeParameter,
};
constexpr spec::Parameter kBagParameters[] = {
    kRows,
    kWidth,
    kMaxNorm,
    kNormType,
    kByFrequency,
    {"mode", spec::kText | spec::kAny, "'mean'",
     "how a bag's rows come together: 'sum', 'mean' or 'max'"},
    {"sparse", kFlag, "False", "kept: gradients are stored densely"},
    kGiven,
    {"include_last_offset", kFlag, "False", "the last offset is the end of the last bag"},
    {"padding_idx", kIndex, "None", kPaddingDoc},
    kDeviceParameter,
    kDtypeParameter,
};

constexpr std::string_view kAttributes =
    "reset_parameters, from_pretrained, _fill_padding_idx_with_zero";

constexpr ModuleType kTypes[] = {
    {.signature = {"Embedding", kEmbeddingParameters,
                   "Rows of a table by number. Parameter: weight (num_embeddings, embedding_dim)."},
     .hidden = "_weight, _freeze",
     .rules = {.settle = settle,
               .build = build,
               .reset = reset,
               .build_draws = true,
               .show = show,
               .attributes = kAttributes,
               .no_attributes = "_weight, _freeze",
               .forward = forward}},
    {.signature = {"EmbeddingBag", kBagParameters,
                   "Sums, means or maxima of rows of a table. Parameter: weight (num_embeddings, "
                   "embedding_dim)."},
     .hidden = "sparse, _weight, include_last_offset",
     .rules = {.settle = settle,
               .build = build,
               .reset = reset,
               .build_draws = true,
               .show = show,
               .attributes = kAttributes,
               .no_attributes = "_weight"}},
};

}  // namespace

constinit const ModuleFamily kEmbeddingFamily = kTypes;

}  // namespace duramen::nn
