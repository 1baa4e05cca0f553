// Byte-identity with numpy.savez: tests/oracle/numpy_files.py.
#include "io/npz.hpp"

#include "support/catch.hpp"
#include "unit/io/files.hpp"

namespace duramen::test {
namespace {

// An .npy of version 1 whose elements lie at a multiple of 64.
std::string npy(std::string_view descr, std::string_view shape, std::string_view data) {
  std::string header = "{'descr': " + std::string(descr) +
                       ", 'fortran_order': False, 'shape': " + std::string(shape) + ", }";
  header.resize(117, ' ');
  return "\x93NUMPY\1" + std::string(1, '\0') + u16(118) + header + "\n" + std::string(data);
}

std::string two_arrays(bool deflated) {
  return zip({{"b.npy", npy("'<f4'", "(2,)", "abcdefgh"), deflated},
              {"a.npy", npy("'>i2'", "(1, 2)", "1234"), deflated}});
}

const Tensor& tensor_of(const io::Checkpoint& checkpoint, std::string_view name) {
  const Value* value = checkpoint.content()->find(name);
  REQUIRE(value);
  REQUIRE(value->as_tensor());
  return *value->as_tensor();
}

std::string names_of(const io::Checkpoint& checkpoint) {
  std::string names;
  for (const ValueRef& key : checkpoint.content()->keys())
    names += std::string(key->as_text()) + " ";
  return names;
}

Ref<StateDict> one(std::string_view name, ValueRef value) {
  auto dict = make<StateDict>();
  dict->set_value(name, std::move(value));
  return dict;
}

std::string saved(const Files& files, const StateDict& dict) {
  const Folder folder;
  io::save(files.services, dict, folder.file("x.npz"));
  return read_file(folder.file("x.npz"));
}

Code saving_code(const Files& files, const StateDict& dict) {
  const Folder folder;
  try {
    io::save(files.services, dict, folder.file("x.npz"));
  } catch (const Error& error) {
    CHECK(folder.names().empty());
    return error.code();
  }
  return Code::ok;
}

}  // namespace

TEST_CASE("the arrays of an archive keep its order, without their ending", "[io][npz]") {
  const Files files;
  for (const bool deflated : {false, true}) {
    const auto checkpoint = files.parse(two_arrays(deflated));
    CHECK(checkpoint->format() == "npz");
    CHECK(names_of(*checkpoint) == "b a ");
    CHECK(hex_of(tensor_of(*checkpoint, "b")) == "6162636465666768");
    CHECK(hex_of(tensor_of(*checkpoint, "a")) == "32313433");
    CHECK(tensor_of(*checkpoint, "a").shape() == Shape{1, 2});
    CHECK(checkpoint->state_dict("")->entries().size() == 2);
  }
  CHECK(files.parse(zip({}))->content()->count() == 0);
}

TEST_CASE("stored and aligned arrays share the file, inflated ones may be written", "[io][npz]") {
  const Files files;
  // 30 bytes of the local header, and a name that fills up to 64
  const std::string name(34 - 4, 'n');
  const std::string array = npy("'<f8'", "(1,)", "abcdefgh");
  const auto shared = files.parse(zip({{name + ".npy", array}}));
  CHECK(tensor_of(*shared, name).storage()->read_only());
  const auto moved = files.parse(zip({{"odd.npy", array}}));
  CHECK(!tensor_of(*moved, "odd").storage()->read_only());
  CHECK(hex_of(tensor_of(*moved, "odd")) == "6162636465666768");
  const auto inflated = files.parse(zip({{name + ".npy", array, true}}));
  const Tensor& tensor = tensor_of(*inflated, name);
  CHECK(!tensor.storage()->read_only());
  CHECK(tensor.storage()->nbytes() == 8);
}

TEST_CASE("what torch has no dtype for is opaque in an archive", "[io][npz]") {
  const Files files;
  const struct {
    const char* descr;
    const char* shape;
    size_t nbytes;
  } cases[] = {{"'|O'", "(3,)", 7},
               {"'<U2'", "(2,)", 16},
               {"'|S3'", "(1,)", 3},
               {"'<M8[ns]'", "(2,)", 16},
               {"[('a', '<f4'), ('b]\\'', '|O', (2,))]", "(5,)", 1},
               {"'<f16'", "()", 16},
               {"'|V0'", "(9,)", 0}};
  for (const auto& [descr, shape, nbytes] : cases) {
    INFO(descr);
    for (const bool deflated : {false, true}) {
      const auto array = npy(descr, shape, std::string(nbytes, 'x'));
      const auto checkpoint =
          files.parse(zip({{"x.npy", array, deflated}, {"y.npy", npy("'|u1'", "()", "z")}}));
      CHECK(hex_of(tensor_of(*checkpoint, "y")) == "7a");
      const Value& value = *checkpoint->content()->find("x");
      REQUIRE(value.kind() == ValueKind::opaque);
      CHECK(value.as_text() == "numpy.ndarray");
      REQUIRE(value.count() == 4);
      CHECK(value.item(0)->as_text() == descr);
      CHECK(!value.item(1)->as_boolean());
      CHECK(value.item(2)->kind() == ValueKind::tuple);
      CHECK(value.item(3)->as_tensor()->nbytes() == static_cast<int64_t>(nbytes));
      const auto again = saved(files, *checkpoint->state_dict(""));
      CHECK(contains(again, array.substr(10)));
      CHECK(files.parse(again)->content()->find("x")->item(0)->as_text() == descr);
    }
  }
}

TEST_CASE("arrays of an archive that lie are refused with their name", "[io][npz]") {
  const Files files;
  for (const char* descr : {"'<U2'", "'|S9'", "'<M8[s]'", "'|V3'", "'<f4'", "'<c32'"}) {
    INFO(descr);
    const std::string message = files.refusal(zip({{"x.npy", npy(descr, "(2,)", "abc")}}));
    CHECK(contains(message, "'x.npy': it does not fit the shape (2,)"));
  }
  for (const char* descr : {"'<f3'", "'O4'", "'Q'", "'U'", "'U-1'", "'U99999999999'", "''", "'<'",
                            "[('a', '<f4'", "[", "(", "['\\", "['"}) {
    INFO(descr);
    CHECK(!files.refusal(zip({{"x.npy", npy(descr, "(1,)", "abcd")}})).empty());
  }
  const auto overflowing = npy("'|O'", "(4294967296, 4294967296)", "");
  CHECK(contains(files.refusal(zip({{"x.npy", overflowing}})), "overflows"));
  const auto named = [&](std::string content) { return files.refusal(zip({{"x.npy", content}})); };
  CHECK(contains(named("abc"), "'x.npy': it does not begin as an array"));
  CHECK(contains(named(""), "it does not begin as an array"));
  CHECK(contains(named("\x93NUMPY"), "truncated"));
}

TEST_CASE("a member that is no array is bytes, told by its content", "[io][npz]") {
  const Files files;
  const auto checkpoint = files.parse(zip({{"a.npy", npy("'|u1'", "()", "z")},
                                           {"notes.txt", "some text"},
                                           {"folder/", ""},
                                           {"bare", npy("'|u1'", "(2,)", "xy"), true}}));
  CHECK(names_of(*checkpoint) == "a notes.txt bare ");
  CHECK(checkpoint->content()->find("notes.txt")->kind() == ValueKind::bytes);
  CHECK(checkpoint->content()->find("notes.txt")->as_text() == "some text");
  CHECK(hex_of(tensor_of(*checkpoint, "bare")) == "7879");
  const auto again = files.parse(saved(files, *checkpoint->state_dict("")));
  CHECK(again->content()->find("notes.txt")->as_text() == "some text");
}

TEST_CASE("names of an archive are unique without their endings, and texts", "[io][npz]") {
  const Files files;
  const std::string array = npy("'|u1'", "()", "z");
  CHECK(contains(files.refusal(zip({{"f/", ""}, {"a.npy", array}, {"a", "bytes"}})),
                 "'a': two members have this name"));
  CHECK(contains(files.refusal(zip({{"a\xff.npy", array}})), "not UTF-8"));
  CHECK(names_of(*files.parse(zip({{"../../etc/x.npy", array}, {".npy", array}}))) ==
        "../../etc/x  ");
}

TEST_CASE("limits of an archive hold for all of its arrays together", "[io][npz]") {
  const Files files;
  const std::string array = npy("'|u1'", "(100,)", std::string(100, 'x'));
  for (const bool deflated : {false, true}) {
    const std::string bytes = zip({{"a.npy", array, deflated}, {"b.npy", array, deflated}});
    io::OpenOptions options;
    options.limits.max_total_bytes = 2 * array.size();
    CHECK(files.refusal(bytes, options).empty());
    options.limits.max_total_bytes = 2 * array.size() - 1;
    CHECK(files.refusal_code(bytes, options) == Code::limit);
    options.limits = {};
    options.limits.max_tensor_bytes = 99;
    CHECK(files.refusal_code(bytes, options) == Code::limit);
    options.limits = {};
    options.limits.max_entries = 1;
    CHECK(files.refusal_code(bytes, options) == Code::limit);
  }
}

TEST_CASE("inflated arrays have the size and the CRC-32 that the directory says", "[io][npz]") {
  const Files files;
  const std::string zeros = npy("'|u1'", "(100000,)", std::string(100000, '\0'));
  const std::string bytes = zip({{"a.npy", zeros, true}});
  const size_t directory = bytes.find("PK\1\2");
  const auto changed = [&](size_t in_local, size_t in_directory, std::string_view to) {
    std::string out = bytes;
    out.replace(in_local, to.size(), to);
    out.replace(directory + in_directory, to.size(), to);
    return files.refusal(out);
  };
  CHECK(contains(changed(14, 16, u32(12345)), "the CRC-32 does not match"));
  CHECK(contains(changed(22, 24, u32(zeros.size() - 1)), "do not give"));
  CHECK(contains(changed(22, 24, u32(zeros.size() + 1)), "do not give"));
  CHECK(contains(changed(22, 24, u32(0x7FFFFFFF)), "cannot give"));
}

TEST_CASE("every truncation and every changed byte of an archive is seen or harmless",
          "[io][npz]") {
  const Files files;
  io::OpenOptions options;
  options.verify_checksums = true;
  for (const bool deflated : {false, true}) {
    const std::string bytes = two_arrays(deflated);
    for (size_t length = 0; length < bytes.size(); ++length) {
      CHECK(!files.refusal(std::string_view(bytes).substr(0, length)).empty());
    }
    for (size_t at = 0; at < bytes.size(); ++at) {
      for (const char flip : {'\1', '\x80', '\xff'}) {
        std::string changed = bytes;
        changed[at] = static_cast<char>(changed[at] ^ flip);
        if (!files.refusal(changed, options).empty()) continue;
        const auto checkpoint = files.parse(changed, options);
        CHECK(names_of(*checkpoint) == "b a ");
        CHECK(hex_of(tensor_of(*checkpoint, "b")) == "6162636465666768");
        CHECK(hex_of(tensor_of(*checkpoint, "a")) == "32313433");
      }
    }
  }
}

TEST_CASE("a saved archive has each name's elements, ties twice, numbers as arrays", "[io][npz]") {
  const Files files;
  auto dict = make<StateDict>();
  const auto tensor = files.tensor({2, 3}, {1, 2, 3, 4, 5, 6});
  dict->set_tensor("b", tensor);
  dict->set_tensor("tied", tensor);
  dict->set_tensor("turned", alias(*tensor, view_transpose(tensor->layout(), 0, 1)));
  dict->set_tensor("part", alias(*tensor, view_slice(tensor->layout(), 1, 0, 3, 2)));
  dict->set_value("n", Value::integer(-2));
  dict->set_value("t", Value::boolean(true));
  const auto again = files.parse(saved(files, *dict));
  CHECK(names_of(*again) == "b tied turned part n t ");
  CHECK(floats_of(tensor_of(*again, "tied")) == floats_of(*tensor));
  CHECK(tensor_of(*again, "turned").strides() == Shape{1, 3});
  CHECK(floats_of(tensor_of(*again, "part")) == std::vector<float>{1, 3, 4, 6});
  CHECK(tensor_of(*again, "n").dtype() == Dtype::int64);
  CHECK(hex_of(tensor_of(*again, "n")) == "feffffffffffffff");
  CHECK(tensor_of(*again, "t").dtype() == Dtype::boolean);
  CHECK(tensor_of(*again, "t").rank() == 0);
  CHECK(saved(files, *dict) == saved(files, *dict));
}

TEST_CASE("what NumPy has no place for is not saved in an archive", "[io][npz]") {
  const Files files;
  auto dict = make<StateDict>();
  dict->set_tensor("x", empty(files.services.allocator, {2}, Dtype::bfloat16));
  CHECK(saving_code(files, *dict) == Code::unsupported);
  for (const ValueRef& value :
       {Value::none(), Value::text("a"), Value::big_integer("99999999999999999999"),
        Value::list({}), Value::opaque("some.Class", {}),
        Value::opaque("numpy.ndarray", {Value::text("'|O'")})}) {
    CHECK(saving_code(files, *one("x", value)) == Code::unsupported);
  }
  CHECK(saving_code(files, *one("x.npy", Value::bytes("abc"))) == Code::unsupported);
  CHECK(saving_code(files, *one("\xff", Value::integer(1))) == Code::invalid_argument);
  CHECK(saving_code(files, *one(std::string("a\0b", 3), Value::integer(1))) ==
        Code::invalid_argument);
  CHECK(saving_code(files, *one(std::string(65532, 'a'), Value::integer(1))) ==
        Code::invalid_argument);
  CHECK(saving_code(files, *one(std::string(65531, 'a'), Value::integer(1))) == Code::ok);
  const Folder folder;
  CHECK_THROWS_AS(io::save_value(files.services, *Value::integer(1), folder.file("x.npz")), Error);
}

}  // namespace duramen::test
