#include "io/torch_tar.hpp"

#include <algorithm>

#include "base/checked.hpp"
#include "base/cursor.hpp"
#include "base/name_index.hpp"
#include "base/text.hpp"
#include "io/elements.hpp"
#include "io/file_error.hpp"
#include "io/tar.hpp"
#include "io/torch_container.hpp"
#include "io/torch_values.hpp"

namespace duramen::io {

using pickle::Graph;
using pickle::Id;
using pickle::Kind;

namespace {

constexpr size_t kMostMembers = 64;    // sys_info, pickle, storages, tensors
constexpr size_t kMostOfSmall = 4096;  // bytes of a pickle that says little
constexpr uint64_t kSmallBudget = 1 << 20;
constexpr int32_t kMostDims = 64;

class TorchTar final : public TorchContainer {
 public:
  TorchTar(const Services& services, const Ref<const Source>& source, const OpenOptions& options)
      : TorchContainer(services, source, options), members_(read_tar(*source, kMostMembers)) {
    place_.entry = "pickle";
  }
  Ref<Checkpoint> read();
  std::span<const std::byte> pickle() override { return pickle_; }
  ValueRef shared(int64_t key) override;

 private:
  // What a key stands for: a storage, a part of one, or a tensor.
  struct Thing {
    int64_t key;
    Use use;          // without its storage for a tensor
    ValueRef tensor;  // null for a storage
    std::string_view name() const noexcept {
      return {reinterpret_cast<const char*>(&key), sizeof key};
    }
  };
  std::span<const std::byte> open(std::string_view name);
  [[noreturn]] void refuse(std::string_view what, Code code = Code::corrupt) const {
    throw file_error(code, {file(), "torch file", member_, base_ + cursor_.position()}, what);
  }
  Graph next_pickle();
  int64_t next_count();
  std::span<const Id> next_triple(const Graph& graph);
  template <class T>
  T next_number() {
    const auto number = cursor_.number<T>();
    if (!number) refuse("the member is cut off");
    return *number;
  }
  void end_member() const {
    if (!cursor_.at_end()) refuse("bytes after the end of the member");
  }

  void read_storages();
  void read_storage();
  void read_views();
  void add_view(int64_t key, const Thing& whole, int64_t first, int64_t count);
  void read_tensors();
  void read_tensor();
  Shape next_sizes(int32_t rank);
  void add(Thing thing);
  const Thing* find(int64_t key) const noexcept;
  const Thing& storage_of(int64_t key) const;
  int64_t integer(const Graph& graph, Id id) const;

  // The pickle names storages by their keys alone.
  Record record(std::string_view /*key*/) override { refuse("a storage that the tar cannot hold"); }
  Ref<Storage> make_storage(const Record& /*record*/, Dtype /*dtype*/) override { return nullptr; }

  std::vector<TarMember> members_;
  std::string_view member_;  // that is being read
  uint64_t base_ = 0;
  Cursor cursor_{{}};
  std::span<const std::byte> pickle_;
  std::vector<Thing> things_;
  NameIndex index_;
};

std::span<const std::byte> TorchTar::open(std::string_view name) {
  const auto found = std::find_if(members_.begin(), members_.end(),
                                  [&](const TarMember& member) { return member.name == name; });
  if (found == members_.end()) {
    throw file_error(Code::unsupported, {file(), {}, {}, {}},
                     join("not supported: this is a tar archive, but not PyTorch's (it has no ",
                          format_quoted(name), ")"));
  }
  member_ = name;
  base_ = found->begin;
  const auto bytes = source_->bytes().subspan(found->begin, found->size);
  cursor_ = Cursor(bytes);
  return bytes;
}

Ref<Checkpoint> TorchTar::read() {
  for (const char* name : {"pickle", "tensors", "storages"}) open(name);
  read_storages();
  read_tensors();
  pickle_ = open("pickle");
  place_.base = base_;
  const uint64_t most = options_.limits.max_header_bytes;
  if (most != 0 && pickle_.size() > most) {
    refuse(join("the pickle is too large (expected at most ", most, " bytes)"), Code::limit);
  }
  ValueRef content = content_of(services_, *this, options_.limits);
  OrderedMap<std::string> properties;
  properties.append("container", "tar");
  properties.append("protocol", protocol_of(pickle_));
  properties.append("byteorder", "little");
  return make<Checkpoint>("torch", std::move(content), OrderedMap<std::string>(),
                          std::move(properties));
}

// A pickle of a few values at the cursor, which passes it.
Graph TorchTar::next_pickle() {
  services_.cancel.check("open");
  const auto rest = source_->bytes().subspan(base_ + cursor_.position(), cursor_.remaining());
  Budget budget(file(), kSmallBudget, services_.cancel);
  size_t length = 0;
  Graph graph = pickle::read_first(rest.first(std::min(rest.size(), kMostOfSmall)),
                                   {file(), member_, base_ + cursor_.position()}, budget, length);
  (void)cursor_.take(length);
  return graph;
}

int64_t TorchTar::integer(const Graph& graph, Id id) const {
  if (!graph.is_integer(id)) refuse("expected an integer");
  return graph[id].integer;
}

int64_t TorchTar::next_count() {
  const Graph graph = next_pickle();
  const int64_t count = integer(graph, graph.root);
  if (count < 0) refuse("a count below zero");
  return count;
}

std::span<const Id> TorchTar::next_triple(const Graph& graph) {
  if (graph.kind(graph.root) != Kind::tuple || graph.links(graph.root).size() != 3) {
    refuse("not a tuple of 3");
  }
  return graph.links(graph.root);
}

void TorchTar::read_storages() {
  open("storages");
  for (int64_t count = next_count(); count > 0; --count) read_storage();
  read_views();
  end_member();
}

// (key, location, class); then the elements.
void TorchTar::read_storage() {
  const Graph graph = next_pickle();
  const auto parts = next_triple(graph);
  if (graph.kind(parts[1]) != Kind::text || graph.kind(parts[2]) != Kind::global) {
    refuse("not (key, location, class) of a storage");
  }
  const Dtype dtype = dtype_of_storage_class(graph.name(parts[2]));
  if (dtype == Dtype::invalid) {
    refuse(join("unknown storage class ", printable(graph.full_name(parts[2]))), Code::unsupported);
  }
  const auto count = next_number<int64_t>();
  const auto nbytes = checked_mul(static_cast<uint64_t>(count), uint64_t{itemsize(dtype)});
  if (count < 0 || !nbytes || *nbytes > cursor_.remaining()) {
    refuse(join("a storage leaves its member (expected ", count, " elements of ", itemsize(dtype),
                " bytes, got ", cursor_.remaining(), " bytes)"));
  }
  const uint64_t begin = base_ + cursor_.position();
  value_budget().charge(sizeof(Storage));
  auto storage = storage_over(services_, source_, *cursor_.take(*nbytes), dtype);
  add({integer(graph, parts[0]), {std::move(storage), dtype, member_, begin, 0, count}, nullptr});
}

void TorchTar::read_views() {
  const auto rest = source_->bytes().subspan(base_ + cursor_.position(), cursor_.remaining());
  size_t length = 0;
  const Graph graph = pickle::read_first(rest, {file(), member_, base_ + cursor_.position()},
                                         value_budget(), length);
  (void)cursor_.take(length);
  if (graph.kind(graph.root) != Kind::list) refuse("the views are not a list");
  graph.each_item(graph.root, [&](Id view) {
    const bool is_tuple = graph.kind(view) == Kind::tuple;
    const auto parts = is_tuple ? graph.links(view) : std::span<const Id>();
    if (parts.size() != 4) refuse("a view is not a tuple of 4");
    add_view(integer(graph, parts[0]), storage_of(integer(graph, parts[1])),
             integer(graph, parts[2]), integer(graph, parts[3]));
  });
}

void TorchTar::add_view(int64_t key, const Thing& whole, int64_t first, int64_t count) {
  Thing view{key, whole.use, nullptr};
  if (first < 0 || count < 0 || first > view.use.count || count > view.use.count - first) {
    refuse("a view leaves its storage");
  }
  view.use.first += first;
  view.use.count = count;
  add(std::move(view));
}

void TorchTar::read_tensors() {
  open("tensors");
  for (int64_t count = next_count(); count > 0; --count) read_tensor();
  end_member();
}

// (key, key of the storage, class); then where its elements are.
void TorchTar::read_tensor() {
  const Graph graph = next_pickle();
  const auto parts = next_triple(graph);
  const Use use = storage_of(integer(graph, parts[1])).use;
  const auto rank = next_number<int32_t>();
  (void)next_number<uint32_t>();
  if (rank < 0 || rank > kMostDims) refuse(join("more than ", kMostDims, " dimensions"));
  Layout layout{next_sizes(rank), next_sizes(rank), 0};
  layout.offset = next_number<int64_t>();
  TensorRef made = tensor(use, layout, use.dtype, [&](std::string_view what) {
    refuse(join(what, " (shape ", format_shape(layout.shape), ", strides ",
                format_shape(layout.strides), ", offset ", layout.offset, ")"));
  });
  add({integer(graph, parts[0]), {}, Value::tensor(std::move(made))});
}

Shape TorchTar::next_sizes(int32_t rank) {
  Shape sizes;
  for (int32_t i = 0; i < rank; ++i) sizes.push_back(next_number<int64_t>());
  return sizes;
}

void TorchTar::add(Thing thing) {
  const auto name_at = [this](size_t i) { return things_[i].name(); };
  value_budget().charge(sizeof(Value));
  value_budget().make_room(things_);
  things_.push_back(std::move(thing));
  if (index_.insert(things_.size() - 1, name_at) != things_.size() - 1) {
    refuse("one key for two things");
  }
}

const TorchTar::Thing* TorchTar::find(int64_t key) const noexcept {
  const auto name_at = [this](size_t i) { return things_[i].name(); };
  const Thing wanted{key, {}, nullptr};
  const size_t index = index_.find(wanted.name(), name_at);
  return index == NameIndex::kNotFound ? nullptr : &things_[index];
}

const TorchTar::Thing& TorchTar::storage_of(int64_t key) const {
  const Thing* found = find(key);
  if (!found || found->tensor) refuse(join("no storage has the key ", key));
  return *found;
}

ValueRef TorchTar::shared(int64_t key) {
  const Thing* found = find(key);
  if (!found) return nullptr;
  if (found->tensor) return found->tensor;
  return Value::opaque(join("torch.", storage_class_of(found->use.dtype)),
                       {Value::tensor(whole(found->use, found->use.dtype))});
}

}  // namespace

Ref<Checkpoint> read_torch_tar(const Services& services, const Ref<const Source>& source,
                               const OpenOptions& options) {
  return TorchTar(services, source, options).read();
}

}  // namespace duramen::io
