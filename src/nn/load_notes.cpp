#include "nn/load_notes.hpp"

#include "base/text.hpp"

namespace duramen::nn {
namespace {

using Item = LoadReport::Item;
using Kind = LoadReport::Kind;

bool is_line(const Item& item) noexcept {
  const bool tells = item.kind == Kind::shape_mismatch || item.kind == Kind::dtype_mismatch ||
                     item.kind == Kind::not_a_tensor || item.kind == Kind::failed;
  return tells && !item.text.empty();
}

bool is_of(const Item& item, Kind kind) noexcept {
  return kind == Kind::failed ? is_line(item) : item.kind == kind;
}

const std::string& text_of(const Item& item, Kind kind) noexcept {
  return kind == Kind::failed ? item.text : item.name;
}

}  // namespace

std::vector<Item>& LoadNotes::items(Kind kind) const {
  if (!report_) throw Error(Code::state, "load notes: the load is over");
  if (kind == Kind::missing || kind == Kind::unexpected || kind == Kind::failed) {
    return report_->items;
  }
  throw Error(Code::invalid_argument,
              join("load notes: no such kind (expected MISSING, UNEXPECTED or FAILED; got ",
                   static_cast<int32_t>(kind), ")"))
      .with("argument", "kind")
      .with("actual", std::to_string(static_cast<int32_t>(kind)));
}

std::vector<std::string> LoadNotes::texts(Kind kind) const {
  std::vector<std::string> out;
  for (const Item& item : items(kind)) {
    if (is_of(item, kind)) out.push_back(text_of(item, kind));
  }
  return out;
}

void LoadNotes::add(Kind kind, std::string_view text, std::string_view path) {
  std::vector<Item>& all = items(kind);
  Item item;
  item.kind = kind;
  item.name = kind == Kind::failed ? path : text;
  item.verdict = verdict_for(*options_, kind, item.name);
  if (kind == Kind::failed) item.text = printable(text, SIZE_MAX);
  all.push_back(std::move(item));
}

bool LoadNotes::remove(Kind kind, std::string_view text) {
  std::vector<Item>& all = items(kind);
  for (auto item = all.begin(); item != all.end(); ++item) {
    if (!is_of(*item, kind) || text_of(*item, kind) != text) continue;
    all.erase(item);
    return true;
  }
  return false;
}

void LoadNotes::clear(Kind kind) {
  std::erase_if(items(kind), [kind](const Item& item) { return is_of(item, kind); });
}

}  // namespace duramen::nn
