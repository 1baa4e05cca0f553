#include "io/checkpoint.hpp"

#include "io/atomic_file.hpp"
#include "io/file_error.hpp"
#include "io/formats.hpp"

namespace duramen::io {
namespace {

void check_path(const std::string& path) {
  if (path.empty() || path.find('\0') != std::string::npos) {
    throw file_error(Code::invalid_argument, {path, {}, {}, {}}, "not a path");
  }
}

Error refused(const std::string& path, const FileFormat& format) {
  return file_error(Code::unsupported, {path, "save", {}, {}}, format.refusal);
}

}  // namespace

Ref<Checkpoint> Checkpoint::open(const Services& services, const std::string& path,
                                 const OpenOptions& options) {
  check_path(path);
  const auto mode = options.read_instead_of_map ? Source::Mode::read : Source::Mode::map;
  auto checkpoint = read_any(services, Source::open(services.allocator, path, mode), options);
  checkpoint->file_ = path;
  return checkpoint;
}

Ref<Checkpoint> Checkpoint::from_memory(const Services& services, std::span<const std::byte> bytes,
                                        Ref<const Counted> keeper, const std::string& name,
                                        const OpenOptions& options) {
  auto checkpoint =
      read_any(services, Source::from_memory(bytes, std::move(keeper), name), options);
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
  const FileFormat& format = format_for_saving(path, options.format);
  if (!format.write_dict) throw refused(path, format);
  AtomicFile file(path);
  format.write_dict(services, dict, file, options);
  file.commit(options.durability);
}

void save_value(const Services& services, const Value& content, const std::string& path,
                const SaveOptions& options) {
  check_path(path);
  const FileFormat& format = format_for_saving(path, options.format);
  if (!format.write_value) throw refused(path, format);
  AtomicFile file(path);
  format.write_value(services, content, file, options);
  file.commit(options.durability);
}

}  // namespace duramen::io
