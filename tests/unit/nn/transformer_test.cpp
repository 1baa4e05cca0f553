// Attention and transformers as texts and trees: nn/attention.cpp, nn/transformer.cpp. What they
// hold and draw is compared with PyTorch in golden.module and oracle.python.
#include "nn/build.hpp"
#include "nn/placeholder.hpp"
#include "nn/walk.hpp"
#include "support/catch.hpp"
#include "unit/nn/trees.hpp"

using namespace duramen;
using namespace duramen::nn;
using namespace duramen::nn::testing;

namespace {

constexpr AddedArguments kHeads[] = {{"MultiheadAttention", "num_heads=2"}};

ModuleRef read(std::string_view text, bool heads = false, bool unknown = false) {
  Context context;
  TextOptions options;
  if (heads) options.arguments = kHeads;
  options.unknown_as_containers = unknown;
  return module_from_text(context, text, options);
}

std::vector<std::string> names(const Module& module) {
  std::vector<std::string> out;
  for (const NamedTensor& entry : named_parameters(module)) {
    out.push_back(entry.name + " " + format_shape(entry.tensor->shape()));
  }
  return out;
}

constexpr const char* kTrees[] = {
    "MultiheadAttention(6, 2, kdim=3, bias=False)",
    "TransformerEncoderLayer(4, 2, 3, activation=GELU())",
    "TransformerDecoder(TransformerDecoderLayer(4, 2, 3), 2, LayerNorm(4))",
    "Transformer(4, 2, 1, 2, 3)",
    "Transformer(4, 2, custom_encoder=ReLU(), num_decoder_layers=1, dim_feedforward=3)",
    "DataParallel(Linear(2, 3))",
    "Container(a=Linear(2, 3), b=None)",
};

}  // namespace

TEST_CASE("A printed transformer needs no more than its heads", "[nn][transformer]") {
  for (const char* text : kTrees) {
    INFO(text);
    const ModuleRef made = read(text);
    const std::string printed = repr(*made);
    const ModuleRef again = read(printed, printed.find("MultiheadAttention") != printed.npos);
    CHECK(repr(*again) == printed);
    if (printed.find("kdim") == printed.npos && text != kTrees[0]) {
      CHECK(names(*again) == names(*made));
    }
  }
}

TEST_CASE("Without its heads a printed attention is a container on request", "[nn][transformer]") {
  const std::string printed = repr(*read("TransformerEncoderLayer(4, 2, 3)"));
  CHECK(refusal([&] { read(printed); }).find("num_heads") != std::string::npos);
  const ModuleRef tree = read(printed, false, true);
  CHECK(repr(*tree) == printed);
  const std::vector<UnknownModule> unknown = unknown_modules(*tree);
  REQUIRE(unknown.size() == 1);
  CHECK(unknown[0].path == "self_attn");
}

TEST_CASE("The lossless text of a transformer makes the same tree", "[nn][transformer]") {
  for (const char* text : kTrees) {
    INFO(text);
    const ModuleRef made = read(text);
    const std::string lossless = lossless_text(*made);
    INFO(lossless);
    CHECK(lossless.find("plain") == std::string::npos);
    const ModuleRef again = read(lossless);
    CHECK(names(*again) == names(*made));
    CHECK(lossless_text(*again) == lossless);
  }
}

TEST_CASE("The layers of a stack are copies of one that is not there", "[nn][transformer]") {
  const ModuleRef stack = read("TransformerEncoder(TransformerEncoderLayer(4, 2, 3), 2)");
  const auto all = named_parameters(*stack);
  REQUIRE(all.size() == 24);
  for (size_t i = 0; i < 12; ++i) {
    CHECK(all[i].tensor != all[i + 12].tensor);
    CHECK(values(*all[i].tensor) == values(*all[i + 12].tensor));
  }
  REQUIRE(stack->plain_attributes().contains("norm"));
  stack->assign("norm", read("LayerNorm(4)"));
  CHECK(stack->children().contains("norm"));
}

TEST_CASE("What Transformer does not print is named", "[nn][transformer]") {
  const ModuleType& type = *module_types().find("Transformer");
  CHECK(type.hidden == "nhead, activation, batch_first, norm_first");
  const std::string usual = repr(*read("Transformer(4, 2, 1, 1, 3)"));
  CHECK(repr(*read("Transformer(4, 1, 1, 1, 3, activation=gelu)")) == usual);
  CHECK(repr(*read("Transformer(4, 2, 1, 1, 3, batch_first=True, norm_first=True)")) == usual);
  CHECK(repr(*read("Transformer(4, 2, 1, 1, 3, bias=False)")) != usual);
  CHECK(repr(*read("Transformer(4, 2, 1, 1, 3, layer_norm_eps=0.5)")) != usual);
}
