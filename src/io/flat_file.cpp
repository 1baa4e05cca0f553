#include "io/flat_file.hpp"

#include "io/elements.hpp"

namespace duramen::io {

const TensorRef& FlatFile::made(size_t index, const Services& services) const {
  if (tensors_.empty()) tensors_.resize(entries_.list().size());
  TensorRef& tensor = tensors_[index];
  if (!tensor) {
    const FileEntry& entry = entries_.list()[index];
    const auto bytes = source_->bytes().subspan(entry.offset, entry.nbytes);
    tensor = make<Tensor>(storage_over(services, source_, bytes, entry.dtype),
                          contiguous_layout(Shape(entry.sizes())), entry.dtype);
  }
  return tensor;
}

TensorRef FlatFile::tensor(size_t index, const CancelFlag& cancel) const {
  const std::lock_guard lock(mutex_);
  return made(index, services(cancel));
}

Ref<StateDict> FlatFile::state_dict(const CancelFlag& cancel) const {
  const Services parts = services(cancel);
  auto dict = make<StateDict>();
  dict->entries().reserve(entries_.list().size());
  const std::lock_guard lock(mutex_);
  for (size_t i = 0; i < entries_.list().size(); ++i) {
    dict->entries().append(std::string(entries_.list()[i].name_view()), {made(i, parts), nullptr});
  }
  return dict;
}

ValueRef FlatFile::content(const CancelFlag& cancel) const {
  const Services parts = services(cancel);
  std::vector<ValueRef> keys, items;
  keys.reserve(entries_.list().size());
  items.reserve(entries_.list().size());
  const std::lock_guard lock(mutex_);
  for (size_t i = 0; i < entries_.list().size(); ++i) {
    keys.push_back(Value::text(std::string(entries_.list()[i].name_view())));
    items.push_back(Value::tensor(made(i, parts)));
  }
  return Value::dict(std::move(keys), std::move(items));
}

}  // namespace duramen::io
