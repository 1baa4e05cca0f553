#include "base/text.hpp"
#include "io/file_error.hpp"
#include "io/torch_values.hpp"

namespace duramen::io {

using pickle::Id;
using pickle::Kind;

namespace {

constexpr size_t kMaxPath = 1000;

}  // namespace

void ValueBuilder::fail(std::string_view what, Code code) const {
  failing_ = true;
  const std::string entry = path();
  const pickle::Place& place = container_.place();
  const auto offset = pickle::offset_of(container_.pickle(), place, current_);
  const Spot spot{place.file, "torch file", entry.empty() ? place.entry : entry, offset};
  const bool names_pickle = entry.empty() || !offset;
  throw file_error(code, spot,
                   names_pickle ? std::string(what) : join(what, ", in '", place.entry, "'"));
}

// "state.0.exp_avg": the keys of the containers that were entered, down to the current node.
std::string ValueBuilder::path() const {
  std::string path;
  Id above = pickle::kNone;
  Id container = graph_.root;
  const auto go_to = [&](Id child) {
    if (child == container || path.size() > kMaxPath) return;
    const bool is_call =
        graph_.kind(above) == Kind::object && graph_.object(above).arguments == container;
    const auto step = is_call ? std::nullopt : step_to(container, child);
    if (step) path += (path.empty() ? "" : ".") + *step;
    above = std::exchange(container, child);
  };
  for (const Pending& pending : pending_) {
    if (pending.children_done) go_to(pending.id);
  }
  go_to(current_);
  return path;
}

// The key or position of a child; nothing where it is a key itself, or a part of an object.
std::optional<std::string> ValueBuilder::step_to(Id container, Id child) const {
  if (graph_.kind(container) == Kind::object) {
    std::optional<std::string> member;
    if (is_module(container)) {
      each_member(container, [&](Role, std::string_view name, Id item) {
        if (!member && item == child) member = printable(name);
      });
      return member;
    }
    container = graph_.object(container).items;
  }
  const bool is_dict = graph_.kind(container) == Kind::dict;
  std::optional<std::string> step;
  size_t position = 0;
  Id key = pickle::kNone;
  each_child(container, [&](Id item) {
    const bool is_key = is_dict && position % 2 == 0;
    if (is_key) key = item;
    if (!step && !is_key && item == child) step = is_dict ? name_of(key) : std::to_string(position);
    ++position;
  });
  return step;
}

std::string ValueBuilder::name_of(Id key) const {
  if (graph_.is_integer(key)) return std::to_string(graph_[key].integer);
  return graph_.kind(key) == Kind::text ? printable(graph_.text(key)) : "?";
}

}  // namespace duramen::io
