#include <algorithm>
#include <charconv>

#include "base/text.hpp"
#include "io/big_integer.hpp"
#include "io/pickle_machine.hpp"

namespace duramen::io::pickle {
namespace {

constexpr size_t kMaxDecimalDigits = 4300;  // Python's own limit

// Python's pickler writes surrogates that have no partner as if they were characters.
bool is_utf8_but_for_surrogates(std::string_view text) {
  std::string without;
  for (size_t i = 0; i < text.size();) {
    const bool surrogate =
        text[i] == '\xED' && i + 2 < text.size() && static_cast<uint8_t>(text[i + 1]) >= 0xA0 &&
        static_cast<uint8_t>(text[i + 1]) <= 0xBF && (text[i + 2] & 0xC0) == 0x80;
    if (!surrogate) without += text[i];
    i += surrogate ? 3 : 1;
  }
  return is_utf8(without);
}

}  // namespace

// Python 3's names for what protocol 2 spells as Python 2 did.
std::string Graph::full_name(Id id) const {
  std::string_view in = module(id);
  if (in == "__builtin__") in = "builtins";
  if (in == "copy_reg") in = "copyreg";
  std::string full;  // of exactly its length: objects keep it
  full.reserve(in.size() + 1 + name(id).size());
  return full.append(in).append(".").append(name(id));
}

std::string_view Machine::take(uint64_t count) {
  const auto bytes = count > cursor_.remaining() ? std::nullopt : cursor_.take(count);
  if (!bytes)
    fail(join("the pickle is cut off (expected ", count, " more bytes, got ", cursor_.remaining(),
              ")"));
  return {reinterpret_cast<const char*>(bytes->data()), bytes->size()};
}

std::string_view Machine::take_line() {
  const auto bytes = cursor_.take_until(std::byte{'\n'});
  if (!bytes) fail("a line without an end");
  return {reinterpret_cast<const char*>(bytes->data()), bytes->size()};
}

void Machine::check_text(std::string_view text) const {
  if (!is_ascii(text)) check_utf8(text);
}

void Machine::check_utf8(std::string_view text) const {
  if (is_utf8(text)) return;
  if (is_utf8_but_for_surrogates(text)) {
    fail_unsupported("a text holds half of a surrogate pair, which is not supported");
  }
  fail("a text is not UTF-8");
}

void Machine::push_real(double value) {
  new_node(Kind::real).real = value;
  push(last());
}
void Machine::push_text(std::string_view text, Kind kind) {
  if (kind == Kind::text) check_text(text);
  Node& node = new_node(kind);
  node.text = text.data();
  node.length = static_cast<uint32_t>(text.size());
  push(last());
}

// Python 2's str: text when it can be, as PyTorch reads it.
void Machine::push_python2_string(std::string_view text) {
  push_text(text, is_ascii(text) || is_utf8(text) ? Kind::text : Kind::bytes);
}

std::string_view Machine::keep(std::optional<std::string> decoded) {
  if (!decoded) fail("a text with a wrong escape");
  budget_.charge(sizeof(std::string) + decoded->size());
  return graph_.made_texts_.emplace_back(std::move(*decoded));
}

// Little-endian two's complement of any length.
void Machine::push_long(std::string_view bytes) {
  bytes = shortest_integer(bytes);
  if (bytes.size() > 8) return push_text(bytes, Kind::big_integer);
  uint64_t value = 0;
  for (size_t i = 0; i < bytes.size(); ++i) {
    value |= uint64_t{static_cast<uint8_t>(bytes[i])} << (8 * i);
  }
  const bool negative = !bytes.empty() && (static_cast<uint8_t>(bytes.back()) & 0x80);
  if (negative && bytes.size() < 8) value |= ~uint64_t{0} << (8 * bytes.size());
  push_integer(static_cast<int64_t>(value));
}

void Machine::push_decimal(std::string_view digits) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (end != digits.data() + digits.size()) fail("not an integer");
  if (error == std::errc::result_out_of_range) {
    // The time, in nanoseconds.
    budget_.charge(std::min(digits.size(), kMaxDecimalDigits) * digits.size() / 8);
    auto bytes = little_endian_of(digits);
    if (!bytes) fail("an integer with too many digits");
    return push_text(keep(std::move(bytes)), Kind::big_integer);
  }
  if (error != std::errc()) fail("not an integer");
  push_integer(value);
}

void Machine::push_global(std::string_view joined, size_t module_length) {
  check_text(joined);
  // Every object of a class names it again: a name of a megabyte would be multiplied.
  constexpr size_t kMaxNameLength = 512;
  if (joined.size() > kMaxNameLength) {
    fail(join("the name of a class is too long (expected at most ", kMaxNameLength, " bytes, got ",
              joined.size(), ")"));
  }
  const std::string_view module = joined.substr(0, module_length);
  const std::string_view name = joined.substr(module_length + 1);
  if (runs_code(module, name)) {
    fail_unsupported(join("the pickle names ", printable(module), ".", printable(name),
                          ", whose only use is to run code: refused"));
  }
  Node& node = new_node(Kind::global);
  node.symbol = symbol_of(module, name);
  node.text = joined.data();
  node.length = static_cast<uint32_t>(joined.size());
  node.module_length = static_cast<uint32_t>(module_length);
  push(last());
}

Id Machine::make_object(Id callee, Id arguments) {
  new_node(Kind::object).at.first = static_cast<uint32_t>(graph_.objects_.size());
  graph_.objects_.push_back({callee, arguments, kNone, kNone});
  return last();
}

Id Machine::make_tuple(std::span<const Id> items, Kind kind) {
  budget_.make_room(graph_.links_, items.size());
  Node& node = new_node(kind);
  node.length = static_cast<uint32_t>(items.size());
  node.at.first = static_cast<uint32_t>(graph_.links_.size());
  for (const Id item : items) graph_.links_.push_back(item);  // few
  return last();
}

Id Machine::make_collection(Kind kind, std::span<const Id> items) {
  new_node(kind);
  const Id id = last();
  extend(id, items);
  return id;
}

void Machine::tuple_of_last(size_t count) {
  if (stack_.size() - floor() < count) fail("too few values on the stack");
  const Id id = make_tuple(std::span<const Id>(stack_).last(count));
  stack_.resize(stack_.size() - count);
  push(id);
}

std::span<const Id> Machine::above_mark() const {
  if (marks_.empty()) fail("no mark on the stack");
  return std::span<const Id>(stack_).subspan(marks_.back());
}

Id Machine::below_mark() const {
  if (marks_.empty()) fail("no mark on the stack");
  const size_t next_floor = marks_.size() > 1 ? marks_[marks_.size() - 2] : 0;
  if (marks_.back() <= next_floor) fail("too few values on the stack");
  return stack_[marks_.back() - 1];
}

void Machine::drop_to_mark() {
  if (marks_.empty()) fail("no mark on the stack");
  stack_.resize(marks_.back());
  marks_.pop_back();
}

void Machine::replace_marked(Id id) {
  drop_to_mark();
  push(id);
}

void Machine::extend(Id container, std::span<const Id> items) {
  if (items.empty()) return;
  budget_.make_room(graph_.links_, items.size());
  const auto chunk = static_cast<uint32_t>(graph_.chunks_.size());
  graph_.chunks_.push_back(
      {static_cast<uint32_t>(graph_.links_.size()), static_cast<uint32_t>(items.size()), 0});
  graph_.links_.insert(graph_.links_.end(), items.begin(), items.end());
  Node& node = graph_.nodes_[container];
  if (node.at.first == 0) {
    node.at.first = chunk;
  } else {
    graph_.chunks_[node.at.last].next = chunk;
  }
  node.at.last = chunk;
  node.length += static_cast<uint32_t>(items.size());
}

// What a list or dict subclass holds goes into a container node of its own.
Id Machine::items_of_object(Id object, Kind kind) {
  const uint32_t index = graph_.nodes_[object].at.first;
  Id items = graph_.objects_[index].items;
  if (items == kNone) {
    new_node(kind);
    items = graph_.objects_[index].items = last();
  }
  if (graph_.kind(items) != kind) fail("an object that is a list and a dict");
  return items;
}

void Machine::append_to(Id container, std::span<const Id> items) {
  const Kind kind = graph_.kind(container);
  if (kind != Kind::list && kind != Kind::object) fail("APPEND to what is not a list");
  extend(kind == Kind::list ? container : items_of_object(container, Kind::list), items);
}

void Machine::set_items(Id container, std::span<const Id> pairs) {
  const Kind kind = graph_.kind(container);
  if (kind != Kind::dict && kind != Kind::object) fail("SETITEM on what is not a dict");
  if (pairs.size() % 2 != 0) fail("SETITEMS with a key without a value");
  extend(kind == Kind::dict ? container : items_of_object(container, Kind::dict), pairs);
}

// Picklers count up; a key beyond the size of the pickle is a lie.
void Machine::remember(uint64_t key) {
  const Id id = top();
  if (key > cursor_.position() + cursor_.remaining()) fail("a memo key that is too large");
  make_memo_for(key + 1);
  put(key, id);
}

void Machine::make_memo_for(uint64_t keys) {
  if (keys <= memo_.size()) return;
  const size_t size = std::max<size_t>(keys, memo_.size() * 2);
  budget_.make_room(memo_, size - memo_.size());
  memo_.resize(size, kEmpty);
}

void Machine::recall(uint64_t key) {
  if (key >= memo_.size() || memo_[key] == kEmpty) fail("the memo has no such key");
  push(memo_[key]);
}

uint64_t Machine::decimal_line() {
  const auto number = parse_int(take_line());
  if (!number || *number < 0) fail("not a memo key");
  return static_cast<uint64_t>(*number);
}

}  // namespace duramen::io::pickle
