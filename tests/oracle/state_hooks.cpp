// Steps that set hooks: what they do is part of the recording.
#include "base/text.hpp"
#include "nn/hooks.hpp"
#include "nn/load_notes.hpp"
#include "oracle/state_machine.hpp"

namespace duramen::test {

namespace {

constexpr const char* kNull = "null";

void rename(StateDict& dict, const std::string& from, const std::string& to) {
  const StateEntry* found = dict.entries().find(from);
  if (!found) return;
  const StateEntry entry = *found;
  dict.entries().erase(from);
  dict.entries().set(to, entry);
}

// Edits of a dict, by keys without the module's prefix.
class DictHook final : public nn::Hook {
 public:
  DictHook(Event event, std::vector<std::string> words, TensorRef inserted)
      : Hook(event), words_(std::move(words)), inserted_(std::move(inserted)) {}

  void after_state_dict(const nn::Module&, StateDict& dict, const std::string& prefix) override {
    edit(dict, prefix);
  }
  void before_load(nn::Module&, StateDict& dict, const std::string& prefix,
                   nn::LoadNotes& notes) override {
    if (words_[0] == "error") return notes.add(LoadReport::Kind::failed, words_[1]);
    edit(dict, prefix);
  }

 private:
  void edit(StateDict& dict, const std::string& prefix) const {
    const std::string key = prefix + words_[1];
    if (words_[0] == "rename") {
      rename(dict, key, prefix + words_[2]);
    } else if (words_[0] == "insert") {
      dict.set_tensor(key, inserted_);
    } else if (words_[0] == "drop" || words_[0] == "pop") {
      dict.entries().erase(key);
    } else {
      throw std::runtime_error("no such hook: " + words_[0]);
    }
  }

  std::vector<std::string> words_;
  TensorRef inserted_;
};

class ClearingHook final : public nn::Hook {
 public:
  explicit ClearingHook(LoadReport::Kind kind) : Hook(kAfterLoad), kind_(kind) {}
  void after_load(nn::Module&, const std::string&, nn::LoadNotes& notes) override {
    notes.clear(kind_);
  }

 private:
  LoadReport::Kind kind_;
};

}  // namespace

std::string StateMachine::add_dict_hook(const Json& step, uint32_t event) {
  std::vector<std::string> words;
  for (size_t i = 2; i < count(step); ++i) words.push_back(text(at(step, i)));
  const TensorRef inserted = words[0] == "insert" ? tensor(step, 4) : TensorRef();
  module(step, 1).add_hook(make<DictHook>(nn::Hook::Event(event), std::move(words), inserted));
  return kNull;
}

std::string StateMachine::load_pre_hook(const Json& step) {
  return add_dict_hook(step, nn::Hook::kBeforeLoad);
}

std::string StateMachine::state_post_hook(const Json& step) {
  return add_dict_hook(step, nn::Hook::kAfterStateDict);
}

std::string StateMachine::load_post_hook(const Json& step) {
  const std::string what = text(at(step, size_t{2}));
  if (what == "return_value") throw Skip{"a hook with a result, which C++'s types rule out"};
  const bool missing = what == "clear_missing";
  module(step, 1).add_hook(
      make<ClearingHook>(missing ? LoadReport::Kind::missing : LoadReport::Kind::unexpected));
  return kNull;
}

}  // namespace duramen::test
