#include <algorithm>

#include "base/text.hpp"
#include "io/budget.hpp"
#include "io/file_error.hpp"
#include "io/npy.hpp"
#include "io/npz.hpp"

namespace duramen::io {
namespace {

constexpr std::string_view kEnding = ".npy";

void let_go(void* storage) { static_cast<Storage*>(storage)->release(); }

class Reader {
 public:
  Reader(const Services& services, const ZipReader& zip, const OpenOptions& options)
      : services_(services),
        zip_(zip),
        options_(options),
        own_budget_(zip.source()->name(), zip.source()->bytes().size(), options.limits,
                    services.cancel),
        budget_(options.shared ? *options.shared : own_budget_),
        total_budget_(options.limits.max_total_bytes ? options.limits.max_total_bytes
                                                     : UINT64_MAX) {}

  Ref<Checkpoint> read() {
    for (const ZipEntry& entry : zip_.entries()) {
      services_.cancel.check("open");
      if (!entry.name.ends_with('/') || entry.size != 0) add(entry);
    }
    if (const auto twice = find_duplicate(names_)) {
      throw file_error(Code::corrupt, {zip_.source()->name(), "npz", names_[*twice], {}},
                       "two members have this name without their endings");
    }
    return make<Checkpoint>("npz", Value::dict(std::move(keys_), std::move(items_)),
                            OrderedMap<std::string>(), OrderedMap<std::string>());
  }

 private:
  Error bad(const ZipEntry& entry, std::string_view what, Code code = Code::corrupt) const {
    return file_error(code, {zip_.source()->name(), "npz", entry.name, entry.header}, what);
  }

  void add(const ZipEntry& entry) {
    if (!is_utf8(entry.name)) throw bad(entry, "the name is not UTF-8", Code::unsupported);
    if (entry.size > total_budget_) {
      throw bad(entry,
                join("the arrays are too large together (expected at most ", total_budget_,
                     " bytes more, got ", entry.size, ")"),
                Code::limit);
    }
    total_budget_ -= entry.size;
    const bool is_named = entry.name.ends_with(kEnding);
    names_.push_back(entry.name.substr(0, entry.name.size() - (is_named ? kEnding.size() : 0)));
    keys_.push_back(Value::text(std::string(names_.back())));
    items_.push_back(entry.is_deflated() ? read_deflated(entry, is_named)
                                         : read_stored(entry, is_named));
  }

  ValueRef read_stored(const ZipEntry& entry, bool is_named) const {
    const auto bytes = zip_.raw(entry);
    return value_of(entry, {zip_.source(), bytes, zip_.source()->name(), entry.name, entry.payload},
                    is_named);
  }

  ValueRef read_deflated(const ZipEntry& entry, bool is_named) {
    const Ref<Storage> content = zip_.inflated(services_.allocator, entry, budget_.inflated);
    const std::span<const std::byte> bytes(content->data(), entry.size);
    zip_.check_crc(entry, bytes);
    const auto source = Source::from_memory(bytes, content, zip_.source()->name());
    ValueRef value = value_of(entry, {source, bytes, source->name(), entry.name, {}}, is_named);
    if (value->kind() == ValueKind::tensor) own(*value->as_tensor(), content);
    return value;
  }

  ValueRef value_of(const ZipEntry& entry, const NpyBytes& member, bool is_named) const {
    const std::string_view text = text_of(member.bytes);
    if (is_npy(text)) return read_npy_array(services_, member, options_.limits).value;
    if (is_named) throw bad(entry, "it does not begin as an array");
    return Value::bytes(std::string(text));
  }

  // The tensor is the only one on the inflated memory, which is nobody's file: it may be written.
  static void own(Tensor& tensor, const Ref<Storage>& content) {
    if (!tensor.storage()->read_only()) return;  // copied
    std::byte* data = content->mutable_data() + (tensor.storage()->data() - content->data());
    auto part = Storage::borrow(data, tensor.storage()->nbytes(), false, let_go, content.get());
    content->retain();
    tensor.set_data(std::move(part), tensor.layout(), tensor.dtype());
  }

  const Services& services_;
  const ZipReader& zip_;
  const OpenOptions& options_;
  ReadBudget own_budget_;
  ReadBudget& budget_;
  uint64_t total_budget_;
  std::vector<std::string_view> names_;
  std::vector<ValueRef> keys_;
  std::vector<ValueRef> items_;
};

}  // namespace

bool is_npz(const ZipReader& zip) {
  const auto& entries = zip.entries();
  return entries.empty() || std::any_of(entries.begin(), entries.end(), [](const ZipEntry& entry) {
           return entry.name.ends_with(kEnding);
         });
}

Ref<Checkpoint> read_npz(const Services& services, const ZipReader& zip,
                         const OpenOptions& options) {
  return Reader(services, zip, options).read();
}

}  // namespace duramen::io
