#include "io/shard_writer.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "io/atomic_file.hpp"
#include "io/file_error.hpp"
#include "io/formats.hpp"
#include "io/safetensors.hpp"
#include "io/shard_index.hpp"
#include "io/shard_plan.hpp"

namespace duramen::io {
namespace {

constexpr int kMostGenerations = 1000;

// Progress of one file as that of all.
struct Progress {
  ProgressSink inner;
  uint64_t total = 0;
  uint64_t done = 0;  // of the files before
  uint64_t last = 0;  // of the one that is being written

  static void report(void* user, const char* operation, uint64_t done, uint64_t /*total*/) {
    auto& self = *static_cast<Progress*>(user);
    self.last = done;
    self.inner.report(operation, self.done + done, self.total);
  }
};

std::string five_digits(size_t number) {
  const std::string digits = std::to_string(number);
  return std::string(5 - std::min<size_t>(5, digits.size()), '0') + digits;
}

class Saver {
 public:
  Saver(const Services& services, const StateDict& dict, std::string path,
        const SaveOptions& options)
      : services_(services),
        dict_(dict),
        options_(options),
        folder_(Folder::of_file(path)),
        path_(path.ends_with(kIndexEnding) ? path.substr(0, path.size() - kIndexEnding.size())
                                           : std::move(path)),
        base_(path_.substr(path_.rfind('/') + 1)),
        format_(format_for_saving(path_, options.format)) {}
  Saver(const Saver&) = delete;
  Saver& operator=(const Saver&) = delete;
  // Without an index they are nothing.
  ~Saver() {
    if (has_index_) return;
    for (const std::string& name : written_) folder_.remove(name);
  }

  void save() {
    check();
    const uint64_t most = options_.max_shard_bytes ? options_.max_shard_bytes : UINT64_MAX;
    plan_ = plan_shards(dict_, most, format_.has_ties);
    folder_.check_room(plan_.nbytes);
    const auto old = shards_of_index(services_, folder_, index_name());
    const auto final_names = names_of(0);
    const auto names = free_names(final_names);
    write_shards(final_names, names);
    write_index(names, has_index_);
    remove_stale(services_, folder_, own_of(old), names);
    if (names != final_names) rename(names, final_names);
  }

 private:
  std::string index_name() const { return base_ + std::string(kIndexEnding); }

  void check() {
    AtomicFile file(path_);
    if (!format_.has_shards) {
      throw file_error(Code::unsupported, {path_, "save", {}, {}},
                       "the format has no shards (expected .safetensors, .pt or .bin)");
    }
    if (format_.check_dict) format_.check_dict(services_, dict_, file, options_);
    for (const auto& [name, entry] : dict_.entries()) {
      if (is_utf8(name) && name.find('\0') == std::string::npos) continue;
      throw file_error(Code::invalid_argument, {path_, "save", name, {}},
                       "the name is not UTF-8 without NUL, which an index needs");
    }
  }

  // "model-00001-of-00003.safetensors"; with a generation "model.1-00001-…".
  std::vector<std::string> names_of(int generation) const {
    const size_t dot = base_.rfind('.');
    const bool has_ending = dot != std::string::npos && dot > 0;
    std::string stem = has_ending ? base_.substr(0, dot) : base_;
    if (generation) stem += join(".", generation);
    std::vector<std::string> names;
    for (size_t i = 0; i < plan_.shards.size(); ++i) {
      names.push_back(join(stem, "-", five_digits(i + 1), "-of-", five_digits(plan_.shards.size()),
                           has_ending ? base_.substr(dot) : std::string()));
    }
    if (!is_plain_name(names.back()) || !is_plain_name(index_name())) {
      throw file_error(Code::invalid_argument, {path_, "save", {}, {}},
                       "no name for shards (expected the path of a file, and a name that has room "
                       "for a number)");
    }
    return names;
  }

  // An index may name files that others wrote, too.
  std::vector<std::string> own_of(std::vector<std::string> names) const {
    const size_t dot = base_.rfind('.');
    const bool has_ending = dot != std::string::npos && dot > 0;
    const std::string_view stem =
        std::string_view(base_).substr(0, has_ending ? dot : base_.size());
    const std::string_view ending = std::string_view(base_).substr(stem.size());
    std::erase_if(
        names, [&](const std::string& name) { return !is_numbered(name, stem, ".-of", ending); });
    return names;
  }

  bool is_free(const std::vector<std::string>& names) const {
    return std::none_of(names.begin(), names.end(),
                        [this](const std::string& name) { return folder_.has(name); });
  }
  std::vector<std::string> free_names(std::vector<std::string> names) const {
    for (int generation = 1; !is_free(names); ++generation) {
      if (generation > kMostGenerations) {
        throw file_error(Code::io, {path_, "save", names[0], {}},
                         "no free names for the shards (are there many unfinished saves?)");
      }
      names = names_of(generation);
    }
    return names;
  }

  Ref<StateDict> part(const std::vector<size_t>& positions) const {
    auto part = make<StateDict>();
    for (const size_t position : positions) {
      const auto& [name, entry] = dict_.entries()[position];
      part->entries().append(name, entry);
    }
    part->versions() = dict_.versions();
    part->set_has_versions(dict_.has_versions());
    part->metadata() = dict_.metadata();
    return part;
  }

  // The content is that of the final name, whatever name it has for now.
  void write_shards(const std::vector<std::string>& shown, const std::vector<std::string>& names) {
    Progress progress{services_.progress, plan_.nbytes};
    Services services = services_;
    services.progress = {Progress::report, &progress};
    for (size_t i = 0; i < names.size(); ++i) {
      AtomicFile file(folder_.path_of(shown[i]), folder_.path_of(names[i]));
      written_.push_back(names[i]);
      format_.write_dict(services, *part(plan_.shards[i]), file, options_);
      file.commit(options_.durability);
      progress.done += progress.last;
    }
  }

  // `is_there` tells, also after an error, whether the index is the new one.
  void write_index(const std::vector<std::string>& names, bool& is_there) {
    save_bytes(path_ + std::string(kIndexEnding), index_text(names), options_.durability, is_there);
  }

  // As json.dumps(index, indent=2, sort_keys=True).
  std::string index_text(const std::vector<std::string>& names) const {
    std::vector<std::pair<std::string_view, size_t>> entries;
    for (size_t shard = 0; shard < names.size(); ++shard) {
      for (const size_t position : plan_.shards[shard]) {
        entries.emplace_back(dict_.entries()[position].name, shard);
      }
    }
    std::sort(entries.begin(), entries.end());
    std::string text = join("{\n  \"metadata\": {\n    \"total_size\": ", plan_.nbytes,
                            "\n  },\n  \"weight_map\": {");
    for (size_t i = 0; i < entries.size(); ++i) {
      text += i ? ",\n    " : "\n    ";
      append_json_string(text, entries[i].first);
      text += ": ";
      append_json_string(text, names[entries[i].second]);
    }
    return text += entries.empty() ? "}\n}\n" : "\n  }\n}\n";
  }

  // Each file has both names while the index goes from one set to the other. Where that cannot be
  // done, they keep the names that they have.
  void rename(const std::vector<std::string>& names, const std::vector<std::string>& to) noexcept {
    size_t linked = 0;
    while (linked < names.size()) {
      if (folder_.has(to[linked])) break;  // of somebody else
      if (!folder_.link(names[linked], to[linked])) break;
      ++linked;
    }
    const bool is_durable = options_.durability == Durability::durable;
    const bool is_whole = linked == names.size() && (!is_durable || folder_.synchronise());
    const bool is_renamed = is_whole && replaces_index(to);
    for (size_t i = 0; i < linked; ++i) folder_.remove(is_renamed ? names[i] : to[i]);
  }
  bool replaces_index(const std::vector<std::string>& names) noexcept {
    bool is_there = false;
    try {
      write_index(names, is_there);
    } catch (...) {
      return is_there;
    }
    return true;
  }

  const Services& services_;
  const StateDict& dict_;
  const SaveOptions& options_;
  Folder folder_;
  std::string path_;  // without ".index.json"
  std::string base_;
  const FileFormat& format_;
  ShardPlan plan_;
  std::vector<std::string> written_;
  bool has_index_ = false;
};

}  // namespace

void save_shards(const Services& services, const StateDict& dict, const std::string& path,
                 const SaveOptions& options) {
  Saver(services, dict, path, options).save();
}

bool is_numbered(std::string_view name, std::string_view start, std::string_view signs,
                 std::string_view end) noexcept {
  if (name.size() <= start.size() + end.size()) return false;
  if (!name.starts_with(start) || !name.ends_with(end)) return false;
  name = name.substr(start.size(), name.size() - start.size() - end.size());
  return std::all_of(name.begin(), name.end(), [&](char c) {
    return (c >= '0' && c <= '9') || signs.find(c) != std::string_view::npos;
  });
}

void remove_stale(const Services& services, const Folder& folder,
                  const std::vector<std::string>& stale,
                  const std::vector<std::string>& kept) noexcept {
  for (const std::string& name : stale) {
    if (std::find(kept.begin(), kept.end(), name) != kept.end()) continue;
    try {
      const auto source = folder.open(services, name, Source::Mode::map);
      if (looks_like_checkpoint(text_of(source->bytes()))) folder.remove(name);
    } catch (...) {  // not there, or nothing of ours
      continue;
    }
  }
}

}  // namespace duramen::io
