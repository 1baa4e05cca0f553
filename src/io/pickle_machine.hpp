// The stack machine of pickle: one opcode at a time over a bounded cursor. Every operand's kind and
// every count is checked; what cannot be is CORRUPT with the byte where it stands.
#pragma once

#include "base/cursor.hpp"
#include "io/pickle.hpp"

namespace duramen::io::pickle {

// Nodes that every graph begins with, after kNone.
inline constexpr int64_t kSmallIntegers = 256;
inline constexpr Id kFirstInteger = 1;
inline constexpr Id kFalse = kFirstInteger + kSmallIntegers;
inline constexpr Id kEmptyTuple = kFalse + 2;
inline constexpr Id kEmpty = UINT32_MAX;  // in the memo: nothing was put there
inline constexpr size_t kOpcodesAtOnce = 256;

class Machine {
 public:
  Machine(std::span<const std::byte> bytes, const Place& place, Budget& budget);
  Graph run();
  size_t position() const noexcept { return cursor_.position(); }
  uint64_t offset() const noexcept { return place_.base + opcode_at_; }
  // Where the node is made.
  uint64_t offset_of(Id id);

 private:
  [[noreturn, gnu::cold]] void fail(std::string_view what) const;
  [[noreturn]] void fail_unsupported(std::string_view what) const;

  // Room for what the next opcodes make, apart from links and texts.
  void make_room_for(size_t opcodes);
  bool step() {
    opcode_at_ = cursor_.position();
    return step(take_number<uint8_t>());
  }
  // Opcodes. False after STOP.
  bool step(uint8_t opcode);
  void step_protocol_0(uint8_t opcode);
  void step_protocol_2(uint8_t opcode);

  // Operands
  std::string_view take(uint64_t count);
  template <class T>
  T take_number() {
    const auto number = cursor_.number<T>();
    if (!number) [[unlikely]]
      fail("the pickle is cut off");
    return *number;
  }
  std::string_view take_line();
  void check_text(std::string_view text) const;
  [[gnu::cold]] void check_utf8(std::string_view text) const;

  // Nodes
  Node& new_node(Kind kind) {
    Node& node = graph_.nodes_.emplace_back();
    node.kind = kind;
    return node;
  }
  Id last() const noexcept { return static_cast<Id>(graph_.nodes_.size() - 1); }
  void push(Id id) { stack_.push_back(id); }
  void push_new(Kind kind) {
    new_node(kind);
    push(last());
  }
  void push_integer(int64_t value) {
    if (value >= 0 && value < kSmallIntegers) return push(kFirstInteger + static_cast<Id>(value));
    new_node(Kind::integer).integer = value;
    push(last());
  }
  void push_real(double value);
  static Id truth(bool value) noexcept { return kFalse + static_cast<Id>(value); }
  void push_boolean(bool value) { push(truth(value)); }
  void push_text(std::string_view text, Kind kind = Kind::text);
  void push_python2_string(std::string_view text);
  std::string_view keep(std::optional<std::string> decoded);
  void push_long(std::string_view bytes);
  void push_decimal(std::string_view digits);
  void push_global(std::string_view joined, size_t module_length);
  Id make_object(Id callee, Id arguments);
  Id make_tuple(std::span<const Id> items, Kind kind = Kind::tuple);
  Id make_collection(Kind kind, std::span<const Id> items);
  void tuple_of_last(size_t count);

  // The stack
  size_t floor() const noexcept { return marks_.empty() ? 0 : marks_.back(); }
  Id pop() {
    const Id id = top();
    stack_.pop_back();
    return id;
  }
  Id top() const {
    if (stack_.size() <= floor()) [[unlikely]]
      fail("too few values on the stack");
    return stack_.back();
  }
  std::span<const Id> above_mark() const;
  Id below_mark() const;
  void drop_to_mark();
  void replace_marked(Id id);
  void append_to(Id container, std::span<const Id> items);
  void set_items(Id container, std::span<const Id> pairs);
  void extend(Id container, std::span<const Id> items);
  Id items_of_object(Id object, Kind kind);

  // The memo
  void remember(uint64_t key);
  void make_memo_for(uint64_t keys);
  // Requires: the memo has the key.
  void put(uint64_t key, Id id) {
    memoized_ += memo_[key] == kEmpty;
    memo_[key] = id;
  }
  void recall(uint64_t key);
  uint64_t decimal_line();

  void global_from_lines();
  void global_from_stack();
  void instance_from_lines();
  void instance_from_mark();
  void reduce(bool with_keywords);
  void build();
  void persistent();

  // pickle_records.cpp: all of a tensor's record after its first mark; false, and nothing done,
  // where something else stands.
  struct TensorRecord;
  class Parts;
  bool tensor_record();
  bool is_sound(const TensorRecord& record) const noexcept;
  void make_tensor(const TensorRecord& record);

  Place place_;
  Budget& budget_;
  std::span<const std::byte> bytes_;
  Cursor cursor_;
  size_t opcode_at_ = 0;
  Graph graph_;
  std::vector<Id> stack_;
  std::vector<size_t> marks_;
  std::vector<Id> memo_;  // kEmpty where nothing was put
  size_t memoized_ = 0;
  bool by_opcode_ = false;  // each by itself, since where it stands is asked
};

// Texts as protocol 0 spells them; nothing when the spelling is wrong.
std::optional<std::string> decode_string_literal(std::string_view line);  // 'it\'s'
std::optional<std::string> decode_raw_unicode(std::string_view line);     // caf\xe9 \u20ac

}  // namespace duramen::io::pickle
