#include "io/pickle_machine.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "io/file_error.hpp"

namespace duramen::io::pickle {
namespace {

constexpr size_t kNodesOfOpcode = 3;  // INST: a name, a tuple, an object
constexpr uint8_t kHighestProtocol = 5;

}  // namespace

Graph read(std::span<const std::byte> bytes, const Place& place, Budget& budget) {
  size_t length = 0;
  Graph graph = read_first(bytes, place, budget, length);
  if (length == bytes.size()) return graph;
  throw file_error(Code::corrupt, {place.file, "pickle", place.entry, place.base + length - 1},
                   "bytes after the end of the pickle");
}

Graph read_first(std::span<const std::byte> bytes, const Place& place, Budget& budget,
                 size_t& length) {
  Machine machine(bytes, place, budget);
  Graph graph = machine.run();
  length = machine.position();
  return graph;
}

std::optional<uint64_t> offset_of(std::span<const std::byte> bytes, const Place& place, Id id) {
  if (id <= kEmptyTuple) return std::nullopt;
  const CancelFlag never;
  Budget budget(place.file, UINT64_MAX, never);
  return Machine(bytes, place, budget).offset_of(id);
}

Machine::Machine(std::span<const std::byte> bytes, const Place& place, Budget& budget)
    : place_(place), budget_(budget), bytes_(bytes), cursor_(bytes) {
  if (bytes.size() > UINT32_MAX) {
    throw file_error(Code::limit, {place_.file, "pickle", place_.entry, {}},
                     "the pickle is too large (expected less than 4 GiB)");
  }
  // A tensor takes about 90 bytes and 9 nodes. Room beyond that is not touched, and where one file
  // after the other is opened, so large a block keeps malloc from giving the heap back in between.
  constexpr size_t kMostAtFirst = size_t{1} << 20;
  budget_.make_room(graph_.nodes_, std::min(bytes.size() / 4, kMostAtFirst) + kEmptyTuple + 1 +
                                       kNodesOfOpcode * kOpcodesAtOnce);
  budget_.make_room(graph_.links_, std::min(bytes.size() / 6, kMostAtFirst) + 16);
  // Made once and shared: None, the small integers, the truth values, the empty tuple.
  graph_.nodes_.emplace_back();
  for (int64_t i = 0; i < kSmallIntegers; ++i) new_node(Kind::integer).integer = i;
  new_node(Kind::boolean).integer = 0;
  new_node(Kind::boolean).integer = 1;
  new_node(Kind::tuple);
}

Graph Machine::run() {
  for (bool more = true; more;) {
    make_room_for(kOpcodesAtOnce);
    for (size_t i = 0; more && i < kOpcodesAtOnce; ++i) more = step();
  }
  if (stack_.size() != 1 || !marks_.empty()) fail("the pickle does not end with one value");
  graph_.root = stack_.back();
  return std::move(graph_);
}

uint64_t Machine::offset_of(Id id) {
  by_opcode_ = true;
  do {
    make_room_for(1);
  } while (step() && graph_.nodes_.size() <= id);
  return offset();
}

void Machine::make_room_for(size_t opcodes) {
  budget_.make_room(graph_.nodes_, kNodesOfOpcode * opcodes);
  budget_.make_room(graph_.objects_, opcodes);
  budget_.make_room(graph_.chunks_, opcodes);
  budget_.make_room(stack_, opcodes);
  budget_.make_room(marks_, opcodes);
}

void Machine::fail(std::string_view what) const {
  throw file_error(Code::corrupt, {place_.file, "pickle", place_.entry, offset()}, what);
}
void Machine::fail_unsupported(std::string_view what) const {
  throw file_error(Code::unsupported, {place_.file, "pickle", place_.entry, offset()}, what);
}

// long: one flat switch over the opcodes
bool Machine::step(uint8_t opcode) {
  switch (opcode) {
    case '.':
      return false;
    case '(':
      if (!by_opcode_ && tensor_record()) break;
      marks_.push_back(stack_.size());
      break;
    case '0': {
      // POP takes a mark off when nothing lies above it.
      if (!marks_.empty() && marks_.back() == stack_.size()) {
        marks_.pop_back();
      } else {
        pop();
      }
      break;
    }
    case '1':
      drop_to_mark();
      break;
    case '2':
      push(top());
      break;
    case 'N':
      push(kNone);
      break;
    case 'J':
      push_integer(take_number<int32_t>());
      break;
    case 'K':
      push_integer(take_number<uint8_t>());
      break;
    case 'M':
      push_integer(take_number<uint16_t>());
      break;
    case 'G':
      push_real(std::bit_cast<double>(__builtin_bswap64(take_number<uint64_t>())));
      break;
    case 'X':
      push_text(take(take_number<uint32_t>()));
      break;
    case 'T':
      push_python2_string(take(take_number<uint32_t>()));
      break;
    case 'U':
      push_python2_string(take(take_number<uint8_t>()));
      break;
    case 'B':
      push_text(take(take_number<uint32_t>()), Kind::bytes);
      break;
    case 'C':
      push_text(take(take_number<uint8_t>()), Kind::bytes);
      break;
    case ')':
      push(kEmptyTuple);
      break;
    case ']':
      push_new(Kind::list);
      break;
    case '}':
      push_new(Kind::dict);
      break;
    case 't':
      replace_marked(make_tuple(above_mark()));
      break;
    case 'q':
      remember(take_number<uint8_t>());
      break;
    case 'r':
      remember(take_number<uint32_t>());
      break;
    case 'h':
      recall(take_number<uint8_t>());
      break;
    case 'j':
      recall(take_number<uint32_t>());
      break;
    case 'c':
      global_from_lines();
      break;
    case 'R':
      reduce(false);
      break;
    case 'b':
      build();
      break;
    case 'Q':
      persistent();
      break;
    case 'a': {
      const Id item = pop();
      append_to(top(), std::span(&item, 1));
      break;
    }
    case 's': {
      const Id value = pop();
      const Id key = pop();
      const Id pair[] = {key, value};
      set_items(top(), pair);
      break;
    }
    case 'e':
      append_to(below_mark(), above_mark());
      drop_to_mark();
      break;
    case 'u':
      set_items(below_mark(), above_mark());
      drop_to_mark();
      break;
    default:
      opcode < 0x80 ? step_protocol_0(opcode) : step_protocol_2(opcode);
  }
  return true;
}

// What only old files use: numbers and texts as lines.
void Machine::step_protocol_0(uint8_t opcode) {
  switch (opcode) {
    case 'I': {
      const std::string_view line = take_line();
      if (line == "00" || line == "01") return push_boolean(line == "01");
      return push_decimal(line);
    }
    case 'L': {
      std::string_view line = take_line();
      if (line.ends_with('L')) line.remove_suffix(1);
      return push_decimal(line);
    }
    case 'F': {
      const auto value = parse_float(take_line());
      if (!value) fail("not a number");
      return push_real(*value);
    }
    case 'S':
      return push_python2_string(keep(decode_string_literal(take_line())));
    case 'V':
      return push_text(keep(decode_raw_unicode(take_line())));
    case 'P':
      fail_unsupported("persistent ids as text are not supported");
    case 'l':
      return replace_marked(make_collection(Kind::list, above_mark()));
    case 'd': {
      if (above_mark().size() % 2 != 0) fail("a dict with a key without a value");
      return replace_marked(make_collection(Kind::dict, above_mark()));
    }
    case 'g':
      return recall(decimal_line());
    case 'p':
      return remember(decimal_line());
    case 'i':
      return instance_from_lines();
    case 'o':
      return instance_from_mark();
    default:
      fail(join("unknown opcode ", opcode));
  }
}

void Machine::step_protocol_2(uint8_t opcode) {
  switch (opcode) {
    case 0x80:
      if (take_number<uint8_t>() > kHighestProtocol) fail_unsupported("unknown pickle protocol");
      return;
    case 0x81:
      return reduce(false);  // NEWOBJ: cls.__new__(cls, *args)
    case 0x85:
      return tuple_of_last(1);
    case 0x86:
      return tuple_of_last(2);
    case 0x87:
      return tuple_of_last(3);
    case 0x88:
      return push_boolean(true);
    case 0x89:
      return push_boolean(false);
    case 0x8a:
      return push_long(take(take_number<uint8_t>()));
    case 0x8b:
      return push_long(take(take_number<uint32_t>()));
    case 0x8c:
      return push_text(take(take_number<uint8_t>()));
    case 0x8d:
      return push_text(take(take_number<uint64_t>()));
    case 0x8e:
      return push_text(take(take_number<uint64_t>()), Kind::bytes);
    case 0x8f:
      return push_new(Kind::set);
    case 0x90:
      if (graph_.kind(below_mark()) != Kind::set) fail("ADDITEMS to what is not a set");
      extend(below_mark(), above_mark());
      return drop_to_mark();
    case 0x91:
      return replace_marked(make_collection(Kind::frozenset, above_mark()));
    case 0x92:
      return reduce(true);
    case 0x93:
      return global_from_stack();
    case 0x94:
      return remember(memoized_);
    case 0x95:
      return void(take_number<uint64_t>());  // a frame's length says nothing to us
    case 0x96:
      return push_text(take(take_number<uint64_t>()), Kind::bytes);
    case 0x82:
    case 0x83:
    case 0x84:
    case 0x97:
    case 0x98:
      fail_unsupported("extension codes and outside buffers are not supported");
    default:
      fail(join("unknown opcode ", opcode));
  }
}

}  // namespace duramen::io::pickle
