#include "unit/io/files.hpp"

#include <libdeflate.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "support/catch.hpp"

namespace duramen::test {

Folder::Folder() {
  std::string name = (std::filesystem::temp_directory_path() / "duramen-XXXXXX").string();
  REQUIRE(::mkdtemp(name.data()) != nullptr);
  path_ = name;
}
Folder::~Folder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}
std::vector<std::string> Folder::names() const {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(path_)) {
    names.push_back(entry.path().filename().string());
  }
  return names;
}

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  REQUIRE(file.good());
  std::ostringstream content;
  content << file.rdbuf();
  return content.str();
}
void write_file(const std::string& path, std::string_view content) {
  std::ofstream file(path, std::ios::binary);
  file.write(content.data(), static_cast<std::streamsize>(content.size()));
  REQUIRE(file.good());
}
std::string data_file(std::string_view name) {
  return std::string(DURAMEN_TEST_DATA "/") + std::string(name);
}

namespace {
class Kept final : public Counted {
 public:
  explicit Kept(std::string_view bytes) : Counted(make_tag("kept")), bytes(bytes) {}
  std::string bytes;
};
}  // namespace

Ref<io::Checkpoint> Files::parse(std::string_view bytes, const io::OpenOptions& options) const {
  auto kept = make<Kept>(bytes);
  const auto span = std::as_bytes(std::span(kept->bytes.data(), kept->bytes.size()));
  return io::Checkpoint::from_memory(services, span, kept, "memory.pt", options);
}

std::string Files::refusal(std::string_view bytes, const io::OpenOptions& options) const {
  try {
    parse(bytes, options);
  } catch (const Error& error) {
    CHECK(contains(error.message(), "memory.pt: "));
    CHECK(!contains(error.message(), "\n"));
    CHECK(error.record()->detail("file") != nullptr);
    return error.message();
  }
  return {};
}

Code Files::refusal_code(std::string_view bytes, const io::OpenOptions& options) const {
  try {
    parse(bytes, options);
  } catch (const Error& error) {
    return error.code();
  }
  return Code::ok;
}

TensorRef Files::tensor(std::vector<int64_t> shape, const std::vector<float>& values) const {
  TensorRef made =
      empty(services.allocator, Shape(std::span<const int64_t>(shape)), Dtype::float32);
  REQUIRE(static_cast<size_t>(made->nbytes()) == values.size() * 4);
  if (!values.empty()) std::memcpy(made->mutable_bytes(), values.data(), values.size() * 4);
  return made;
}

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

std::vector<float> floats_of(const Tensor& tensor) {
  REQUIRE(tensor.dtype() == Dtype::float32);
  std::vector<float> values(static_cast<size_t>(tensor.numel()));
  copy_to_bytes(tensor, reinterpret_cast<std::byte*>(values.data()));
  return values;
}

std::string hex_of(const Tensor& tensor) {
  std::vector<std::byte> bytes(static_cast<size_t>(tensor.nbytes()));
  copy_to_bytes(tensor, bytes.data());
  std::string out;
  for (const std::byte byte : bytes) {
    out += "0123456789abcdef"[static_cast<int>(byte >> 4)];
    out += "0123456789abcdef"[static_cast<int>(byte & std::byte{15})];
  }
  return out;
}

namespace {
std::string number(uint64_t value, size_t width) {
  return {reinterpret_cast<const char*>(&value), width};
}
}  // namespace
std::string u16(uint64_t value) { return number(value, 2); }
std::string u32(uint64_t value) { return number(value, 4); }
std::string u64(uint64_t value) { return number(value, 8); }

std::string safetensors(std::string_view header, std::string_view data) {
  return u64(header.size()) + std::string(header) + std::string(data);
}

namespace {
std::string deflated(std::string_view content) {
  libdeflate_compressor* machine = libdeflate_alloc_compressor(1);
  REQUIRE(machine != nullptr);
  std::string out(libdeflate_deflate_compress_bound(machine, content.size()), '\0');
  out.resize(
      libdeflate_deflate_compress(machine, content.data(), content.size(), out.data(), out.size()));
  libdeflate_free_compressor(machine);
  return out;
}
}  // namespace

std::string zip(const std::vector<Member>& members) {
  std::string file;
  std::string directory;
  for (const auto& [name, content, is_deflated] : members) {
    const std::string stored = is_deflated ? deflated(content) : content;
    const std::string sizes = u32(libdeflate_crc32(0, content.data(), content.size())) +
                              u32(stored.size()) + u32(content.size()) + u16(name.size());
    const std::string method = u16(is_deflated ? 8 : 0);
    directory += "PK\1\2" + u16(20) + u16(20) + u16(0) + method + u32(0) + sizes + u16(0) + u16(0) +
                 u16(0) + u16(0) + u32(0) + u32(file.size()) + name;
    file += "PK\3\4" + u16(20) + u16(0) + method + u32(0) + sizes + u16(0) + name + stored;
  }
  return file + directory + "PK\5\6" + u16(0) + u16(0) + u16(members.size()) + u16(members.size()) +
         u32(directory.size()) + u32(file.size()) + u16(0);
}

std::string torch_file(std::string_view pickle, const std::vector<std::string>& storages) {
  std::vector<Member> members = {{"a/data.pkl", std::string(pickle), false},
                                 {"a/version", "3\n", false}};
  for (size_t i = 0; i < storages.size(); ++i) {
    members.push_back({"a/data/" + std::to_string(i), storages[i], false});
  }
  return zip(members);
}

std::string torch_file_deflated(std::string_view pickle) {
  return zip({{"a/data.pkl", std::string(pickle), true}, {"a/version", "3\n", false}});
}

std::string TensorPickle::text() const {
  const std::string storage = "(U\7storagectorch\n" + type +
                              "\nU\1"
                              "0U\3cpu" +
                              numel + "tQ";
  return "\x80\2}U\1xctorch._utils\n_rebuild_tensor_v2\n(" + storage + offset + shape + strides +
         "\x89"
         "ccollections\nOrderedDict\n)RtRs.";
}

}  // namespace duramen::test
