// The examples of docs/text-form.md.
#include <fstream>
#include <sstream>

#include "nn/build.hpp"
#include "support/catch.hpp"
#include "unit/nn/trees.hpp"

using namespace duramen;
using namespace duramen::nn;

namespace {

std::string document() {
  std::ifstream file(DURAMEN_DOCS "/text-form.md");
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

struct Example {
  std::string kind;
  std::string text;
};

std::vector<Example> examples() {
  const std::string all = document();
  std::vector<Example> out;
  for (size_t at = all.find("```text"); at != all.npos; at = all.find("```text", at)) {
    const size_t line = all.find('\n', at);
    const size_t end = all.find("\n```", line);
    out.push_back({all.substr(at + 3, line - at - 3), all.substr(line + 1, end - line - 1)});
    at = end + 4;
  }
  return out;
}

}  // namespace

TEST_CASE("The texts of the documentation are read", "[nn][text_form]") {
  Context context;
  size_t lossless = 0;
  for (const auto& [kind, text] : examples()) {
    INFO(text);
    TextOptions options;
    options.unknown_as_containers = kind == "text unknown";
    const ModuleRef module = module_from_text(context, text, options);
    if (kind == "text unknown") CHECK(repr(*module) == text);
    if (kind != "text lossless") continue;
    ++lossless;
    CHECK(lossless_text(*module) == text);
  }
  CHECK(lossless == 2);
}
