#include "support/catch.hpp"
#include "unit/io/damage.hpp"
#include "unit/io/files.hpp"

namespace duramen::test {
namespace {

using namespace std::string_literals;

std::string type(const std::string& code, const std::string& order = "<") {
  return "cnumpy\ndtype\nU" + std::string(1, static_cast<char>(code.size())) + code +
         "\x89\x88\x87R(K\3U\1" + order + "NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\0tb"s;
}
std::string bytes(const std::string& content) {
  return "C" + std::string(1, static_cast<char>(content.size())) + content;
}
std::string array(const std::string& dtype, const std::string& shape, const std::string& content,
                  bool fortran = false) {
  return "cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\0\x85"s + bytes("b") +
         "\x87R(K\1"s + shape + dtype + (fortran ? "\x88" : "\x89") + bytes(content) + "tb";
}
ValueRef value_of(const std::string& value) {
  return Files().parse(torch_file("\x80\2" + value + "."))->content();
}

}  // namespace

TEST_CASE("NumPy's arrays are tensors", "[io][torch]") {
  const auto file = Files().open(data_file("torch/arrays.pt"));
  const Value& root = *file->content();
  CHECK(floats_of(*root.find("array")->as_tensor()) == std::vector<float>{0, 1, 2, 3, 4, 5});
  CHECK(root.find("fortran")->as_tensor()->strides() == Shape{1, 2});
  CHECK(hex_of(*root.find("big")->as_tensor()) == "01000200");
  CHECK(root.find("text")->kind() == ValueKind::opaque);
  CHECK(root.find("scalar")->as_real() == 1.5);
  CHECK(root.find("integer")->as_integer() == -3);
  CHECK(root.find("bool")->kind() == ValueKind::boolean);

  const std::string two = "K\2\x85";
  CHECK(hex_of(*value_of(array(type("i2"), two, "\1\0\2\0"s))->as_tensor()) == "01000200");
  CHECK(hex_of(*value_of(array(type("i2", ">"), two, "\1\0\2\0"s))->as_tensor()) == "00010002");
  CHECK(hex_of(*value_of(array(type("b1", "|"), two, "\0\7"s))->as_tensor()) == "0001");
  CHECK(value_of(array(type("U1"), two, "a\0\0\0b\0\0\0"s))->kind() == ValueKind::opaque);
  const auto in_band = value_of("cnumpy._core.numeric\n_frombuffer\n(" + bytes("\1\0\2\0"s) +
                                type("u2") + two + "U\1CtR");
  CHECK(hex_of(*in_band->as_tensor()) == "01000200");
  const auto without_version =
      value_of("cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\0\x85"s + bytes("b") +
               "\x87R("s + two + type("i1") + "\x89" + bytes("\1\2") + "tb");
  CHECK(hex_of(*without_version->as_tensor()) == "0102");
}

TEST_CASE("what was saved of another device is a tensor of the dtype that is told", "[io][torch]") {
  const auto rebuilt = [](const std::string& data, const std::string& dtype, bool requires_grad) {
    return value_of("ctorch._utils\n_rebuild_device_tensor_from_numpy\n(" + data + "ctorch\n" +
                    dtype + "\nU\3xla" + (requires_grad ? "\x88tR" : "\x89tR"));
  };
  const std::string floats = array(type("f4"), "K\2\x85", "\0\0\x80\x3f\0\0\0\x40"s);
  const auto same = rebuilt(floats, "float32", true);
  CHECK(floats_of(*same->as_tensor()) == std::vector<float>{1, 2});
  CHECK(same->as_tensor()->requires_grad());
  const auto half = rebuilt(floats, "bfloat16", false);
  CHECK(hex_of(*half->as_tensor()) == "803f0040");
  CHECK(!half->as_tensor()->requires_grad());
  CHECK(!rebuilt(floats, "int16", true)->as_tensor()->requires_grad());
  CHECK(rebuilt(floats, "float31", false)->kind() == ValueKind::opaque);
  CHECK(rebuilt("K\1", "float32", false)->kind() == ValueKind::opaque);
}

TEST_CASE("a tensor that takes more in another dtype than the file justifies is refused",
          "[io][torch]") {
  const std::string storage =
      "(U\7storagectorch\nFloatStorage\nU\1"
      "0U\3cpuK\1tQ";
  const std::string expanded = "ctorch._utils\n_rebuild_tensor_v2\n(" + storage +
                               "K\0\x8a\5\0\0\0\0\1\x85K\0\x85\x89"
                               "ccollections\nOrderedDict\n)RtR"s;
  const std::string pickle = "\x80\2ctorch._utils\n_rebuild_device_tensor_from_cpu_tensor\n(" +
                             expanded + "ctorch\nfloat64\nU\3xla\x89tR.";
  const std::string refusal = Files().refusal(torch_file(pickle, {std::string(4, '\0')}));
  CHECK(contains(refusal, "than the file justifies"));
}

TEST_CASE("an array is as large as its elements", "[io][torch]") {
  const auto refusal = [](const std::string& value) {
    return Files().refusal(torch_file("\x80\2" + value + "."));
  };
  CHECK(contains(refusal(array(type("i2"), "K\3\x85", "\1\0\2\0"s)), "another size"));
  CHECK(contains(refusal(array(type("i2"), "J\xff\xff\xff\xff\x85", "\1\0"s)), "another size"));
  const std::string huge = "\x8a\x08\0\0\0\0\0\0\0\x40"s;
  CHECK(contains(refusal(array(type("i8"), huge + huge + "\x86", "")), "another size"));
  CHECK(contains(refusal(array(type("i8"), "K\0"s + huge + "\x86", "")), "another size"));
  CHECK(value_of(array(type("i8"), "K\0K\5\x86"s, ""))->as_tensor()->numel() == 0);
}

TEST_CASE("NumPy's scalars are numbers", "[io][torch]") {
  const auto scalar = [](const std::string& dtype, const std::string& content) {
    return value_of("cnumpy._core.multiarray\nscalar\n" + dtype + bytes(content) + "\x86R");
  };
  CHECK(scalar(type("f4"), "\0\0\xc0\x3f"s)->as_real() == 1.5);
  CHECK(scalar(type("f4", ">"), "\x3f\xc0\0\0"s)->as_real() == 1.5);
  CHECK(scalar(type("f2"), "\0\x38"s)->as_real() == 0.5);
  CHECK(scalar(type("i1"), "\xfe"s)->as_integer() == -2);
  CHECK(scalar(type("u1"), "\xfe"s)->as_integer() == 254);
  CHECK(scalar(type("i8"), std::string(8, '\xff'))->as_integer() == -1);
  CHECK(scalar(type("u8"), std::string(8, '\xff'))->as_text() == "18446744073709551615");
  CHECK(scalar(type("b1"), "\1")->as_boolean());
  CHECK(scalar(type("c8", ">"), "\x3f\x80\0\0\x40\0\0\0"s)->as_complex() ==
        std::complex<double>(1, 2));
  CHECK(scalar(type("f4"), "\0\0"s)->kind() == ValueKind::opaque);
}

TEST_CASE("damaged arrays are refused or read, never more", "[io][torch]") {
  survives_every_mutation(read_file(data_file("torch/arrays.pt")));
}

}  // namespace duramen::test
