#include "state/rename.hpp"

#include "base/text.hpp"
#include "handles.hpp"
#include "hooks.hpp"
#include "options.hpp"

using namespace duramen;
using namespace duramen::capi;

namespace {

static_assert(DURAMEN_RENAME_STRIP == static_cast<int>(RenameRules::Kind::strip));
static_assert(DURAMEN_RENAME_PRESET == static_cast<int>(RenameRules::Kind::preset));

class RenameCallback final : public CustomRename {
 public:
  RenameCallback(const duramen_rename_callback& table, std::string name)
      : CustomRename(make_tag("rcal")), table_(table), name_(std::move(name)) {}
  ~RenameCallback() override {
    if (owns_user_ && table_.destroy) table_.destroy(table_.user);
  }
  // Whoever calls it has succeeded: `destroy` is ours from now on.
  void take_user() noexcept { owns_user_ = true; }

  std::optional<std::string> rename(std::string_view name) const override {
    duramen_string* given = nullptr;
    duramen_error* handed_over = nullptr;
    const std::string terminated(name);
    const int32_t status =
        table_.rename(table_.user, terminated.c_str(), terminated.size(), &given, &handed_over);
    const auto out = Ref<String>::adopt(peek(given));
    if (given && !out) throw_bad_handle("out");
    check_callback(status, handed_over, "rename", Callback("rename callback", name_));
    if (!out) return std::nullopt;
    if (out->text.find('\0') != std::string::npos) {
      throw Error(Code::unsupported, join("rename: the name that ", printable(name_), " gives for ",
                                          format_quoted(printable(name)), " holds a NUL"));
    }
    return out->text;
  }

 private:
  const duramen_rename_callback table_;
  const std::string name_;
  bool owns_user_ = false;
};

RenameRules::Kind kind_argument(int32_t kind) {
  return static_cast<RenameRules::Kind>(
      known_number(kind, DURAMEN_RENAME_STRIP, DURAMEN_RENAME_PRESET, "kind"));
}

}  // namespace

duramen_status duramen_rename_rules_create(duramen_rename_rules** out,
                                           duramen_error** error) noexcept {
  return guard_out(error, __func__, out, [&] { return make<RenameRules>(); });
}

duramen_status duramen_rename_rules_add(duramen_rename_rules* rules, int32_t kind, const char* from,
                                        size_t from_length, const char* to, size_t to_length,
                                        duramen_error** error) noexcept {
  return guard(error, __func__, [&] {
    RenameRules& core = object(rules, "rules");
    const std::string_view old_text = name_argument(from, from_length, "from");
    core.add(kind_argument(kind), old_text, optional_text(to, to_length, "to"));
  });
}

duramen_status duramen_rename_rules_add_text(duramen_rename_rules* rules, const char* text,
                                             size_t text_length, duramen_error** error) noexcept {
  return guard(error, __func__, [&] {
    RenameRules& core = object(rules, "rules");
    core.add_text(name_argument(text, text_length, "text"));
  });
}

duramen_status duramen_rename_rules_add_callback(duramen_rename_rules* rules,
                                                 const duramen_rename_callback* callback,
                                                 duramen_error** error) noexcept {
  return guard(error, __func__, [&] {
    RenameRules& core = object(rules, "rules");
    const auto given = read_options(&required(callback, "callback"), "callback");
    const std::string_view name =
        name_argument(given.name, struct_length(given.name_length), "name");
    if (name.empty()) throw bad_argument("name", "empty");
    if (!given.rename) throw null_argument("rename");
    auto made = make<RenameCallback>(given, std::string(name));
    core.add_custom(std::string(name), made);
    made->take_user();
  });
}

size_t duramen_rename_rules_count(const duramen_rename_rules* rules) noexcept {
  const RenameRules* core = peek(rules);
  return core ? core->size() : 0;
}

duramen_status duramen_rename_rules_list(const duramen_rename_rules* rules,
                                         duramen_string_list** out,
                                         duramen_error** error) noexcept {
  return guard_out(error, __func__, out, [&] {
    const RenameRules& core = object(rules, "rules");
    std::vector<std::string> texts;
    for (size_t i = 0; i < core.size(); ++i) texts.push_back(core.text(i));
    return make<StringList>(std::move(texts));
  });
}

duramen_status duramen_rename_preset_list(duramen_string_list** out,
                                          duramen_error** error) noexcept {
  return guard_out(error, __func__, out, [&] {
    std::vector<std::string> names;
    for (const RenameRules::Preset& preset : RenameRules::presets()) {
      names.emplace_back(preset.name);
    }
    return make<StringList>(std::move(names));
  });
}

duramen_status duramen_rename_preset_describe(const char* name, size_t name_length,
                                              duramen_string** out,
                                              duramen_error** error) noexcept {
  return guard_out(error, __func__, out, [&] {
    const auto& preset = RenameRules::preset(name_argument(name, name_length, "name"));
    return make<String>(std::string(preset.description));
  });
}

duramen_status duramen_state_dict_rename(const duramen_state_dict* dict,
                                         const duramen_rename_rules* rules,
                                         duramen_state_dict** out, duramen_error** error) noexcept {
  return guard_out(error, __func__, out, [&] {
    const StateDict& core = object(dict, "dict");
    return rename(core, object(rules, "rules")).dict;
  });
}

duramen_rename_rules* duramen_rename_rules_retain(duramen_rename_rules* rules) noexcept {
  return retain(rules);
}
void duramen_rename_rules_release(duramen_rename_rules* rules) noexcept { release(rules); }
