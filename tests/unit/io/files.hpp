// What the tests of files share: a folder that goes away, services, and bytes put together by hand.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "io/checkpoint.hpp"

namespace duramen::test {

// An empty folder, removed with all that is in it.
class Folder {
 public:
  Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder();

  const std::string& path() const noexcept { return path_; }
  std::string file(std::string_view name) const { return path_ + "/" + std::string(name); }
  std::vector<std::string> names() const;

 private:
  std::string path_;
};

std::string read_file(const std::string& path);
void write_file(const std::string& path, std::string_view content);
// A file of tests/data.
std::string data_file(std::string_view name);

struct Files {
  CancelFlag cancel;
  io::Services services{make<Allocator>(), cancel, {}};

  Ref<io::Checkpoint> open(const std::string& path, const io::OpenOptions& options = {}) const {
    return io::Checkpoint::open(services, path, options);
  }
  Ref<io::Checkpoint> parse(std::string_view bytes, const io::OpenOptions& options = {}) const;
  // What a refusal says; empty when the bytes are accepted. Fails the test when the refusal is not
  // one line with the name of the file.
  std::string refusal(std::string_view bytes, const io::OpenOptions& options = {}) const;
  Code refusal_code(std::string_view bytes, const io::OpenOptions& options = {}) const;

  TensorRef tensor(std::vector<int64_t> shape, const std::vector<float>& values) const;
};

bool contains(std::string_view text, std::string_view part);
std::vector<float> floats_of(const Tensor& tensor);
// Hexadecimal bytes of the logical elements.
std::string hex_of(const Tensor& tensor);

// Little-endian numbers as text.
std::string u16(uint64_t value);
std::string u32(uint64_t value);
std::string u64(uint64_t value);

// A safetensors file from its parts.
std::string safetensors(std::string_view header, std::string_view data = {});

struct Member {
  std::string name;
  std::string content;
  bool deflated = false;
};
// A zip of members with true local headers and no zip64 records.
std::string zip(const std::vector<Member>& members);
// A .pt with this pickle and these storages ("data/0", …).
std::string torch_file(std::string_view pickle, const std::vector<std::string>& storages = {});

// The same with a deflated pickle.
std::string torch_file_deflated(std::string_view pickle);

// The pickle of {"x": tensor} with these operands, each as opcodes.
struct TensorPickle {
  std::string type = "FloatStorage";
  std::string numel = "K\x04";
  std::string offset{"K\0", 2};
  std::string shape = "K\x02K\x02\x86";
  std::string strides = "K\x02K\x01\x86";
  std::string text() const;
};

}  // namespace duramen::test
