#include "io/checkpoint.hpp"

#include "io/atomic_file.hpp"
#include "io/checkpoint_folder.hpp"
#include "io/dcp.hpp"
#include "io/file_error.hpp"
#include "io/formats.hpp"
#include "io/shard_index.hpp"
#include "io/shard_writer.hpp"

namespace duramen::io {
namespace {

void check_path(const std::string& path) {
  if (path.empty() || path.find('\0') != std::string::npos) {
    throw file_error(Code::invalid_argument, {path, {}, {}, {}}, "not a path");
  }
}

Ref<Checkpoint> open_file(const Services& services, const std::string& path,
                          const OpenOptions& options) {
  const auto source = Source::open(services, path, options.mode);
  if (!is_shard_index(text_of(source->bytes()))) return read_any(services, source, options);
  return read_shards(services, source, Folder::of_file(path), options);
}

bool is_for_dcp(const std::string& path, const SaveOptions& options) noexcept {
  return options.format == Format::dcp ||
         (options.format == Format::automatic && path.ends_with('/'));
}

template <class Content>
void save_file(const Services& services, const Content& content, const std::string& path,
               const SaveOptions& options) {
  const FileFormat& format = format_for_saving(path, options.format);
  AtomicFile file(path);
  format.write(services, content, file, options);
  file.commit(options.durability);
}

}  // namespace

Ref<Checkpoint> Checkpoint::open(const Services& services, const std::string& path,
                                 const OpenOptions& options) {
  check_path(path);
  auto checkpoint = is_folder(path) ? open_checkpoint_folder(services, path, options)
                                    : open_file(services, path, options);
  checkpoint->file_ = path;
  return checkpoint;
}

Ref<Checkpoint> Checkpoint::from_memory(const Services& services, std::span<const std::byte> bytes,
                                        Ref<const Counted> keeper, const std::string& name,
                                        const OpenOptions& options) {
  auto checkpoint = read_any(services, Source::from_memory(bytes, keeper, name), options);
  checkpoint->keeper_ = std::move(keeper);
  checkpoint->file_ = name;
  return checkpoint;
}

Ref<StateDict> Checkpoint::state_dict(std::string_view select) const try {
  auto dict = state_dict_from_value(*content_, select);
  dict->metadata() = metadata_;
  return dict;
} catch (const Error& error) {
  throw error_in_file(file_, error);
}

void save(const Services& services, const StateDict& dict, const std::string& path,
          const SaveOptions& options) {
  check_path(path);
  check_saveable(dict, path);
  if (is_for_dcp(path, options)) {
    if (options.max_shard_bytes > 0) {
      throw file_error(Code::unsupported, {path, "save", {}, {}},
                       "a distributed checkpoint has no largest size of a file");
    }
    return save_dcp(services, *value_from_state_dict(dict), path, options);
  }
  if (options.max_shard_bytes || path.ends_with(kIndexEnding)) {
    return save_shards(services, dict, path, options);
  }
  save_file(services, dict, path, options);
}

void save_value(const Services& services, const Value& content, const std::string& path,
                const SaveOptions& options) {
  check_path(path);
  if (is_for_dcp(path, options)) return save_dcp(services, content, path, options);
  if (options.max_shard_bytes) {
    throw file_error(Code::unsupported, {path, "save", {}, {}}, "shards hold state dicts only");
  }
  save_file(services, content, path, options);
}

}  // namespace duramen::io
