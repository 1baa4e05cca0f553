// Expected texts: print() of PyTorch 2.15 for the same trees.
#include "nn/build.hpp"
#include "support/catch.hpp"

using namespace duramen;
using namespace duramen::nn;

namespace {

class Shown final : public Module {
 public:
  explicit Shown(std::string extra, std::string class_name = "M")
      : Module(std::move(class_name)), extra_(std::move(extra)) {}
  ModuleRef shell() const override { return make<Shown>(*this); }
  std::string extra_repr() const override { return extra_; }

 private:
  std::string extra_;
};

using Children = std::vector<std::pair<const char*, ModuleRef>>;

ModuleRef shown(std::string extra, const Children& children = {}) {
  ModuleRef module = make<Shown>(std::move(extra));
  for (const auto& [name, child] : children) module->put_child(name, child);
  return module;
}

ModuleRef numbered(const char* class_name, const std::vector<ModuleRef>& children) {
  ModuleRef module = make<Module>(class_name);
  for (size_t i = 0; i < children.size(); ++i) module->put_child(std::to_string(i), children[i]);
  return module;
}

}  // namespace

TEST_CASE("a leaf shows its words inline, several lines below each other", "[nn][repr]") {
  CHECK(repr(*shown("")) == "M()");
  CHECK(repr(*shown("a=1, b=2")) == "M(a=1, b=2)");
  CHECK(repr(*shown("a=1\nb=2")) == "M(\n  a=1\n  b=2\n)");
  CHECK(repr(*shown("a\n\nb")) == "M(\n  a\n  \n  b\n)");
  CHECK(repr(*shown("a\n")) == "M(\n  a\n  \n)");
  CHECK(repr(*numbered("Sequential", {})) == "Sequential()");
  CHECK(repr(*numbered("ModuleList", {})) == "ModuleList()");
}

TEST_CASE("children follow on lines of their own, None included", "[nn][repr]") {
  CHECK(repr(*shown("e=1", {{"x", shown("q")}, {"n", nullptr}})) ==
        "M(\n  e=1\n  (x): M(q)\n  (n): None\n)");
  CHECK(repr(*shown("", {{"x", shown("a=1\n\n  \nb=2")}, {"y", shown("one")}})) ==
        "M(\n  (x): M(\n    a=1\n\n\n    b=2\n  )\n  (y): M(one)\n)");
  CHECK(repr(*shown("", {{"x", shown("\na")}})) == "M(\n  (x): M(\n\n    a\n  )\n)");
  CHECK(repr(*numbered("Sequential", {shown("a"), shown("a")})) ==
        "Sequential(\n  (0): M(a)\n  (1): M(a)\n)");
}

TEST_CASE("a ModuleList writes equal neighbours once", "[nn][repr]") {
  const auto a = [] { return shown("a"); };
  CHECK(repr(*numbered("ModuleList", {a(), a(), shown("b"), a(), a(), a()})) ==
        "ModuleList(\n  (0-1): 2 x M(a)\n  (2): M(b)\n  (3-5): 3 x M(a)\n)");
  CHECK(repr(*numbered("ModuleList", std::vector<ModuleRef>(12, a()))) ==
        "ModuleList(\n  (0-11): 12 x M(a)\n)");
  ModuleRef named = numbered("ModuleList", {a(), a()});
  named->put_child("5", nullptr);
  named->put_child("6", nullptr);
  CHECK(repr(*named) == "ModuleList(\n  (0-1): 2 x M(a)\n  (2-3): 2 x None\n)");
  const auto pair = [] { return numbered("ModuleList", {shown("x\ny"), shown("x\ny")}); };
  CHECK(repr(*shown("", {{"l", numbered("ModuleList", {pair(), pair(), pair(), shown("z")})}})) ==
        "M(\n  (l): ModuleList(\n    (0-2): 3 x ModuleList(\n      (0-1): 2 x M(\n        x\n"
        "        y\n      )\n    )\n    (3): M(z)\n  )\n)");
  CHECK(repr(*numbered("ModuleDict", {a(), a()})) == "ModuleDict(\n  (0): M(a)\n  (1): M(a)\n)");
}

TEST_CASE("deep trees print without recursion, endless ones are refused", "[nn][repr]") {
  ModuleRef root = make<Module>("Leaf");
  for (int i = 0; i < 3000; ++i) {
    ModuleRef outer = make<Module>("N");
    outer->put_child("c", root);
    root = outer;
  }
  const std::string text = repr(*root);
  CHECK(text.size() == 6 + 3000 * size_t{11} + 3000 * size_t{3001} + 2999 * size_t{3000} - 3000);
  for (int i = 0; i < 20000; ++i) {
    ModuleRef outer = make<Module>("N");
    outer->put_child("c", root);
    root = outer;
  }
  Code code = Code::ok;
  try {
    repr(*root);
  } catch (const Error& error) {
    code = error.code();
  }
  CHECK(code == Code::limit);
  ModuleRef loop = make<Module>("N");
  loop->put_child("self", loop);
  try {
    repr(*loop);
  } catch (const Error& error) {
    code = error.code();
  }
  CHECK(code == Code::state);
  loop->put_children({});
}
