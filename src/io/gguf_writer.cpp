#include <algorithm>
#include <bit>
#include <charconv>

#include "base/checked.hpp"
#include "base/text.hpp"
#include "io/file_error.hpp"
#include "io/gguf.hpp"
#include "io/gguf_types.hpp"
#include "io/record.hpp"
#include "io/saving.hpp"
#include "io/sharing.hpp"

namespace duramen::io {
namespace {

using namespace gguf;

constexpr uint64_t kMaxAlignment = uint64_t{1} << 20;

struct Item {
  std::string_view name;
  const TensorType* type;
  Shape shape;
  const Tensor* elements;
};

class Writer {
 public:
  Writer(const Services& services, const StateDict& dict, Output& out)
      : services_(services), dict_(dict), out_(out) {}

  void write() {
    collect();
    refuse_sharing(dict_, out_.name(), "save gguf");
    Record start;
    start.text("GGUF").u32(kVersion).u64(items_.size()).u64(value_count_).text(values_.bytes());
    uint64_t total = 0;
    uint64_t offset = 0;
    for (const Item& item : items_) {
      put_info(start, item, offset);
      const auto nbytes = static_cast<uint64_t>(item.elements->nbytes());
      total += nbytes;
      offset += padded(nbytes);
    }
    start.fill(padded(start.bytes().size()) - start.bytes().size(), '\0');
    out_.begin(start.bytes().size() + offset);
    out_.write(start.bytes());
    Saving saving(services_, total);
    for (const Item& item : items_) {
      saving.tensor(*item.elements, [&](std::span<const std::byte> bytes) { out_.write(bytes); });
      const auto nbytes = static_cast<uint64_t>(item.elements->nbytes());
      out_.write(std::string(padded(nbytes) - nbytes, '\0'));
    }
    saving.end();
  }

 private:
  Error refuse(std::string_view name, std::string_view what, Code code = Code::unsupported) const {
    return file_error(code, {out_.name(), "save gguf", name, {}}, what);
  }
  uint64_t padded(uint64_t offset) const noexcept {
    return (offset + alignment_ - 1) & ~(alignment_ - 1);
  }

  void collect() {
    const auto& entries = dict_.entries();
    std::vector<std::string_view> names;
    for (size_t i = 0; i < entries.size();) {
      const auto& [name, entry] = entries[i];
      if (entry.tensor) {
        add_tensor(name, *entry.tensor);
      } else if (entry.value && entry.value->kind() == ValueKind::opaque) {
        add_blocks(name, *entry.value);
      } else if (const size_t count = items_of_list(i)) {
        std::vector<ValueRef> list;
        for (size_t k = i; k < i + count; ++k) list.push_back(entries[k].value.value);
        const auto key = std::string_view(name).substr(0, name.size() - 2);
        add_value(key, *Value::list(std::move(list)));
        names.push_back(key);
        i += count;
        continue;
      } else {
        add_value(name, entry.value ? *entry.value : *Value::none());
      }
      names.push_back(name);
      ++i;
    }
    if (const auto twice = find_duplicate(names)) {
      throw refuse(names[*twice], "the name is there as a list and as an entry of its own",
                   Code::invalid_argument);
    }
  }

  // How many entries from `first` on are KEY.0, KEY.1, … of one kind: a list that became a state
  // dict. 0 when none is, or when metadata knows the first as a value of its own.
  size_t items_of_list(size_t first) const {
    const auto& entries = dict_.entries();
    const std::string& name = entries[first].name;
    if (!name.ends_with(".0") || name.size() == 2 || dict_.metadata().contains(type_key(name))) {
      return 0;
    }
    const std::string prefix = name.substr(0, name.size() - 1);
    size_t count = 0;
    for (; first + count < entries.size(); ++count) {
      const auto& [other, entry] = entries[first + count];
      if (!entry.value || other != join(prefix, count)) break;
      if (kind_of(*entry.value) != kind_of(*entries[first].value.value)) return 0;
    }
    return kind_of(*entries[first].value.value) ? count : 0;
  }
  // Of elements that one array may have; null for what no array has.
  static const char* kind_of(const Value& value) noexcept {
    const ValueType type = natural_type(value);
    if (type.is_array) return nullptr;
    switch (type.type) {
      case Type::array:
        return nullptr;
      case Type::boolean:
        return "bool";
      case Type::string:
        return "string";
      case Type::f32:
      case Type::f64:
        return "float";
      default:
        return "integer";
    }
  }
  static std::string type_key(std::string_view name) { return join(kTypePrefix, name); }

  void check_name(std::string_view name, size_t most) const {
    if (name.empty() || name.size() > most || !is_utf8(name) ||
        name.find('\0') != std::string_view::npos) {
      throw refuse(name, join("the format has no place for this name (expected 1 to ", most,
                              " bytes of UTF-8 without a NUL, got ", name.size(), ")"));
    }
  }

  void add_value(std::string_view key, const Value& value) {
    check_name(key, kMaxKey);
    ValueType type = natural_type(value);
    if (const std::string* known = dict_.metadata().find(type_key(key))) {
      const ValueType wanted = parse_value_type(*known);
      if (wanted.type != Type::array && fits(value, wanted)) type = wanted;
    }
    if (type.type == Type::array) {
      throw refuse(key,
                   join("the format has no place for this value (expected a number of 64 bits, "
                        "a bool, a text, or a list of one kind of them, got ",
                        value_kind_name(value.kind()), ")"));
    }
    if (key == kAlignmentKey) set_alignment(value, type);
    ++value_count_;
    values_.u64(key.size()).text(key);
    if (type.is_array) {
      values_.u32(static_cast<uint32_t>(Type::array));
      values_.u32(static_cast<uint32_t>(type.type)).u64(value.count());
      for (const ValueRef& item : value.items()) put(*item, type.type);
    } else {
      values_.u32(static_cast<uint32_t>(type.type));
      put(value, type.type);
    }
  }

  void set_alignment(const Value& value, ValueType type) {
    const auto alignment = static_cast<uint64_t>(value.as_integer());
    if (type != ValueType{false, Type::u32} || !std::has_single_bit(alignment) ||
        alignment > kMaxAlignment) {
      throw refuse(kAlignmentKey, join("expected a power of two up to ", kMaxAlignment),
                   Code::invalid_argument);
    }
    alignment_ = alignment;
  }

  void put(const Value& value, Type type) {
    if (type == Type::string) {
      values_.u64(value.as_text().size()).text(value.as_text());
      return;
    }
    auto bits = static_cast<uint64_t>(value.as_integer());
    if (type == Type::f32) {
      bits = std::bit_cast<uint32_t>(static_cast<float>(value.as_real()));
    } else if (type == Type::f64) {
      bits = std::bit_cast<uint64_t>(value.as_real());
    } else if (value.kind() == ValueKind::big_integer) {
      const std::string_view digits = value.as_text();
      std::from_chars(digits.data(), digits.data() + digits.size(), bits);
    }
    const auto* bytes = reinterpret_cast<const char*>(&bits);
    values_.text({bytes, least_bytes(type)});
  }

  void add_tensor(const std::string& name, const Tensor& tensor) {
    check_name(name, kMaxTensorName);
    const TensorType* type = find_tensor_type(tensor.dtype());
    if (!type) {
      const auto dtype = dtype_name(tensor.dtype());
      throw refuse(name, join("the format has no dtype ", dtype))
          .with("actual", std::string(dtype));
    }
    if (tensor.rank() > kMaxRank) {
      throw refuse(name, join("too many dimensions (expected at most ", kMaxRank, ", got ",
                              tensor.rank(), ")"));
    }
    items_.push_back({name, type, tensor.shape(), &tensor});
  }

  // A quantised tensor as read_gguf gives it.
  void add_blocks(const std::string& name, const Value& value) {
    check_name(name, kMaxTensorName);
    const std::string_view cls = value.as_text();
    const TensorType* type =
        cls.starts_with(kClassPrefix) ? find_tensor_type(cls.substr(kClassPrefix.size())) : nullptr;
    Item item{name, type, {}, nullptr};
    if (!type || value.count() != 2 || !take_blocks(value, item)) {
      throw refuse(name, join("the format holds tensors and plain values (got an object of class ",
                              format_quoted(printable(cls)), ")"));
    }
    items_.push_back(std::move(item));
  }
  static bool take_blocks(const Value& value, Item& item) {
    const Value& shape = *value.item(0);
    item.elements = value.item(1)->as_tensor();
    if (shape.kind() != ValueKind::tuple || shape.count() == 0 || shape.count() > kMaxRank) {
      return false;
    }
    int64_t numel = 1;
    for (const ValueRef& size : shape.items()) {
      if (size->kind() != ValueKind::integer || size->as_integer() < 0 ||
          mul_overflows(numel, size->as_integer(), &numel)) {
        return false;
      }
      item.shape.push_back(size->as_integer());
    }
    const Tensor* bytes = item.elements;
    return bytes && bytes->dtype() == Dtype::uint8 && bytes->nbytes() % item.type->nbytes == 0 &&
           item.shape.back() % item.type->elements == 0 &&
           numel / item.type->elements == bytes->nbytes() / item.type->nbytes;
  }

  static void put_info(Record& out, const Item& item, uint64_t offset) {
    out.u64(item.name.size()).text(item.name).u32(item.shape.size());
    for (size_t i = item.shape.size(); i-- > 0;) out.u64(static_cast<uint64_t>(item.shape[i]));
    out.u32(item.type->number).u64(offset);
  }

  const Services& services_;
  const StateDict& dict_;
  Output& out_;
  uint64_t alignment_ = kDefaultAlignment;
  uint64_t value_count_ = 0;
  Record values_;
  std::vector<Item> items_;
};

}  // namespace

void write_gguf(const Services& services, const StateDict& dict, Output& out,
                const SaveOptions& /*options*/) {
  Writer(services, dict, out).write();
}

}  // namespace duramen::io
