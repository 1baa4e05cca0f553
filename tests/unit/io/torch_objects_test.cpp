#include "io/torch_file.hpp"
#include "support/catch.hpp"
#include "unit/io/files.hpp"

namespace duramen::test {
namespace {

using namespace std::string_literals;

// A tensor of four floats in storage 0.
const std::string kTensor =
    "ctorch._utils\n_rebuild_tensor_v2\n((U\7storagectorch\nFloatStorage\nU\1"
    "0U\3cpuK\4tQK\0K\4\x85K\1\x85\x89"
    "ccollections\nOrderedDict\n)RtR"s;
const std::string kSparse = "ctorch._utils\n_rebuild_sparse_tensor\nU\3coo" + kTensor + "\x86R";

// Sixteen bytes of storage 1.
std::string quantized(const std::string& type, const std::string& size) {
  return "ctorch._utils\n_rebuild_qtensor\n((U\7storagectorch\n" + type +
         "\nU\1"
         "1U\3cpuK\x10tQK\0"s +
         size + "\x85K\1\x85(" + "ctorch\nper_tensor_affine\nG\x3f\xf8\0\0\0\0\0\0K\0t\x89"s +
         "ccollections\nOrderedDict\n)RtR";
}
std::string from_type(const std::string& function_and_arguments) {
  const size_t tuple = function_and_arguments.find('\n', function_and_arguments.find('\n') + 1) + 1;
  const std::string function = function_and_arguments.substr(0, tuple);
  std::string arguments = function_and_arguments.substr(tuple);
  arguments.pop_back();  // the call
  return "ctorch._tensor\n_rebuild_from_type_v2\n(" + function + "ctorch\nTensor\n" + arguments +
         "}U\3fooK\1stR";
}
std::string parameter(const std::string& data) {
  return "ctorch._utils\n_rebuild_parameter\n" + data + "\x88" +
         "ccollections\nOrderedDict\n)R\x87R";
}
// What {"x": value, "n": a tensor} holds under "x"; the other must be there.
ValueRef x_of(const std::string& value) {
  const std::string pickle = "\x80\2}(U\1x" + value + "U\1n" + kTensor + "u.";
  const auto content =
      Files().parse(torch_file(pickle, {std::string(16, 1), std::string(16, 2)}))->content();
  REQUIRE(content->find("n") != nullptr);
  CHECK(content->find("n")->kind() == ValueKind::tensor);
  return ValueRef(content->find("x"));
}
ValueRef value_of(const std::string& pickle) {
  return Files().parse(torch_file(pickle))->content();
}
std::string refusal_of(const std::string& pickle) { return Files().refusal(torch_file(pickle)); }

}  // namespace

TEST_CASE("tensors of kinds that are no memory stay opaque, wherever they are", "[io][torch]") {
  CHECK(x_of(kSparse)->as_text() == "torch._utils._rebuild_sparse_tensor");
  const auto as_parameter = x_of(parameter(kSparse));
  CHECK(as_parameter->as_text() == "torch._utils._rebuild_parameter");
  CHECK(as_parameter->item(0)->as_text() == "torch._utils._rebuild_sparse_tensor");
  CHECK(as_parameter->item(1)->as_boolean());
  const auto with_attribute = x_of(from_type(kSparse));
  CHECK(with_attribute->kind() == ValueKind::opaque);
  CHECK(with_attribute->as_text() == "torch._tensor._rebuild_from_type_v2");
  CHECK(with_attribute->item(0)->item(3)->find("foo")->as_integer() == 1);
  CHECK(x_of(parameter(from_type(kSparse)))->kind() == ValueKind::opaque);
  const auto meta = "ctorch._utils\n_rebuild_meta_tensor_no_storage\nNNN\x87R";
  CHECK(x_of(parameter(meta))->kind() == ValueKind::opaque);
  CHECK(x_of(from_type(meta))->kind() == ValueKind::opaque);
  CHECK(x_of(from_type(kTensor))->kind() == ValueKind::tensor);
  CHECK(x_of(parameter(from_type(kTensor)))->as_tensor()->is_parameter());
}

TEST_CASE("quantized tensors keep their integers", "[io][torch]") {
  for (const std::string& value :
       {quantized("QInt8Storage", "K\x10"), from_type(quantized("QInt8Storage", "K\x10"))}) {
    const auto qint8 = x_of(value);
    CHECK(qint8->as_text() == "torch._utils._rebuild_qtensor");
    CHECK(qint8->item(0)->as_tensor()->dtype() == Dtype::qint8);
    CHECK(qint8->item(1)->item(1)->as_real() == 1.5);
  }
}

TEST_CASE("elements of two and four a byte are kept as bytes with their sizes", "[io][torch]") {
  for (const char* type : {"QUInt4x2Storage", "QUInt2x4Storage"}) {
    const auto packed = x_of(quantized(type, "K\x20"));
    CHECK(packed->as_text() == "torch._utils._rebuild_qtensor");
    REQUIRE(packed->count() == 3);
    CHECK(packed->item(0)->as_tensor()->dtype() == Dtype::uint8);
    CHECK(packed->item(0)->as_tensor()->shape() == Shape{16});
    CHECK(packed->item(1)->item(1)->as_real() == 1.5);
    CHECK(packed->item(2)->item(0)->as_integer() == 32);
  }
}

TEST_CASE("what a dict is made of is never dropped", "[io][torch]") {
  const std::string ordered = "\x80\2ccollections\nOrderedDict\n";
  for (const std::string pairs : {"K\1K\2\x86\x85\x85R.", "K\1K\2\x86\x85\x85R.",
                                  "](K\1K\2\x86"
                                  "e\x85R.",
                                  "](](K\1K\2ee\x85R."}) {
    const auto dict = value_of(ordered + pairs);
    INFO(pairs);
    REQUIRE(dict->kind() == ValueKind::dict);
    REQUIRE(dict->count() == 1);
    CHECK(dict->key(0)->as_integer() == 1);
    CHECK(dict->item(0)->as_integer() == 2);
  }
  const auto stays_opaque = [](const std::string& pickle) {
    const auto value = value_of(pickle);
    INFO(pickle);
    CHECK(value->kind() == ValueKind::opaque);
  };
  stays_opaque(ordered + ")RK\1b.");
  stays_opaque(ordered + "K\1\x85R.");
  stays_opaque(ordered + "](K\1K\2e\x85R.");
  stays_opaque(ordered + "]]\x86R.");
  stays_opaque(
      "\x80\4\x8c\x0b"
      "collections\x8c\x0bOrderedDict\x93)}\x8c\1aK\1s\x92.");
  stays_opaque("\x80\2ctorch\nSize\nK\1\x85\x85R}b.");
  stays_opaque("\x80\2c__builtin__\nset\n]\x85RK\1b.");
}

TEST_CASE("keys that Python takes for one are found twice", "[io][torch]") {
  const auto twice = [](const std::string& keys, const char* name) {
    const std::string refusal = refusal_of("\x80\2}(" + keys + "u.");
    INFO(refusal);
    CHECK(contains(refusal, "a dict has the key "s + name + " twice"));
  };
  twice("NK\1NK\2", "None");
  twice("K\1N\x88N", "True");
  twice("K\1NG\x3f\xf0\0\0\0\0\0\0N"s, "1.0");
  twice("G\x3f\xf8\0\0\0\0\0\0NG\x3f\xf8\0\0\0\0\0\0N"s, "1.5");
  twice("C\1aNC\1aN", "b'a'");
  const std::string zero = "G\0\0\0\0\0\0\0\0"s, half = "G\x3f\xe0\0\0\0\0\0\0"s;
  const std::string complex = "cbuiltins\ncomplex\n" + half + half + "\x86R";
  twice(complex + "N" + complex + "N", "(0.5+0.5j)");
  twice(half + "Ncbuiltins\ncomplex\n" + half + zero + "\x86RN", "(0.5+0j)");
  twice("K\1\x85q\1Nh\1N", "(1,)");
  twice("\x8a\x09\0\0\0\0\0\0\0\0\1NG\x43\xf0\0\0\0\0\0\0N"s, "1.8446744073709552e+19");
  twice("\x8a\x09\0\0\0\0\0\0\0\0\1N\x8a\x09\0\0\0\0\0\0\0\0\1N"s, "18446744073709551616");
  CHECK(refusal_of("\x80\2}(K\1NU\1"
                   "1NC\1"
                   "1NG\x3f\xf8\0\0\0\0\0\0NNNu."s)
            .empty());
}

TEST_CASE("a refusal names the entry and the byte of the pickle", "[io][torch]") {
  const std::string nested = refusal_of("\x80\2}U\3cfg]}(K\7}(NNNNuuas.");
  INFO(nested);
  CHECK(contains(nested,
                 "torch file: 'cfg.0.7': a dict has the key None twice, in 'data.pkl', at byte "));
  const std::string root = refusal_of("\x80\2}(NNNNu.");
  INFO(root);
  CHECK(contains(root, "torch file: 'data.pkl': a dict has the key None twice, at byte 2"));
  const std::string ordered = refusal_of("\x80\2ccollections\nOrderedDict\n)RU\1m}(NNNNus.");
  INFO(ordered);
  CHECK(contains(ordered, "'m': a dict has the key None twice"));
  const std::string namespaced = refusal_of("\x80\2}U\1aca\nNamespace\n)\x81}U\2lr}(NNNNusbs.");
  INFO(namespaced);
  CHECK(contains(namespaced, "'a.lr': a dict"));
  TensorPickle lie;
  lie.offset = "K\1";
  const std::string tensor = Files().refusal(torch_file(lie.text(), {std::string(16, 0)}));
  INFO(tensor);
  CHECK(contains(tensor, "torch file: 'x': a tensor leaves its storage"));
  CHECK(contains(tensor, "'a/data/0'"));
  const std::string missing =
      refusal_of("\x80\2}U\1xctorch._utils\n_rebuild_tensor_v2\n(NNNNNNtRs.");
  INFO(missing);
  CHECK(contains(missing, "'x': a tensor without a storage, in 'data.pkl', at byte "));
}

TEST_CASE("nesting beyond the limit names the file", "[io][torch]") {
  const std::string deep = "\x80\2" + std::string(1001, ']') + std::string(1000, 'a') + ".";
  const std::string refusal = refusal_of(deep);
  INFO(refusal);
  CHECK(contains(refusal, "nested too deeply (expected at most 1000)"));
  const std::string most = "\x80\2" + std::string(1000, ']') + std::string(999, 'a') + ".";
  CHECK(refusal_of(most).empty());
  const auto nested = [](const std::string& value, size_t levels) {
    const std::string pickle = std::string(levels, ']') + value + std::string(levels, 'a');
    const std::string zeros(16, 0);
    return Files().refusal(torch_file("\x80\2" + pickle + ".", {zeros, zeros}));
  };
  CHECK(nested(quantized("QInt8Storage", "K\x10"), 997).empty());
  CHECK(contains(nested(quantized("QInt8Storage", "K\x10"), 998), "nested too deeply"));
  CHECK(nested(kTensor, 999).empty());
}

TEST_CASE("a tensor has at most 1024 dimensions", "[io][torch]") {
  const auto code = [](size_t rank) {
    TensorPickle tensor;
    tensor.shape = "(";
    for (size_t i = 0; i < rank; ++i) tensor.shape += "K\1";
    tensor.strides = tensor.shape += "t";
    return Files().refusal_code(torch_file(tensor.text(), {std::string(16, 0)}));
  };
  CHECK(code(1024) == Code::ok);
  CHECK(code(1025) == Code::limit);
}

TEST_CASE("errors of a file's state dict name the file", "[io][torch]") {
  const auto checkpoint = Files().parse(torch_file("\x80\2}U\1aK\1s."));
  try {
    checkpoint->state_dict("b");
    FAIL("found");
  } catch (const Error& error) {
    CHECK(contains(error.message(), "memory.pt: "));
    CHECK(*error.record()->detail("file") == "memory.pt");
    CHECK(error.code() == Code::not_found);
  }
}

}  // namespace duramen::test
