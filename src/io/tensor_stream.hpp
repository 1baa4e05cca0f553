// A checkpoint that is written tensor by tensor: all names, dtypes and shapes first, the elements
// in any order afterwards, so that a whole model need never be in memory. The target is whole or
// untouched, as with every save; without a finish nothing is left behind.
#pragma once

#include "io/checkpoint.hpp"

namespace duramen::io {

class TensorStream final : public Counted {
 public:
  static constexpr uint32_t kTag = make_tag("strm");

  // A .safetensors or a .pt, by the options or the path's ending; UNSUPPORTED for other formats.
  // Nothing is made yet.
  TensorStream(std::string path, const SaveOptions& options);
  ~TensorStream() override;

  // ALREADY_EXISTS for a name that is there; LIMIT; STATE once elements were written.
  void declare(std::string_view name, Dtype dtype, Shape shape);
  void set_metadata(std::string_view key, std::string_view text);
  // The elements of a declared tensor, in C order. NOT_FOUND, SHAPE_MISMATCH, DTYPE_MISMATCH;
  // ALREADY_EXISTS for one that was written; IO and CANCELLED end the stream.
  void write(const Services& services, std::string_view name, const Tensor& tensor);
  // Puts the file in its place. STATE while a declared tensor is missing.
  void finish(const Services& services);

 private:
  class Layout;
  class SafetensorsLayout;
  class TorchLayout;

  enum class Stage : uint8_t { declaring, writing, over };
  void check_stage(Stage last, const char* operation) const;
  void start();
  Error error(Code code, std::string_view name, std::string_view what) const;

  std::string path_;
  SaveOptions options_;
  Ref<StateDict> dict_;  // of tensors that have no elements
  std::vector<bool> written_;
  std::unique_ptr<Layout> layout_;
  uint64_t total_ = 0;
  uint64_t done_ = 0;
  Stage stage_ = Stage::declaring;
};

}  // namespace duramen::io
