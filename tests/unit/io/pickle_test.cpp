#include "io/pickle.hpp"

#include "support/catch.hpp"
#include "unit/io/files.hpp"

namespace duramen::test {
namespace {

using namespace std::string_literals;

ValueRef value_of(const std::string& pickle) {
  return Files().parse(torch_file(pickle))->content();
}
std::string refusal_of(const std::string& pickle) { return Files().refusal(torch_file(pickle)); }

}  // namespace

TEST_CASE("numbers of every protocol are read", "[io][pickle]") {
  CHECK(value_of("I-12\n.")->as_integer() == -12);
  CHECK(value_of("I01\n.")->kind() == ValueKind::boolean);
  CHECK(value_of("L123456789012L\n.")->as_integer() == 123456789012);
  CHECK(value_of("F-2.5e3\n.")->as_real() == -2500);
  CHECK(value_of("\x80\2J\xff\xff\xff\xff.")->as_integer() == -1);
  CHECK(value_of("\x80\2K\xff.")->as_integer() == 255);
  CHECK(value_of("\x80\2M\xff\xff.")->as_integer() == 65535);
  CHECK(value_of("\x80\2\x8a\0."s)->as_integer() == 0);
  CHECK(value_of("\x80\2\x8a\1\xff."s)->as_integer() == -1);
  CHECK(value_of("\x80\2\x8a\x08\0\0\0\0\0\0\0\x80."s)->as_integer() == INT64_MIN);
  CHECK(value_of("\x80\2\x8a\x09\0\0\0\0\0\0\0\0\1."s)->as_text() == "18446744073709551616");
  CHECK(value_of("\x80\2\x8a\x09\0\0\0\0\0\0\0\0\xff."s)->as_text() == "-18446744073709551616");
  CHECK(value_of("\x80\2\x8a\x0a\5\0\0\0\0\0\0\0\0\0."s)->as_integer() == 5);
  CHECK(value_of("\x80\2\x8a\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff.")->as_integer() == -1);
  CHECK(value_of("\x80\2G\x3f\xf8\0\0\0\0\0\0."s)->as_real() == 1.5);
}

TEST_CASE("texts and bytes of every protocol are read", "[io][pickle]") {
  CHECK(value_of("S'it\\'s \\x41\\n'\n.")->as_text() == "it's A\n");
  CHECK(value_of("Vcaf\xe9 \\u20ac\n.")->as_text() == "café €");
  CHECK(value_of("\x80\2U\3abc.")->as_text() == "abc");
  CHECK(value_of("\x80\2U\2\xff\xfe.")->kind() == ValueKind::bytes);
  CHECK(value_of("\x80\4\x8c\3abc.")->as_text() == "abc");
  CHECK(value_of("\x80\4"
                 "C\2\xff\0."s)
            ->as_text() == "\xff\0"s);
  CHECK(value_of("\x80\4\x8e\2\0\0\0\0\0\0\0ab."s)->kind() == ValueKind::bytes);
  CHECK(contains(refusal_of("\x80\2X\1\0\0\0\xff."s), "UTF-8"));
  CHECK(value_of("\x80\2"
                 "c_codecs\nencode\nX\3\0\0\0\xc3\xbf"
                 "a"
                 "X\6\0\0\0latin1\x86R."s)
            ->as_text() ==
        "\xff"
        "a");
}

TEST_CASE("a text with half of a surrogate pair is refused as such", "[io][pickle]") {
  const Files files;
  for (const char* pickle : {"\x80\4\x8c\4a\xed\xa0\xbd.", "V\\ud83d\n."}) {
    CHECK(files.refusal_code(torch_file(pickle)) == Code::unsupported);
    CHECK(contains(refusal_of(pickle), "surrogate"));
  }
}

TEST_CASE("containers are read, and keep their order", "[io][pickle]") {
  const auto dict = value_of("(dS'b'\nI1\nsS'a'\n(lI2\naI3\nas.");
  REQUIRE(dict->count() == 2);
  CHECK(dict->key(0)->as_text() == "b");
  CHECK(dict->item(1)->count() == 2);
  CHECK(value_of("\x80\2K\1K\2K\3\x87.")->item(2)->as_integer() == 3);
  CHECK(value_of("\x80\4\x8f(K\1K\2\x90.")->as_text() == "builtins.set");
  CHECK(value_of("\x80\4(K\1\x91.")->as_text() == "builtins.frozenset");
  const auto ordered = value_of(
      "\x80\2"
      "ccollections\nOrderedDict\n)R(K\1K\2K\3K\4u.");
  CHECK(ordered->as_text() == "collections.OrderedDict");
  CHECK(ordered->count() == 2);
  CHECK(value_of("(dI1\nI2\nsI1\n0.")->count() == 1);  // POP
}

TEST_CASE("classes that nobody knows stay names with parts", "[io][pickle]") {
  const auto value = value_of(
      "\x80\2"
      "cargparse\nNamespace\n)\x81}U\2lrK\1sb.");
  CHECK(value->kind() == ValueKind::opaque);
  CHECK(value->as_text() == "argparse.Namespace");
  REQUIRE(value->count() == 2);
  CHECK(value->item(1)->find("lr")->as_integer() == 1);
  CHECK(value_of("(imymodule\nThing\n.")->as_text() == "mymodule.Thing");
  CHECK(value_of("(cmymodule\nThing\nI1\no.")->as_text() == "mymodule.Thing");
}

TEST_CASE("the name of a class has a limit", "[io][pickle]") {
  const auto named = [](size_t length) {
    return "(im\n" + std::string(length - 2, 'x') + "\n.";  // with "m." before it
  };
  CHECK(value_of(named(512))->as_text().size() == 512);
  const std::string refusal = refusal_of(named(513));
  INFO(refusal);
  CHECK(contains(refusal, "the name of a class is too long (expected at most 512 bytes, got 513)"));
}

TEST_CASE("names whose only use is to run code are refused", "[io][pickle]") {
  for (const char* name : {"os\nsystem",
                           "posix\nsystem",
                           "nt\nsystem",
                           "subprocess\nPopen",
                           "builtins\neval",
                           "__builtin__\nexec",
                           "builtins\ngetattr",
                           "__builtin__\n__import__",
                           "importlib\nimport_module",
                           "sys\nexit",
                           "runpy\nrun_path",
                           "os.path\njoin",
                           "pty\nspawn",
                           "torch.hub\nload",
                           "torch.storage\n_load_from_bytes",
                           "operator\nattrgetter",
                           "shutil\nrmtree",
                           "numpy.testing._private.utils\nrunstring",
                           "pickle\nloads",
                           "socket\nsocket"}) {
    INFO(name);
    CHECK(contains(refusal_of("\x80\2"
                              "c" +
                              std::string(name) + "\nU\2id\x85R."),
                   "run code"));
    CHECK(contains(refusal_of("(i" + std::string(name) + "\n."), "run code"));
  }
  CHECK(contains(refusal_of("\x80\4\x8c\5posix\x8c\6system\x93\x8c\2id\x85R."), "run code"));
  CHECK(contains(refusal_of("\x80\4\x8c\5torch\x8c\x09os.system\x93."), "run code"));
  CHECK(contains(refusal_of("\x80\4\x8c\1m\x8c\x13"
                            "f.__globals__.close\x93."),
                 "run code"));
}

TEST_CASE("operands of the wrong kind are refused", "[io][pickle]") {
  for (const std::string& pickle : {"\x80\2K\1K\2K\3s."s,
                                    "\x80\2K\1K\2a."s,
                                    "\x80\2K\1)R."s,
                                    "\x80\2"
                                    "ca\nb\nK\1R."s,
                                    "\x80\2]K\1b."s,
                                    "\x80\2}(K\1u."s,
                                    "\x80\4](K\1\x90."s,
                                    "\x80\2(."s,
                                    "\x80\2K\1K\2."s,
                                    "\x80\2."s,
                                    "\x80\2t."s,
                                    "\x80\2"
                                    "0."s,
                                    "\x80\2h\0."s,
                                    "\x80\2K\1q\0h\1."s,
                                    "\x80\2K\1r\xff\xff\xff\x7f."s,
                                    "\x80\6N."s,
                                    "\x80\2\x82\1."s,
                                    "\x80\2\xffN."s,
                                    "\x80\2N.N"s,
                                    "\x80\4K\1K\2\x93."s,
                                    "\x80\2(K\1o."s,
                                    "\x80\2(K\1d."s,
                                    "Ix\n."s,
                                    "Fx\n."s,
                                    "S'x\n."s,
                                    "S'\\q'\n."s,
                                    "gx\n."s,
                                    "Px\n."s,
                                    "\x80\2K\1Q."s + "x"}) {
    INFO(pickle);
    CHECK(!refusal_of(pickle).empty());
  }
}

TEST_CASE("a pickle that is cut off or claims too much is refused", "[io][pickle]") {
  const std::string whole =
      "\x80\4\x95\x10\0\0\0\0\0\0\0}(X\1\0\0\0a\x8a\1\5X\1\0\0\0bG\0\0\0\0\0\0\0\0u."s;
  CHECK(refusal_of(whole).empty());
  for (size_t length = 0; length < whole.size(); ++length) {
    CHECK(!refusal_of(whole.substr(0, length)).empty());
  }
  CHECK(!refusal_of("\x80\2X\xff\xff\xff\xff"
                    "a."s)
             .empty());
  CHECK(!refusal_of("\x80\4\x8d\xff\xff\xff\xff\xff\xff\xff\xff"
                    "a."s)
             .empty());
  CHECK(!refusal_of("\x80\2\x8b\xff\xff\xff\x7f"
                    "a."s)
             .empty());
}

TEST_CASE("lists of lists of lists a billion times are refused, but cost nothing", "[io][pickle]") {
  std::string laughs =
      "\x80\2]q\0N"
      "a"s;
  for (char i = 1; i < 12; ++i) {
    laughs += "]q"s + i + "(";
    for (int k = 0; k < 10; ++k) laughs += "h"s + static_cast<char>(i - 1);
    laughs += "e";
  }
  const Files files;
  CHECK(files.refusal_code(torch_file(laughs + ".")) == Code::corrupt);  // values are left over
  CHECK(files.refusal_code(torch_file("(" + laughs.substr(2) + "l.")) == Code::limit);
  // Shared once, it is no trouble.
  CHECK(value_of("\x80\2]q\0K\1a]q\1(h\0h\0e\x86."s)->item(1)->count() == 2);
}

TEST_CASE("deep nesting and containers that hold themselves are refused", "[io][pickle]") {
  const Files files;
  std::string deep = "\x80\2";
  for (int i = 0; i < 100'000; ++i) deep += "]";
  deep += std::string(99'999, 'a') + ".";
  CHECK(files.refusal_code(torch_file(deep)) == Code::limit);
  CHECK(contains(refusal_of("\x80\2]q\0h\0a."s), "itself"));
  CHECK(contains(refusal_of("\x80\2}q\0K\1h\0s."s), "itself"));
}

TEST_CASE("a dict with the same key twice is refused", "[io][pickle]") {
  CHECK(contains(refusal_of("\x80\2}(U\1aK\1U\1aK\2u."s), "twice"));
  CHECK(contains(refusal_of("\x80\2}(K\1K\1K\1K\2u."s), "twice"));
}

TEST_CASE("limits of the caller hold", "[io][pickle]") {
  const Files files;
  io::OpenOptions options;
  options.limits.max_entries = 5;
  CHECK(files.refusal_code(torch_file("\x80\2](K\1K\2K\3K\4K\5e."), options) == Code::limit);
  options = {};
  options.limits.max_depth = 2;
  CHECK(files.refusal_code(torch_file("\x80\2]]N"
                                      "aa."),
                           options) == Code::limit);
}

}  // namespace duramen::test
