#include "io/checkpoint_folder.hpp"

#include "base/text.hpp"
#include "io/dcp.hpp"
#include "io/file_error.hpp"
#include "io/formats.hpp"
#include "io/shard_index.hpp"

namespace duramen::io {
namespace {

constexpr size_t kMostFiles = 100'000;
constexpr size_t kNamesTold = 3;

struct Found {
  std::vector<std::string> indexes;
  std::vector<std::string> files;
};

// What is no regular file, or not ours to read, is no checkpoint either.
Ref<const Source> look_at(const Services& services, const Folder& folder, const std::string& name) {
  try {
    return folder.open(services, name, Source::Mode::map);
  } catch (const Error& error) {
    if (error.code() != Code::io) throw;
    return nullptr;
  }
}

Found look_through(const Services& services, const Folder& folder) {
  Found found;
  for (const std::string& name : folder.names(kMostFiles)) {
    services.cancel.check("open");
    if (name.starts_with('.')) continue;
    const auto source = look_at(services, folder, name);
    if (!source) continue;
    if (is_shard_index(text_of(source->bytes()))) {
      found.indexes.push_back(name);
    } else if (looks_like_checkpoint(text_of(source->bytes()))) {
      found.files.push_back(name);
    }
  }
  return found;
}

Error not_one(const std::string& path, const Found& found) {
  const auto& names = found.indexes.empty() ? found.files : found.indexes;
  std::string what = "expected a checkpoint, got a directory without one";
  if (!names.empty()) {
    what = join("the folder holds ", names.size(),
                found.indexes.empty() ? " checkpoint files" : " indexes of shards",
                ", of which one has to be chosen (");
    for (size_t i = 0; i < names.size() && i < kNamesTold; ++i) {
      what += join(i ? ", '" : "'", printable(names[i]), "'");
    }
    what += names.size() > kNamesTold ? ", …)" : ")";
  }
  return file_error(names.empty() ? Code::io : Code::unsupported, {path, {}, {}, {}}, what);
}

}  // namespace

Ref<Checkpoint> open_checkpoint_folder(const Services& services, const std::string& path,
                                       const OpenOptions& options) {
  const Folder folder(path);
  if (folder.has(kDcpMetadata)) return read_dcp(services, folder, options);
  const Found found = look_through(services, folder);
  if (found.indexes.size() == 1) {
    const auto index = folder.open(services, found.indexes[0], options.mode);
    return read_shards(services, index, folder, options);
  }
  if (!found.indexes.empty() || found.files.size() != 1) throw not_one(path, found);
  return read_any(services, folder.open(services, found.files[0], options.mode), options);
}

}  // namespace duramen::io
