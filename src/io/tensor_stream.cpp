#include "io/tensor_stream.hpp"

#include <libdeflate.h>

#include <unordered_map>
#include <utility>

#include "base/text.hpp"
#include "io/atomic_file.hpp"
#include "io/file_error.hpp"
#include "io/formats.hpp"
#include "io/safetensors_header.hpp"
#include "io/saving.hpp"
#include "io/torch_parts.hpp"

namespace duramen::io {
namespace {

constexpr const char* kStream = "stream";

// A tensor of that shape whose elements are nowhere: only its layout is asked for.
TensorRef without_elements(Dtype dtype, Shape shape) {
  const int64_t numel = checked_numel(shape, dtype_info(dtype).bits);
  const auto nbytes = static_cast<size_t>(bytes_of(numel, dtype_info(dtype).bits));
  Layout layout{shape, contiguous_strides(shape), 0};
  return make<Tensor>(Storage::borrow(nullptr, nbytes, true, nullptr, nullptr), std::move(layout),
                      dtype);
}

}  // namespace

// Where each declared tensor lies in the file, and what stands around the elements.
class TensorStream::Layout {
 public:
  explicit Layout(const std::string& path) : file_(path) {}
  virtual ~Layout() = default;

  // Before the elements of a tensor, by its position in the dict; then they come in order.
  virtual void begin(size_t index) = 0;
  virtual void add(std::span<const std::byte> bytes) {
    file_.write_at(position_, bytes);
    position_ += bytes.size();
  }
  virtual void end() {}
  virtual void finish() {}
  void commit(Durability durability) { file_.commit(durability); }

 protected:
  AtomicFile file_;
  uint64_t position_ = 0;
};

class TensorStream::SafetensorsLayout final : public Layout {
 public:
  SafetensorsLayout(const StateDict& dict, const std::string& path, const SaveOptions& options)
      : Layout(path), offsets_(dict.entries().size()) {
    const SafetensorsHeader header(dict, path, options);
    for (const auto& item : header.items()) {
      offsets_[dict.entries().index_of(item.name)] = header.text().size() + item.offset;
    }
    file_.begin(header.text().size() + header.data_bytes());
    file_.write(header.text());
    file_.skip(header.data_bytes());
  }
  void begin(size_t index) override { position_ = offsets_[index]; }

 private:
  std::vector<uint64_t> offsets_;
};

class TensorStream::TorchLayout final : public Layout {
 public:
  TorchLayout(const StateDict& dict, const std::string& path)
      : Layout(path), parts_(*value_from_state_dict(dict), path), zip_(file_, parts_.folder()) {
    file_.begin(parts_.nbytes());
    parts_.begin(zip_);
    for (const StoragePlan::Record* record : parts_.records()) {
      const uint64_t size = record->end - record->begin;
      entries_.push_back({zip_.begin("data/" + record->key, size), file_.position()});
      file_.skip(size);
      file_.skip(zip_.descriptor(entries_.back().number, 0).size());
      by_storage_.emplace(record->storage.get(), entries_.size() - 1);
    }
    for (const auto& [name, entry] : dict.entries()) {
      by_position_.push_back(by_storage_.at(entry.tensor->storage().get()));
    }
  }
  void begin(size_t index) override {
    current_ = &entries_[by_position_[index]];
    position_ = current_->payload;
    crc_ = 0;
  }
  void add(std::span<const std::byte> bytes) override {
    crc_ = libdeflate_crc32(crc_, bytes.data(), bytes.size());
    Layout::add(bytes);
  }
  void end() override {
    const std::string descriptor = zip_.descriptor(current_->number, crc_);
    Layout::add(std::as_bytes(std::span(descriptor.data(), descriptor.size())));
  }
  void finish() override { parts_.finish(zip_); }

 private:
  struct Entry {
    size_t number;
    uint64_t payload;
  };
  TorchParts parts_;
  ZipWriter zip_;
  std::vector<Entry> entries_;
  std::unordered_map<const Storage*, size_t> by_storage_;
  std::vector<size_t> by_position_;
  const Entry* current_ = nullptr;
  uint32_t crc_ = 0;
};

TensorStream::TensorStream(std::string path, const SaveOptions& options)
    : Counted(kTag), path_(std::move(path)), options_(options), dict_(make<StateDict>()) {
  if (options.max_shard_bytes > 0 || options.format == Format::dcp) {
    throw error(Code::unsupported, {}, "a stream writes one file");
  }
  options_.format = format_for_saving(path_, options.format).number;
  if (options_.format != Format::safetensors && options_.format != Format::torch) {
    throw error(Code::unsupported, {},
                "the format cannot be written tensor by tensor (expected "
                "a .safetensors or a .pt)");
  }
}

TensorStream::~TensorStream() = default;

Error TensorStream::error(Code code, std::string_view name, std::string_view what) const {
  return file_error(code, {path_, kStream, name, {}}, what);
}

void TensorStream::check_stage(Stage last, const char* operation) const {
  if (stage_ <= last) return;
  throw error(Code::state, {},
              stage_ == Stage::over
                  ? join(operation, ": the stream is over (finished, or stopped by an error)")
                  : join(operation, ": elements were written already"));
}

void TensorStream::declare(std::string_view name, Dtype dtype, Shape shape) {
  check_stage(Stage::declaring, "declare");
  if (dict_->entries().find(name)) {
    throw error(Code::already_exists, name, "the name is declared already");
  }
  auto tensor = without_elements(dtype, std::move(shape));
  const auto nbytes = static_cast<uint64_t>(tensor->nbytes());
  if (nbytes > static_cast<uint64_t>(INT64_MAX) - total_) {
    throw error(Code::limit, name, "more bytes than a file can hold");
  }
  total_ += nbytes;
  dict_->set_tensor(name, std::move(tensor));
}

void TensorStream::set_metadata(std::string_view key, std::string_view text) {
  check_stage(Stage::declaring, "set_metadata");
  if (options_.format != Format::safetensors) {
    throw file_error(Code::unsupported, {path_, "stream", {}, {}},
                     "the format has no metadata texts (expected a .safetensors)");
  }
  dict_->metadata().set(key, std::string(text));
}

void TensorStream::start() {
  if (stage_ != Stage::declaring) return;
  stage_ = Stage::over;  // unless all goes well
  if (options_.format == Format::safetensors) {
    layout_ = std::make_unique<SafetensorsLayout>(*dict_, path_, options_);
  } else {
    layout_ = std::make_unique<TorchLayout>(*dict_, path_);
  }
  written_.resize(dict_->entries().size());
  stage_ = Stage::writing;
}

void TensorStream::write(const Services& services, std::string_view name, const Tensor& tensor) {
  check_stage(Stage::writing, "write");
  const size_t index = dict_->entries().index_of(name);
  if (index >= dict_->entries().size()) {
    throw error(Code::not_found, name, "the name was not declared");
  }
  const Tensor& declared = *dict_->entries()[index].value.tensor;
  if (tensor.dtype() != declared.dtype()) {
    throw error(Code::dtype_mismatch, name,
                join("another dtype than declared (expected ", dtype_name(declared.dtype()),
                     ", got ", dtype_name(tensor.dtype()), ")"));
  }
  if (tensor.shape() != declared.shape()) {
    throw error(Code::shape_mismatch, name,
                join("another shape than declared (expected ", format_shape(declared.shape()),
                     ", got ", format_shape(tensor.shape()), ")"));
  }
  if (stage_ == Stage::writing && written_[index]) {
    throw error(Code::already_exists, name, "the elements were written already");
  }
  start();
  const Stage before = std::exchange(stage_, Stage::over);  // unless all goes well
  layout_->begin(index);
  Saving saving(services, total_, done_);
  saving.tensor(tensor, [&](std::span<const std::byte> bytes) { layout_->add(bytes); });
  layout_->end();
  done_ += static_cast<uint64_t>(tensor.nbytes());
  written_[index] = true;
  stage_ = before;
}

void TensorStream::finish(const Services& services) {
  check_stage(Stage::writing, "finish");
  for (size_t i = 0; i < dict_->entries().size(); ++i) {
    if (i < written_.size() && written_[i]) continue;
    throw error(Code::state, dict_->entries()[i].name, "the elements were not written");
  }
  start();
  stage_ = Stage::over;
  Saving(services, total_, done_).end();
  layout_->finish();
  layout_->commit(options_.durability);
}

}  // namespace duramen::io
