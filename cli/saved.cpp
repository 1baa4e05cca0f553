#include "saved.hpp"

#include <algorithm>

#include "output.hpp"
#include "verbs.hpp"

namespace cli {
namespace {

void write_names(Json& json, const char* key, const std::vector<std::string>& names) {
  json.key(key).begin_array();
  for (const std::string& name : names) json.text(name);
  json.end_array();
}

}  // namespace

std::string names_text(const std::vector<std::string>& names) {
  constexpr size_t kShown = 3;
  std::string out;
  for (size_t i = 0; i < std::min(kShown, names.size()); ++i) {
    out += (i > 0 ? ", '" : "'") + abbreviated(names[i], kWidestName) + "'";
  }
  return names.size() > kShown ? out + " and " + std::to_string(names.size() - kShown) + " more"
                               : out;
}

std::string to_text(const Saved& saved) {
  std::string out = saved.file + ": " + saved.format + ", " + counted(saved.tensors, "tensor") +
                    ", " + format_bytes(saved.nbytes);
  if (saved.values > 0) out += ", " + counted(saved.values, "value");
  out += '\n';
  const auto line = [&](const char* what, const std::vector<std::string>& names) {
    if (!names.empty()) out += std::string(what) + names_text(names) + "\n";
  };
  line("left out, no tensors: ", saved.dropped_values);
  for (const auto& [name, kept] : saved.dropped_ties) {
    out.append("left out, as '").append(kept).append("' has its memory: '").append(name) += "'\n";
  }
  line("copied, as they share memory: ", saved.cloned_ties);
  line("left out of the metadata: ", saved.dropped_metadata);
  return printable_lines(out);
}

void write_saved(Json& json, const Saved& saved) {
  json.key("output").text(saved.file).key("format").text(saved.format);
  json.key("tensors").integer(static_cast<int64_t>(saved.tensors));
  json.key("values").integer(static_cast<int64_t>(saved.values));
  json.key("nbytes").integer(static_cast<int64_t>(saved.nbytes));
  write_names(json, "dropped_values", saved.dropped_values);
  json.key("dropped_ties").begin_object();
  for (const auto& [name, kept] : saved.dropped_ties) json.key(name).text(kept);
  json.end_object();
  write_names(json, "cloned_ties", saved.cloned_ties);
  write_names(json, "dropped_metadata", saved.dropped_metadata);
}

void print_report(const std::string& file, bool json, const std::string& text,
                  const std::string& json_text) {
  if (file != "-") print(json ? json_text : text);
}

}  // namespace cli
