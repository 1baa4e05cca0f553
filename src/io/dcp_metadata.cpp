#include "io/dcp_metadata.hpp"

#include <algorithm>

#include "base/checked.hpp"
#include "base/function_ref.hpp"
#include "base/name_index.hpp"
#include "base/text.hpp"
#include "io/elements.hpp"
#include "io/file_error.hpp"
#include "io/folder.hpp"
#include "io/pickle.hpp"
#include "io/torch_file.hpp"

namespace duramen::io {
namespace {

using pickle::Id;
using pickle::Kind;
using pickle::kNone;

constexpr std::string_view kPart = "dcp metadata";
constexpr uint32_t kMostFields = 64;  // of an object: they are searched
constexpr size_t kMaxRank = 64;       // PyTorch's own
constexpr uint64_t kMaxPickle = uint64_t{1} << 30;
constexpr uint64_t kComparing = 4;  // of two parts, in the budget

// Whether two boxes have an element in common. Requires: the same rank, no empty one.
bool overlap(const DcpPart& a, const DcpPart& b) noexcept {
  for (size_t i = 0; i < a.sizes.size(); ++i) {
    if (a.offsets[i] >= b.offsets[i] + b.sizes[i] || b.offsets[i] >= a.offsets[i] + a.sizes[i]) {
      return false;
    }
  }
  return true;
}

class Parser {
 public:
  Parser(const Source& source, const Limits& limits, Budget& budget, const CancelFlag& cancel)
      : source_(source),
        place_{source.name(), ".metadata"},
        limits_(limits),
        budget_(budget),
        cancel_(cancel) {}

  DcpMetadata parse() {
    const uint64_t most = limits_.max_header_bytes ? limits_.max_header_bytes : kMaxPickle;
    if (source_.bytes().size() > most) {
      throw file_error(Code::limit, {source_.name(), kPart, {}, {}},
                       join("the pickle is too large (expected at most ", most, " bytes)"));
    }
    graph_ = pickle::read(source_.bytes(), place_, budget_);
    const Id root = object_of(graph_.root, "Metadata");
    if (const Id version = field(root, "version"); graph_.kind(version) == Kind::text) {
      out_.version = printable(graph_.text(version));
    }
    read_storage(required(root, "storage_data", Kind::dict));
    each_pair(required(root, "state_dict_metadata", Kind::dict),
              [&](Id key, Id value) { read_entry(key, value); });
    check_names();
    if (const Id data = field(root, "planner_data"); graph_.kind(data) == Kind::dict) {
      each_pair(data, [&](Id key, Id value) { read_path(key, value); });
    }
    for (DcpEntry& entry : out_.entries) {
      if (entry.path.empty()) entry.path.push_back({entry.name});
    }
    sort_files();
    return std::move(out_);
  }

 private:
  struct Stored {
    std::string key;
    size_t file;
    uint64_t offset;
    uint64_t length;
  };

  [[noreturn]] void fail(Id id, std::string_view what, Code code = Code::corrupt) const {
    const auto offset = pickle::offset_of(source_.bytes(), place_, id);
    throw file_error(code, {source_.name(), kPart, entry_, offset}, what);
  }

  // Nodes
  bool is_object(Id id, std::string_view name) const {
    if (graph_.kind(id) != Kind::object) return false;
    const Id callee = graph_.object(id).callee;
    return graph_.kind(callee) == Kind::global && graph_.name(callee) == name &&
           graph_.module(callee).starts_with("torch.distributed.");
  }
  Id object_of(Id id, std::string_view name) const {
    if (!is_object(id, name)) fail(id, join("expected an object of class ", name));
    return id;
  }
  // None where there is no such field.
  Id field(Id object, std::string_view name) const {
    const Id state = graph_.object(object).state;
    if (state == kNone) return kNone;
    if (graph_.kind(state) != Kind::dict || graph_[state].length > 2 * kMostFields) {
      fail(object, "its fields are not a dict of few");
    }
    Id found = kNone;
    bool is_key = true;
    bool is_next = false;
    graph_.each_item(state, [&](Id item) {
      if (is_key) {
        is_next = graph_.kind(item) == Kind::text && graph_.text(item) == name;
      } else if (is_next) {
        found = item;
      }
      is_key = !is_key;
    });
    return found;
  }
  Id required(Id object, std::string_view name, Kind kind) const {
    const Id found = field(object, name);
    if (graph_.kind(found) != kind)
      fail(object, join("its field ", name, " is missing or of another kind"));
    return found;
  }
  void each_pair(Id dict, FunctionRef<void(Id, Id)> body) const {
    Id key = kNone;
    bool is_key = true;
    graph_.each_item(dict, [&](Id item) {
      is_key ? void(key = item) : body(key, item);
      is_key = !is_key;
    });
  }
  std::string_view text(Id id, std::string_view what) const {
    if (graph_.kind(id) != Kind::text) fail(id, join(what, " is not a string"));
    return graph_.text(id);
  }
  int64_t number(Id id, std::string_view what) const {
    if (!graph_.is_integer(id) || graph_[id].integer < 0) {
      fail(id, join(what, " is not a number of 0 and more"));
    }
    return graph_[id].integer;
  }
  Shape sizes(Id id) const {
    Id items = id;
    if (graph_.kind(id) == Kind::object && graph_.callee_symbol(id) == pickle::Symbol::torch_size) {
      const auto arguments = graph_.links(graph_.object(id).arguments);
      if (arguments.size() == 1) items = arguments[0];
    }
    if (graph_.kind(items) != Kind::tuple) fail(id, "sizes that are not a tuple");
    const auto links = graph_.links(items);
    if (links.size() > kMaxRank) fail(id, join("more than ", kMaxRank, " dimensions"), Code::limit);
    Shape shape;
    for (const Id item : links) shape.push_back(number(item, "a size"));
    return shape;
  }

  // storage_data
  static std::string storage_key(std::string_view name, const Shape* offsets) {
    std::string key(name);
    key += '\0';
    if (offsets) key += format_tuple(*offsets);
    return key;
  }
  auto stored_key_at() const noexcept {
    return [this](size_t i) -> std::string_view { return stored_[i].key; };
  }

  void read_storage(Id dict) {
    each_pair(dict, [&](Id index, Id info) {
      cancel_.check("open");
      object_of(index, "MetadataIndex");
      object_of(info, "_StorageInfo");
      const std::string_view name = text(field(index, "fqn"), "a name");
      entry_ = name;
      const Id offset = field(index, "offset");
      Shape offsets;
      if (offset != kNone) offsets = sizes(offset);
      std::string key = storage_key(name, offset == kNone ? nullptr : &offsets);
      budget_.charge(sizeof(Stored) + 2 * key.size() + 16);
      const Id transforms = field(info, "transform_descriptors");
      if (transforms != kNone &&
          !(graph_.kind(transforms) == Kind::list && graph_[transforms].length == 0)) {
        fail(info, "its bytes went through an extension, which is not supported",
             Code::unsupported);
      }
      stored_.push_back({std::move(key), file_of(field(info, "relative_path")),
                         static_cast<uint64_t>(number(field(info, "offset"), "an offset")),
                         static_cast<uint64_t>(number(field(info, "length"), "a length"))});
      const size_t last = stored_.size() - 1;
      if (index_.insert(last, stored_key_at()) != last) fail(index, "it is stored twice");
    });
    entry_ = {};
  }
  size_t file_of(Id path) {
    const std::string_view name = text(path, "the name of a file");
    if (!is_plain_name(name)) {
      fail(path, join("its file is not a plain name of one in the folder (got ",
                      format_quoted(printable(name)), ")"));
    }
    budget_.charge(sizeof(std::string) + name.size() + 16);
    out_.files.emplace_back(name);
    const size_t last = out_.files.size() - 1;
    const size_t first =
        file_index_.insert(last, [this](size_t i) -> std::string_view { return out_.files[i]; });
    if (first != last) out_.files.pop_back();
    return first;
  }
  void find_stored(Id id, const Shape* offsets, DcpPart& part) const {
    const size_t found = index_.find(storage_key(entry_, offsets), stored_key_at());
    if (found == NameIndex::kNotFound) fail(id, "nothing says where it is stored");
    const Stored& stored = stored_[found];
    part.file = stored.file;
    part.offset = stored.offset;
    part.length = stored.length;
  }

  // state_dict_metadata
  void read_entry(Id key, Id value) {
    cancel_.check("open");
    entry_ = text(key, "a name");
    if (entry_.find('\0') != std::string_view::npos) fail(key, "a name holds a NUL");
    const uint64_t most = limits_.max_entries ? limits_.max_entries : kDefaultMaxEntries;
    if (out_.entries.size() == most) {
      fail(key, join("too many entries (expected at most ", most, ")"), Code::limit);
    }
    budget_.charge(sizeof(DcpEntry) + sizeof(DcpPart) + sizeof(DcpStep) + 2 * entry_.size() + 64);
    DcpEntry& entry = out_.entries.emplace_back();
    entry.name = entry_;
    if (is_object(value, "BytesStorageMetadata")) {
      entry.parts.emplace_back();
      return find_stored(value, nullptr, entry.parts[0]);
    }
    read_tensor(object_of(value, "TensorStorageMetadata"), entry);
    entry_ = {};
  }

  void read_tensor(Id tensor, DcpEntry& entry) {
    entry.dtype = dtype_of(required(tensor, "properties", Kind::object));
    entry.shape = sizes(field(tensor, "size"));
    const int64_t numel = numel_of_checked(tensor, entry.shape, entry.dtype);
    const uint64_t nbytes = static_cast<uint64_t>(numel) * itemsize(entry.dtype);
    const uint64_t most = limits_.max_tensor_bytes ? limits_.max_tensor_bytes : UINT64_MAX;
    if (nbytes > most) {
      fail(tensor, join("the tensor is too large (expected at most ", most, " bytes)"),
           Code::limit);
    }
    int64_t covered = 0;
    graph_.each_item(required(tensor, "chunks", Kind::list), [&](Id chunk) {
      covered += read_chunk(object_of(chunk, "ChunkStorageMetadata"), entry, numel - covered);
    });
    if (covered != numel) {
      fail(tensor,
           join("its chunks do not cover it (expected ", numel, " elements, got ", covered, ")"));
    }
    check_overlaps(tensor, entry);
  }

  // (dtype, layout, requires_grad, memory format, pin_memory[, strides])
  Dtype dtype_of(Id properties) const {
    const Id state = graph_.object(object_of(properties, "TensorProperties")).state;
    const bool is_state = graph_.kind(state) == Kind::tuple && !graph_.links(state).empty();
    const Id id = is_state ? graph_.links(state)[0] : kNone;
    if (graph_.kind(id) != Kind::global || graph_.module(id) != "torch") {
      fail(properties, "its properties do not begin with a dtype");
    }
    const Dtype dtype = dtype_from_name(graph_.name(id));
    if (dtype == Dtype::invalid || itemsize(dtype) == 0) {
      fail(id, join("unknown dtype ", printable(graph_.full_name(id))), Code::unsupported);
    }
    return dtype;
  }

  int64_t numel_of_checked(Id id, const Shape& shape, Dtype dtype) const {
    const auto width = static_cast<int64_t>(itemsize(dtype));
    const auto size = checked_size(shape, width);
    if (!size) fail(id, join("the size overflows: ", format_shape(shape)));
    return *size / width;
  }

  // Returns the number of its elements, at most `rest`.
  int64_t read_chunk(Id chunk, DcpEntry& entry, int64_t rest) {
    DcpPart part;
    part.offsets = sizes(field(chunk, "offsets"));
    part.sizes = sizes(field(chunk, "sizes"));
    const size_t rank = entry.shape.size();
    bool fits = part.offsets.size() == rank && part.sizes.size() == rank;
    int64_t numel = 1;
    for (size_t i = 0; fits && i < rank; ++i) {
      fits = part.sizes[i] <= entry.shape[i] && part.offsets[i] <= entry.shape[i] - part.sizes[i];
      numel *= fits ? part.sizes[i] : 0;
    }
    if (!fits) fail(chunk, "a chunk leaves the tensor");
    if (numel == 0) return 0;
    if (numel > rest) fail(chunk, "its chunks overlap");
    find_stored(chunk, &part.offsets, part);
    budget_.charge(2 * sizeof(DcpPart));
    entry.parts.push_back(std::move(part));
    return numel;
  }

  // By a sweep along the longest side. With as many elements in all as the tensor has, chunks that
  // do not overlap cover it.
  void check_overlaps(Id tensor, DcpEntry& entry) {
    auto& parts = entry.parts;
    if (parts.size() < 2) return;
    const auto longest = std::max_element(entry.shape.begin(), entry.shape.end());
    const auto side = static_cast<size_t>(longest - entry.shape.begin());
    std::vector<const DcpPart*> order;
    order.reserve(parts.size());
    for (const DcpPart& part : parts) order.push_back(&part);
    std::sort(order.begin(), order.end(), [side](const DcpPart* a, const DcpPart* b) {
      return a->offsets[side] < b->offsets[side];
    });
    std::vector<const DcpPart*> active;
    for (const DcpPart* part : order) {
      std::erase_if(active, [&](const DcpPart* other) {
        return other->offsets[side] + other->sizes[side] <= part->offsets[side];
      });
      budget_.charge(kComparing * (active.size() + 1));
      const bool overlaps = std::any_of(active.begin(), active.end(), [&](const DcpPart* other) {
        return overlap(*part, *other);
      });
      if (overlaps) fail(tensor, "its chunks overlap");
      active.push_back(part);
    }
  }

  auto name_at() const noexcept {
    return [this](size_t i) -> std::string_view { return out_.entries[i].name; };
  }
  void check_names() {
    std::vector<std::string_view> names;
    names.reserve(out_.entries.size());
    budget_.charge(out_.entries.size() * 32);
    for (const DcpEntry& entry : out_.entries) names.push_back(entry.name);
    names_.reserve(names.size());
    for (size_t i = 0; i < names.size(); ++i) {
      if (names_.insert(i, name_at()) == i) continue;
      throw file_error(Code::corrupt, {source_.name(), kPart, names[i], {}},
                       "this name is there twice");
    }
  }

  // planner_data
  void read_path(Id key, Id value) {
    entry_ = text(key, "a name");
    const size_t found = names_.find(entry_, name_at());
    if (found == NameIndex::kNotFound) return;
    DcpEntry& entry = out_.entries[found];
    if (!entry.path.empty()) fail(key, "it has two paths");
    const uint32_t depth =
        limits_.max_depth ? std::min(limits_.max_depth, Value::kMaxDepth) : Value::kMaxDepth;
    const bool is_path = graph_.kind(value) == Kind::tuple && !graph_.links(value).empty();
    if (!is_path) fail(value, "its path is not a tuple of keys");
    const auto steps = graph_.links(value);
    if (steps.size() >= depth) {
      fail(value, join("nested too deeply (expected less than ", depth, " levels)"), Code::limit);
    }
    for (const Id step : steps) {
      const bool is_index = graph_.is_integer(step);
      const std::string_view name = is_index ? std::string_view() : text(step, "a key of its path");
      if (name.find('\0') != std::string_view::npos) fail(step, "a key holds a NUL");
      budget_.charge(2 * sizeof(DcpStep) + name.size() + 16);
      entry.path.push_back({std::string(name), is_index ? number(step, "an index") : -1});
    }
    entry_ = {};
  }

  void sort_files() {
    std::vector<std::string> sorted = out_.files;
    std::sort(sorted.begin(), sorted.end());
    std::vector<size_t> places;
    for (const std::string& name : out_.files) {
      const auto found = std::lower_bound(sorted.begin(), sorted.end(), name);
      places.push_back(static_cast<size_t>(found - sorted.begin()));
    }
    for (DcpEntry& entry : out_.entries) {
      for (DcpPart& part : entry.parts) part.file = places[part.file];
    }
    out_.files = std::move(sorted);
  }

  const Source& source_;
  pickle::Place place_;
  const Limits& limits_;
  Budget& budget_;
  const CancelFlag& cancel_;
  pickle::Graph graph_;
  std::string_view entry_;  // that is being read
  std::vector<Stored> stored_;
  NameIndex index_;  // of what is stored
  NameIndex file_index_;
  NameIndex names_;
  DcpMetadata out_;
};

}  // namespace

DcpMetadata parse_dcp_metadata(const Source& source, const Limits& limits, Budget& budget,
                               const CancelFlag& cancel) {
  return Parser(source, limits, budget, cancel).parse();
}

}  // namespace duramen::io
