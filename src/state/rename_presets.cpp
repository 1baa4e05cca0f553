// What the names of well-known programs look like, and what is done about it.
#include <array>

#include "state/rename.hpp"

namespace duramen {
namespace {

using std::string_view;

bool strip_front(std::string& name, string_view prefix) {
  if (!name.starts_with(prefix) || name.size() == prefix.size()) return false;
  name.erase(0, prefix.size());
  return true;
}

// The last component becomes another when it is `from`, and what is before it ends with `before`.
bool replace_last(std::string& name, string_view from, string_view to, string_view before = "") {
  if (!name.ends_with(from)) return false;
  const size_t begin = name.size() - from.size();
  if (begin > 0 && name[begin - 1] != '.') return false;
  if (!string_view(name).substr(0, begin).ends_with(before)) return false;
  name.replace(begin, from.size(), to);
  return true;
}

// Takes out every component that is one of the words, but for the last.
bool drop_components(std::string& name, std::span<const string_view> words) {
  std::string kept;
  for (size_t begin = 0; begin < name.size();) {
    const size_t dot = name.find('.', begin);
    const size_t end = dot == std::string::npos ? name.size() : dot + 1;
    const string_view component = string_view(name).substr(begin, end - begin);
    bool drop = false;
    for (const string_view word : words) {
      drop |= component.size() == word.size() + 1 && component.starts_with(word) &&
              component.ends_with('.');
    }
    if (!drop) kept += component;
    begin = end;
  }
  if (kept.size() == name.size()) return false;
  name = std::move(kept);
  return true;
}

bool data_parallel(std::string& name) { return strip_front(name, "module."); }

bool compile(std::string& name) {
  constexpr string_view words[] = {"_orig_mod"};
  return drop_components(name, words);
}

bool fsdp(std::string& name) {
  constexpr string_view words[] = {"_fsdp_wrapped_module", "_checkpoint_wrapped_module"};
  return drop_components(name, words);
}

bool wrappers(std::string& name) {
  bool changed = false;
  for (bool again = true; again; changed |= again) {
    again = data_parallel(name);
    again |= compile(name);
    again |= fsdp(name);
  }
  return changed;
}

bool gamma_beta(std::string& name) {
  return replace_last(name, "gamma", "weight") || replace_last(name, "beta", "bias");
}

bool weight_norm(std::string& name) {
  return replace_last(name, "weight_g", "parametrizations.weight.original0") ||
         replace_last(name, "weight_v", "parametrizations.weight.original1");
}

bool weight_norm_legacy(std::string& name) {
  return replace_last(name, "parametrizations.weight.original0", "weight_g") ||
         replace_last(name, "parametrizations.weight.original1", "weight_v");
}

bool bert(std::string& name) {
  bool changed = strip_front(name, "bert.");
  changed |= replace_last(name, "gamma", "weight", "LayerNorm.");
  changed |= replace_last(name, "beta", "bias", "LayerNorm.");
  return changed;
}

constexpr string_view kBaseModels[] = {
    "bert.",       "roberta.",    "distilbert.", "albert.",      "electra.",  "deberta.",
    "longformer.", "mobilebert.", "mpnet.",      "transformer.", "gpt_neox.", "model.",
    "vit.",        "deit.",       "beit.",       "swin.",        "convnext.", "resnet.",
    "segformer.",  "wav2vec2.",   "hubert."};

bool hugging_face(std::string& name) {
  for (const string_view prefix : kBaseModels) {
    if (strip_front(name, prefix)) return true;
  }
  return false;
}

bool backbone(std::string& name) {
  return strip_front(name, "backbone.body.") || strip_front(name, "backbone.");
}

bool is_number(string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == string_view::npos;
}

// "denselayer1.norm.1.weight", from before names could not hold a dot, is
// "denselayer1.norm1.weight".
bool join_dense_layer(std::string& name) {
  constexpr string_view kLayer = "denselayer";
  const size_t layer = name.rfind(kLayer);
  if (layer == std::string::npos || (layer > 0 && name[layer - 1] != '.')) return false;
  const size_t kind = name.find('.', layer);
  const size_t number = kind == std::string::npos ? kind : name.find('.', kind + 1);
  if (number == std::string::npos || number + 2 >= name.size()) return false;
  const string_view text = name;
  const string_view word = text.substr(kind + 1, number - kind - 1);
  const bool is_part = word == "norm" || word == "relu" || word == "conv";
  const char digit = name[number + 1];
  if (!is_part || (digit != '1' && digit != '2') || name[number + 2] != '.') return false;
  if (!is_number(text.substr(layer + kLayer.size(), kind - layer - kLayer.size()))) return false;
  name.erase(number, 1);
  return true;
}

bool torchvision(std::string& name) {
  if (join_dense_layer(name)) return true;
  for (const char* last : {"weight", "bias"}) {
    for (const auto& [from, to] : {std::pair("linear_1.", "0."), std::pair("linear_2.", "3.")}) {
      if (replace_last(name, std::string(from) + last, std::string(to) + last, "mlp.")) return true;
    }
  }
  return false;
}

constexpr std::array kPresets = {
    RenameRules::Preset{"data_parallel", "takes module. off the front, once", data_parallel},
    RenameRules::Preset{"compile", "takes out the component _orig_mod, anywhere", compile},
    RenameRules::Preset{
        "fsdp", "takes out _fsdp_wrapped_module and _checkpoint_wrapped_module, anywhere", fsdp},
    RenameRules::Preset{"wrappers", "data_parallel, compile and fsdp, as often as they apply",
                        wrappers},
    RenameRules::Preset{"gamma_beta", "the last component gamma becomes weight, beta becomes bias",
                        gamma_beta},
    RenameRules::Preset{"weight_norm",
                        "weight_g and weight_v become parametrizations.weight.original0 and 1",
                        weight_norm},
    RenameRules::Preset{"weight_norm_legacy",
                        "parametrizations.weight.original0 and 1 become weight_g and weight_v",
                        weight_norm_legacy},
    RenameRules::Preset{
        "bert", "takes bert. off the front; LayerNorm.gamma and .beta become .weight and .bias",
        bert},
    RenameRules::Preset{"hugging_face",
                        "takes the base model's prefix off the front: bert., roberta., "
                        "transformer., model., vit., ...",
                        hugging_face},
    RenameRules::Preset{"backbone", "takes backbone.body. or backbone. off the front", backbone},
    RenameRules::Preset{"torchvision",
                        "old files of its: denselayer1.norm.1 becomes denselayer1.norm1, "
                        "mlp.linear_1 and linear_2 become mlp.0 and mlp.3",
                        torchvision},
};

}  // namespace

std::span<const RenameRules::Preset> RenameRules::presets() noexcept { return kPresets; }

}  // namespace duramen
