#include "io/safetensors.hpp"

#include "base/text.hpp"
#include "support/catch.hpp"
#include "unit/io/files.hpp"

namespace duramen::test {
namespace {

const std::string kOne = R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})";
const std::string kEight = std::string(8, '\1');

// A header with one tensor of the given fields over 8 bytes.
std::string with_fields(const std::string& fields) {
  return safetensors("{\"a\":{" + fields + "}}", kEight);
}

}  // namespace

TEST_CASE("a file of the reference writer is read and written again byte for byte",
          "[io][safetensors]") {
  const Files files;
  const Folder folder;
  for (const char* name : {"dtypes", "nothing"}) {
    const std::string path = data_file(std::string("safetensors/") + name + ".safetensors");
    const auto checkpoint = files.open(path);
    CHECK(checkpoint->format() == "safetensors");
    io::save(files.services, *checkpoint->state_dict(""), folder.file("again.safetensors"));
    CHECK(read_file(folder.file("again.safetensors")) == read_file(path));
  }
}

TEST_CASE("every dtype of a safetensors file has its own bits", "[io][safetensors]") {
  const auto dict = Files().open(data_file("safetensors/dtypes.safetensors"))->state_dict("");
  const auto hex = [&](const char* name) { return hex_of(*dict->entries().find(name)->tensor); };
  CHECK(hex("float32") == "0000803f000000400000804000000041");
  CHECK(hex("bfloat16") == "803f004080400041");
  CHECK(hex("float8_e4m3fn") == "38404850");
  CHECK(hex("uint16") == "0100020004000800");
  CHECK(hex("bool") == "01010101");
  CHECK(hex("complex64").substr(0, 16) == "0000803f00000000");
  CHECK(dict->entries().find("scalar")->tensor->rank() == 0);
  CHECK(dict->entries().find("empty")->tensor->shape() == Shape{2, 0});
  CHECK(dict->metadata().find("format") != nullptr);
  CHECK(dict->entries().size() == 22);
}

TEST_CASE("tensors of a mapped file share its memory and cannot be written", "[io][safetensors]") {
  const Files files;
  const auto dict = files.open(data_file("safetensors/dtypes.safetensors"))->state_dict("");
  CHECK(dict->entries().find("float32")->tensor->storage()->read_only());
  CHECK(dict->entries().find("float32")->tensor->storage() !=
        dict->entries().find("int32")->tensor->storage());
}

TEST_CASE("a header that says less or more than the data is refused", "[io][safetensors]") {
  const Files files;
  const std::string whole = safetensors(kOne, kEight);
  CHECK(files.refusal(whole).empty());
  CHECK(contains(files.refusal(whole + "x"), "bytes after the last tensor"));
  for (size_t length = 0; length < whole.size(); ++length) {
    CHECK(!files.refusal(whole.substr(0, length)).empty());
  }
  for (const uint64_t length : {kOne.size() - 1, kOne.size() + 1, size_t{0}, SIZE_MAX, size_t{1}}) {
    CHECK(!files.refusal(join(u64(length), kOne, kEight)).empty());
  }
  CHECK(files.refusal_code(u64(100'000'001) + kOne + kEight) == Code::limit);
}

TEST_CASE("ranges must cover the data once, without holes", "[io][safetensors]") {
  const Files files;
  const auto two = [](const char* a, const char* b) {
    return safetensors(std::string(R"({"a":{"dtype":"U8","shape":[4],"data_offsets":)") + a +
                           R"(},"b":{"dtype":"U8","shape":[4],"data_offsets":)" + b + "}}",
                       std::string(8, '\1'));
  };
  CHECK(files.refusal(two("[0,4]", "[4,8]")).empty());
  CHECK(files.refusal(two("[4,8]", "[0,4]")).empty());
  CHECK(contains(files.refusal(two("[0,4]", "[3,7]")), "overlaps"));
  CHECK(contains(files.refusal(two("[0,4]", "[0,4]")), "overlaps"));
  CHECK(!files.refusal(two("[1,5]", "[4,8]")).empty());
  CHECK(!files.refusal(two("[4,0]", "[4,8]")).empty());
  CHECK(!files.refusal(two("[0,4]", "[8,12]")).empty());
}

TEST_CASE("a name, a field or a metadata key that is there twice is refused", "[io][safetensors]") {
  const Files files;
  const std::string entry = R"({"dtype":"F32","shape":[2],"data_offsets":[0,8]})";
  CHECK(contains(files.refusal(safetensors("{\"a\":" + entry + ",\"a\":" + entry + "}", kEight)),
                 "twice"));
  CHECK(contains(
      files.refusal(safetensors("{\"a\":" + entry + ",\"\\u0061\":" + entry + "}", kEight)),
      "twice"));
  CHECK(
      !files.refusal(with_fields(R"("dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8])"))
           .empty());
  CHECK(!files.refusal(safetensors(R"({"__metadata__":{"k":"1","k":"2"}})")).empty());
  CHECK(!files.refusal(safetensors(R"({"__metadata__":{},"__metadata__":{}})")).empty());
}

TEST_CASE("fields that are not what they should be are refused", "[io][safetensors]") {
  const Files files;
  CHECK(
      files
          .refusal(with_fields(R"("dtype":"F32","shape":[2],"data_offsets":[0,8],"more":{"x":[]})"))
          .empty());
  for (const char* fields :
       {R"("shape":[2],"data_offsets":[0,8])", R"("dtype":"F32","data_offsets":[0,8])",
        R"("dtype":"F32","shape":[2])", R"("dtype":"f32","shape":[2],"data_offsets":[0,8])",
        R"("dtype":"F32","shape":[3],"data_offsets":[0,8])",
        R"("dtype":"F32","shape":[-2],"data_offsets":[0,8])",
        R"("dtype":"F32","shape":[2.0],"data_offsets":[0,8])",
        R"("dtype":"F32","shape":[-0,2],"data_offsets":[0,8])",
        R"("dtype":"F32","shape":[2],"data_offsets":[0,8,8])",
        R"("dtype":"F32","shape":[2],"data_offsets":[0,18446744073709551616])",
        R"("dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,8])",
        R"("dtype":"F32","shape":[4611686018427387906],"data_offsets":[0,8])",
        R"("dtype":"F32","shape":[0,4611686018427387904,4],"data_offsets":[0,0])",
        R"("dtype":"F4","shape":[15],"data_offsets":[0,8])",
        R"("dtype":7,"shape":[2],"data_offsets":[0,8])"}) {
    INFO(fields);
    CHECK(!files.refusal(with_fields(fields)).empty());
  }
  for (const char* header : {"", "[]", "{", R"({"a":["F32",[2],[0,8]]})", R"({"__metadata__":[]})",
                             R"({"__metadata__":{"k":1}})", "{} {}", "{},", "{\"a\xff\":1}"}) {
    CHECK(!files.refusal(safetensors(header)).empty());
  }
}

TEST_CASE("fields that a later version may add are ignored, whatever they hold",
          "[io][safetensors]") {
  const Files files;
  const std::string fields = R"("dtype":"F32","shape":[2],"data_offsets":[0,8],"more":)";
  for (const char* value : {"1e-05", "-0.5", "-0", "-1", "[-0, -0.0]", "{\"shape\":[-0]}",
                            "\", -0\"", "null", "[[[[[[[[[[[[1]]]]]]]]]]]]"}) {
    INFO(value);
    CHECK(files.refusal(with_fields(fields + value)).empty());
  }
  for (const char* value : {"-", "- 0", "01", "tru", "[1,]", "'x'"}) {
    INFO(value);
    CHECK(!files.refusal(with_fields(fields + value)).empty());
  }
  CHECK(files.refusal(safetensors("{\"a, -0\":" + kOne.substr(5), kEight)).empty());
}

TEST_CASE("minus zero is no size and no offset", "[io][safetensors]") {
  const Files files;
  for (const char* fields : {R"("dtype":"F32","shape":[-0],"data_offsets":[0,0])",
                             R"("dtype":"F32","shape":[2],"data_offsets":[-0,8])",
                             R"("dtype":"F32","shape":[2],"data_offsets":[ -0,8])",
                             R"("dtype":"F32","sh\u0061pe":[0,-0],"data_offsets":[0,0])"}) {
    INFO(fields);
    const std::string file = with_fields(fields);
    CHECK(contains(files.refusal(file), "negative, at byte " + std::to_string(file.find("-0"))));
  }
}

TEST_CASE("metadata may be null", "[io][safetensors]") {
  const Files files;
  const auto checkpoint =
      files.parse(safetensors("{\"__metadata__\":null," + kOne.substr(1), kEight));
  CHECK(checkpoint->metadata().size() == 0);
}

TEST_CASE("a refusal tells where in the header", "[io][safetensors]") {
  const Files files;
  const auto says = [&](const std::string& header, const char* text, size_t place) {
    const std::string message = files.refusal(safetensors(header, kEight));
    INFO(message);
    CHECK(contains(message, text));
    CHECK(message.ends_with("at byte " + std::to_string(8 + place)));
  };
  const std::string second = "{" + kOne.substr(1, kOne.size() - 2) + ",";
  says(second + "}", "not JSON", second.size());
  says("{\"a\":tru}", "not JSON", 5);
  says("{\"a\":nul}", "not JSON", 5);
  says("{\"a\":[1,n2]}", "not JSON", 8);
  says("{\"a\":[1, 123456789012345678901234567890]}", "a number is malformed or too large", 9);
  says("{\"a\" 1}", "not JSON", 5);
  says(kOne + " {}", "not JSON", kOne.size() + 1);
  says(second + "\"b\":7}", "'b': expected an object", second.size());
  says(second + "\"b\":{\"dtype\":\"F33\"}}", "'b': unknown dtype", second.size());
  says(second + kOne.substr(1), "'a': this name is there twice", second.size());
  says("{\"__metadata__\":{\"k\":1}}", "'k': a value", 1);
  CHECK(contains(files.refusal(safetensors("{\"a\xff\":1}")), "(in bytes 8 to 16)"));
}

TEST_CASE("a cut file says how long it was", "[io][safetensors]") {
  const Files files;
  const std::string two =
      R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}})";
  const std::string whole = safetensors(two, "xyz");
  const auto cut = [&](size_t size) { return files.refusal(whole.substr(0, size)); };
  const std::string sizes = "expected " + std::to_string(whole.size()) + " bytes, got ";
  CHECK(contains(cut(whole.size() - 1), "'b': data_offsets [1, 3] leave the file (" + sizes));
  CHECK(contains(cut(whole.size() - 3), sizes + std::to_string(whole.size() - 3)));
  CHECK(contains(cut(whole.size() - 3), "truncated"));
  CHECK(
      contains(cut(20), "expected at least " + std::to_string(8 + two.size()) + " bytes, got 20"));
  const std::string far =
      R"({"a":{"dtype":"U8","shape":[0],"data_offsets":[18446744073709551615,18446744073709551615]}})";
  CHECK(contains(files.refusal(safetensors(far)), "expected 18446744073709551615 bytes"));
}

TEST_CASE("reversed offsets are no sign of a cut file", "[io][safetensors]") {
  const std::string message =
      Files().refusal(with_fields(R"("dtype":"F32","shape":[2],"data_offsets":[8,0])"));
  CHECK(contains(message, "'a': data_offsets [8, 0] are reversed"));
  CHECK(!contains(message, "truncated"));
}

TEST_CASE("limits bound a safetensors file", "[io][safetensors]") {
  const Files files;
  const std::string whole = safetensors(kOne, kEight);
  io::OpenOptions options;
  for (const uint32_t depth : {1u, 2u, 3u, 100u, UINT32_MAX}) {
    options.limits.max_depth = depth;
    CHECK(files.refusal(whole, options).empty());
  }
  const std::string deep =
      with_fields(R"("dtype":"F32","shape":[2],"data_offsets":[0,8],"x":[[[1]]])");
  options.limits.max_depth = 4;
  CHECK(files.refusal_code(deep, options) == Code::limit);
  options.limits.max_depth = 5;
  CHECK(files.refusal(deep, options).empty());
  options.limits = {};
  options.limits.max_total_bytes = 8;
  CHECK(files.refusal(whole, options).empty());
  options.limits.max_total_bytes = 7;
  CHECK(files.refusal_code(whole, options) == Code::limit);
  options.limits = {};
  options.limits.max_tensor_bytes = 7;
  CHECK(files.refusal_code(whole, options) == Code::limit);
}

TEST_CASE("padding of the header is white space", "[io][safetensors]") {
  CHECK(!Files().refusal(safetensors(std::string("{}\0", 3))).empty());
}

TEST_CASE("white space around the header is alignment", "[io][safetensors]") {
  const Files files;
  CHECK(files.refusal(safetensors("    " + kOne + "   ", kEight)).empty());
}

TEST_CASE("booleans other than 0 and 1 become 1, misaligned tensors are copied",
          "[io][safetensors]") {
  const Files files;
  const auto dict =
      files
          .parse(safetensors(R"({"b":{"dtype":"BOOL","shape":[3],"data_offsets":[0,3]},)"
                             R"("f":{"dtype":"F32","shape":[1],"data_offsets":[3,7]}})",
                             std::string("\2\0\xff", 3) + std::string("\0\0\x80\x3f", 4)))
          ->state_dict("");
  CHECK(hex_of(*dict->entries().find("b")->tensor) == "010001");
  CHECK(floats_of(*dict->entries().find("f")->tensor) == std::vector<float>{1});
}

TEST_CASE("what has no place in a safetensors file is refused before anything is written",
          "[io][safetensors]") {
  const Files files;
  const Folder folder;
  const std::string path = folder.file("x.safetensors");
  StateDict dict;
  const TensorRef base = files.tensor({2, 3}, {0, 1, 2, 3, 4, 5});
  dict.set_tensor("first", base);
  const auto refusal = [&] {
    try {
      io::save(files.services, dict, path);
    } catch (const Error& error) {
      return error.message();
    }
    return std::string();
  };
  SECTION("ties name both") {
    dict.set_tensor("second", alias(*base));
    CHECK(contains(refusal(), "'first'"));
    CHECK(contains(refusal(), "'second'"));
  }
  SECTION("views that overlap") {
    dict.set_tensor("row", alias(*base, view_select(base->layout(), 0, 1)));
    CHECK(contains(refusal(), "shares memory"));
  }
  SECTION("values") {
    dict.set_value("epoch", Value::integer(3));
    CHECK(contains(refusal(), "tensors only"));
  }
  SECTION("the reserved name") {
    dict.set_tensor("__metadata__", files.tensor({1}, {1}));
    CHECK(contains(refusal(), "reserves"));
  }
  SECTION("a name that is not UTF-8") {
    dict.set_tensor("\xff", files.tensor({1}, {1}));
    CHECK(contains(refusal(), "UTF-8"));
  }
  SECTION("a dtype that it does not have") {
    dict.set_tensor("z", empty(files.services.allocator, {1}, Dtype::complex128));
    CHECK(contains(refusal(), "complex128"));
  }
  SECTION("two numbers a byte and no dimension that could count them") {
    dict.set_tensor("pair", empty(files.services.allocator, {}, Dtype::float4_e2m1fn_x2));
    CHECK(contains(refusal(), "'pair'"));
    CHECK(contains(refusal(), "rank 0"));
  }
  CHECK(folder.names().empty());
}

TEST_CASE("a transposed tensor is written as its logical elements", "[io][safetensors]") {
  const Files files;
  const Folder folder;
  StateDict dict;
  const TensorRef base = files.tensor({2, 3}, {0, 1, 2, 3, 4, 5});
  dict.set_tensor("t", alias(*base, view_transpose(base->layout(), 0, 1)));
  io::save(files.services, dict, folder.file("t.safetensors"));
  const auto read = files.open(folder.file("t.safetensors"))->state_dict("");
  CHECK(read->entries().find("t")->tensor->shape() == Shape{3, 2});
  CHECK(floats_of(*read->entries().find("t")->tensor) == std::vector<float>{0, 3, 1, 4, 2, 5});
}

TEST_CASE("disjoint views of one storage may be saved, and the data can be aligned",
          "[io][safetensors]") {
  const Files files;
  const Folder folder;
  StateDict dict;
  const TensorRef base = files.tensor({2, 2}, {0, 1, 2, 3});
  dict.set_tensor("a", alias(*base, view_select(base->layout(), 0, 0)));
  dict.set_tensor("b", alias(*base, view_select(base->layout(), 0, 1)));
  dict.metadata().set("z", "1");
  dict.metadata().set("a", "2");
  io::SaveOptions options;
  options.alignment = 256;
  io::save(files.services, dict, folder.file("x.safetensors"), options);
  const std::string bytes = read_file(folder.file("x.safetensors"));
  CHECK(bytes.size() == 256 + 16);
  CHECK(contains(bytes, R"({"__metadata__":{"a":"2","z":"1"},)"));
  for (const uint32_t alignment : {1u, 2u, 4u}) {
    options.alignment = alignment;
    io::save(files.services, dict, folder.file("y.safetensors"), options);
    CHECK((read_file(folder.file("y.safetensors")).size() - 16) % 8 == 0);
  }
  options.alignment = 24;
  CHECK_THROWS_AS(io::save(files.services, dict, folder.file("x.safetensors"), options), Error);
}

namespace {

std::string listed(const io::Checkpoint& checkpoint) {
  std::string out;
  for (const io::FileEntry& entry : checkpoint.entries().list()) {
    out += join(entry.name, " ", dtype_info(entry.dtype).name, format_shape(entry.sizes()), " ",
                entry.nbytes, "; ");
  }
  for (const auto& [key, text] : checkpoint.metadata()) out += join(key, "=", text, "; ");
  return out;
}

}  // namespace

TEST_CASE("a header is the same with and without spaces", "[io][safetensors]") {
  const Files files;
  const std::string fields[] = {
      R"("a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]})",
      R"("":{"dtype":"U8","shape":[],"data_offsets":[8,9]})",
      R"("a long name with 'quotes', {brackets} and ~":{"dtype":"I16","shape":[1,0,3],"data_offsets":[9,9]})",
      R"("__metadata__":{"format":"pt","":""})"};
  for (const auto& order : {std::array{0, 1, 2, 3}, {3, 2, 1, 0}, {1, 3, 0, 2}}) {
    std::string plain = "{", spaced = "{";
    for (const int i : order) {
      plain += (plain.size() > 1 ? "," : "") + fields[i];
      spaced += (spaced.size() > 1 ? " , " : " ") + fields[i];
    }
    const std::string data(9, '\1');
    const auto one = files.parse(safetensors(plain + "}  ", data));
    const auto other = files.parse(safetensors(spaced + "}", data));
    CHECK(listed(*one) == listed(*other));
    CHECK(one->entries().list().size() == 3);
    CHECK(one->metadata().size() == 2);
  }
}

TEST_CASE("what is nearly a plain header is read or refused as any other", "[io][safetensors]") {
  const Files files;
  const std::string data(8, '\1');
  const auto refusal = [&](const std::string& header) {
    return files.refusal(safetensors(header, data));
  };
  const std::string one = R"("a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]})";
  CHECK(refusal("{" + one + "}") == "");
  CHECK(refusal(R"({"\u00e9":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})") == "");
  CHECK(refusal("{\"\xc3\xa9\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}") == "");
  CHECK(refusal(R"({"a":{"shape":[2],"dtype":"F32","data_offsets":[0,8]}})") == "");
  CHECK(contains(refusal("{\"\xc3\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}"),
                 "JSON"));
  CHECK(contains(refusal("{\"a\nb\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}"),
                 "JSON"));
  CHECK(contains(refusal("{" + one + "}x"), "JSON"));
  CHECK(contains(refusal("{" + one + ",}"), "JSON"));
  CHECK(contains(refusal("{" + one + "," + one + "}"), "twice"));
  CHECK(contains(refusal(R"({"a":{"dtype":"F32","shape":[02],"data_offsets":[0,8]}})"), "number"));
  CHECK(
      contains(refusal(R"({"a":{"dtype":"F32","shape":[-0],"data_offsets":[0,0]}})"), "negative"));
  CHECK(contains(refusal(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}})"), "reversed"));
  CHECK(contains(refusal(R"({"a":{"dtype":"F3","shape":[2],"data_offsets":[0,8]}})"),
                 "unknown dtype"));
  CHECK(contains(
      refusal(R"({"a":{"dtype":"F32","shape":[18446744073709551618],"data_offsets":[0,8]}})"),
      "number"));
}

TEST_CASE("a limit on entries does not count the metadata", "[io][safetensors]") {
  const Files files;
  io::OpenOptions options;
  options.limits.max_entries = 1;
  for (const char* space : {"", " "}) {
    const std::string header = join("{", space, R"("__metadata__":{"k":"v"},)",
                                    R"("a":{"dtype":"U8","shape":[8],"data_offsets":[0,8]}})");
    CHECK(files.refusal(safetensors(header, kEight), options) == "");
    const std::string two =
        join("{", space, R"("a":{"dtype":"U8","shape":[8],"data_offsets":[0,8]},)",
             R"("b":{"dtype":"U8","shape":[0],"data_offsets":[8,8]}})");
    CHECK(contains(files.refusal(safetensors(two, kEight), options), "too many entries"));
  }
}

}  // namespace duramen::test
