// Files of tests/data/make_gguf.py. Those of one defect each: tests/data/hostile/gguf_cases.py;
// beside gguf-py: tests/oracle/gguf_files.py.
#include "io/gguf.hpp"

#include "support/catch.hpp"
#include "unit/io/damage.hpp"
#include "unit/io/files.hpp"

namespace duramen::test {
namespace {

std::string fixture(std::string_view name) {
  return read_file(data_file("gguf/" + std::string(name) + ".gguf"));
}

const Value& at(const io::Checkpoint& checkpoint, std::string_view name) {
  const Value* value = checkpoint.content()->find(name);
  INFO(name);
  REQUIRE(value);
  return *value;
}

const Tensor& tensor_at(const io::Checkpoint& checkpoint, std::string_view name) {
  const Value& value = at(checkpoint, name);
  REQUIRE(value.as_tensor());
  return *value.as_tensor();
}

std::string saved(const Files& files, const StateDict& dict) {
  const Folder folder;
  io::save(files.services, dict, folder.file("x.gguf"));
  return read_file(folder.file("x.gguf"));
}

std::string refusal_of_save(const Files& files, const StateDict& dict) {
  const Folder folder;
  try {
    io::save(files.services, dict, folder.file("x.gguf"));
  } catch (const Error& error) {
    CHECK(folder.names().empty());
    return error.message();
  }
  return {};
}

std::string text(std::string_view text) { return u64(text.size()) + std::string(text); }

// A file of these parts, which are one value or tensor each.
std::string gguf(const std::vector<std::string>& values,
                 const std::vector<std::string>& tensors = {}, std::string_view data = {}) {
  std::string out = "GGUF" + u32(3) + u64(tensors.size()) + u64(values.size());
  for (const std::string& part : values) out += part;
  for (const std::string& part : tensors) out += part;
  out.resize((out.size() + 31) / 32 * 32);
  return out + std::string(data);
}

}  // namespace

TEST_CASE("every type of a value is read as what it is", "[io][gguf]") {
  const Files files;
  for (const char* name : {"all", "version2", "big_endian"}) {
    INFO(name);
    const auto file = files.parse(fixture(name));
    CHECK(file->format() == "gguf");
    CHECK(at(*file, "general.architecture").as_text() == "test");
    CHECK(at(*file, "u8").as_integer() == 200);
    CHECK(at(*file, "i8").as_integer() == -100);
    CHECK(at(*file, "u16").as_integer() == 60000);
    CHECK(at(*file, "i16").as_integer() == -30000);
    CHECK(at(*file, "u32").as_integer() == 4000000000);
    CHECK(at(*file, "i32").as_integer() == -2000000000);
    CHECK(at(*file, "i64").as_integer() == -(int64_t{1} << 40));
    CHECK(at(*file, "u64").kind() == ValueKind::big_integer);
    CHECK(at(*file, "u64").as_text() == "9223372036854775809");
    CHECK(at(*file, "f32").as_real() == 1.5);
    CHECK(at(*file, "f64").as_real() == 0.1);
    CHECK(at(*file, "bool").kind() == ValueKind::boolean);
    CHECK(at(*file, "bool").as_boolean());
    CHECK(at(*file, "empty").kind() == ValueKind::text);
    CHECK(at(*file, "bytes").kind() == ValueKind::bytes);
    CHECK(at(*file, "bytes").as_text() == std::string_view("\xff\0", 2));
    const Value& texts = at(*file, "list.str");
    CHECK(texts.kind() == ValueKind::list);
    REQUIRE(texts.count() == 3);
    CHECK(texts.item(2)->as_text() == "\xc3\xa9");
    CHECK(at(*file, "list.u8").item(1)->as_integer() == 255);
    CHECK(at(*file, "list.i32").item(0)->as_integer() == -1);
    CHECK(at(*file, "list.bool").item(0)->kind() == ValueKind::boolean);
    CHECK(at(*file, "list.none").count() == 0);
    CHECK(*file->properties().find("alignment") == "32");
    CHECK(*file->properties().find("version") == (std::string(name) == "version2" ? "2" : "3"));
    CHECK(*file->properties().find("byteorder") ==
          (std::string(name) == "big_endian" ? "big" : "little"));
  }
}

TEST_CASE("plain tensors have torch's sizes and share the file", "[io][gguf]") {
  const Files files;
  for (const char* name : {"all", "big_endian"}) {
    INFO(name);
    const auto file = files.parse(fixture(name));
    const Tensor& f32 = tensor_at(*file, "tensor.f32");
    CHECK(f32.shape() == Shape{2, 3});
    CHECK(floats_of(f32) == std::vector<float>{1, 2, 3, 4, 5, 6});
    CHECK(f32.storage()->read_only() == (std::string(name) == "all"));
    CHECK(tensor_at(*file, "tensor.f16").dtype() == Dtype::float16);
    CHECK(hex_of(tensor_at(*file, "tensor.f16")) == "003800c0");
    CHECK(tensor_at(*file, "tensor.bf16").dtype() == Dtype::bfloat16);
    CHECK(hex_of(tensor_at(*file, "tensor.bf16")) == "803f00c0");
    CHECK(tensor_at(*file, "tensor.f64").rank() == 0);
    CHECK(hex_of(tensor_at(*file, "tensor.f64")) == "9a9999999999b93f");
    CHECK(hex_of(tensor_at(*file, "tensor.i8")) == "ff02fd");
    CHECK(tensor_at(*file, "tensor.i16").shape() == Shape{2, 1, 1});
    CHECK(hex_of(tensor_at(*file, "tensor.i16")) == "ffff2c01");
    CHECK(tensor_at(*file, "tensor.i32").shape() == Shape{1, 1, 1, 2});
    CHECK(hex_of(tensor_at(*file, "tensor.i64")) == "fbffffffffffffff");
    CHECK(tensor_at(*file, "tensor.none").shape() == Shape{3, 0});
  }
}

TEST_CASE("quantised tensors are opaque blocks that share the file", "[io][gguf]") {
  const Files files;
  const auto file = files.parse(fixture("all"));
  const Value& blocks = at(*file, "tensor.q4_k");
  REQUIRE(blocks.kind() == ValueKind::opaque);
  CHECK(blocks.as_text() == "gguf.Q4_K");
  REQUIRE(blocks.count() == 2);
  CHECK(blocks.item(0)->as_text() == "torch.Size");
  REQUIRE(blocks.item(0)->count() == 2);
  CHECK(blocks.item(0)->item(0)->as_integer() == 1);
  CHECK(blocks.item(0)->item(1)->as_integer() == 256);
  const Tensor& bytes = *blocks.item(1)->as_tensor();
  CHECK(bytes.shape() == Shape{144});
  CHECK(bytes.storage()->read_only());
  CHECK(hex_of(bytes).starts_with("00010203"));
  CHECK(at(*file, "tensor.q8_0").as_text() == "gguf.Q8_0");
  CHECK(at(*files.parse(fixture("big_endian")), "tensor.q8_0").as_text() == "gguf.big_endian.Q8_0");
}

TEST_CASE("Q8_0 and Q4_0 are dequantised when asked", "[io][gguf]") {
  const Files files;
  io::OpenOptions options;
  options.dequantize = true;
  for (const char* name : {"all", "big_endian"}) {
    const auto file = files.parse(fixture(name), options);
    const Tensor& q8 = tensor_at(*file, "tensor.q8_0");
    CHECK(q8.shape() == Shape{2, 32});
    const std::vector<float> eights = floats_of(q8);
    const std::vector<float> fours = floats_of(tensor_at(*file, "tensor.q4_0"));
    for (int i = 0; i < 32; ++i) {
      CHECK(eights[i] == 0.5f * static_cast<float>(i - 16));
      CHECK(eights[32 + i] == (i % 2 ? -256.0f : 254.0f));
      CHECK(fours[i] == 0.25f * static_cast<float>(i % 16 - 8));
    }
    CHECK(at(*file, "tensor.q4_k").kind() == ValueKind::opaque);
  }
  options.limits.max_tensor_bytes = 255;
  CHECK(files.refusal_code(fixture("all"), options) == Code::limit);
  options.limits.max_tensor_bytes = 256;
  CHECK(files.refusal(fixture("all"), options).empty());
}

TEST_CASE("small GGUF files damaged anywhere are refused or opened", "[io][gguf]") {
  refuses_every_truncation(gguf({text("key") + u32(8) + text("value")},
                                {text("a") + u32(1) + u64(8) + u32(0) + u64(0)},
                                std::string(32, 'x')));
  survives_every_mutation(fixture("all"));
  survives_every_mutation(fixture("big_endian"));
  const Files files;
  io::OpenOptions options;
  options.dequantize = true;
  std::string changed = fixture("all");
  for (size_t at = 0; at < changed.size(); ++at) {
    const char was = std::exchange(changed[at], static_cast<char>(changed[at] ^ 0x20));
    (void)files.refusal(changed, options);  // which looks at the message
    changed[at] = was;
  }
}

TEST_CASE("limits of a GGUF file hold before anything is made", "[io][gguf]") {
  const Files files;
  const auto code = [&](auto&& set) {
    io::OpenOptions options;
    set(options.limits);
    return files.refusal_code(fixture("all"), options);
  };
  CHECK(code([](io::Limits& limits) { limits.max_entries = 20; }) == Code::limit);
  CHECK(code([](io::Limits& limits) { limits.max_entries = 52; }) == Code::limit);
  CHECK(code([](io::Limits& limits) { limits.max_entries = 60; }) == Code::ok);
  CHECK(code([](io::Limits& limits) { limits.max_header_bytes = 100; }) == Code::limit);
  CHECK(code([](io::Limits& limits) { limits.max_total_bytes = 292; }) == Code::limit);
  CHECK(code([](io::Limits& limits) { limits.max_total_bytes = 293; }) == Code::ok);
  CHECK(code([](io::Limits& limits) { limits.max_tensor_bytes = 143; }) == Code::limit);
  CHECK(code([](io::Limits& limits) { limits.max_tensor_bytes = 144; }) == Code::ok);
}

TEST_CASE("an array of bytes costs little more than itself", "[io][gguf]") {
  const Files files;
  const std::string bytes(1000000, '\7');
  const auto file = files.parse(gguf({text("key") + u32(9) + u32(0) + u64(bytes.size()) + bytes}));
  const Value& list = at(*file, "key");
  REQUIRE(list.count() == bytes.size());
  CHECK(list.item(0) == list.item(999999));
}

TEST_CASE("the last tensor's padding may be missing", "[io][gguf]") {
  const Files files;
  const std::string info = text("a") + u32(1) + u64(2) + u32(0) + u64(0);
  CHECK(files.refusal(gguf({}, {info}, std::string(8, 'x'))).empty());
  CHECK(files.refusal(gguf({}, {info}, std::string(32, 'x'))).empty());
  CHECK(files.refusal("GGUF" + u32(3) + u64(0) + u64(0)).empty());
}

TEST_CASE("a saved GGUF file has the values and types that were read", "[io][gguf]") {
  const Files files;
  for (const char* name : {"all", "version2"}) {
    const auto dict = files.parse(fixture(name))->state_dict("");
    CHECK(saved(files, *dict) == fixture("all"));
  }
  io::OpenOptions options;
  options.dequantize = true;
  const auto expanded =
      files.parse(saved(files, *files.parse(fixture("all"), options)->state_dict("")));
  CHECK(tensor_at(*expanded, "tensor.q4_0").dtype() == Dtype::float32);
}

TEST_CASE("a value has the type that readers of GGUF expect", "[io][gguf]") {
  const Files files;
  const auto type_of = [&](ValueRef value, const char* known = nullptr) {
    auto dict = make<StateDict>();
    dict->set_value("key", std::move(value));
    if (known) dict->metadata().set("gguf.type.key", known);
    const std::string bytes = saved(files, *dict);
    const auto number = [&](size_t from) { return static_cast<int>(bytes[from]); };
    return number(35) == 9 ? 100 + number(39) : number(35);
  };
  CHECK(type_of(Value::integer(0)) == 4);
  CHECK(type_of(Value::integer(4294967295)) == 4);
  CHECK(type_of(Value::integer(4294967296)) == 12 - 1);  // i64
  CHECK(type_of(Value::integer(-1)) == 5);
  CHECK(type_of(Value::integer(-2147483649)) == 11);
  CHECK(type_of(Value::big_integer("18446744073709551615")) == 10);
  CHECK(type_of(Value::real(0.5)) == 6);
  CHECK(type_of(Value::real(0.1)) == 12);
  CHECK(type_of(Value::boolean(true)) == 7);
  CHECK(type_of(Value::text("a")) == 8);
  CHECK(type_of(Value::bytes("\xff")) == 8);
  CHECK(type_of(Value::list({Value::integer(1), Value::integer(-2)})) == 105);
  CHECK(type_of(Value::list({Value::integer(4000000000)})) == 104);
  CHECK(type_of(Value::list({Value::real(0.5), Value::real(0.1)})) == 112);
  CHECK(type_of(Value::integer(7), "u16") == 2);
  CHECK(type_of(Value::integer(70000), "u16") == 4);
  CHECK(type_of(Value::integer(7), "nonsense") == 4);
  CHECK(type_of(Value::integer(7), "[u16]") == 4);
  CHECK(type_of(Value::list({Value::integer(7)}), "[u16]") == 102);
  CHECK(type_of(Value::text("a"), "u16") == 8);
}

TEST_CASE("lists that became entries of a state dict are arrays again", "[io][gguf]") {
  const Files files;
  auto dict = make<StateDict>();
  dict->set_value("a.0", Value::integer(1));
  dict->set_value("a.1", Value::integer(2));
  dict->set_value("b.0", Value::integer(1));
  dict->set_value("b.1", Value::text("x"));
  dict->set_value("c.0", Value::integer(1));
  dict->set_value("c.2", Value::integer(1));
  dict->set_value("d.0", Value::list({}));
  const auto file = files.parse(saved(files, *dict));
  CHECK(at(*file, "a").count() == 2);
  CHECK(at(*file, "b.0").as_integer() == 1);
  CHECK(at(*file, "b.1").as_text() == "x");
  CHECK(at(*file, "c").count() == 1);
  CHECK(at(*file, "c.2").as_integer() == 1);
  CHECK(at(*file, "d.0").count() == 0);
  dict->set_value("a", Value::integer(1));
  CHECK(contains(refusal_of_save(files, *dict), "'a': the name is there as a list"));
}

TEST_CASE("tensors of a saved GGUF file begin at the alignment that was asked for", "[io][gguf]") {
  const Files files;
  auto dict = make<StateDict>();
  const auto tensor = files.tensor({2, 3}, {1, 2, 3, 4, 5, 6});
  dict->set_tensor("turned", alias(*tensor, view_transpose(tensor->layout(), 0, 1)));
  dict->set_tensor("b", files.tensor({1}, {7}));
  dict->set_value("general.alignment", Value::integer(4096));
  const std::string bytes = saved(files, *dict);
  CHECK(bytes.size() == 3 * 4096);
  const auto file = files.parse(bytes);
  CHECK(*file->properties().find("alignment") == "4096");
  CHECK(floats_of(tensor_at(*file, "turned")) == std::vector<float>{1, 4, 2, 5, 3, 6});
  CHECK(tensor_at(*file, "turned").shape() == Shape{3, 2});
  CHECK(floats_of(tensor_at(*file, "b")) == std::vector<float>{7});
  for (const int64_t alignment : {int64_t{0}, int64_t{3}, int64_t{-32}, int64_t{1} << 21}) {
    dict->set_value("general.alignment", Value::integer(alignment));
    CHECK(contains(refusal_of_save(files, *dict), "expected a power of two"));
  }
}

TEST_CASE("what GGUF has no place for is not saved", "[io][gguf]") {
  const Files files;
  const auto refused = [&](std::string_view name, TensorRef tensor, ValueRef value) {
    auto dict = make<StateDict>();
    if (tensor) {
      dict->set_tensor(name, tensor);
    } else {
      dict->set_value(name, value);
    }
    return refusal_of_save(files, *dict);
  };
  const auto made = [&](Shape shape, Dtype dtype) {
    return empty(files.services.allocator, std::move(shape), dtype);
  };
  CHECK(contains(refused("a", made({1}, Dtype::uint8), nullptr), "no dtype uint8"));
  CHECK(contains(refused("a", made({1}, Dtype::boolean), nullptr), "no dtype bool"));
  CHECK(contains(refused("a", made({1, 1, 1, 1, 1}, Dtype::float32), nullptr), "dimensions"));
  const auto one = made({1}, Dtype::int8);
  for (const std::string& name :
       {std::string(64, 'n'), std::string(), std::string("\xff"), std::string("a\0b", 3)}) {
    CHECK(contains(refused(name, one, nullptr), "no place for this name"));
  }
  CHECK(refused(std::string(63, 'n'), one, nullptr).empty());
  const auto size = Value::tuple({Value::integer(32)}, "torch.Size");
  const auto block = Value::tensor(made({34}, Dtype::uint8));
  CHECK(refused("a", nullptr, Value::opaque("gguf.Q8_0", {size, block})).empty());
  for (const ValueRef& value :
       {Value::none(), Value::complex({1, 2}), Value::big_integer("18446744073709551616"),
        Value::big_integer("-9223372036854775809"), Value::list({Value::list({})}),
        Value::list({Value::integer(1), Value::text("a")}), Value::opaque("some.Class", {}),
        Value::opaque("gguf.Q8_0", {}), Value::opaque("gguf.Q9_9", {size, block}),
        Value::opaque("gguf.big_endian.Q8_0", {size, block}),
        Value::opaque("gguf.Q4_0", {size, block}), Value::opaque("gguf.Q8_0", {block, size}),
        Value::opaque("gguf.Q8_0", {Value::tuple({Value::integer(64)}), block}),
        Value::dict({Value::text("k")}, {Value::integer(1)})}) {
    INFO(value->as_text());
    CHECK(!refused("a", nullptr, value).empty());
  }
  auto tied = make<StateDict>();
  tied->set_tensor("a", one);
  tied->set_tensor("b", one);
  CHECK(contains(refusal_of_save(files, *tied), "'a': it shares memory with 'b'"));
}

TEST_CASE("a number of tensors that looks like JSON makes no safetensors file", "[io][gguf]") {
  const Files files;
  StateDict dict;
  for (int i = 0; i < '{' + 256; ++i) {
    dict.set_tensor("t" + std::to_string(i), files.tensor({1}, {1}));
    if (i + 1 != '{' && i + 1 != '{' + 256) continue;
    const auto read = files.parse(saved(files, dict));
    CHECK(read->format() == "gguf");
    CHECK(read->entries().list().size() == dict.entries().size());
  }
}

}  // namespace duramen::test
