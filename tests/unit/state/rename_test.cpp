#include "state/rename.hpp"

#include <random>

#include "support/catch.hpp"

namespace duramen {
namespace {

using Kind = RenameRules::Kind;

Ref<RenameRules> rules_of(std::initializer_list<std::string_view> texts) {
  auto rules = make<RenameRules>();
  for (const std::string_view text : texts) rules->add_text(text);
  return rules;
}

std::string renamed(std::string_view name, std::initializer_list<std::string_view> texts) {
  std::vector<size_t> applied;
  return rules_of(texts)->apply(name, applied);
}

Ref<StateDict> dict_of(std::initializer_list<std::string_view> names) {
  auto dict = make<StateDict>();
  int64_t number = 0;
  for (const std::string_view name : names) dict->set_value(name, Value::integer(number++));
  return dict;
}

// Names with their numbers, so that a swap shows.
std::string entries_of(const StateDict& dict) {
  std::string out;
  for (const auto& [name, entry] : dict.entries()) {
    out += name + "=" + std::to_string(entry.value->as_integer()) + " ";
  }
  return out;
}

std::string versions_of(const StateDict& dict) {
  std::string out;
  for (const auto& [path, version] : dict.versions()) {
    out += "'" + path + "'=" + (version.number ? std::to_string(*version.number) : "?") + " ";
  }
  return out;
}

template <class Body>
std::string refusal_of(Body&& body, Code code) {
  try {
    body();
  } catch (const Error& error) {
    CHECK(error.code() == code);
    return error.message();
  }
  return "not refused";
}

class Upper final : public CustomRename {
 public:
  Upper() : CustomRename(make_tag("test")) {}
  std::optional<std::string> rename(std::string_view name) const override {
    if (name.starts_with("keep")) return std::nullopt;
    std::string out(name);
    for (char& c : out) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    return out;
  }
};

}  // namespace

TEST_CASE("Rules take prefixes off, put them on and replace them", "[state][rename]") {
  CHECK(renamed("module.fc.weight", {"strip:module."}) == "fc.weight");
  CHECK(renamed("fc.module.weight", {"strip:module."}) == "fc.module.weight");
  CHECK(renamed("module.module.a", {"strip:module."}) == "module.a");
  CHECK(renamed("a", {"add:module."}) == "module.a");
  CHECK(renamed("", {"add:weight"}) == "weight");
  CHECK(renamed("fc.weight", {"replace:fc.=head."}) == "head.weight");
  CHECK(renamed("fc2.weight", {"replace:fc.=head."}) == "fc2.weight");
  CHECK(renamed("fc.weight", {"exact:fc.weight=w=1"}) == "w=1");
  CHECK(renamed("fc.weight.x", {"exact:fc.weight=w"}) == "fc.weight.x");
  CHECK(renamed("a=b", {R"(exact:a\=b=c)"}) == "c");
  CHECK(renamed("module.encoder.0.w", {"strip:module.", "replace:encoder.=enc.", "add:m."}) ==
        "m.enc.0.w");
}

TEST_CASE("A glob's wildcards come back in the replacement", "[state][rename]") {
  CHECK(renamed("layers.3.attn.weight", {"glob:layers.*.attn.*=blocks.*.attention.*"}) ==
        "blocks.3.attention.weight");
  CHECK(renamed("layers.3.x.weight", {"glob:layers.*.attn.*=blocks.*.attention.*"}) ==
        "layers.3.x.weight");
  CHECK(renamed("encoder.layer.0.w", {"glob:encoder.**=bert.encoder.**"}) ==
        "bert.encoder.layer.0.w");
  CHECK(renamed("a.b", {R"(glob:*.*=\2.\1)"}) == "b.a");
  CHECK(renamed("a.b.c", {"glob:*.*.*=x"}) == "x");
  CHECK(renamed("h12.w", {"glob:h?2.w=k?.w"}) == "k1.w");
  CHECK(renamed("a*b", {R"(glob:a\*b=c\*d)"}) == "c*d");
  // Whole components take their dot along, and come back without a second one.
  CHECK(renamed("a.b.gamma", {"glob:**.gamma=**.weight"}) == "a.b.weight");
  CHECK(renamed("gamma", {"glob:**.gamma=**.weight"}) == "weight");
  CHECK(renamed("a.b.gamma", {"glob:**.gamma=x.**"}) == "x.a.b");
  CHECK(refusal_of([] { rules_of({"glob:a.*=*.*"}); }, Code::invalid_argument) ==
        "rename: the replacement has more wildcards than the pattern (expected at most 1): '*.*'");
  refusal_of([] { rules_of({R"(glob:a.*=\2)"}); }, Code::invalid_argument);
}

TEST_CASE("What is no rule is refused", "[state][rename]") {
  CHECK(refusal_of([] { rules_of({"drop:x"}); }, Code::invalid_argument)
            .find("expected strip:PREFIX") != std::string::npos);
  for (const char* text : {"", ":", "strip", "strip:", "add:", "glob:=x", "exact:a", "replace:a"}) {
    CAPTURE(text);
    CHECK(refusal_of([&] { rules_of({text}); }, Code::invalid_argument) != "not refused");
  }
  CHECK(refusal_of([] { rules_of({"preset:gama_beta"}); }, Code::not_found) ==
        "rename: no preset is called 'gama_beta' (did you mean 'gamma_beta'?)");
}

TEST_CASE("Presets know the names that other programs give", "[state][rename]") {
  CHECK(renamed("module.a", {"preset:data_parallel"}) == "a");
  CHECK(renamed("module.", {"preset:data_parallel"}) == "module.");
  CHECK(renamed("_orig_mod.a", {"preset:compile"}) == "a");
  CHECK(renamed("a._orig_mod.b._orig_mod.c", {"preset:compile"}) == "a.b.c");
  CHECK(renamed("a._orig_mod", {"preset:compile"}) == "a._orig_mod");
  CHECK(renamed("a_orig_mod.b", {"preset:compile"}) == "a_orig_mod.b");
  CHECK(renamed("_fsdp_wrapped_module.l.0._checkpoint_wrapped_module.w", {"preset:fsdp"}) ==
        "l.0.w");
  CHECK(renamed("_orig_mod.module._orig_mod.module.w", {"preset:wrappers"}) == "w");
  CHECK(renamed("a.module.w", {"preset:wrappers"}) == "a.module.w");
  CHECK(renamed("bn.gamma", {"preset:gamma_beta"}) == "bn.weight");
  CHECK(renamed("beta", {"preset:gamma_beta"}) == "bias");
  CHECK(renamed("ln.gamma.x", {"preset:gamma_beta"}) == "ln.gamma.x");
  CHECK(renamed("xgamma", {"preset:gamma_beta"}) == "xgamma");
  CHECK(renamed("c.weight_g", {"preset:weight_norm"}) == "c.parametrizations.weight.original0");
  CHECK(renamed("c.parametrizations.weight.original1", {"preset:weight_norm_legacy"}) ==
        "c.weight_v");
  CHECK(renamed("bert.embeddings.LayerNorm.gamma", {"preset:bert"}) ==
        "embeddings.LayerNorm.weight");
  CHECK(renamed("bert.x.gamma", {"preset:bert"}) == "x.gamma");
  CHECK(renamed("cls.predictions.bias", {"preset:bert"}) == "cls.predictions.bias");
  CHECK(renamed("transformer.h.0.w", {"preset:hugging_face"}) == "h.0.w");
  CHECK(renamed("model.layers.0.w", {"preset:hugging_face"}) == "layers.0.w");
  CHECK(renamed("backbone.body.conv1.weight", {"preset:backbone"}) == "conv1.weight");
  CHECK(renamed("backbone.conv1.weight", {"preset:backbone"}) == "conv1.weight");
  CHECK(renamed("features.denseblock1.denselayer12.norm.1.running_mean", {"preset:torchvision"}) ==
        "features.denseblock1.denselayer12.norm1.running_mean");
  CHECK(renamed("features.denseblock1.denselayer12.norm.3.weight", {"preset:torchvision"}) ==
        "features.denseblock1.denselayer12.norm.3.weight");
  CHECK(renamed("encoder.layers.l_0.mlp.linear_2.bias", {"preset:torchvision"}) ==
        "encoder.layers.l_0.mlp.3.bias");
  for (const RenameRules::Preset& preset : RenameRules::presets()) {
    const std::string name = "preset:" + std::string(preset.name);
    CHECK(renamed("", {name}).empty());
    CHECK(renamed("fc1.weight", {name}) == "fc1.weight");
  }
}

TEST_CASE("A renamed dict has the same entries in the same order", "[state][rename]") {
  const auto dict = dict_of({"module.a.w", "b.w", "module.c"});
  dict->metadata().set("format", "pt");
  const Renaming out = rename(*dict, *rules_of({"strip:module.", "exact:c=d"}));
  CHECK(entries_of(*out.dict) == "a.w=0 b.w=1 d=2 ");
  CHECK(entries_of(*dict) == "module.a.w=0 b.w=1 module.c=2 ");
  CHECK(*out.dict->metadata().find("format") == "pt");
  CHECK_FALSE(out.dict->has_versions());
  REQUIRE(out.names.size() == 2);
  CHECK(out.names[0].from == "module.a.w");
  CHECK(out.names[0].to == "a.w");
  CHECK(out.names[0].rule == "strip:module.");
  CHECK(out.names[1].rule == "strip:module., exact:c=d");
}

TEST_CASE("Two names that become one are told with both", "[state][rename]") {
  const auto refused = [](std::initializer_list<std::string_view> names) {
    return refusal_of([&] { rename(*dict_of(names), *rules_of({"strip:module."})); },
                      Code::already_exists);
  };
  CHECK(refused({"module.a", "a"}) == "rename: 'module.a' and 'a' both become 'a'");
  CHECK(refused({"x", "a", "y", "z", "1", "2", "3", "4", "5", "6", "module.a"}) ==
        "rename: 'a' and 'module.a' both become 'a'");
  CHECK(refusal_of([] { rename(*dict_of({"module."}), *rules_of({"strip:module."})); },
                   Code::invalid_argument) ==
        "rename: 'module.' becomes an empty name by strip:module.");
  // A swap is no collision.
  CHECK(entries_of(*rename(*dict_of({"a.x", "b.x"}), *rules_of({R"(glob:*.x=*.y)"})).dict) ==
        "a.y=0 b.y=1 ");
}

TEST_CASE("Versions go where the entries of their modules go", "[state][rename]") {
  const auto versions = [](std::initializer_list<std::string_view> names,
                           std::initializer_list<std::pair<const char*, int>> given,
                           std::initializer_list<std::string_view> rules) {
    const auto dict = dict_of(names);
    for (const auto& [path, version] : given) dict->set_version(path, version);
    return versions_of(*rename(*dict, *rules_of(rules)).dict);
  };
  // As consume_prefix_in_state_dict_if_present: "module" becomes the root.
  CHECK(versions({"module.bn.weight"},
                 {{"", 1}, {"module", 3}, {"module.bn", 2}, {"module.act", 4}},
                 {"strip:module."}) == "''=3 'bn'=2 'act'=4 ");
  CHECK(versions({"bn.weight"}, {{"", 3}, {"bn", 2}, {"act", 4}}, {"add:net."}) ==
        "''=3 'net'=3 'net.bn'=2 'net.act'=4 ");
  CHECK(versions({"a.bn.weight", "b.bn.weight"}, {{"", 1}, {"a", 5}, {"a.bn", 2}, {"b.bn", 3}},
                 {"replace:a.=c.d."}) == "''=1 'c.d'=5 'c.d.bn'=2 'b.bn'=3 ");
  CHECK(
      versions({"a._orig_mod.w", "a._orig_mod.b._orig_mod.w"},
               {{"a", 1}, {"a._orig_mod", 2}, {"a._orig_mod.b", 3}, {"a._orig_mod.b._orig_mod", 4}},
               {"preset:compile"}) == "'a'=2 'a.b'=4 ");
  // What stays under its name keeps its version there, too.
  CHECK(versions({"a.weight", "a.bias"}, {{"a", 2}}, {"exact:a.weight=b.weight"}) ==
        "'a'=2 'b'=2 ");
  CHECK(versions({"ln.gamma"}, {{"ln", 2}}, {"preset:gamma_beta"}) == "'ln'=2 ");
}

TEST_CASE("A caller's rule sees what the rules before it made", "[state][rename]") {
  const auto rules = rules_of({"strip:module."});
  rules->add_custom("upper", make<Upper>());
  const Renaming out = rename(*dict_of({"module.a", "keep.b", "X"}), *rules);
  CHECK(entries_of(*out.dict) == "A=0 keep.b=1 X=2 ");
  REQUIRE(out.names.size() == 1);
  CHECK(out.names[0].rule == "strip:module., upper");
}

// Whatever the rules and the names are: every entry is there afterwards under one name, or the call
// fails and says why.
TEST_CASE("Random rules lose no entry", "[state][rename]") {
  std::mt19937 random(20240229);
  const auto text = [&random](size_t most) {
    constexpr std::string_view kBytes = "ab.*?\\=:1\xC3\xA9";
    std::string out;
    for (size_t n = random() % (most + 1); n > 0; --n) out += kBytes[random() % kBytes.size()];
    return out;
  };
  size_t done = 0;
  size_t refused = 0;
  for (int round = 0; round < 4000; ++round) {
    const auto rules = make<RenameRules>();
    for (size_t n = random() % 4; n > 0; --n) {
      const auto kind = static_cast<Kind>(1 + random() % 6);
      const std::string preset(
          RenameRules::presets()[random() % RenameRules::presets().size()].name);
      const bool pair = kind == Kind::replace || kind == Kind::exact || kind == Kind::glob;
      try {
        rules->add(kind, kind == Kind::preset ? preset : text(5), pair ? text(5) : "");
      } catch (const Error& error) {
        CHECK((error.code() == Code::invalid_argument || error.code() == Code::not_found));
      }
    }
    StateDict dict;
    for (size_t n = random() % 20; n > 0; --n) {
      const std::string name = text(8);
      dict.set_value(name, Value::text(name));
      dict.set_version(name, static_cast<int64_t>(n));
    }
    try {
      const Renaming out = rename(dict, *rules);
      REQUIRE(out.dict->entries().size() == dict.entries().size());
      for (size_t i = 0; i < dict.entries().size(); ++i) {
        CHECK(out.dict->entries()[i].value.value == dict.entries()[i].value.value);
      }
      ++done;
    } catch (const Error& error) {
      CHECK((error.code() == Code::already_exists || error.code() == Code::invalid_argument));
      ++refused;
    }
  }
  CHECK(done > 1000);
  CHECK(refused > 20);
}

TEST_CASE("A deep dict is renamed in linear time", "[state][rename]") {
  StateDict dict;
  std::string path;
  for (int depth = 0; depth < 2000; ++depth) {
    dict.set_value("module." + path + "w", Value::none());
    dict.set_version("module" + (path.empty() ? "" : "." + path.substr(0, path.size() - 1)), 1);
    path += "0.";
  }
  const Renaming out = rename(dict, *rules_of({"strip:module."}));
  CHECK(out.dict->version_of(path.substr(0, path.size() - 3)) == 1);
  CHECK(out.dict->versions().size() == 2000);
}

}  // namespace duramen
