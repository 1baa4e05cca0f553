#include "nn/origin.hpp"

#include <algorithm>
#include <cstring>

#include "base/text.hpp"
#include "kernels/copy.hpp"
#include "nn/evaluate.hpp"

namespace duramen::nn {
namespace {

using spec::Expression;
using spec::Form;

Tensor* tensor_of(const Expression& value) noexcept {
  const bool is_tensor = value.form == Form::object && value.object->tag() == Tensor::kTag;
  return is_tensor ? static_cast<Tensor*>(value.object.get()) : nullptr;
}

std::string dtype_text(const BuildContext& build, const Expression& value) {
  const Dtype dtype =
      value.form == Form::none ? build.context.default_dtype() : dtype_from_name(value.text);
  return join("torch.", dtype_name(dtype));
}

// The arguments of a call, one after the other.
class ArgumentText {
 public:
  ArgumentText(const BuildContext& build, const spec::Signature& signature,
               const spec::Arguments& arguments)
      : build_(build), arguments_(arguments) {
    for (const spec::Parameter& parameter : signature.parameters) add(parameter);
  }

  std::string take() { return std::move(text_); }
  bool complete() const noexcept { return complete_; }

 private:
  void add(const spec::Parameter& parameter);
  void add_variadic(const spec::Parameter& parameter);
  void append(const spec::Parameter& parameter, std::string_view value) {
    if (!text_.empty()) text_ += ", ";
    positional_ = positional_ && parameter.fallback.empty() && !parameter.keyword_only;
    if (!positional_) text_ += join(parameter.name, "=");
    text_ += value;
  }

  const BuildContext& build_;
  const spec::Arguments& arguments_;
  std::string text_;
  bool positional_ = true;
  bool complete_ = true;
};

void ArgumentText::add_variadic(const spec::Parameter& parameter) {
  const auto& given = arguments_.variadic();
  if (parameter.keyword_only) return;  // accepted and ignored
  if (std::any_of(given.begin(), given.end(), [](auto* item) { return holds_object(*item); })) {
    complete_ = false;
    return;
  }
  for (const Expression* item : given) {
    if (!text_.empty()) text_ += ", ";
    text_ += spec::format(*item);
  }
}

void ArgumentText::add(const spec::Parameter& parameter) {
  if (parameter.variadic) return add_variadic(parameter);
  const Expression& value = arguments_[parameter.name];
  if (parameter.name == "device") return;
  if (parameter.name == "dtype") return append(parameter, dtype_text(build_, value));
  if (!arguments_.given(parameter.name)) return;
  if (const Tensor* tensor = tensor_of(value)) return append(parameter, tensor_text(*tensor));
  // A module stands among the children, also where the text that is read had it there.
  const bool is_child =
      value.form == Form::none && parameter.fallback.empty() && !arguments_.call().children.empty();
  if (holds_object(value) || is_child) {
    complete_ = complete_ && is_child;
    positional_ = false;
    return;
  }
  const bool is_word = value.form == Form::name && (parameter.kinds & spec::kText);
  const std::string text = is_word ? format_quoted(value.text) : spec::format(value);
  if (text != parameter.fallback) append(parameter, text);
}

// FNV-1a.
class Digest {
 public:
  void add(std::string_view text) noexcept {
    add(text.size());
    for (const char c : text) add_byte(static_cast<uint8_t>(c));
  }
  void add(uint64_t number) noexcept {
    for (int shift = 0; shift < 64; shift += 8) add_byte(static_cast<uint8_t>(number >> shift));
  }
  void add(const Tensor* tensor) noexcept {
    add(uint64_t{tensor != nullptr});
    if (!tensor) return;
    add(static_cast<uint64_t>(tensor->dtype()));
    add(uint64_t{tensor->is_parameter()});
    add(tensor->rank());
    for (const int64_t size : tensor->shape()) add(static_cast<uint64_t>(size));
  }
  uint64_t value() const noexcept { return std::max<uint64_t>(value_, 1); }

 private:
  void add_byte(uint8_t byte) noexcept { value_ = (value_ ^ byte) * 0x100000001b3u; }

  uint64_t value_ = 0xcbf29ce484222325u;
};

int64_t integer_of(const Tensor& tensor) {
  int64_t value = 0;
  const size_t bits = dtype_info(tensor.dtype()).bits;
  std::memcpy(&value, tensor.bytes(), bits / 8);
  if (dtype_info(tensor.dtype()).kind != DtypeKind::signed_integer || bits == 64) return value;
  return value << (64 - bits) >> (64 - bits);
}

// Empty where there is no such literal.
std::string number_text(const Tensor& tensor) {
  const Dtype dtype = tensor.dtype();
  if (is_complex(dtype)) return "";
  if (is_integral(dtype)) {
    const int64_t value = integer_of(tensor);
    return dtype == Dtype::uint64 && value < 0 ? "" : std::to_string(value);
  }
  const double value = kernels::read_double(tensor.bytes(), dtype);
  return dtype == Dtype::boolean ? value != 0 ? "True" : "False" : format_float(value);
}

}  // namespace

std::string tensor_text(const Tensor& tensor) {
  const std::string dtype = join("dtype=torch.", dtype_name(tensor.dtype()));
  const bool is_value = tensor.rank() == 0 && dtype_info(tensor.dtype()).kind != DtypeKind::opaque;
  const std::string number = is_value ? number_text(tensor) : std::string();
  if (!number.empty()) return join("tensor(", number, ", ", dtype, ")");
  return join("zeros(", format_tuple(tensor.shape()), ", ", dtype, ")");
}

uint64_t slots_of(const Module& module) {
  Digest digest;
  for (const auto* map : {&module.parameters(), &module.buffers()}) {
    digest.add(map->size());
    for (const auto& [name, tensor] : *map) {
      digest.add(name);
      digest.add(tensor.get());
      digest.add(uint64_t{map == &module.buffers() && module.is_persistent(name)});
    }
  }
  return digest.value();
}

uint64_t flags_of(const Module& module) {
  Digest digest;
  bool all = true;
  for (const auto& [name, tensor] : module.parameters()) {
    if (!tensor || tensor->requires_grad() || !can_require_grad(tensor->dtype())) continue;
    digest.add(name);
    all = false;
  }
  return all ? 0 : digest.value();
}

uint64_t plain_of(const Module& module) {
  Digest digest;
  for (const auto& [name, tensor] : module.plain_attributes()) {
    digest.add(name);
    digest.add(tensor.get());
  }
  return module.plain_attributes().empty() ? 0 : digest.value();
}

std::string arguments_text(const BuildContext& build, const spec::Signature& signature,
                           const spec::Arguments& arguments) {
  return ArgumentText(build, signature, arguments).take();
}

bool is_as_made(const Module& module) {
  const Origin* origin = origin_of(module);
  return origin && origin->flags == 0 && origin->slots == slots_of(module) &&
         origin->plain == plain_of(module);
}

OriginRenewal::OriginRenewal(Module& module) : module_(module) {
  const Origin* origin = origin_of(module);
  if (origin) origin_ = make<Origin>(origin->arguments, 0, 0, 0);
}

void OriginRenewal::commit(bool known) noexcept {
  if (!origin_) return;
  if (known) {
    origin_->slots = slots_of(module_);
    origin_->plain = plain_of(module_);
  }
  module_.set_origin(std::move(origin_));
}

void set_origin(Module& module, const BuildContext& build, const spec::Signature& signature,
                const spec::Arguments& arguments) {
  ArgumentText text(build, signature, arguments);
  const bool is_known = text.complete() || slots_of(module) == slots_of(*make<Module>());
  const uint64_t slots = is_known ? slots_of(module) : 0;
  module.set_origin(make<Origin>(text.take(), slots, flags_of(module), plain_of(module)));
}

const Origin* origin_of(const Module& module) noexcept {
  return static_cast<const Origin*>(module.origin());
}

}  // namespace duramen::nn
