#include "fuzz/folder_input.hpp"

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "fuzz/checkpoint_walk.hpp"

namespace duramen::fuzz {
namespace {

namespace fs = std::filesystem;

constexpr const char* kIndex = "model.safetensors.index.json";
constexpr size_t kLongestName = 100;

std::string safetensors(const std::string& header, size_t nbytes) {
  return little(header.size(), 8) + header + std::string(nbytes, 'x');
}

bool is_file_name(const std::string& name) {
  return !name.empty() && name.size() <= kLongestName && name != "." && name != ".." &&
         name.find('/') == std::string::npos && name.find('\0') == std::string::npos;
}

CheckpointHandle open_path(duramen_context* context, const std::string& path, uint64_t flags) {
  const duramen_limits limits = small_limits();
  duramen_open_options options = {};
  options.struct_size = sizeof options;
  options.limits = &limits;
  options.flags = flags;
  duramen_checkpoint* made = nullptr;
  ErrorSlot error;
  const duramen_status status =
      duramen_checkpoint_open(context, path.data(), path.size(), &options, &made, error.out());
  const bool good = error.good(status, DURAMEN_E_IO);  // a file is missing
  EXPECT(good == (made != nullptr));
  return CheckpointHandle(made);
}

// What the library wrote it can read. Memory may not reach for both.
void read_again(duramen_context* context, const std::string& path, uint64_t hash) {
  duramen_checkpoint* made = nullptr;
  ErrorSlot error;
  const duramen_status status =
      duramen_checkpoint_open(context, path.data(), path.size(), nullptr, &made, error.out());
  EXPECT(error.good(status) || status == DURAMEN_E_NO_MEMORY);
  const CheckpointHandle again(made);
  if (!again) return;
  const DictHandle same = dict_of(context, again.get());
  EXPECT(same == nullptr || hash_of(context, same.get()) == hash);
}

void try_saving(duramen_context* context, const duramen_state_dict* dict, const FolderKind& kind) {
  const uint64_t hash = hash_of(context, dict);
  const ScratchFolder folder(".saved");
  const std::string path = folder.path() + "/" + kind.saved;
  duramen_save_options options = {};
  options.struct_size = sizeof options;
  options.durability = DURAMEN_DURABILITY_ATOMIC;
  options.max_shard_bytes = kind.max_shard_bytes;
  ErrorSlot error;
  if (error.good(duramen_state_dict_save(context, dict, path.data(), path.size(), &options,
                                         error.out()))) {
    read_again(context, path, hash);
  }
}

}  // namespace

const FolderKind& dcp_folder() {
  static const FolderKind kind = {
      ".metadata", {{"__0_0.distcp", std::string(256, '\0')}}, "again/", 0};
  return kind;
}

const FolderKind& shard_folder() {
  static const FolderKind kind = {
      kIndex,
      {{"a.safetensors", safetensors(R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},)"
                                     R"("b":{"dtype":"F32","shape":[],"data_offsets":[2,6]}})",
                                     6)},
       {"b.safetensors",
        safetensors(R"({"c":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})", 1)}},
      kIndex,
      4};
  return kind;
}

ScratchFolder::ScratchFolder(const char* ending) {
  const char* folder = std::getenv("DURAMEN_TEST_SCRATCH");
  path_ = std::string(folder != nullptr ? folder : "/tmp") + "/fuzz." + std::to_string(getpid()) +
          ending;
  fs::remove_all(path_);
  EXPECT(fs::create_directory(path_));
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

void ScratchFolder::write(const Member& file) const {
  if (!is_file_name(file.name)) return;
  const std::string path = path_ + "/" + file.name;
  ::unlink(path.c_str());  // file systems write at once what is cut to nothing first
  std::ofstream stream(path, std::ios::binary);
  stream.write(file.content.data(), static_cast<std::streamsize>(file.content.size()));
}

std::vector<Member> files_of(const uint8_t* data, size_t size, const FolderKind& kind) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  std::vector<Member> files;
  if (bytes.starts_with("PK\3\4")) files = members_of(bytes);
  if (!files.empty()) return files;
  files = kind.others;
  files.push_back({kind.main, std::string(bytes)});
  return files;
}

void try_folder(const uint8_t* data, size_t size, const FolderKind& kind) {
  const ScratchFolder folder(".folder");
  for (const Member& file : files_of(data, size, kind)) folder.write(file);
  BoundedMemory memory;
  const ContextHandle context = make_context(memory);
  const uint64_t flags = size % 2 == 0 ? DURAMEN_OPEN_VERIFY : 0;
  const CheckpointHandle checkpoint = open_path(context.get(), folder.path(), flags);
  if (!checkpoint) return;
  hash_of(context.get(), duramen_checkpoint_content(checkpoint.get()));
  if (const DictHandle dict = dict_of(context.get(), checkpoint.get())) {
    try_saving(context.get(), dict.get(), kind);
  }
}

void read_folder(const std::string& path, bool verify) {
  BoundedMemory memory;
  const ContextHandle context = make_context(memory);
  const CheckpointHandle checkpoint =
      open_path(context.get(), path, verify ? DURAMEN_OPEN_VERIFY : 0);
  if (!checkpoint) return;
  hash_of(context.get(), duramen_checkpoint_content(checkpoint.get()));
  if (const DictHandle dict = dict_of(context.get(), checkpoint.get())) {
    hash_of(context.get(), dict.get());
  }
}

}  // namespace duramen::fuzz
