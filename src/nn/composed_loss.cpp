// The losses that have children.
#include <cmath>

#include "base/checked.hpp"
#include "nn/evaluate.hpp"
#include "nn/layer_rules.hpp"
#include "nn/loss.hpp"
#include "nn/python_order.hpp"
#include "nn/python_values.hpp"

namespace duramen::nn {
namespace {

using spec::Expression;
using spec::Form;

constexpr spec::Kinds kCount = spec::kInt | spec::kAny;
constexpr spec::Kinds kNumber = spec::kReal | spec::kAny;
constexpr spec::Kinds kFlag = spec::kTruth | spec::kAny;

Expression integer_at(const Expression& where, int64_t value) {
  Expression out;
  out.form = Form::integer;
  out.column = where.column;
  out.integer = value;
  return out;
}

Expression boolean_at(const Expression& where, bool value) {
  Expression out;
  out.form = Form::boolean;
  out.column = where.column;
  out.boolean = value;
  return out;
}

ModuleRef made_linear(const BuildContext& build, const spec::Arguments& arguments,
                      const Expression& in, const Expression& out, const Expression& bias) {
  return made_module(build, "Linear",
                     {{"in_features", in},
                      {"out_features", out},
                      {"bias", bias},
                      {"device", arguments["device"]},
                      {"dtype", arguments["dtype"]}});
}

// ---- AdaptiveLogSoftmaxWithLoss ----

// left < right, of numbers or texts.
bool is_less(const Expression& left, const Expression& right) {
  if (is_number(left) && is_number(right)) return spec::real_of(left) < spec::real_of(right);
  if (left.form == Form::text && right.form == Form::text) return left.text < right.text;
  throw spec::error_at(left, Code::invalid_argument,
                       join("'<' not supported between instances of '", type_name(left), "' and '",
                            type_name(right), "'"))
      .with("torch_error", "TypeError");
}

// Whether they are whole, positive, in their order and below n_classes.
bool are_cutoffs(const spec::Arguments& arguments, const std::vector<Expression>& items) {
  const Expression& classes = arguments["n_classes"];
  bool is_sorted = true, is_unique = true;
  for (size_t i = 1; i < items.size(); ++i) {
    is_sorted = !is_less(items[i], items[i - 1]) && is_sorted;
    is_unique = is_less(items[i - 1], items[i]) && is_unique;
  }
  if (!is_sorted || holds(items[0], Order::less_equal, 0)) return false;
  if (!is_number(classes)) {
    throw argument_error(
        arguments, "n_classes", "TypeError",
        join("unsupported operand type(s) for -: '", type_name(classes), "' and 'int'"));
  }
  if (spec::real_of(items.back()) > spec::real_of(classes) - 1) return false;
  return is_unique && std::all_of(items.begin(), items.end(), [](const Expression& item) {
           return spec::real_of(item) == std::floor(spec::real_of(item));
         });
}

// "cutoffs" becomes a list that ends with n_classes.
void settle_adaptive(Settings& settings, const spec::Arguments& arguments) {
  const Expression &given = arguments["cutoffs"], &classes = arguments["n_classes"];
  Expression cutoffs = given;
  std::optional<std::vector<Expression>> items = iterated(given);
  if (!items) {
    throw argument_error(arguments, "cutoffs", "TypeError",
                         join("'", type_name(given), "' object is not iterable"));
  }
  if (items->empty()) {
    throw argument_error(arguments, "cutoffs", "ValueError",
                         "cutoffs should be a sequence of length larger than 0");
  }
  if (!are_cutoffs(arguments, *items)) {
    throw argument_error(arguments, "cutoffs", "ValueError",
                         "cutoffs should be a sequence of unique, positive integers sorted in an "
                         "increasing order, where each value is between 1 and n_classes-1");
  }
  cutoffs.form = Form::list;
  cutoffs.items = *std::move(items);
  cutoffs.items.push_back(classes);
  settings.set("cutoffs", cutoffs);
}

// int(in_features // div_value ** power)
Expression projected_size(const spec::Arguments& arguments, size_t power) {
  const Expression &in = arguments["in_features"], &base = arguments["div_value"];
  if (!is_number(base) && base.form != Form::complex) {
    throw argument_error(
        arguments, "div_value", "TypeError",
        join("unsupported operand type(s) for ** or pow(): '", type_name(base), "' and 'int'"));
  }
  if (base.form == Form::complex) return floor_divided(in, base);  // refused there
  Expression divisor = base;
  const double exact = std::pow(spec::real_of(base), static_cast<double>(power));
  const bool is_int = base.form != Form::real && std::abs(exact) < 0x1p53;
  divisor.form = is_int ? Form::integer : Form::real;
  divisor.integer = is_int ? static_cast<int64_t>(exact) : 0;
  divisor.real = exact;
  Expression size = floor_divided(in, divisor);
  if (size.form != Form::real) return size;
  if (std::isnan(size.real)) {
    throw argument_error(arguments, "div_value", "ValueError",
                         "cannot convert float NaN to integer");
  }
  if (std::isinf(size.real)) {
    throw argument_error(arguments, "div_value", "OverflowError",
                         "cannot convert float infinity to integer");
  }
  if (std::abs(size.real) >= 0x1p63) {
    throw argument_error(arguments, "div_value", "TypeError",
                         "empty(): argument 'size' failed to unpack the object at pos 1 with error "
                         "\"Overflow when unpacking long long\"");
  }
  return integer_at(in, static_cast<int64_t>(size.real));
}

Expression difference(const Expression& left, const Expression& right) {
  if (left.form != Form::real && right.form != Form::real) {
    return integer_at(left, spec::integer_of(left) - spec::integer_of(right));
  }
  Expression out = left;
  out.form = Form::real;
  out.real = spec::real_of(left) - spec::real_of(right);
  return out;
}

void build_adaptive(Layer& layer, const BuildContext& build, const spec::Arguments& arguments) {
  const auto cutoffs = layer.settings().items("cutoffs");
  const Expression &in = arguments["in_features"], &first = cutoffs[0];
  const auto clusters = static_cast<int64_t>(cutoffs.size()) - 1;
  const Expression head_size = difference(first, integer_at(first, -clusters));
  const Expression none = boolean_at(in, false);
  layer.put_child("head", made_linear(build, arguments, in, head_size, arguments["head_bias"]));
  const ModuleRef tail = made_module(build, "ModuleList", {});
  layer.put_child("tail", tail);
  for (size_t i = 1; i < cutoffs.size(); ++i) {
    const Expression hidden = projected_size(arguments, i);
    const Expression size = difference(cutoffs[i], cutoffs[i - 1]);
    const ModuleRef projection = made_module(build, "Sequential", {});
    projection->put_child("0", made_linear(build, arguments, in, hidden, none));
    projection->put_child("1", made_linear(build, arguments, hidden, size, none));
    tail->put_child(std::to_string(i - 1), projection);
  }
}

void reset_adaptive(Layer& layer, Context& context) {
  const ModuleRef* head = layer.children().find("head");
  if (head && *head) (*head)->reset_parameters(context);
  const ModuleRef* tail = layer.children().find("tail");
  if (!tail || !*tail) return;
  for (const auto& [index, projection] : (*tail)->children()) {
    for (const auto& [name, linear] : projection->children()) linear->reset_parameters(context);
  }
}

constexpr spec::Parameter kAdaptiveParameters[] = {
    {"in_features", kCount, "", "size of each input row"},
    {"n_classes", kCount, "", "how many classes there are"},
    {"cutoffs", spec::kInts | spec::kAny, "", "where the clusters begin behind the head"},
    {"div_value", kNumber, "4.0", "what each cluster's inner size is divided by"},
    {"head_bias", kFlag, "False", "adds a learned bias to the head"},
    kDeviceParameter,
    kDtypeParameter,
};

// ---- LinearCrossEntropyLoss ----

void settle_linear_cross_entropy(Settings&, const spec::Arguments& arguments) {
  const Expression& weight = arguments["weight"];
  const bool is_tensor = weight.form == Form::object && !module_of(weight);
  if (weight.form != Form::none && !is_tensor) {
    throw argument_error(arguments, "weight", "AttributeError",
                         join("'", type_name(weight), "' object has no attribute 'shape'"));
  }
  if (is_tensor) {
    const Shape& shape = static_cast<const Tensor&>(*weight.object).shape();
    const Expression& classes = arguments["num_classes"];
    if (shape.size() != 1 || !is_equal(classes, shape[0])) {
      throw argument_error(arguments, "weight", "RuntimeError",
                           join("expected weight shape to be (", spec::format(classes), ",), got ",
                                format_tuple(shape)));
    }
  }
  const Expression& smoothing = arguments["label_smoothing"];
  if (holds(smoothing, Order::less, 0) || holds(smoothing, Order::greater, 1)) {
    throw argument_error(
        arguments, "label_smoothing", "RuntimeError",
        join("expected label_smoothing to be in range [0, 1], got ", spec::printed(smoothing)));
  }
}

bool is_sequence(const Expression& value) noexcept {
  return value.form == Form::text || value.form == Form::list || value.form == Form::tuple;
}

// left * right, as far as its type goes where it is no number.
Expression product(const Expression& left, const Expression& right) {
  const auto type_error = [&](std::string_view message) {
    return spec::error_at(right, Code::invalid_argument, message).with("torch_error", "TypeError");
  };
  Expression out = left;
  if (is_number(left) && is_number(right)) {
    const bool is_real = left.form == Form::real || right.form == Form::real;
    out.form = is_real ? Form::real : Form::integer;
    out.real = spec::real_of(left) * spec::real_of(right);
    if (is_real) return out;
    if (!mul_overflows(spec::integer_of(left), spec::integer_of(right), &out.integer)) return out;
    throw type_error(
        "empty(): argument 'size' failed to unpack the object at pos 1 with error "
        "\"Overflow when unpacking long long\"");
  }
  const Expression& sequence = is_sequence(left) ? left : right;
  const Expression& count = is_sequence(left) ? right : left;
  if (!is_sequence(sequence)) {
    throw type_error(join("unsupported operand type(s) for *: '", type_name(left), "' and '",
                          type_name(right), "'"));
  }
  if (!is_number(count) || count.form == Form::real) {
    throw type_error(join("can't multiply sequence by non-int of type '", type_name(count), "'"));
  }
  return sequence;
}

// math.prod(out_features, start=num_classes)
Expression product_of(const spec::Arguments& arguments) {
  const Expression& given = arguments["out_features"];
  const std::optional<std::vector<Expression>> factors = iterated(given);
  if (!factors) {
    throw argument_error(arguments, "out_features", "TypeError",
                         join("'", type_name(given), "' object is not iterable"));
  }
  Expression out = arguments["num_classes"];
  for (const Expression& factor : *factors) out = product(out, factor);
  return out;
}

void build_linear_cross_entropy(Layer& layer, const BuildContext& build,
                                const spec::Arguments& arguments) {
  const bool is_weighted = !arguments.is_none("weight");
  layer.put_buffer("weight", is_weighted ? build.tensor(arguments["weight"]) : TensorRef());
  layer.put_child("linear", made_linear(build, arguments, arguments["in_features"],
                                        product_of(arguments), arguments["bias"]));
}

std::string show_linear_cross_entropy(const Layer& layer) {
  const ModuleRef* linear = layer.children().find("linear");
  const bool has_bias = linear && *linear && held((*linear)->parameters(), "bias");
  return join(filled_repr("in_features={in_features}, num_classes={num_classes}, "
                          "out_features={out_features}, bias=",
                          layer),
              python_bool(has_bias),
              filled_repr(", reduction={reduction}, ignore_index={ignore_index}, "
                          "label_smoothing={label_smoothing}, options={options}",
                          layer));
}

constexpr spec::Parameter kLinearCrossEntropyParameters[] = {
    {"in_features", kCount, "", "size of each input row"},
    {"num_classes", kCount, "", "how many classes there are"},
    {"out_features", spec::kInts | spec::kAny, "()", "further dimensions of the scores", true},
    {"bias", kFlag, "False", "adds a learned bias", true},
    {"device", spec::kNone | spec::kText, "None", kDeviceDoc, true},
    {"dtype", spec::kNone | spec::kDtype, "None", kDtypeDoc, true},
    {"reduction", spec::kText | spec::kAny, "'mean'", "'mean', 'sum' or 'none'", true},
    {"weight", spec::kTensor | spec::kNone | spec::kAny, "None",
     "a weight for each class; a saved buffer", true},
    {"ignore_index", spec::kInt | spec::kNone | spec::kAny, "None", "a target that does not count",
     true},
    {"label_smoothing", kNumber, "0.0", "share of the target spread over all classes", true},
    {"options", spec::kAny, "None", "kept only: how PyTorch splits the work", true},
};

// ---- TripletMarginWithDistanceLoss ----

void settle_triplet(Settings&, const spec::Arguments& arguments) { check_margin(arguments); }

// A module is a child; a function, here a name, is kept only.
void build_triplet(Layer& layer, const BuildContext& build, const spec::Arguments& arguments) {
  const Expression& distance = arguments["distance_function"];
  if (distance.form == Form::none) {
    layer.put_child("distance_function", made_module(build, "PairwiseDistance", {}));
  } else if (module_of(distance)) {
    layer.put_child("distance_function", build.module(distance));
  }
}

constexpr spec::Parameter kTripletParameters[] = {
    {"distance_function", spec::kModule | spec::kNone | spec::kAny, "None",
     "a module, which becomes a child, or the name of a function; None: PairwiseDistance()", true},
    {"margin", kNumber, "1.0", "how far apart is far enough", true},
    {"swap", kFlag, "False",
     "takes the distance of positive and negative where it is the smaller one", true},
    {"reduction", spec::kText | spec::kAny, "'mean'", "'mean', 'sum' or 'none'", true},
};

constexpr ModuleType kTypes[] = {
    {.signature = {"AdaptiveLogSoftmaxWithLoss", kAdaptiveParameters,
                   "Softmax over many classes, the rare ones in clusters. Children: head, tail "
                   "(for each cluster two Linear)."},
     .hidden = "in_features, n_classes, cutoffs",
     .rules = {.settle = settle_adaptive,
               .build = build_adaptive,
               .reset = reset_adaptive,
               .build_draws = true,
               .attributes = "shortlist_size, n_clusters, head_size, reset_parameters, log_prob, "
                             "predict, _get_full_log_prob",
               .no_attributes = "__constants__"}},
    {.signature = {"LinearCrossEntropyLoss", kLinearCrossEntropyParameters,
                   "A Linear and the cross entropy of its scores. Child: linear; buffer: weight, "
                   "when given."},
     .hidden = "weight",
     .rules = {.settle = settle_linear_cross_entropy,
               .build = build_linear_cross_entropy,
               .show = show_linear_cross_entropy,
               .no_attributes = "bias, in_features, weight"}},
    {.signature = {"TripletMarginWithDistanceLoss", kTripletParameters,
                   "TripletMarginLoss with a distance of one's own. Child: distance_function, "
                   "unless it is a function."},
     .hidden = "margin, swap, reduction",
     .rules = {.settle = settle_triplet, .build = build_triplet}},
};

}  // namespace

constinit const ModuleFamily kComposedLossFamily = kTypes;

}  // namespace duramen::nn
