#include "nn/parameter_containers.hpp"

#include "nn/evaluate.hpp"
#include "nn/layer.hpp"
#include "nn/torch_names.hpp"

namespace duramen::nn {
namespace {

using spec::Expression;
using spec::Form;

Error content_error(const Expression& where, std::string_view message,
                    const char* torch_error = "TypeError") {
  return spec::error_at(where, Code::invalid_argument, message).with("torch_error", torch_error);
}

Tensor* tensor_of(const Expression& value) noexcept {
  const bool is_tensor = value.form == Form::object && value.object->tag() == Tensor::kTag;
  return is_tensor ? static_cast<Tensor*>(value.object.get()) : nullptr;
}

Expression object_expression(Ref<Counted> object, std::string text) {
  Expression out;
  out.form = Form::object;
  out.text = std::move(text);
  out.object = std::move(object);
  return out;
}

// A bare name is a dtype or a class; any other is defined nowhere.
std::string python_type(const Expression& value) {
  if (value.form != Form::name) return type_name(value);
  return dtype_from_name(value.text) == Dtype::invalid ? "type" : "dtype";
}

Error no_key(const Module& module, const std::vector<std::string>& known, std::string_view key) {
  Error error(Code::not_found, join(module.class_name(), ": no entry '", printable(key, 60), "'"));
  error.with("torch_error", "KeyError").with("argument", "key");
  const std::vector<std::string_view> candidates(known.begin(), known.end());
  const std::string_view nearest = nearest_word(key, candidates);
  if (!nearest.empty()) error.with("nearest", std::string(nearest));
  return error;
}

void check_name(const Expression& value) {
  if (value.form != Form::name || dtype_from_name(value.text) != Dtype::invalid ||
      module_types().find(value.text)) {
    return;
  }
  throw content_error(value, join("name '", printable(value.text, 60), "' is not defined"),
                      "NameError");
}

}  // namespace

void ParameterContainer::put(std::string_view key, const Expression& value) {
  check_name(value);
  if (has_attribute(key) && !has_entry(key)) {  // which it would hide
    throw Error(Code::already_exists,
                join("assign: attribute '", printable(key, 60), "' already exists"))
        .with("torch_error", "KeyError")
        .with("argument", "key");
  }
  Tensor* const tensor = tensor_of(value);
  Module* const module = module_of(value);
  const bool added = !values_.contains(key);
  if (added) values_.append(std::string(key), Expression());
  try {
    Expression kept = tensor || module ? Expression() : value;
    if (tensor) {
      assign(key, tensor->is_parameter() ? TensorRef(tensor) : make_parameter(*tensor, true));
    } else if (module) {
      assign(key, ModuleRef(module));
    } else {
      put_plain(key, value);
    }
    values_.set(key, std::move(kept));  // a hook may have taken the key out
  } catch (...) {
    if (added) values_.erase(key);
    throw;
  }
}

void ParameterContainer::put_plain(std::string_view key, const Expression& value) {
  const bool parameter = parameters().contains(key);
  if (value.form != Form::none && (parameter || children().contains(key))) {
    throw content_error(value,
                        join("cannot assign '", python_type(value), "' as ",
                             parameter ? "parameter '" : "child module '", printable(key, 60),
                             parameter ? "' (torch.nn.Parameter or None expected)"
                                       : "' (torch.nn.Module or None expected)"));
  }
  assign(key, TensorRef());  // the name is taken
}

void ParameterContainer::put_all(const OrderedMap<Expression>& entries) {
  const Ref<ParameterContainer> saved = copy();
  saved->copy_entries(
      *this, [](const TensorRef& tensor) { return tensor; },
      [](const ModuleRef& module) { return module; });
  try {
    for (const auto& [key, value] : entries) put(key, value);
  } catch (...) {
    take_entries(*saved);
    values_ = std::move(saved->values_);
    throw;
  }
}

void ParameterContainer::check_key(std::string_view key) const {
  const std::vector<std::string> known = keys();
  if (std::find(known.begin(), known.end(), key) == known.end()) throw no_key(*this, known, key);
}

void ParameterContainer::erase(std::string_view key) {
  check_key(key);
  remove(key);
  values_.erase(key);
}

void ParameterContainer::clear() {
  for (const std::string& key : keys()) erase(key);
}

bool ParameterContainer::has_entry(std::string_view key) const {
  return parameters().contains(key) || buffers().contains(key) || children().contains(key) ||
         plain_attributes().contains(key);
}

std::vector<std::string> ParameterContainer::keys() const {
  std::vector<std::string> out;
  for (const auto& entry : values_) {
    if (has_entry(entry.name)) out.push_back(entry.name);
  }
  return out;
}

Expression ParameterContainer::entry(std::string_view key) const {
  for (const Tensors* tensors : {&parameters(), &buffers()}) {
    const TensorRef* found = tensors->find(key);
    if (found) return *found ? object_expression(*found, "Parameter") : Expression();
  }
  if (const ModuleRef* child = children().find(key)) return expression_of(*child, 1);
  if (const TensorRef* plain = plain_attributes().find(key)) {
    if (*plain) return object_expression(*plain, "Tensor");
    if (const Expression* value = values_.find(key)) return *value;
  }
  throw Error(Code::state,
              join("'", class_name(), "' object has no attribute '", printable(key, 60), "'"))
      .with("torch_error", "AttributeError");
}

TensorRef ParameterContainer::forward(Context&, std::span<const TensorRef>) {
  throw Error(Code::unsupported, join("forward: ", class_name(), " should not be called"))
      .with("torch_error", "RuntimeError");
}

ValueRef ParameterContainer::call(Context& context, const Value&, const Value*) {
  return Value::tensor(forward(context, {}));
}

std::string ParameterContainer::described(const Expression& value) const {
  const Tensor* tensor = tensor_of(value);
  if (!tensor) return join("Object of type: ", python_type(value));
  std::string sizes;
  for (const int64_t size : tensor->shape()) sizes += join(sizes.empty() ? "" : "x", size);
  return join(tensor->is_parameter() ? "Parameter" : "Tensor", " containing: [", type_of(*tensor),
              " of size ", sizes, "]");
}

std::string ParameterContainer::extra_repr() const {
  std::string out;
  for (const std::string& key : keys()) {
    out += join(out.empty() ? "" : "\n", "  (", key, "): ", described(entry(key)));
  }
  return out;
}

std::string ParameterList::type_of(const Tensor& tensor) const {
  return join("torch.", dtype_name(tensor.dtype()));
}

std::string ParameterList::key_at(int64_t index) const {
  const auto count = static_cast<int64_t>(keys().size());
  if (index >= -count && index < count) return std::to_string(index < 0 ? index + count : index);
  throw Error(Code::not_found, join(class_name(), ": index ", index, " is out of range"))
      .with("torch_error", "IndexError")
      .with("argument", "index");
}

bool ParameterList::has_attribute(std::string_view name) const {
  return is_one_of(name, {"append", "extend", "_get_abs_string_index", "_size", "__getitem__",
                          "__iadd__", "__iter__", "__len__", "__setitem__"}) ||
         Module::has_attribute(name);
}

std::string ParameterDict::type_of(const Tensor& tensor) const { return torch_typename(tensor); }

bool ParameterDict::has_attribute(std::string_view name) const {
  return is_one_of(name,
                   {"clear",        "copy",         "fromkeys",   "get",          "items",
                    "keys",         "pop",          "popitem",    "setdefault",   "update",
                    "values",       "_key_to_attr", "_keys",      "__contains__", "__delitem__",
                    "__getitem__",  "__ior__",      "__iter__",   "__len__",      "__or__",
                    "__reversed__", "__ror__",      "__setitem__"}) ||
         Module::has_attribute(name);
}

namespace {

// ---- From text

std::string key_of(const Expression& key) {
  if (key.form == Form::text) return key.text;
  throw content_error(
      key, join("Index given to ParameterDict cannot be used as a key as it is not "
                "a string (type is '",
                python_type(key), "'). Open an issue on github if you need non-string keys."));
}

bool is_real(const Expression& value) noexcept {
  return value.form == Form::boolean || value.form == Form::integer || value.form == Form::real;
}

void check_comparable(const std::vector<Expression>& keys) {
  for (size_t i = 1; i < keys.size(); ++i) {
    const bool texts = keys[i].form == Form::text && keys[i - 1].form == Form::text;
    if (texts || (is_real(keys[i]) && is_real(keys[i - 1]))) continue;
    throw content_error(
        keys[i], join("'<' not supported between instances of '", python_type(keys[i]), "' and '",
                      python_type(keys[i - 1]), "'"));
  }
}

// A plain dict comes in the order of its keys, an OrderedDict in its own.
void put_dict(ParameterDict& out, const Expression& dict) {
  OrderedMap<const Expression*> entries;
  if (!is_ordered_dict(dict)) check_comparable(dict.keys);
  for (size_t i = 0; i < dict.items.size(); ++i) {
    entries.set(key_of(dict.keys[i]), &dict.items[i]);
  }
  std::vector<std::string_view> order;
  for (const auto& entry : entries) order.push_back(entry.name);
  if (!is_ordered_dict(dict)) std::sort(order.begin(), order.end());
  for (const std::string_view key : order) out.put(key, **entries.find(key));
}

Error wrong_length(const Expression& item, const std::string& element, int64_t length) {
  return content_error(item, join(element, " has length ", length, "; 2 is required"),
                       "ValueError");
}

// What Python would say of a tensor where a pair is expected.
[[noreturn]] void refuse_tensor(const Expression& item, const std::string& element,
                                const Tensor& tensor) {
  if (tensor.rank() == 0) throw content_error(item, "len() of a 0-d tensor");
  if (tensor.size(0) != 2) throw wrong_length(item, element, tensor.size(0));
  key_of(item);
  throw content_error(item, "a tensor is no pair");
}

void put_pairs(ParameterDict& out, const Expression& pairs) {
  const std::optional<std::vector<Expression>> items = iterated(pairs);
  if (!items) {
    throw content_error(pairs, join("ParametersDict.update should be called with an iterable of "
                                    "key/value pairs, but got ",
                                    type_name(pairs)));
  }
  for (size_t i = 0; i < items->size(); ++i) {
    const std::string element = join("ParameterDict update sequence element #", i);
    const Expression& item = (*items)[i];
    if (const Tensor* tensor = tensor_of(item)) refuse_tensor(item, element, *tensor);
    const std::optional<std::vector<Expression>> pair = iterated(item);
    if (!pair) throw content_error(item, join(element, " should be Iterable; is", type_name(item)));
    if (pair->size() != 2) throw wrong_length(item, element, static_cast<int64_t>(pair->size()));
    out.put(key_of((*pair)[0]), (*pair)[1]);
  }
}

constexpr spec::Parameter kListParameters[] = {
    {"values", spec::kAny, "None",
     "tensors, which become parameters named '0', '1', …; or other "
     "values"}};
constexpr spec::Parameter kDictParameters[] = {
    {"parameters", spec::kAny, "None",
     "a dict or a list of pairs: names and tensors, which become parameters; or other values"}};

ModuleRef create_list(const BuildContext&, const spec::Arguments& arguments) {
  auto out = make<ParameterList>();
  const Expression& values = arguments["values"];
  if (values.form == Form::none) return out;
  const std::optional<std::vector<Expression>> items = iterated(values);
  if (!items) {
    throw content_error(values, join("ParameterList.extend should be called with an iterable, but "
                                     "got ",
                                     type_name(values)));
  }
  for (size_t i = 0; i < items->size(); ++i) out->put(std::to_string(i), (*items)[i]);
  return out;
}

ModuleRef create_dict(const BuildContext&, const spec::Arguments& arguments) {
  auto out = make<ParameterDict>();
  const Expression& given = arguments["parameters"];
  if (given.form == Form::none) return out;
  if (given.form == Form::dict) {
    put_dict(*out, given);
  } else if (const auto* other = dynamic_cast<const ParameterDict*>(module_of(given))) {
    for (const std::string& key : other->keys()) out->put(key, other->entry(key));
  } else {
    put_pairs(*out, given);
  }
  return out;
}

}  // namespace

constinit const ModuleType kParameterListType = {
    {"ParameterList", kListParameters, "Holds parameters by position; has no forward."},
    create_list};
constinit const ModuleType kParameterDictType = {
    {"ParameterDict", kDictParameters, "Holds parameters by name; has no forward."}, create_dict};

}  // namespace duramen::nn
