// The record of a tensor as torch.save writes it, read in one go: 28 opcodes of which only the
// numbers differ. What is otherwise in the least is left to the opcodes one by one, and so is every
// error; the graph is the same.
#include <array>
#include <cstring>

#include "base/text.hpp"
#include "io/pickle_machine.hpp"

// So that where the reader stands is kept in a register.
#define DURAMEN_INLINE [[gnu::always_inline]] inline

namespace duramen::io::pickle {
namespace {

constexpr size_t kMostSizes = 8;
// Of one record, without those of the sizes and strides.
constexpr size_t kNodes = 10;
constexpr size_t kLinks = 12;

struct Sizes {
  std::array<int32_t, kMostSizes> values;
  size_t count = 0;
};

}  // namespace

// (('storage', class, "key", location, numel), offset, sizes, strides, requires_grad, hooks): the
// numbers, and the memo keys of what is named again.
struct Machine::TensorRecord {
  uint32_t word = 0;
  uint32_t storage_class = 0;
  std::string_view key;
  uint32_t location = 0;
  int32_t numel = 0;
  int32_t offset = 0;
  Sizes sizes;
  Sizes strides;
  bool requires_grad = false;
  uint32_t ordered_dict = 0;
  uint32_t first_memo = 0;  // its parts are put under this key and the next ones
  static constexpr size_t kMemoized = 7;
};

namespace {

// Each reads what it is named after, or is false.
class RecordReader {
 public:
  explicit RecordReader(std::span<const std::byte> bytes) noexcept
      : start_(bytes.data()), at_(start_), end_(at_ + bytes.size()) {}
  size_t taken() const noexcept { return static_cast<size_t>(at_ - start_); }

  DURAMEN_INLINE bool opcode(uint8_t expected) noexcept { return next() == expected; }
  DURAMEN_INLINE bool get(uint32_t& key) noexcept { return memo_key('h', 'j', key); }
  DURAMEN_INLINE bool first_put(uint32_t& key) noexcept {
    const bool found = memo_key('q', 'r', key);
    put_ = key;
    return found;
  }
  DURAMEN_INLINE bool put() noexcept {
    uint32_t key = 0;
    return memo_key('q', 'r', key) && key == ++put_;
  }
  DURAMEN_INLINE bool text(std::string_view& text) noexcept {
    uint32_t length = 0;
    if (!opcode('X') || !number<uint32_t>(length) || length > remaining()) return false;
    text = {reinterpret_cast<const char*>(at_), length};
    at_ += length;
    return true;
  }
  DURAMEN_INLINE bool integer(int32_t& value) noexcept { return integer(next(), value); }
  // A tuple of 1 to 3 has an opcode of its own, a longer one begins with a mark.
  DURAMEN_INLINE bool sizes(Sizes& sizes) noexcept {
    uint8_t kind = next();
    const bool has_mark = kind == '(';
    if (has_mark) kind = next();
    while (sizes.count < kMostSizes && integer(kind, sizes.values[sizes.count])) {
      ++sizes.count;
      kind = next();
    }
    if (has_mark) return sizes.count > 0 && kind == 't';
    return sizes.count >= 1 && sizes.count <= 3 && kind == 0x84 + sizes.count;
  }
  DURAMEN_INLINE bool boolean(bool& value) noexcept {
    const uint8_t kind = next();
    value = kind == 0x88;
    return value || kind == 0x89;
  }

 private:
  // 0, which is no opcode, at the end.
  DURAMEN_INLINE uint8_t next() noexcept {
    return at_ == end_ ? uint8_t{0} : static_cast<uint8_t>(*at_++);
  }
  template <class T>
  DURAMEN_INLINE bool number(auto& value) noexcept {
    if (remaining() < sizeof(T)) return false;
    T found;
    std::memcpy(&found, at_, sizeof(T));
    at_ += sizeof(T);
    value = found;
    return true;
  }
  size_t remaining() const noexcept { return static_cast<size_t>(end_ - at_); }
  DURAMEN_INLINE bool memo_key(uint8_t narrow, uint8_t wide, uint32_t& key) noexcept {
    const uint8_t kind = next();
    if (kind == wide) return number<uint32_t>(key);
    return kind == narrow && number<uint8_t>(key);
  }
  DURAMEN_INLINE bool integer(uint8_t kind, int32_t& value) noexcept {
    if (kind == 'K') return number<uint8_t>(value);
    if (kind == 'M') return number<uint16_t>(value);
    return kind == 'J' && number<int32_t>(value);
  }

  const std::byte* start_;
  const std::byte* at_;
  const std::byte* end_;
  uint32_t put_ = 0;  // the memo key before
};

}  // namespace

// The nodes of one record, made at the end of the graph in the opcodes' order: every node has the
// number that it would have had. Requires: room.
class Machine::Parts {
 public:
  Parts(Graph& graph, size_t sizes)
      : graph_(graph), nodes_(graph.nodes_.size()), links_(graph.links_.size()) {
    graph.nodes_.resize(nodes_ + kNodes + sizes);
    graph.links_.resize(links_ + kLinks + sizes);
  }
  ~Parts() {
    graph_.nodes_.resize(nodes_);
    graph_.links_.resize(links_);
  }
  Parts(const Parts&) = delete;
  Parts& operator=(const Parts&) = delete;

  Id text(std::string_view text) noexcept {
    Node& node = add(Kind::text);
    node.text = text.data();
    node.length = static_cast<uint32_t>(text.size());
    return last();
  }
  Id integer(int32_t value) noexcept {
    if (value >= 0 && value < kSmallIntegers) return kFirstInteger + static_cast<Id>(value);
    add(Kind::integer).integer = value;
    return last();
  }
  template <class... Ids>
  Id tuple(Kind kind, Ids... items) noexcept {
    (link(items), ...);
    return tuple_of_last(kind, sizeof...(items));
  }
  Id tuple(const Sizes& sizes) noexcept {
    for (size_t i = 0; i < sizes.count; ++i) link(integer(sizes.values[i]));
    return tuple_of_last(Kind::tuple, sizes.count);
  }
  Id object(Id callee, Id arguments) noexcept {
    add(Kind::object).at.first = static_cast<uint32_t>(graph_.objects_.size());
    graph_.objects_.push_back({callee, arguments, kNone, kNone});
    return last();
  }

 private:
  Node& add(Kind kind) noexcept {
    Node& node = graph_.nodes_[nodes_++];
    node.kind = kind;
    return node;
  }
  Id last() const noexcept { return static_cast<Id>(nodes_ - 1); }
  void link(Id id) noexcept { graph_.links_[links_++] = id; }
  Id tuple_of_last(Kind kind, size_t links) noexcept {
    Node& node = add(kind);
    node.length = static_cast<uint32_t>(links);
    node.at.first = static_cast<uint32_t>(links_ - links);
    return last();
  }

  Graph& graph_;
  size_t nodes_;
  size_t links_;
};

bool Machine::tensor_record() {
  TensorRecord record;
  RecordReader reader(bytes_.subspan(cursor_.position()));
  const bool is_record =
      reader.opcode('(') && reader.get(record.word) && reader.get(record.storage_class) &&
      reader.text(record.key) && reader.first_put(record.first_memo) &&
      reader.get(record.location) && reader.integer(record.numel) && reader.opcode('t') &&
      reader.put() && reader.opcode('Q') && reader.integer(record.offset) &&
      reader.sizes(record.sizes) && reader.put() && reader.sizes(record.strides) && reader.put() &&
      reader.boolean(record.requires_grad) && reader.get(record.ordered_dict) &&
      reader.opcode(')') && reader.opcode('R') && reader.put() && reader.opcode('t') &&
      reader.put() && reader.opcode('R') && reader.put();
  if (!is_record || !is_sound(record)) return false;
  make_tensor(record);
  return cursor_.seek(cursor_.position() + reader.taken());
}

bool Machine::is_sound(const TensorRecord& record) const noexcept {
  const auto is_known = [&](uint32_t key) {
    return key < record.first_memo && key < memo_.size() && memo_[key] != kEmpty;
  };
  const auto can_be_called = [this](Id id) {
    return graph_.kind(id) == Kind::global || graph_.kind(id) == Kind::object;
  };
  return is_known(record.word) && is_known(record.storage_class) && is_known(record.location) &&
         is_known(record.ordered_dict) && can_be_called(memo_[record.ordered_dict]) &&
         stack_.size() > floor() && can_be_called(stack_.back()) && is_ascii(record.key) &&
         uint64_t{record.first_memo} + record.kMemoized <= cursor_.position();
}

void Machine::make_tensor(const TensorRecord& record) {
  budget_.make_room(graph_.links_, kLinks + 2 * kMostSizes);
  make_room_for(kNodes + 2 * kMostSizes + kOpcodesAtOnce);
  make_memo_for(record.first_memo + record.kMemoized);
  Parts parts(graph_, record.sizes.count + record.strides.count);
  const Id key = parts.text(record.key);
  const Id numel = parts.integer(record.numel);
  const Id id = parts.tuple(Kind::tuple, memo_[record.word], memo_[record.storage_class], key,
                            memo_[record.location], numel);
  const Id storage = parts.tuple(Kind::persistent, id);
  const Id offset = parts.integer(record.offset);
  const Id sizes = parts.tuple(record.sizes);
  const Id strides = parts.tuple(record.strides);
  const Id hooks = parts.object(memo_[record.ordered_dict], kEmptyTuple);
  const Id arguments =
      parts.tuple(Kind::tuple, storage, offset, sizes, strides, truth(record.requires_grad), hooks);
  const Id tensor = parts.object(stack_.back(), arguments);
  stack_.back() = tensor;
  size_t memo = record.first_memo;
  for (const Id made : {key, id, sizes, strides, hooks, arguments, tensor}) put(memo++, made);
}

}  // namespace duramen::io::pickle
