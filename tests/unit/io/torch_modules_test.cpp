#include "io/torch_modules.hpp"

#include "support/catch.hpp"
#include "unit/io/damage.hpp"
#include "unit/io/files.hpp"

namespace duramen::test {
namespace {

using namespace std::string_literals;

std::string text(const std::string& word) {
  return "U" + std::string(1, static_cast<char>(word.size())) + word;
}
// One float of storage 0.
const std::string kTensor =
    "ctorch._utils\n_rebuild_tensor_v2\n((U\7storagectorch\nFloatStorage\nU\1"
    "0U\3cpuK\1tQK\0K\1\x85K\1\x85\x89"
    "ccollections\nOrderedDict\n)RtR"s;
std::string parameter(const std::string& data) {
  return "ctorch._utils\n_rebuild_parameter\n" + data + "\x88" +
         "ccollections\nOrderedDict\n)R\x87R";
}
std::string dict(const std::string& pairs) { return "}(" + pairs + "u"; }
std::string ordered(const std::string& pairs) {
  return "ccollections\nOrderedDict\n)R(" + pairs + "u";
}
struct Pickled {
  std::string parameters;
  std::string buffers;
  std::string modules;
  std::string rest;
  std::string state() const {
    return dict(text("training") + "\x88" + text("_parameters") + ordered(parameters) +
                text("_buffers") + ordered(buffers) + text("_modules") + ordered(modules) + rest);
  }
  std::string text_of(const std::string& cls = "models\nNet") const {
    return "c" + cls + "\n)\x81" + state() + "b";
  }
};
std::string file_of(const std::string& value) {
  return torch_file("\x80\2" + value + ".", {u32(0x3f800000)});
}
ValueRef content_of(const std::string& value) { return Files().parse(file_of(value))->content(); }
std::vector<std::string> names_of(const Ref<StateDict>& dict) {
  std::vector<std::string> names;
  for (const auto& [name, entry] : dict->entries()) names.push_back(name);
  return names;
}
std::vector<std::string> names_in(const std::string& value, std::string_view select = "") {
  return names_of(Files().parse(file_of(value))->state_dict(select));
}
using Names = std::vector<std::string>;

const Pickled kLinear{text("weight") + parameter(kTensor) + text("bias") + "N", "", "",
                      text("in_features") + "K\3"};

}  // namespace

TEST_CASE("a module that was saved whole reads as its state dict", "[io][torch]") {
  const auto file = Files().open(data_file("torch/module.pt"));
  CHECK(names_of(file->state_dict("")) ==
        Names{"0.weight", "0.bias", "1.weight", "1.bias", "1.running_mean", "1.running_var",
              "1.num_batches_tracked", "tied.weight", "tied.bias"});
  const Value& root = *file->content();
  CHECK(root.as_text() == "torch.nn.modules.container.Sequential");
  const Value& linear = *root.find("0");
  CHECK(linear.as_text() == "torch.nn.modules.linear.Linear");
  CHECK(linear.attributes()->find("in_features")->as_integer() == 3);
  CHECK(linear.find("weight")->as_tensor()->is_parameter());
  CHECK(root.find("tied") == &linear);
  CHECK(root.find("transient") == nullptr);
  CHECK(root.attributes()->find("transient")->kind() == ValueKind::tensor);
  // Reached by their path, as all that a file holds.
  CHECK(file->state_dict("0.in_features")->entries().find("in_features")->value->as_integer() == 3);
  CHECK(names_of(file->state_dict("1")).front() == "weight");
  CHECK(!file->state_dict("")->has_versions());
}

TEST_CASE("parameters come before buffers, and both before modules", "[io][torch]") {
  Pickled net;
  net.modules = text("inner") + kLinear.text_of() + text("none") + "N" + text("relu") +
                Pickled().text_of("models\nReLU");
  net.buffers = text("b") + kTensor + text("gone") + "N" + text("t") + kTensor;
  net.parameters = text("p") + parameter(kTensor);
  net.rest = text("_non_persistent_buffers_set") + "c__builtin__\nset\n](" + text("t") + "e\x85R";
  CHECK(names_in(net.text_of()) == Names{"p", "b", "inner.weight"});
  CHECK(names_in(dict(text("model") + net.text_of() + text("epoch") + "K\3")) ==
        Names{"model.p", "model.b", "model.inner.weight", "epoch"});
  CHECK(names_in(dict(text("model") + net.text_of()), "model") == Names{"p", "b", "inner.weight"});
  const auto content = content_of(net.text_of());
  CHECK(content->find("relu")->as_text() == "models.ReLU");
  CHECK(content->attributes()->find("t")->kind() == ValueKind::tensor);
}

TEST_CASE("a module is found in every way of pickling an object", "[io][torch]") {
  const std::string state = kLinear.state() + "b";
  for (const std::string& value :
       {"cmodels\nNet\n)\x81" + state, "cmodels\nNet\n)R" + state,
        "ccopy_reg\n_reconstructor\n(cmodels\nNet\nc__builtin__\nobject\nNtR" + state,
        "(imodels\nNet\n" + state, "(cmodels\nNet\no" + state}) {
    const auto content = content_of(value);
    CHECK(content->kind() == ValueKind::dict);
    CHECK(content->as_text() == "models.Net");
    CHECK(content->count() == 1);
  }
  // Python 2 gave an OrderedDict its pairs as a list.
  Pickled old = kLinear;
  std::string value = old.text_of();
  const std::string now = ordered(old.parameters);
  value.replace(value.find(now), now.size(),
                "ccollections\nOrderedDict\n]](" + text("weight") + parameter(kTensor) + "ea\x85R");
  CHECK(names_in(value) == Names{"weight"});
}

TEST_CASE("what an attribute refers to changes no content", "[io][torch]") {
  // The child knows its parent, and is met before it.
  const std::string child =
      "cmodels\nChild\n)\x81q\1" +
      dict(text("_parameters") + dict(text("w") + kTensor) + text("_buffers") + "}" +
           text("_modules") + "}" + text("parent") + "]cmodels\nNet\n)\x81q\2" +
           dict(text("_parameters") + "}" + text("_buffers") + "}" + text("_modules") +
                dict(text("child") + "h\1")) +
           "ba") +
      "b";
  const std::string both = "](" + child + "h\2e";
  const auto content = content_of(both);
  CHECK(names_in(both) == Names{"0.w", "1.child.w"});
  const Value& parent = *content->item(0)->attributes()->find("parent");
  CHECK(parent.item(0)->kind() == ValueKind::opaque);
  CHECK(parent.item(0)->as_text() == "models.Net");
  CHECK(parent.item(0)->count() == 0);
}

TEST_CASE("an object that refers to itself is its name there", "[io][torch]") {
  const auto content = content_of("cmodels\nTrainer\n)\x81q\1" + dict(text("me") + "h\1") + "b");
  CHECK(content->as_text() == "models.Trainer");
  CHECK(content->item(1)->find("me")->as_text() == "models.Trainer");
  // A module inside itself has no state dict; a list in itself is no attribute's fault.
  const std::string module = "cmodels\nNet\n)\x81q\1" +
                             dict(text("_parameters") + "}" + text("_buffers") + "}" +
                                  text("_modules") + dict(text("again") + "h\1")) +
                             "b";
  CHECK(contains(Files().refusal(file_of(module)), "a container holds itself"));
  Pickled net = kLinear;
  net.rest = text("ring") + "]q\1h\1a";
  CHECK(names_in(net.text_of()) == Names{"weight"});
}

TEST_CASE("what is nearly a module is an object", "[io][torch]") {
  for (const std::string& state :
       {dict(text("_parameters") + "}" + text("_buffers") + "}"),
        dict(text("_parameters") + "}" + text("_buffers") + "}" + text("_modules") + "N"), "K\1"s,
        "}"s}) {
    const auto content = content_of("cmodels\nNet\n)\x81" + state + "b");
    CHECK(content->kind() == ValueKind::opaque);
  }
  Pickled net;
  net.parameters = "K\1" + kTensor;
  CHECK(contains(Files().refusal(file_of(net.text_of())), "a module has a part without a name"));
  net.parameters = text("a") + kTensor;
  net.buffers = text("a") + kTensor;
  CHECK(contains(Files().refusal(file_of(net.text_of())), "the key 'a' twice"));
  CHECK(contains(Files().refusal(file_of(net.text_of("os\nsystem"))), "os.system"));
}

TEST_CASE("a state that many objects share is not walked without end", "[io][torch]") {
  std::string state = "}q\1(";
  for (int i = 0; i < 20000; ++i) state += "M" + u16(static_cast<uint64_t>(i)) + "N";
  std::string value = "](" + state + "u";
  for (int i = 0; i < 20000; ++i) value += "cm\nN\n)\x81h\1b";
  CHECK(Files().refusal_code(file_of(value + "e")) == Code::limit);
}

TEST_CASE("modules nest as deep as other values", "[io][torch]") {
  for (const int depth : {900, 1100}) {
    std::string value = Pickled().text_of();
    for (int i = 0; i < depth; ++i) {
      Pickled net;
      net.modules = text("a") + value;
      value = net.text_of();
    }
    const Code code = depth < 1000 ? Code::ok : Code::limit;
    CHECK(Files().refusal_code(file_of(value)) == code);
    if (code != Code::ok) CHECK(contains(Files().refusal(file_of(value)), "nested too deeply"));
  }
}

TEST_CASE("a TorchScript archive reads as its state dict", "[io][torch]") {
  const auto file = Files().open(data_file("torch/traced.pt"));
  CHECK(*file->properties().find("container") == "torchscript");
  CHECK(names_of(file->state_dict("")) == Names{"inner.weight", "inner.bias"});
  CHECK(file->content()->find("inner")->as_text() == "__torch__.torch.nn.modules.linear.Linear");
  const Value& constants = *file->content()->attributes()->find("CONSTANTS");
  CHECK(floats_of(*constants.item(0)->as_tensor()) == std::vector<float>{5});
  CHECK(Files().open(data_file("torch/script.pt"))->content()->count() == 0);
}

TEST_CASE("TorchScript's code says which tensors are state", "[io][torch]") {
  const auto found = io::parse_script_class(
      "class A(Module):\n  __parameters__ = [\"x\", ]\nclass B(Module):\n"
      "  __parameters__ = [\"w\", \"b\", ]\n  __buffers__ = [\"m\", ]\n  w : Tensor\n"
      "class C(Module):\n  __parameters__ = [\"z\", ]\n",
      "B");
  CHECK(found.is_known);
  CHECK(found.parameters == std::vector<std::string_view>{"w", "b"});
  CHECK(found.buffers == std::vector<std::string_view>{"m"});
  CHECK(!io::parse_script_class("class AB(Module):\n", "A").is_known);
  CHECK(!io::parse_script_class("", "A").is_known);

  const std::string object = "c__torch__.a\nNet\n)\x81" +
                             dict(text("b") + kTensor + text("w") + kTensor + text("n") + "K\1" +
                                  text("beside") + kTensor) +
                             "b.";
  const auto archive = [&](const std::string& code) {
    return zip({{"a/data.pkl", "\x80\2" + object, false},
                {"a/constants.pkl", "\x80\2).", false},
                {"a/code/__torch__/a.py", code, true},
                {"a/version", "3\n", false},
                {"a/data/0", u32(0x3f800000), false}});
  };
  CHECK(names_of(Files()
                     .parse(archive("class Net(Module):\n  __parameters__ = [\"w\", ]\n"
                                    "  __buffers__ = [\"b\", ]\n"))
                     ->state_dict("")) == Names{"w", "b"});
  CHECK(names_of(Files().parse(archive("class Other(Module):\n"))->state_dict("")) ==
        Names{"b", "w", "beside"});
}

TEST_CASE("damaged modules are refused or read, never more", "[io][torch]") {
  for (const char* name : {"torch/module.pt", "torch/traced.pt"}) {
    survives_every_mutation(read_file(data_file(name)));
  }
}

}  // namespace duramen::test
