// The record of a tensor that is read in one go is the same graph as its opcodes one by one, which
// is what a PROTO inside it, which does nothing, asks for.
#include "base/text.hpp"
#include "io/pickle.hpp"
#include "support/catch.hpp"
#include "unit/io/files.hpp"

namespace duramen::test {
namespace {

using namespace std::string_literals;
using io::pickle::Graph;
using io::pickle::Kind;

std::string shown(const Graph& graph, io::pickle::Id id) {
  const io::pickle::Node& node = graph[id];
  std::string text = join(static_cast<int>(node.kind), " ");
  switch (node.kind) {
    case Kind::text:
    case Kind::global:
      return text + std::string(graph.text(id));
    case Kind::integer:
    case Kind::boolean:
      return text + std::to_string(node.integer);
    case Kind::tuple:
    case Kind::persistent:
      for (const auto link : graph.links(id)) text += join(link, " ");
      return text;
    case Kind::object:
      return join(text, graph.object(id).callee, " ", graph.object(id).arguments);
    default:
      return text;
  }
}

// All of the graph, or why there is none.
std::string outcome(const std::string& pickle) {
  const CancelFlag never;
  io::Budget budget("file", UINT64_MAX, never);
  try {
    const Graph graph = io::pickle::read(std::as_bytes(std::span(pickle)), {"file", {}}, budget);
    std::string text = join("root ", graph.root);
    for (io::pickle::Id id = io::pickle::kNone; id < graph.size(); ++id) {
      text += "\n" + shown(graph, id);
    }
    return text;
  } catch (const Error& error) {
    return join("code ", static_cast<int>(error.code()));
  }
}

constexpr std::string_view kProto = "\x80\2";

// Under the memo keys 1 to 5: what records name.
const std::string kNames =
    "\x80\2(X\7\0\0\0storageq\1ctorch\nFloatStorage\nq\2X\3\0\0\0cpuq\3"
    "ccollections\nOrderedDict\nq\4ctorch._utils\n_rebuild_tensor_v2\nq\5"s;
const std::string kSizes = "M\0\1K\x10\x86"s;

std::string put(int key) { return "q"s + static_cast<char>(key); }
std::string wide_put(int key) { return "r"s + static_cast<char>(key) + "\0\0\0"s; }

std::string record(std::string (*put)(int), int memo, const std::string& sizes = kSizes) {
  return "((h\1h\2X\1\0\0\0007"s + put(memo) + "h\3M\0\x10t"s + put(memo + 1) + "QK\0"s + sizes +
         put(memo + 2) + "K\x10K\1\x86" + put(memo + 3) + "\x89h\4)R" + put(memo + 4) + "t" +
         put(memo + 5) + "R" + put(memo + 6);
}
// With all memo keys named afterwards.
std::string around(const std::string& record) {
  std::string pickle = kNames + "h\5" + record;
  for (char key = 1; key < 13; ++key) pickle += "h"s + key;
  return pickle + "t.";
}
std::string by_opcode(std::string record) { return record.insert(1, kProto); }

}  // namespace

TEST_CASE("a tensor's record in one go is the graph of its opcodes", "[io][pickle]") {
  for (auto* memo : {put, wide_put}) {
    const std::string whole = record(memo, 6);
    CHECK(contains(outcome(around(whole)), "root"));
    CHECK(outcome(around(whole)) == outcome(around(by_opcode(whole))));
    for (int first = 0; first < 8; ++first) {  // also over the keys that it names
      const std::string over = record(memo, first);
      CHECK(outcome(around(over)) == outcome(around(by_opcode(over))));
    }
  }
  for (const std::string& sizes :
       {")"s, "K\1\x85"s, "J\xff\xff\xff\xff\x85"s, "K\1K\2K\3\x87"s, "(K\1K\2K\3M\0\2t"s,
        "(K\1K\2K\3K\4K\5K\6K\7K\x8t"s, "(K\1K\2K\3K\4K\5K\6K\7K\x8K\x9t"s, "(t"s, "K\1\x86"s}) {
    const std::string whole = record(put, 6, sizes);
    CHECK(outcome(around(whole)) == outcome(around(by_opcode(whole))));
  }
  const std::string whole = record(put, 6);
  CHECK(outcome(kNames + "(" + whole + "tt.") == outcome(kNames + "(" + by_opcode(whole) + "tt."));
}

TEST_CASE("a damaged record has the graph or the error of its opcodes", "[io][pickle]") {
  size_t others = 0;
  for (auto* memo : {put, wide_put}) {
    const std::string whole = record(memo, 6);
    for (size_t i = 0; i < whole.size(); ++i) {
      for (int value = 0; value < 256; ++value) {
        std::string damaged = whole;
        damaged[i] = static_cast<char>(value);
        others += outcome(around(damaged)) != outcome(around(by_opcode(damaged)));
      }
      const std::string cut = kNames + "h\5" + whole.substr(0, i);
      CHECK(contains(outcome(cut), "code"));
    }
  }
  CHECK(others == 0);
}

}  // namespace duramen::test
