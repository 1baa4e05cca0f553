#include "nn/module.hpp"

#include "support/catch.hpp"
#include "unit/nn/trees.hpp"

using namespace duramen;
using namespace duramen::nn;
using namespace duramen::nn::testing;

namespace {

// A module with a parameter p, a buffer b and a child c.
struct Sample {
  ModuleRef m = make<Module>();
  TensorRef p = parameter({2}), b = tensor({3});
  ModuleRef c = make<Module>("Linear");
  Sample() {
    m->register_parameter("p", p);
    m->register_buffer("b", b);
    m->register_module("c", c);
  }
};

}  // namespace

TEST_CASE("Registration refuses names in PyTorch's words and classes", "[nn][module]") {
  Sample s;
  const TensorRef q = parameter({1}), z = tensor({1});
  const ModuleRef k = make<Module>("ReLU");
  const auto refused = [&](auto&& body) { return refusal(body); };

  CHECK(refused([&] { s.m->register_parameter("", q); }) ==
        "KeyError register_parameter: parameter name can't be empty string \"\"");
  CHECK(refused([&] {
          s.m->register_buffer("a.b", z);
        }).find("KeyError register_buffer: buffer name can't contain \".\"") == 0);
  CHECK(refused([&] { s.m->register_module(".", k); }) ==
        "KeyError register_module: module name can't contain \".\", got: .");
  for (const char* taken : {"forward", "training", "_parameters", "T_destination", "type"}) {
    const std::string text = std::string("attribute '") + taken + "' already exists";
    CHECK(refused([&] { s.m->register_parameter(taken, q); }) ==
          "KeyError register_parameter: " + text);
    CHECK(refused([&] { s.m->register_buffer(taken, z); }) == "KeyError register_buffer: " + text);
    CHECK(refused([&] { s.m->register_module(taken, k); }) == "KeyError register_module: " + text);
  }
  CHECK(refused([&] { s.m->register_buffer("p", z); }) ==
        "KeyError register_buffer: attribute 'p' already exists");
  CHECK(refused([&] { s.m->register_parameter("c", q); }) ==
        "KeyError register_parameter: attribute 'c' already exists");
  CHECK(refused([&] { s.m->register_parameter("new", z); }) ==
        "TypeError register_parameter: cannot assign 'torch.FloatTensor' object to parameter 'new' "
        "(torch.nn.Parameter or None required)");
  CHECK(s.m->parameters().size() == 1);
}

TEST_CASE("A clash is told before a dot for modules and after it for tensors", "[nn][module]") {
  Sample s;
  s.m->assign("a.b", make<Module>("ReLU"));  // assignment does not look at dots
  CHECK(refusal([&] { s.m->register_parameter("a.b", parameter({1})); }).find("can't contain") !=
        std::string::npos);
  s.m->assign("d.e", tensor({1}));
  CHECK(refusal([&] { s.m->register_module("d.e", make<Module>()); }).find("already exists") !=
        std::string::npos);
}

TEST_CASE("Any other text is a name, but NUL and broken UTF-8 are refused", "[nn][module]") {
  Sample s;
  for (const char* name : {"a b", "-", "0", "名", "\n"}) {
    s.m->register_buffer(name, nullptr);
    CHECK(s.m->buffers().contains(name));
  }
  CHECK_THROWS_AS(s.m->register_parameter(std::string_view("a\0b", 3), nullptr), Error);
  CHECK_THROWS_AS(s.m->register_buffer("\xff", nullptr), Error);
  CHECK_THROWS_AS(s.m->register_module(std::string_view("\0", 1), nullptr), Error);
}

TEST_CASE("Registering a name again keeps its place and may flip persistence", "[nn][module]") {
  Sample s;
  s.m->register_buffer("e", nullptr);
  s.m->register_buffer("b", tensor({1}), false);
  CHECK(s.m->buffers()[0].name == "b");
  CHECK_FALSE(s.m->is_persistent("b"));
  s.m->register_buffer("b", nullptr);
  CHECK(s.m->is_persistent("b"));
  CHECK(s.m->buffers()[0].value == nullptr);
  s.m->register_parameter("p", nullptr);
  s.m->register_parameter("p2", parameter({1}));
  s.m->register_parameter("p", s.p);
  CHECK(s.m->parameters()[0].value == s.p);
}

TEST_CASE("Removing a name and adding it again moves it to the end", "[nn][module]") {
  Sample s;
  s.m->register_parameter("p2", parameter({1}));
  s.m->remove("p");
  s.m->register_parameter("p", s.p);
  CHECK(s.m->parameters()[1].name == "p");
  s.m->register_buffer("np", tensor({1}), false);
  s.m->remove("np");
  s.m->register_buffer("np", tensor({1}));
  CHECK(s.m->is_persistent("np"));
  CHECK(refusal([&] { s.m->remove("zz"); }) ==
        "AttributeError remove: 'Module' object has no attribute 'zz'");
}

TEST_CASE("Assigning a parameter takes the name from whatever had it", "[nn][module]") {
  Sample s;
  const TensorRef q = parameter({2});
  s.m->assign("c", q);
  CHECK(s.m->children().empty());
  CHECK(s.m->parameters()[1].name == "c");
  s.m->assign("b", parameter({1}));
  CHECK(s.m->buffers().empty());
  CHECK(refusal([&] { s.m->assign("forward", q); }).find("KeyError") == 0);
  CHECK(refusal([&] { s.m->assign("x.y", q); }).find("KeyError") == 0);
}

TEST_CASE("A failed assignment leaves the module as it was", "[nn][module]") {
  Sample s;
  s.m->assign("x.y", make<Module>("ReLU"));
  CHECK_THROWS_AS(s.m->assign("x.y", parameter({1})), Error);
  CHECK(s.m->children().contains("x.y"));
}

TEST_CASE("Only None may be assigned over a parameter or a child otherwise", "[nn][module]") {
  Sample s;
  CHECK(refusal([&] { s.m->assign("p", tensor({1})); }) ==
        "TypeError assign: cannot assign 'torch.FloatTensor' as parameter 'p' "
        "(torch.nn.Parameter or None expected)");
  CHECK(refusal([&] { s.m->assign("c", tensor({1})); }) ==
        "TypeError assign: cannot assign 'torch.FloatTensor' as child module 'c' "
        "(torch.nn.Module or None expected)");
  CHECK(refusal([&] { s.m->assign("p", make<Module>("ReLU")); }) ==
        "TypeError assign: cannot assign 'torch.nn.modules.activation.ReLU' as parameter 'p' "
        "(torch.nn.Parameter or None expected)");
  s.m->assign("p", TensorRef());
  s.m->assign("c", ModuleRef());
  CHECK(s.m->parameters()[0].value == nullptr);
  CHECK(s.m->children()[0].value == nullptr);
}

TEST_CASE("A plain tensor or None under a new name is an ordinary attribute", "[nn][module]") {
  Sample s;
  s.m->assign("new", tensor({1}));
  s.m->assign("none", TensorRef());
  CHECK(s.m->parameters().size() == 1);
  CHECK(s.m->buffers().size() == 1);
  CHECK(s.m->plain_attributes().size() == 2);
  CHECK(refusal([&] { s.m->register_buffer("new", nullptr); }).find("already exists") !=
        std::string::npos);
  s.m->assign("new", parameter({1}));
  CHECK_FALSE(s.m->plain_attributes().contains("new"));
  s.m->remove("none");
  CHECK(s.m->plain_attributes().empty());
}

TEST_CASE("Assigning over a buffer keeps its persistence, a module drops it", "[nn][module]") {
  Sample s;
  s.m->register_buffer("np", tensor({1}), false);
  s.m->assign("np", tensor({7}));
  CHECK_FALSE(s.m->is_persistent("np"));
  s.m->assign("np", TensorRef());
  CHECK_FALSE(s.m->is_persistent("np"));
  s.m->assign("np", make<Module>("ReLU"));
  CHECK_FALSE(s.m->buffers().contains("np"));
  s.m->assign("np", ModuleRef());
  CHECK(s.m->children().find("np") != nullptr);
}

TEST_CASE("A module without a forward says so", "[nn][module]") {
  Context context;
  Module m("Net");
  CHECK(refusal([&] { m.forward(context, {}); }) ==
        "NotImplementedError forward: Module [Net] is missing the required \"forward\" function");
  CHECK_THROWS_AS(m.call(context, *Value::list({}), nullptr), Error);
}

TEST_CASE("A chain of 100,000 modules is destroyed without recursion", "[nn][module]") {
  ModuleRef root = make<Module>();
  Module* last = root.get();
  for (int i = 0; i < 100'000; ++i) {
    ModuleRef child = make<Module>();
    Module* next = child.get();
    last->register_module("c", std::move(child));
    last = next;
  }
  const ModuleRef kept(last);
  root = nullptr;
  CHECK(kept->use_count() == 1);
}

TEST_CASE("A child held under two names is destroyed once", "[nn][module]") {
  ModuleRef root = make<Module>();
  ModuleRef child = make<Module>();
  const TensorRef p = parameter({1});
  child->register_parameter("p", p);
  root->register_module("a", child);
  root->register_module("b", child);
  child = nullptr;
  root = nullptr;
  CHECK(p->use_count() == 1);
}

TEST_CASE("20,000 children register and are found in linear time", "[nn][module]") {
  const ModuleRef root = make<Module>();
  for (int i = 0; i < 20'000; ++i) root->register_module(std::to_string(i), make<Module>());
  CHECK(root->children().index_of("19999") == 19'999);
  CHECK_THROWS_AS(root->register_parameter("777", nullptr), Error);
}
