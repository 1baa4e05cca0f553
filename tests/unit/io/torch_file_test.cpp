#include "io/torch_file.hpp"

#include <cstring>

#include "support/catch.hpp"
#include "unit/io/files.hpp"

namespace duramen::test {
namespace {

using namespace std::string_literals;

Ref<StateDict> dict_of(const char* name, std::string_view select = "") {
  return Files().open(data_file(std::string("torch/") + name))->state_dict(select);
}
const Tensor& tensor_of(const StateDict& dict, std::string_view name) {
  const StateEntry* entry = dict.entries().find(name);
  REQUIRE(entry != nullptr);
  REQUIRE(entry->tensor);
  return *entry->tensor;
}
std::string refusal_of(const TensorPickle& pickle,
                       const std::string& storage = std::string(16, 0)) {
  return Files().refusal(torch_file(pickle.text(), {storage}));
}

}  // namespace

TEST_CASE("a state dict of PyTorch has its names, values and versions", "[io][torch]") {
  const auto checkpoint = Files().open(data_file("torch/state_dict.pt"));
  CHECK(checkpoint->format() == "torch");
  const auto dict = checkpoint->state_dict("");
  std::string names;
  for (const auto& [name, entry] : dict->entries()) names += name + " ";
  CHECK(names ==
        "0.weight 0.bias 1.weight 1.bias 1.running_mean 1.running_var 1.num_batches_tracked ");
  CHECK(floats_of(tensor_of(*dict, "0.weight")) == std::vector<float>{0, 1, 2, 3, 4, 5});
  CHECK(floats_of(tensor_of(*dict, "1.running_var")) == std::vector<float>{14, 15});
  CHECK(hex_of(tensor_of(*dict, "1.num_batches_tracked")) == "1000000000000000");
  CHECK(dict->version_of("") == 1);
  CHECK(dict->version_of("1") == 2);
  CHECK(!dict->version_of("2"));
}

TEST_CASE("every dtype of a PyTorch file has its own bits", "[io][torch]") {
  const auto dict = dict_of("dtypes.pt");
  CHECK(dict->entries().size() == 21);
  for (const auto& [name, entry] : dict->entries()) {
    CHECK(dtype_name(entry.tensor->dtype()) == name);
    CHECK(entry.tensor->shape() == Shape{2, 2});
  }
  CHECK(hex_of(tensor_of(*dict, "float16")) == "003c004000440048");
  CHECK(hex_of(tensor_of(*dict, "float8_e5m2")) == "3c404448");
  CHECK(hex_of(tensor_of(*dict, "float8_e8m0fnu")) == "7f808182");
  CHECK(hex_of(tensor_of(*dict, "uint64")).substr(0, 32) == "01000000000000000200000000000000");
  CHECK(hex_of(tensor_of(*dict, "complex32")).substr(0, 16) == "003c000000400000");
}

TEST_CASE("views keep their strides and their common storage", "[io][torch]") {
  const auto dict = dict_of("views.pt");
  const Tensor& base = tensor_of(*dict, "base");
  for (const char* name : {"transposed", "row", "column", "steps", "same"}) {
    CHECK(tensor_of(*dict, name).storage() == base.storage());
  }
  CHECK(&tensor_of(*dict, "same") == &base);
  CHECK(tensor_of(*dict, "transposed").strides() == Shape{1, 6});
  CHECK(floats_of(tensor_of(*dict, "column")) == std::vector<float>{2, 8, 14, 20});
  CHECK(floats_of(tensor_of(*dict, "steps")) == std::vector<float>{1, 4, 13, 16});
  CHECK(tensor_of(*dict, "expanded").strides() == Shape{0, 0});
  CHECK(tensor_of(*dict, "expanded").storage() != base.storage());
  CHECK(tensor_of(*dict, "scalar").rank() == 0);
  CHECK(tensor_of(*dict, "empty").shape() == Shape{0, 3});
}

TEST_CASE("a nested checkpoint is read whole and by its parts", "[io][torch]") {
  const auto dict = dict_of("nested.pt");
  CHECK(dict->entries().contains("state_dict.0.weight"));
  CHECK(dict->entries().contains("optimizer.state.0.exp_avg"));
  CHECK(dict->entries().find("optimizer.param_groups.0.lr")->value->as_real() == 0.5);
  CHECK(dict->entries().find("optimizer.param_groups.0.params.3")->value->as_integer() == 3);
  const auto value = [&](const char* name) { return dict->entries().find(name)->value; };
  CHECK(value("epoch")->as_integer() == 3);
  CHECK(value("best")->kind() == ValueKind::none);
  CHECK(value("done")->as_boolean());
  CHECK(value("name")->as_text() == "café");
  CHECK(value("big")->as_text() == "1" + std::string(30, '0'));
  CHECK(value("negative")->as_integer() == -(int64_t{1} << 40));
  CHECK(value("raw")->as_text() == "\0\xff"s);
  CHECK(value("z")->as_complex() == std::complex<double>(1, 2));
  CHECK(value("list.1.1")->as_text() == "three");
  CHECK(value("dtype")->as_text() == "torch.float16");
  CHECK(value("size.1")->as_integer() == 3);
  CHECK(!dict->has_versions());

  const auto part = dict_of("nested.pt", "state_dict");
  CHECK(part->entries().size() == 7);
  CHECK(part->version_of("1") == 2);
  CHECK(dict_of("nested.pt", "optimizer.state.0")->entries().contains("exp_avg"));
}

TEST_CASE("tied parameters are one tensor", "[io][torch]") {
  const auto dict = dict_of("parameters.pt");
  CHECK(&tensor_of(*dict, "a") == &tensor_of(*dict, "b"));
  CHECK(tensor_of(*dict, "a").is_parameter());
  CHECK(tensor_of(*dict, "a").requires_grad());
  CHECK(tensor_of(*dict, "frozen").is_parameter());
  CHECK(!tensor_of(*dict, "frozen").requires_grad());
}

TEST_CASE("files of other tools, byte orders and protocols are read", "[io][torch]") {
  for (const char* name : {"deflated.pt", "big_endian.pt"}) {
    const auto dict = dict_of(name);
    CHECK(hex_of(tensor_of(*dict, "i")) == "010002000300");
    CHECK(hex_of(tensor_of(*dict, "b")) == "0100");
  }
  CHECK(hex_of(tensor_of(*dict_of("protocol4.pt"), "x")).substr(0, 32) ==
        "00000000000000000100000000000000");
  CHECK(Files().open(data_file("torch/tensor.pt"))->content()->kind() == ValueKind::tensor);
}

TEST_CASE("reading instead of mapping gives the same", "[io][torch]") {
  io::OpenOptions options;
  options.mode = io::Source::Mode::read;
  options.verify_checksums = true;
  const Files files;
  const auto mapped = files.open(data_file("torch/views.pt"))->state_dict("");
  const auto read = files.open(data_file("torch/views.pt"), options)->state_dict("");
  for (const auto& [name, entry] : mapped->entries()) {
    CHECK(hex_of(*entry.tensor) == hex_of(tensor_of(*read, name)));
  }
}

TEST_CASE("what was read is written again as PyTorch wrote it", "[io][torch]") {
  const Files files;
  for (const char* name : {"state_dict", "dtypes", "views", "parameters", "tensor"}) {
    INFO(name);
    const Folder folder;
    const std::string path = folder.file(std::string(name) + ".pt");
    const std::string theirs = read_file(data_file(std::string("torch/") + name + ".pt"));
    io::save_value(files.services, *files.parse(theirs)->content(), path);
    const std::string ours = read_file(path);
    REQUIRE(ours.size() == theirs.size());
    // All but the id made of names and checksums, and the checksum of it.
    const size_t id = theirs.rfind("/.data/serialization_id", theirs.find("PK\1\2"));
    const bool same = ours.substr(0, id) == theirs.substr(0, id);
    CHECK(same);
  }
}

TEST_CASE("a tensor must lie inside its storage", "[io][torch]") {
  CHECK(refusal_of({}).empty());
  TensorPickle lie;
  SECTION("offset") { lie.offset = "K\1"; }
  SECTION("negative offset") { lie.offset = "J\xff\xff\xff\xff"; }
  SECTION("shape") { lie.shape = "K\x02K\x03\x86"; }
  SECTION("strides") { lie.strides = "K\x03K\x01\x86"; }
  SECTION("negative stride") { lie.strides = "J\xff\xff\xff\xffK\x01\x86"; }
  SECTION("huge stride") { lie.strides = "\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7fK\x01\x86"; }
  SECTION("huge shape") {
    lie.shape = "\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7fK\x02\x86";
    lie.strides = "K\0K\0\x86"s;
  }
  SECTION("a shape of more bits than a size") {
    lie.shape = "\x8a\x09\1\0\0\0\0\0\0\0\1K\x02\x86"s;
  }
  SECTION("ranks") { lie.strides = "K\x01\x85"; }
  SECTION("sizes that are no integers") { lie.shape = "NK\x02\x86"; }
  SECTION("storage of another size") { lie.numel = "K\5"; }
  SECTION("storage of a smaller size") { lie.numel = "K\3"; }
  SECTION("negative numel") { lie.numel = "J\xff\xff\xff\xff"; }
  SECTION("another class") { lie.type = "DoubleStorage"; }
  SECTION("unknown class") { lie.type = "Storage"; }
  CHECK(!refusal_of(lie).empty());
}

TEST_CASE("a tensor without elements may start anywhere", "[io][torch]") {
  TensorPickle slice;
  slice.shape = "K\x03K\0\x86"s;
  slice.offset = "K\x64";
  const auto file = Files().parse(torch_file(slice.text(), {std::string(16, 0)}));
  CHECK(file->state_dict("")->entries().find("x")->tensor->layout().offset == 0);
}

TEST_CASE("an expanded view may not ask for more than its file justifies", "[io][torch]") {
  TensorPickle bomb;
  bomb.shape = "J\0\0\x20\0J\0\0\x20\0\x86"s;  // 2^21 × 2^21 elements, 17.6 TB
  bomb.strides = "K\0K\0\x86"s;
  const Files files;
  const std::string file = torch_file(bomb.text(), {std::string(16, 0)});
  CHECK(files.refusal_code(file) == Code::limit);
  bomb.shape = "K\x64K\x64\x86";
  CHECK(refusal_of(bomb).empty());
}

TEST_CASE("a record that is missing, or a version that is unknown, is refused", "[io][torch]") {
  const Files files;
  CHECK(contains(files.refusal(torch_file(TensorPickle().text())), "'a/data/0'"));
  const std::string pickle = "\x80\2N.";
  CHECK(contains(files.refusal(zip({{"a/data.pkl", pickle}})), "version"));
  for (const char* version : {"0\n", "11\n", "x", "-1", ""}) {
    CHECK(!files.refusal(zip({{"a/data.pkl", pickle}, {"a/version", version}})).empty());
  }
  CHECK(files.refusal(zip({{"a/data.pkl", pickle}, {"a/.data/version", "6\n"}})).empty());
  for (const char* order : {"pdp", ""}) {
    CHECK(!files.refusal(zip({{"a/data.pkl", pickle}, {"a/version", "3"}, {"a/byteorder", order}}))
               .empty());
  }
}

TEST_CASE("one flipped byte anywhere is refused or harmless", "[io][torch]") {
  const Files files;
  for (const char* name : {"tensor.pt", "deflated.pt", "big_endian.pt"}) {
    const std::string whole = read_file(data_file(std::string("torch/") + name));
    for (size_t i = 0; i < whole.size(); ++i) {
      for (const int change : {1, 0x80, 0xFF}) {
        std::string changed = whole;
        changed[i] = static_cast<char>(changed[i] ^ change);
        try {
          const auto dict = files.parse(changed)->state_dict("");
          for (const auto& [entry_name, entry] : dict->entries()) {
            if (entry.tensor) hex_of(*entry.tensor);
          }
        } catch (const Error& error) {
          REQUIRE(!contains(error.message(), "\n"));
        }
      }
    }
  }
}

TEST_CASE("a file that is cut off anywhere is refused", "[io][torch]") {
  const Files files;
  const std::string whole = read_file(data_file("torch/tensor.pt"));
  for (size_t length = 0; length < whole.size(); ++length) {
    REQUIRE(files.refusal_code(whole.substr(0, length)) != Code::ok);
  }
}

TEST_CASE("a slice of a large mapped file is saved without the rest", "[io][torch]") {
  const Files files;
  const Folder folder;
  const TensorRef large = files.tensor({100, 1000}, std::vector<float>(100'000, 1));
  StateDict whole;
  whole.set_tensor("x", large);
  io::save(files.services, whole, folder.file("whole.pt"));
  const auto mapped = files.open(folder.file("whole.pt"))->state_dict("");
  const Tensor& x = tensor_of(*mapped, "x");
  StateDict slice;
  slice.set_tensor("row", alias(x, view_select(x.layout(), 0, 7)));
  io::save(files.services, slice, folder.file("slice.pt"));
  CHECK(read_file(folder.file("slice.pt")).size() < 10'000);
  const auto again = files.open(folder.file("slice.pt"))->state_dict("");
  CHECK(floats_of(tensor_of(*again, "row")) == std::vector<float>(1000, 1));
}

TEST_CASE("one storage seen under two dtypes is saved once", "[io][torch]") {
  const Files files;
  const Folder folder;
  const TensorRef x = files.tensor({2}, {1, 2});
  StateDict dict;
  dict.set_tensor("f", x);
  dict.set_tensor("i", make<Tensor>(x->storage(), x->layout(), Dtype::int32));
  io::save(files.services, dict, folder.file("two.pt"));
  const auto again = files.open(folder.file("two.pt"))->state_dict("");
  CHECK(tensor_of(*again, "f").storage() == tensor_of(*again, "i").storage());
  CHECK(hex_of(tensor_of(*again, "i")) == "0000803f00000040");
}

TEST_CASE("what PyTorch could not read is not saved", "[io][torch]") {
  const Files files;
  const Folder folder;
  const auto refuse = [&](const ValueRef& value) {
    CHECK_THROWS_AS(io::save_value(files.services, *value, folder.file("x.pt")), Error);
  };
  refuse(Value::opaque("argparse.Namespace", {}));
  refuse(Value::dict({}, {}, "collections.defaultdict"));
  refuse(Value::text("\xff"));
  refuse(Value::tensor(empty(files.services.allocator, {1}, Dtype::qint8)));
  CHECK(folder.names().empty());
}

}  // namespace duramen::test
