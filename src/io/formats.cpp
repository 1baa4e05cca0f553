#include "io/formats.hpp"

#include <algorithm>
#include <cstring>
#include <unordered_set>

#include "base/text.hpp"
#include "io/file_error.hpp"
#include "io/gguf.hpp"
#include "io/npy.hpp"
#include "io/npz.hpp"
#include "io/safetensors.hpp"
#include "io/tar.hpp"
#include "io/torch_file.hpp"
#include "io/torch_legacy.hpp"
#include "io/torch_tar.hpp"
#include "tensor/uninitialized.hpp"

namespace duramen::io {
namespace {

using namespace std::string_view_literals;

struct Magic {
  size_t offset;
  std::string_view bytes;
  std::string_view what;
};
// Files that people hand to a reader of checkpoints. None begins as a safetensors file that has a
// header below its limit.
constexpr Magic kMagics[] = {
    {0, "lmgg"sv, "a GGML file of before GGUF"},
    {0, "fmgg"sv, "a GGML file of before GGUF"},
    {0, "tjgg"sv, "a GGML file of before GGUF"},
    {0, "\x89HDF\r\n"sv, "an HDF5 file"},
    {0, "\x80\x02"sv, "a pickle, but not one of torch.save"},
    {0, "\x80\x03"sv, "a pickle, but not one of torch.save"},
    {0, "\x80\x04"sv, "a pickle, but not one of torch.save"},
    {0, "\x80\x05"sv, "a pickle, but not one of torch.save"},
    {0, "version https://git-lfs"sv,
     "a Git LFS pointer, not the file itself (git lfs pull fetches it)"},
    {0, "\x1f\x8b"sv, "a gzip file"},
    {0, "\x28\xb5\x2f\xfd"sv, "a zstd file"},
    {0, "BZh"sv, "a bzip2 file"},
    {0, "\xfd\x37zXZ"sv, "an xz file"},
    {0, "7z\xbc\xaf\x27\x1c"sv, "a 7z archive"},
    {0, "Rar!\x1a\7"sv, "a RAR archive"},
    {4, "TFL3"sv, "a TensorFlow Lite model"},
    {2, "\x12\7pytorch"sv, "an ONNX model"},
};

const Magic* find_magic(std::string_view bytes) noexcept {
  const auto matches = [&](const Magic& magic) {
    return bytes.size() >= magic.offset && bytes.substr(magic.offset).starts_with(magic.bytes);
  };
  const auto* found = std::find_if(std::begin(kMagics), std::end(kMagics), matches);
  return found == std::end(kMagics) ? nullptr : found;
}

size_t first_visible(std::string_view bytes, size_t from) noexcept {
  return bytes.find_first_not_of(" \t\r\n", from);
}

// A text that begins with '<', behind white space or a byte order mark; a number is no text.
bool looks_like_page(std::string_view bytes) noexcept {
  if (bytes.substr(0, 8).find('\0') != std::string_view::npos) return false;
  const size_t first = first_visible(bytes, bytes.starts_with("\xef\xbb\xbf") ? 3 : 0);
  return first != std::string_view::npos && bytes[first] == '<';
}

// A header's length below 2^40: above every limit, and still nothing that a text begins with.
bool has_plausible_length(std::string_view bytes) noexcept {
  return bytes.size() < 8 || bytes.substr(5, 3) == "\0\0\0"sv;
}

// Longer than any header, so that the eight bytes are no length.
bool has_absurd_length(std::string_view bytes) noexcept {
  uint64_t length = 0;
  if (bytes.size() >= sizeof length) std::memcpy(&length, bytes.data(), sizeof length);
  return length > kMaxSafetensorsHeader;
}

// Fewer bytes than a header's length, all of them of a text. Of a length that is cut off at least
// one is none, but for its first two.
bool is_short_text(std::string_view bytes) noexcept {
  return bytes.size() > 2 && bytes.size() < 8 &&
         std::all_of(bytes.begin(), bytes.end(), [](char c) {
           return (c >= ' ' && c <= '~') || c == '\n' || c == '\r' || c == '\t';
         });
}

// What to say of a file that begins like none that is known.
std::string_view describe_unknown(std::string_view bytes) noexcept {
  constexpr size_t kLooked = size_t{1} << 20;
  const size_t first = first_visible(bytes, 0);
  if (first != std::string_view::npos && bytes[first] == '{') {
    return bytes.substr(0, kLooked).find("\"weight_map\"") != std::string_view::npos
               ? "not supported: this is an index of shards, which is read from its folder only "
                 "(open it by its path)"
               : "not a checkpoint: this is a JSON text";
  }
  return "not a checkpoint (expected a .safetensors header, a file of torch.save, an .npy, an "
         ".npz or a GGUF file, an index of shards or a folder of one of these)";
}

void write_torch_dict(const Services& services, const StateDict& dict, Output& out,
                      const SaveOptions& options) {
  write_torch(services, *value_from_state_dict(dict), out, options);
}

bool is_old_torch(std::string_view bytes) noexcept {
  return is_torch_stream(bytes) || is_tar(bytes);
}
Ref<Checkpoint> read_old_torch(const Services& services, const Ref<const Source>& source,
                               const OpenOptions& options) {
  const bool stream = is_torch_stream(text_of(source->bytes()));
  return (stream ? read_torch_stream : read_torch_tar)(services, source, options);
}

// Those that are no zip archives are asked in this order. GGUF first: with its magic a header of
// safetensors would be longer than any may be, while the number of its tensors may look like JSON.
// Then safetensors: the length of a header may begin with any bytes, also with those of the rest,
// whose ninth is never one of JSON's.
constexpr FileFormat kFormats[] = {
    {.number = Format::gguf,
     .endings = ".gguf",
     .matches = is_gguf,
     .read = read_gguf,
     .write_dict = write_gguf,
     .refusal = "gguf files hold state dicts only (expected a .pt)"},
    {.number = Format::safetensors,
     .endings = ".safetensors",
     .matches = looks_like_safetensors,
     .read = read_safetensors,
     .has_shards = true,
     .check_dict = check_safetensors,
     .write_dict = write_safetensors,
     .refusal = "safetensors files hold state dicts only (expected a .pt)"},
    {.number = Format::torch,
     .endings = ".pt .pth .bin .ckpt",
     .matches = is_old_torch,
     .read = read_old_torch,
     .matches_zip = is_torch_archive,
     .read_zip = read_torch,
     .has_shards = true,
     .has_ties = true,
     .write_dict = write_torch_dict,
     .write_value = write_torch},
    {.number = Format::npy,
     .endings = ".npy",
     .matches = is_npy,
     .read = read_npy,
     .write_value = write_npy,
     .refusal = "the format holds one tensor without a name (got a state dict)"},
    {.number = Format::npz,
     .endings = ".npz",
     .matches_zip = is_npz,
     .read_zip = read_npz,
     .write_dict = write_npz,
     .refusal = "npz files hold state dicts only (expected a .pt)"},
};

template <class Condition>
const FileFormat* find_format(Condition&& condition) {
  const auto* found = std::find_if(std::begin(kFormats), std::end(kFormats), condition);
  return found == std::end(kFormats) ? nullptr : found;
}

Ref<Checkpoint> read_zip(const Services& services, const Ref<const Source>& source,
                         const OpenOptions& options) {
  const uint64_t most =
      options.limits.max_entries ? options.limits.max_entries : kDefaultMaxEntries;
  const uint64_t most_bytes =
      options.limits.max_header_bytes ? options.limits.max_header_bytes : UINT64_MAX;
  const ZipReader zip(source, most, most_bytes);
  const auto matches = [&](const FileFormat& format) {
    return format.matches_zip && format.matches_zip(zip);
  };
  if (const FileFormat* format = find_format(matches)) {
    if (options.verify_checksums) zip.check_stored_crcs(services);
    return format->read_zip(services, zip, options);
  }
  throw file_error(Code::unsupported, {source->name(), {}, {}, {}},
                   "not supported: this is a zip archive, but not PyTorch's (it has no data.pkl in "
                   "its folder), and not NumPy's (it has no .npy)");
}

// The endings of a format, or of all, each with a dot, with a space between.
bool has_ending(std::string_view path, std::string_view endings) noexcept {
  while (!endings.empty()) {
    const std::string_view ending = endings.substr(0, endings.find(' '));
    if (path.ends_with(ending)) return true;
    endings.remove_prefix(std::min(ending.size() + 1, endings.size()));
  }
  return false;
}

// Of what has no elements yet.
class SaveableCheck {
 public:
  explicit SaveableCheck(const std::string& file) : file_(file) {}

  void tensor(const Tensor& tensor, std::string_view name) const {
    if (!is_uninitialized(tensor)) return;
    throw file_error(Code::state, {file_, "save", name, {}},
                     "the tensor has no shape yet (expected a forward, or initialize_parameters, "
                     "of its lazy module before)");
  }
  // Recursive: values are not deep.
  void value(const Value& value, std::string_view name) {
    if (const Tensor* one = value.as_tensor()) return tensor(*one, name);
    if (value.count() == 0 && !value.attributes()) return;
    if (!seen_.insert(&value).second) return;
    for (size_t i = 0; i < value.count(); ++i) {
      const bool has_name =
          value.kind() == ValueKind::dict && value.key(i)->kind() == ValueKind::text;
      this->value(*value.item(i), has_name ? value.key(i)->as_text() : name);
    }
    if (value.attributes()) this->value(*value.attributes(), name);
  }

 private:
  const std::string& file_;
  std::unordered_set<const Value*> seen_;
};

Error refused(const FileFormat& format, const Output& out) {
  return file_error(Code::unsupported, {out.name(), "save", {}, {}}, format.refusal);
}

}  // namespace

// A length, and a header that begins as JSON; white space may stand before it.
bool looks_like_safetensors(std::string_view bytes) noexcept {
  if (bytes.size() < 9 || !has_plausible_length(bytes)) return false;
  const size_t first = first_visible(bytes, 8);
  return first != std::string_view::npos && bytes[first] == '{';
}

Ref<Checkpoint> read_any(const Services& services, const Ref<const Source>& source,
                         const OpenOptions& options) {
  const std::string_view bytes = text_of(source->bytes());
  const Spot spot{source->name(), {}, {}, {}};
  if (bytes.empty()) throw file_error(Code::corrupt, spot, "the file is empty");
  const auto matches = [&](const FileFormat& format) {
    return format.matches && format.matches(bytes);
  };
  if (const FileFormat* format = find_format(matches)) {
    return format->read(services, source, options);
  }
  if (bytes.starts_with("PK\3\4") || bytes.starts_with("PK\5\6"))
    return read_zip(services, source, options);
  if (const Magic* magic = find_magic(bytes)) {
    throw file_error(Code::unsupported, spot, join("not supported: this is ", magic->what));
  }
  if (looks_like_page(bytes)) {
    throw file_error(Code::unsupported, spot,
                     "not a checkpoint: this is an HTML or XML page (a download that went wrong?)");
  }
  const bool has_brace = bytes.size() > 8 && bytes[8] == '{';
  if ((has_absurd_length(bytes) && !has_brace) || is_short_text(bytes)) {
    throw file_error(Code::unsupported, spot, describe_unknown(bytes));
  }
  return read_safetensors(services, source, options);  // which says what is wrong with the header
}

void check_saveable(const StateDict& dict, const std::string& file) {
  SaveableCheck check(file);
  for (const auto& [name, entry] : dict.entries()) {
    if (entry.tensor) check.tensor(*entry.tensor, name);
    if (entry.value) check.value(*entry.value, name);
  }
}

void check_saveable(const Value& content, const std::string& file) {
  SaveableCheck(file).value(content, {});
}

bool looks_like_checkpoint(std::string_view bytes) noexcept {
  const auto matches = [&](const FileFormat& format) {
    return format.matches && format.matches(bytes);
  };
  return bytes.starts_with("PK\3\4") || find_format(matches) != nullptr;
}

const FileFormat& format_for_saving(const std::string& path, Format asked) {
  const auto is_wanted = [&](const FileFormat& format) {
    return asked == Format::automatic ? has_ending(path, format.endings) : format.number == asked;
  };
  if (const FileFormat* format = find_format(is_wanted)) return *format;
  throw file_error(Code::invalid_argument, {path, "save", {}, {}},
                   "no format known for this name (expected .safetensors, .pt, .pth, .bin, .ckpt, "
                   ".npy, .npz or .gguf)");
}

void FileFormat::write(const Services& services, const StateDict& dict, Output& out,
                       const SaveOptions& options) const {
  if (!write_dict) throw refused(*this, out);
  write_dict(services, dict, out, options);
}

void FileFormat::write(const Services& services, const Value& content, Output& out,
                       const SaveOptions& options) const {
  if (!write_value) throw refused(*this, out);
  write_value(services, content, out, options);
}

}  // namespace duramen::io
