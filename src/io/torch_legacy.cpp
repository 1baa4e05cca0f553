#include "io/torch_legacy.hpp"

#include <algorithm>

#include "base/checked.hpp"
#include "base/cursor.hpp"
#include "base/name_index.hpp"
#include "base/text.hpp"
#include "io/elements.hpp"
#include "io/file_error.hpp"
#include "io/torch_container.hpp"
#include "io/torch_values.hpp"

namespace duramen::io {

using pickle::Graph;
using pickle::Id;
using pickle::Kind;

namespace {

using namespace std::string_view_literals;

constexpr std::string_view kMagic = "\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19"sv;
constexpr std::string_view kMagicLine = "L119547037146038801333356L\n.";  // protocols 0 and 1
constexpr int64_t kProtocolVersion = 1001;
constexpr size_t kMostOfSmall = 4096;  // bytes of a pickle that says little

class TorchStream final : public TorchContainer {
 public:
  TorchStream(const Services& services, const Ref<const Source>& source, const OpenOptions& options)
      : TorchContainer(services, source, options), cursor_(source->bytes()) {
    id_size_ = 6;
    place_.entry = "object";
  }
  Ref<Checkpoint> read();
  std::span<const std::byte> pickle() override { return pickle_; }

 private:
  struct Part {  // a storage
    std::string_view key;
    Dtype dtype;  // invalid: bytes
    int64_t numel;
    uint64_t nbytes;
    uint64_t begin = 0;  // of the elements; 0: not met yet
  };
  struct View {
    std::string_view key;
    size_t part;
    int64_t first;
    int64_t count;
  };
  Graph next_pickle(std::string_view name, size_t most);
  [[noreturn]] void refuse(std::string_view part, std::string_view what,
                           Code code = Code::corrupt) const {
    throw file_error(code, {file(), "torch file", part, cursor_.position()}, what);
  }
  void read_head();
  bool is_little_endian(const Graph& graph) const;
  void find_storages(const Graph& graph, ValueBuilder& builder);
  void add_storage(const StorageId& id);
  void add_view(std::string_view key, const StorageId& id);
  void read_storage(const Graph& graph, Id key);

  Record record(std::string_view key) override;
  Ref<Storage> make_storage(const Record& record, Dtype dtype) override;
  auto key_of_part() const noexcept {
    return [this](size_t i) { return parts_[i].key; };
  }
  auto key_of_view() const noexcept {
    return [this](size_t i) { return views_[i].key; };
  }

  Cursor cursor_;
  bool little_endian_ = true;
  std::span<const std::byte> pickle_;
  std::vector<Part> parts_;
  std::vector<View> views_;
  NameIndex part_index_;
  NameIndex view_index_;
};

// The pickle at the cursor, which passes it.
Graph TorchStream::next_pickle(std::string_view name, size_t most) {
  const auto rest = source_->bytes().subspan(cursor_.position());
  const pickle::Place place{file(), name, cursor_.position()};
  size_t length = 0;
  Graph graph =
      pickle::read_first(rest.first(std::min(rest.size(), most)), place, value_budget(), length);
  (void)cursor_.take(length);
  return graph;
}

void TorchStream::read_head() {
  const Graph magic = next_pickle("magic number", kMostOfSmall);
  if (magic.kind(magic.root) != Kind::big_integer || magic.text(magic.root) != kMagic) {
    refuse("magic number", "not that of torch.save");
  }
  const Graph version = next_pickle("protocol version", kMostOfSmall);
  if (!version.is_integer(version.root) || version[version.root].integer != kProtocolVersion) {
    refuse("protocol version", join("unknown (expected ", kProtocolVersion, ")"),
           Code::unsupported);
  }
  little_endian_ = is_little_endian(next_pickle("sys_info", kMostOfSmall));
}

bool TorchStream::is_little_endian(const Graph& graph) const {
  if (graph.kind(graph.root) != Kind::dict) refuse("sys_info", "not a dict");
  bool little = true;
  Id key = pickle::kNone;
  bool is_key = true;
  graph.each_item(graph.root, [&](Id item) {
    if (is_key) {
      key = item;
    } else if (graph.kind(key) == Kind::text && graph.text(key) == "little_endian") {
      if (graph.kind(item) != Kind::boolean) refuse("sys_info", "little_endian is not a bool");
      little = graph[item].integer != 0;
    }
    is_key = !is_key;
  });
  return little;
}

Ref<Checkpoint> TorchStream::read() {
  read_head();
  const size_t begin = cursor_.position();
  place_.base = begin;
  const Graph graph = next_pickle(place_.entry, UINT32_MAX);
  pickle_ = source_->bytes().subspan(begin, cursor_.position() - begin);
  const uint64_t most = options_.limits.max_header_bytes;
  if (most != 0 && pickle_.size() > most) {
    refuse(place_.entry, join("the pickle is too large (expected at most ", most, " bytes)"),
           Code::limit);
  }
  ValueBuilder builder(services_, *this, graph, options_.limits);
  find_storages(graph, builder);
  const Graph keys = next_pickle("storage keys", UINT32_MAX);
  if (keys.kind(keys.root) != Kind::list) refuse("storage keys", "not a list");
  keys.each_item(keys.root, [&](Id key) { read_storage(keys, key); });
  for (const Part& part : parts_) {
    if (part.begin == 0) refuse(part.key, "the storage is not in the list of keys");
  }
  if (!cursor_.at_end()) {
    refuse({}, join("bytes after the last storage (expected none, got ", cursor_.remaining(), ")"));
  }
  OrderedMap<std::string> properties;
  properties.append("container", "legacy");
  properties.append("version", std::to_string(kProtocolVersion));
  properties.append("protocol", protocol_of(pickle_));
  properties.append("byteorder", little_endian_ ? "little" : "big");
  return make<Checkpoint>("torch", builder.build(), OrderedMap<std::string>(),
                          std::move(properties));
}

// Their sizes are in the persistent ids alone: ('storage', class, key, location, numel, view).
void TorchStream::find_storages(const Graph& graph, ValueBuilder& builder) {
  for (size_t i = 0; i < graph.size(); ++i) {
    const Id id = static_cast<Id>(i);
    if (graph.kind(id) != Kind::persistent) continue;
    const StorageId storage = builder.storage_id(id);
    add_storage(storage);
    if (storage.count) add_view(builder.view_key(id), storage);
  }
  for (const View& view : views_) {
    if (part_index_.find(view.key, key_of_part()) != NameIndex::kNotFound) {
      refuse(view.key, "a view has the key of a storage");
    }
  }
}

void TorchStream::add_storage(const StorageId& id) {
  const uint64_t width = id.class_dtype == Dtype::invalid ? 1 : itemsize(id.class_dtype);
  const auto nbytes = checked_mul(static_cast<uint64_t>(id.numel), width);
  if (id.numel < 0 || !nbytes) refuse(id.key, "the size of a storage makes no sense");
  value_budget().make_room(parts_);
  parts_.push_back({id.key, id.class_dtype, id.numel, *nbytes});
  const size_t first = part_index_.insert(parts_.size() - 1, key_of_part());
  if (first == parts_.size() - 1) return;
  parts_.pop_back();
  if (parts_[first].nbytes != *nbytes) refuse(id.key, "one storage has two sizes");
}

// A key stands for one view: PyTorch takes the first that it meets.
void TorchStream::add_view(std::string_view key, const StorageId& id) {
  const size_t part = part_index_.find(id.key, key_of_part());
  const View view{key, part, id.first, *id.count};
  value_budget().make_room(views_);
  views_.push_back(view);
  const size_t first = view_index_.insert(views_.size() - 1, key_of_view());
  if (first == views_.size() - 1) return;
  views_.pop_back();
  const View& known = views_[first];
  if (known.part != part || known.first != id.first || known.count != *id.count) {
    refuse(key, "one key for two views");
  }
}

void TorchStream::read_storage(const Graph& graph, Id key) {
  services_.cancel.check("open");
  if (graph.kind(key) != Kind::text) refuse("storage keys", "a key is not a text");
  const std::string_view name = graph.text(key);
  const size_t index = part_index_.find(name, key_of_part());
  if (index == NameIndex::kNotFound) refuse(name, "nothing in the object has this storage");
  Part& part = parts_[index];
  if (part.begin != 0) refuse(name, "the list of keys has this storage twice");
  auto count = cursor_.number<uint64_t>();
  if (!count) refuse(name, "the file is cut off before the storage");
  const auto expected = static_cast<uint64_t>(part.numel);
  if (!little_endian_ && *count != expected) count = __builtin_bswap64(*count);
  if (*count != expected) {
    refuse(name, join("the storage has another size than the pickle says (expected ", expected,
                      " elements, got ", *count, ")"));
  }
  part.begin = cursor_.position();
  if (part.nbytes > cursor_.remaining()) {
    refuse(name, join("the file is cut off (expected ", part.nbytes, " more bytes, got ",
                      cursor_.remaining(), ")"));
  }
  (void)cursor_.take(part.nbytes);
}

TorchContainer::Record TorchStream::record(std::string_view key) {
  const size_t index = part_index_.find(key, key_of_part());
  const Part& part = parts_[index];  // all keys of the graph are there
  if (slots_.empty()) slots_.resize(parts_.size());
  return {index, part.nbytes, part.key, part.begin};
}

Ref<Storage> TorchStream::make_storage(const Record& record, Dtype dtype) {
  services_.cancel.check("open");
  return storage_over(services_, source_, source_->bytes().subspan(record.offset, record.nbytes),
                      dtype);
}

}  // namespace

bool is_torch_stream(std::string_view bytes) noexcept {
  if (bytes.starts_with(kMagicLine)) return true;
  if (bytes.size() < 2 || bytes[0] != '\x80') return false;
  bytes.remove_prefix(2);
  if (bytes.starts_with("\x95\x0d\0\0\0\0\0\0\0"sv)) bytes.remove_prefix(9);  // a frame
  return bytes.starts_with("\x8a\x0a"sv) && bytes.substr(2).starts_with(kMagic);
}

Ref<Checkpoint> read_torch_stream(const Services& services, const Ref<const Source>& source,
                                  const OpenOptions& options) {
  return TorchStream(services, source, options).read();
}

}  // namespace duramen::io
