#include "content.hpp"

#include "values.hpp"

namespace cli {
namespace {

// Of all names and texts, as for the names of the library's state dicts: a long key above many
// entries is in each of their names, so that a small file could ask for any amount of memory.
constexpr size_t kMaxTextBytes = size_t{256} << 20;

bool is_container(int32_t kind) {
  return kind == DURAMEN_VALUE_DICT || kind == DURAMEN_VALUE_LIST || kind == DURAMEN_VALUE_TUPLE;
}

// What a leaf adds to a listing beside its path.
size_t text_size(const duramen_value* value) {
  size_t length = 0;
  if (duramen_value_kind(value) != DURAMEN_VALUE_OPAQUE) return text_of(value).size();
  duramen_value_class_name(value, &length);
  return length;
}

// The memory from the first element to the last; begin == end where there is none.
struct Range {
  uintptr_t begin = 0;
  uintptr_t end = 0;
};

Range range_of(const duramen_tensor* tensor) {
  const void* data = nullptr;
  const int64_t numel = duramen_tensor_numel(tensor);
  if (numel == 0 || duramen_tensor_data_const(tensor, &data, nullptr) != DURAMEN_OK) return {};
  size_t rank = duramen_tensor_rank(tensor);
  std::vector<int64_t> shape(rank), strides(rank);
  call(kRefused, "", [&](auto error) {
    return duramen_tensor_shape(tensor, shape.data(), shape.size(), &rank, error);
  });
  call(kRefused, "", [&](auto error) {
    return duramen_tensor_strides(tensor, strides.data(), strides.size(), &rank, error);
  });
  uint64_t last = 0;  // the distance of the last element
  for (size_t i = 0; i < rank; ++i) last += static_cast<uint64_t>((shape[i] - 1) * strides[i]);
  const uint64_t nbytes = duramen_tensor_nbytes(tensor);
  const uint64_t itemsize = nbytes / static_cast<uint64_t>(numel);
  const auto begin = reinterpret_cast<uintptr_t>(data);
  // Below a byte an element has no place of its own, and such tensors are contiguous.
  return {begin, begin + (itemsize == 0 ? nbytes : (last + 1) * itemsize)};
}

}  // namespace

Content::Content(const duramen_value* root, const std::string& subject, const Filter& filter)
    : subject_(subject), filter_(filter), room_(kMaxTextBytes) {
  visit(root, "");
}

void Content::spend(size_t nbytes) {
  if (nbytes > room_) {
    throw Failure(kRefused, subject_ +
                                ": the names and texts of the entries are too long "
                                "(expected at most " +
                                std::to_string(kMaxTextBytes) + " bytes together)");
  }
  room_ -= nbytes;
}

// The depth of values is limited, so this may recurse.
void Content::visit(const duramen_value* value, const std::string& path) {
  const int32_t kind = duramen_value_kind(value);
  spend(path.size());
  if (kind == DURAMEN_VALUE_TENSOR) {
    add_tensor(duramen_value_tensor(value), path);
  } else if (!is_container(kind)) {
    spend(text_size(value));
    add_leaf(value, path);
  } else {
    visit_items(value, path, kind == DURAMEN_VALUE_DICT);
  }
}

void Content::visit_items(const duramen_value* value, const std::string& path, bool is_dict) {
  const std::string prefix = path.empty() ? path : path + ".";
  const size_t count = duramen_value_count(value);
  if (count == 0 && !path.empty()) add_leaf(value, path);
  for (size_t i = 0; i < count; ++i) {
    const std::string name = is_dict ? key_text(duramen_value_key(value, i), i) : std::to_string(i);
    visit(duramen_value_item(value, i), prefix + name);
  }
}

void Content::add_leaf(const duramen_value* value, const std::string& path) {
  if (filter_.wants_kind("value") && filter_.wants_values() && filter_.wants_name(path)) {
    leaves.push_back({path, value});
  }
}

void Content::add_tensor(duramen_tensor* tensor, const std::string& path) {
  const char* kind = duramen_tensor_is_parameter(tensor) != 0 ? "parameter" : "tensor";
  if (!filter_.wants_kind(kind) || !filter_.wants(tensor) || !filter_.wants_name(path)) return;
  const auto [first, is_new] =
      first_of_storage_.emplace(duramen_tensor_storage_id(tensor), entries.size());
  entries.push_back(
      {path, tensor, is_new ? std::nullopt : std::optional(first->second), !claim(tensor)});
}

// False where an earlier entry has some of it.
bool Content::claim(const duramen_tensor* tensor) {
  const Range range = range_of(tensor);
  if (range.begin == range.end) return true;
  const auto next = claims_.upper_bound(range.begin);  // the first that ends behind the beginning
  if (next != claims_.end() && next->second < range.end) return false;
  claims_.emplace(range.end, range.begin);
  return true;
}

Checkpoint open_checkpoint(duramen_context* context, const std::string& file) {
  Checkpoint checkpoint;
  call(kRefused, file, [&](auto error) {
    return duramen_checkpoint_open(context, file.data(), file.size(), nullptr, Out(checkpoint),
                                   error);
  });
  return checkpoint;
}

std::string_view format_of(const duramen_checkpoint* checkpoint) {
  size_t length = 0;
  const char* name = duramen_checkpoint_format(checkpoint, &length);
  return view(name, length);
}

}  // namespace cli
