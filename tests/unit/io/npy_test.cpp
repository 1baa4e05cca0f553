#include "io/npy.hpp"

#include "support/catch.hpp"
#include "unit/io/files.hpp"

namespace duramen::test {
namespace {

// An array of version 1 with this header and these elements.
std::string npy(std::string_view header, std::string_view data = {}) {
  return "\x93NUMPY\1" + std::string(1, '\0') + u16(header.size()) + std::string(header) +
         std::string(data);
}

std::string array(std::string_view descr, std::string_view shape, std::string_view data,
                  std::string_view fortran = "False") {
  return npy("{'descr': '" + std::string(descr) + "', 'fortran_order': " + std::string(fortran) +
                 ", 'shape': " + std::string(shape) + ", }\n",
             data);
}

TensorRef tensor_of(const io::Checkpoint& checkpoint) {
  return TensorRef(checkpoint.content()->as_tensor());
}

std::string saved(const Tensor& tensor) {
  const Files files;
  const Folder folder;
  const auto value = Value::tensor(TensorRef(const_cast<Tensor*>(&tensor)));
  io::save_value(files.services, *value, folder.file("x.npy"));
  return read_file(folder.file("x.npy"));
}

}  // namespace

TEST_CASE("an array is read as the tensor at the root", "[io][npy]") {
  const Files files;
  const auto checkpoint = files.parse(array("<i2", "(2, 3)", "a0b0c0d0e0f0"));
  CHECK(checkpoint->format() == "npy");
  const auto tensor = tensor_of(*checkpoint);
  CHECK(tensor->dtype() == Dtype::int16);
  CHECK(tensor->shape() == Shape{2, 3});
  CHECK(tensor->strides() == Shape{3, 1});
  CHECK(hex_of(*tensor) == "613062306330643065306630");
  const auto dict = checkpoint->state_dict("");
  REQUIRE(dict->entries().size() == 1);
  CHECK(dict->entries()[0].name.empty());
}

TEST_CASE("the header may be spelled in every way that NumPy wrote", "[io][npy]") {
  const Files files;
  const std::string data(4, '\1');
  for (const char* header : {"{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }\n",
                             "{\"shape\": (1,), \"descr\": \"<f4\", \"fortran_order\": False}",
                             "  { 'shape' :\t( 1 , ) ,'descr':'|f4','fortran_order':True }  \n",
                             "{'descr': 'f4', 'fortran_order': False, 'shape': (1L,), }",
                             "{'descr': '=f4', 'fortran_order': False, 'shape': (1, 1), }",
                             "{'descr': '<f4', 'fortran_order': False, 'shape': ()}"}) {
    INFO(header);
    CHECK(files.refusal(npy(header, data)).empty());
  }
  const std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }\n";
  for (const char version : {'\2', '\3'}) {
    CHECK(files
              .refusal("\x93NUMPY" + std::string(1, version) + std::string(1, '\0') +
                       u32(header.size()) + header + data)
              .empty());
  }
}

TEST_CASE("a big-endian array is swapped, complex numbers by their halves", "[io][npy]") {
  const Files files;
  const auto hex = [&](const char* descr, const char* shape, const std::string& data) {
    return hex_of(*tensor_of(*files.parse(array(descr, shape, data))));
  };
  CHECK(hex(">u2", "(2,)", "abcd") == "62616463");
  CHECK(hex(">c8", "(1,)", "abcdefgh") == "6463626168676665");
  CHECK(hex(">i1", "(3,)", "abc") == "616263");
  CHECK(hex(">f8", "()", "abcdefgh") == "6867666564636261");
}

TEST_CASE("a Fortran array keeps its order of elements as strides", "[io][npy]") {
  const Files files;
  const auto tensor = tensor_of(*files.parse(array("|u1", "(2, 3)", "abcdef", "True")));
  CHECK(tensor->strides() == Shape{1, 2});
  CHECK(hex_of(*tensor) == "616365626466");
  const auto empty = tensor_of(*files.parse(array("|u1", "(2, 0, 3)", "", "True")));
  CHECK(empty->shape() == Shape{2, 0, 3});
  CHECK(empty->is_contiguous());
}

TEST_CASE("boolean bytes of an array become 0 or 1", "[io][npy]") {
  const auto tensor = tensor_of(*Files().parse(array("|b1", "(3,)", std::string("\0\1\7", 3))));
  CHECK(hex_of(*tensor) == "000101");
}

TEST_CASE("arrays that torch has no dtype for are refused by name", "[io][npy]") {
  const Files files;
  for (const char* descr : {"|O", "<U3", "|S4", "<M8[s]", "<m8[ns]", "|V2", "<f16", "<c32", "<f3",
                            "<i16", "", "<", "f", "<f4<f4"}) {
    INFO(descr);
    CHECK(files.refusal_code(array(descr, "(1,)", "abcd")) == Code::unsupported);
  }
  CHECK(contains(files.refusal(array("|O", "(1,)", "abcd")), "Python objects"));
  CHECK(contains(files.refusal(array("<U3", "(1,)", "abcd")), "'<U3'"));
  CHECK(contains(files.refusal(npy("{'descr': [('a', '<f4')], 'fortran_order': False, "
                                   "'shape': (1,), }")),
                 "records"));
}

TEST_CASE("a header that lies is refused", "[io][npy]") {
  const Files files;
  for (const char* header :
       {"",
        "{",
        "{}",
        "{'descr': '<f4'",
        "{'descr': '<f4', 'shape': (1,)}",
        "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (1,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'more': 1}",
        "{'descr': '<f4', 'fortran_order': 0, 'shape': (1,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': [1]}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1.0,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1,,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (9223372036854775808,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (0, 4611686018427387904, 4)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1,)} {}",
        "{'descr': '<f4' 'fortran_order': False, 'shape': (1,)}",
        "{'descr': '<f\\x34', 'fortran_order': False, 'shape': (1,)}",
        "{descr: '<f4', 'fortran_order': False, 'shape': (1,)}"}) {
    INFO(header);
    CHECK(files.refusal_code(npy(header, "abcd")) == Code::corrupt);
  }
  std::string deep = "(";
  for (int i = 0; i < 65; ++i) deep += "1, ";
  CHECK(files.refusal_code(array("<f4", deep + ")", "abcd")) == Code::limit);
}

TEST_CASE("the elements must fill the file exactly", "[io][npy]") {
  const Files files;
  const std::string whole = array("<f4", "(2,)", "abcdefgh");
  CHECK(files.refusal(whole).empty());
  CHECK(files.refusal_code(whole + "x") == Code::corrupt);
  for (size_t length = 0; length < whole.size(); ++length) {
    CHECK(!files.refusal(whole.substr(0, length)).empty());
  }
  CHECK(contains(files.refusal(whole.substr(0, whole.size() - 1)), "truncated"));
  CHECK(files.refusal_code(array("<f4", "(4611686018427387903,)", "abcd")) == Code::corrupt);
}

TEST_CASE("limits and versions of an array are checked", "[io][npy]") {
  const Files files;
  io::OpenOptions options;
  options.limits.max_header_bytes = 16;
  CHECK(files.refusal_code(array("<f4", "(1,)", "abcd"), options) == Code::limit);
  options.limits = {};
  options.limits.max_tensor_bytes = 3;
  CHECK(files.refusal_code(array("<f4", "(1,)", "abcd"), options) == Code::limit);
  options.limits = {};
  options.limits.max_total_bytes = 3;
  CHECK(files.refusal_code(array("<f4", "(1,)", "abcd"), options) == Code::limit);
  for (const char* version : {"\4", "\1\1"}) {
    std::string bytes = array("<f4", "(1,)", "abcd");
    bytes.replace(6, strlen(version), version);
    CHECK(files.refusal_code(bytes) == Code::unsupported);
  }
  CHECK(files.refusal_code("\x93NUMPY\2" + std::string(1, '\0') + u32(0xFFFFFFFF)) == Code::limit);
}

TEST_CASE("a saved array is what numpy.save writes", "[io][npy]") {
  const Files files;
  const auto tensor = files.tensor({2, 3}, {1, 2, 3, 4, 5, 6});
  const std::string bytes = saved(*tensor);
  const std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }";
  CHECK(bytes.substr(0, 10) == std::string("\x93NUMPY\1\0v\0", 10));
  CHECK(bytes.substr(10, 118) == header + std::string(117 - header.size(), ' ') + "\n");
  CHECK(bytes.size() == 128 + 24);
  CHECK(floats_of(*tensor_of(*files.parse(bytes))) == std::vector<float>{1, 2, 3, 4, 5, 6});

  const auto turned = alias(*tensor, view_transpose(tensor->layout(), 0, 1));
  CHECK(contains(saved(*turned), "'fortran_order': True, 'shape': (3, 2), }"));
  CHECK(saved(*turned).substr(128) == bytes.substr(128));
  CHECK(tensor_of(*files.parse(saved(*turned)))->strides() == Shape{1, 3});

  const auto part = alias(*tensor, view_slice(tensor->layout(), 1, 0, 3, 2));
  CHECK(contains(saved(*part), "'fortran_order': False, 'shape': (2, 2), }"));
  CHECK(floats_of(*tensor_of(*files.parse(saved(*part)))) == std::vector<float>{1, 3, 4, 6});
}

TEST_CASE("what NumPy has no place for is not saved as an array", "[io][npy]") {
  const Files files;
  const Folder folder;
  const std::string path = folder.file("x.npy");
  const auto code = [&](const Value& value) {
    try {
      io::save_value(files.services, value, path);
    } catch (const Error& error) {
      return error.code();
    }
    return Code{};
  };
  CHECK(code(*Value::integer(1)) == Code::unsupported);
  CHECK(code(*Value::tensor(empty(files.services.allocator, {2}, Dtype::bfloat16))) ==
        Code::unsupported);
  CHECK_THROWS_AS(io::save(files.services, *make<StateDict>(), path), Error);
  CHECK(folder.names().empty());
}

}  // namespace duramen::test
