// The file formats, a row each: how a file of one is known by its content, what reads it and what
// writes it. A format is added here and in no other place.
#pragma once

#include "io/checkpoint.hpp"
#include "io/output.hpp"
#include "io/source.hpp"
#include "io/zip.hpp"

namespace duramen::io {

struct FileFormat {
  Format number;
  std::string_view endings;  // of the names that a save gives to it: ".pt .pth"

  // Of a file that is no zip archive; null for the others.
  bool (*matches)(std::string_view bytes) noexcept = nullptr;
  Ref<Checkpoint> (*read)(const Services&, const Ref<const Source>&, const OpenOptions&) = nullptr;

  // Of a zip archive; null for the others.
  bool (*matches_zip)(const ZipReader& zip) = nullptr;
  Ref<Checkpoint> (*read_zip)(const Services&, const ZipReader&, const OpenOptions&) = nullptr;

  bool has_shards = false;  // a state dict may lie in several files
  // What these can only be asked together; null for nothing.
  void (*check_dict)(const Services&, const StateDict&, Output&, const SaveOptions&) = nullptr;
  bool has_ties = false;  // names that share memory: they go into one file

  // Null where the format cannot hold it.
  void (*write_dict)(const Services&, const StateDict&, Output&, const SaveOptions&) = nullptr;
  void (*write_value)(const Services&, const Value&, Output&, const SaveOptions&) = nullptr;
  std::string_view refusal = {};  // what is said then

  // UNSUPPORTED where the format cannot hold it.
  void write(const Services& services, const StateDict& dict, Output& out,
             const SaveOptions& options) const;
  void write(const Services& services, const Value& content, Output& out,
             const SaveOptions& options) const;
};

// The format that a file's bytes are in. CORRUPT or UNSUPPORTED with what the file is instead.
Ref<Checkpoint> read_any(const Services& services, const Ref<const Source>& source,
                         const OpenOptions& options);

// STATE for a tensor that has no shape yet.
void check_saveable(const StateDict& dict, const std::string& file);
void check_saveable(const Value& content, const std::string& file);

// Whether a file that begins so is worth to be read: told by its first bytes alone.
bool looks_like_checkpoint(std::string_view bytes) noexcept;

bool looks_like_safetensors(std::string_view bytes) noexcept;

// The row of a number, or of a path's ending for Format::automatic. INVALID_ARGUMENT.
const FileFormat& format_for_saving(const std::string& path, Format asked);

}  // namespace duramen::io
