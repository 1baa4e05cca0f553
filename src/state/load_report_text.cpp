#include "base/text.hpp"
#include "state/load_report.hpp"

namespace duramen {
namespace {

using Kind = LoadReport::Kind;
using Item = LoadReport::Item;

struct Group {
  Kind kind;
  std::string_view title;
};
constexpr Group kGroups[] = {
    {Kind::missing, "missing (in the module, not in the dict)"},
    {Kind::unexpected, "unexpected (in the dict, not in the module)"},
    {Kind::shape_mismatch, "of another shape"},
    {Kind::not_a_tensor, "not a tensor"},
    {Kind::failed, "cannot be copied"},
    {Kind::dtype_mismatch, "of another dtype"},
    {Kind::sliced, "of another shape, copied where both have elements"},
    {Kind::defaulted, "missing, filled by a rule of their class"},
    {Kind::adopted, "taken by a container of an unknown class"},
    {Kind::tied, "tied to an earlier name"},
    {Kind::ignored, "ignored (below a child that is None)"},
    {Kind::renamed, "renamed"},
};

// "[2, 3] float32"; empty for what is no tensor.
std::string tensor_text(const Shape& shape, Dtype dtype) {
  return dtype == Dtype::invalid ? "" : join(format_shape(shape), " ", dtype_name(dtype));
}

// What there is to say about an item beside its name.
std::string explain(const Item& item, bool is_error) {
  switch (item.kind) {
    case Kind::missing:
      return tensor_text(item.expected_shape, item.expected_dtype);
    case Kind::unexpected:
    case Kind::adopted:
    case Kind::ignored:
      return tensor_text(item.actual_shape, item.actual_dtype);
    case Kind::shape_mismatch:
    case Kind::sliced:
      return join("module ", format_shape(item.expected_shape), ", dict ",
                  format_shape(item.actual_shape));
    case Kind::dtype_mismatch:
      return is_error ? join("module ", dtype_name(item.expected_dtype), ", dict ",
                             dtype_name(item.actual_dtype))
                      : join(dtype_name(item.actual_dtype), " becomes ",
                             dtype_name(item.expected_dtype));
    case Kind::not_a_tensor:
    case Kind::failed:
      return item.text;
    case Kind::tied:
      return join("the same tensor as ", printable(item.nearest));
    case Kind::renamed:
      return join("was ", printable(item.origin), ", by ", printable(item.rule));
    case Kind::defaulted:
      break;
  }
  return "";
}

std::string line(const Item& item, bool is_error) {
  std::string out = join("  ", printable(item.name));
  const std::string text = explain(item, is_error);
  if (!text.empty()) out += join(": ", text);
  const bool has_hint = item.kind == Kind::missing || item.kind == Kind::unexpected;
  if (has_hint && !item.nearest.empty()) {
    out += join(" (did you mean ", printable(item.nearest), "?)");
  }
  return out + "\n";
}

}  // namespace

std::string LoadReport::text(size_t most) const {
  std::string out = join("The state dict ", has_errors(errors) ? "does not fit " : "fits ",
                         printable(root_class), "; entries that fit: ", loaded, "\n");
  for (const Group& group : kGroups) {
    const size_t number = count(group.kind);
    size_t allowed = 0;
    size_t shown = 0;
    std::string lines;
    for (const Item& item : items) {
      if (item.kind != group.kind) continue;
      if (!is_error(item)) ++allowed;
      if (shown < most) lines += line(item, is_error(item)), ++shown;
    }
    if (number == 0) continue;
    out += join(number, " ", group.title);
    if (allowed > 0 && allowed < number) out += join(", ", allowed, " of them allowed");
    out += (shown > 0 ? ":\n" : "\n") + lines;
    if (shown > 0 && shown < number) out += join("  and ", number - shown, " more\n");
  }
  if (!suggestion.rule.empty()) {
    out += join("The rename rule ", printable(suggestion.rule), " would make ", suggestion.fitting,
                " more names fit\n");
  }
  return out;
}

}  // namespace duramen
