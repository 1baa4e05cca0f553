#include "support/catch.hpp"
#include "unit/io/damage.hpp"
#include "unit/io/files.hpp"

namespace duramen::test {
namespace {

using namespace std::string_literals;

const std::string kMagic = "\x80\2\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19."s;
const std::string kVersion = "\x80\2M\xe9\3."s;
const std::string kLittle = "\x80\2}U\x0dlittle_endian\x88s."s;
const std::string kBig = "\x80\2}U\x0dlittle_endian\x89s."s;
const std::string kOrdered = "ccollections\nOrderedDict\n)R";

struct Stream {
  std::string magic = kMagic;
  std::string version = kVersion;
  std::string machine = kLittle;
  std::string object;
  std::string keys;
  std::string data;
  std::string text() const { return magic + version + machine + object + keys + data; }
};

std::string text_opcode(const std::string& text) {
  return "U" + std::string(1, static_cast<char>(text.size())) + text;
}
std::string storage_id(const std::string& key, const std::string& numel,
                       const std::string& view = "N") {
  return "(" + text_opcode("storage") + "ctorch\nFloatStorage\n" + text_opcode(key) +
         text_opcode("cpu") + numel + view + "tQ";
}
std::string tensor(const std::string& storage, const std::string& size,
                   const std::string& offset = "K\0"s) {
  return "ctorch._utils\n_rebuild_tensor_v2\n(" + storage + offset + size + "\x85K\1\x85\x89" +
         kOrdered + "tR";
}
const std::string kFour = "\0\0\x80\x3f\0\0\0\x40\0\0\x40\x40\0\0\x80\x40"s;  // 1, 2, 3, 4

// {"x": four numbers} on the storage "7".
Stream one_tensor() {
  Stream stream;
  stream.object = "\x80\2}" + text_opcode("x") + tensor(storage_id("7", "K\4"), "K\4") + "s.";
  stream.keys = "\x80\2]" + text_opcode("7") + "a.";
  stream.data = u64(4) + kFour;
  return stream;
}
Stream with_view(const std::string& view, const std::string& size = "K\2") {
  Stream stream = one_tensor();
  stream.object = "\x80\2}(" + text_opcode("x") + tensor(storage_id("7", "K\4"), "K\4") +
                  text_opcode("v") + tensor(storage_id("7", "K\4", view), size) + "u.";
  return stream;
}
std::string view_id(const std::string& key, const std::string& first, const std::string& count) {
  return "(" + text_opcode(key) + first + count + "t";
}
std::string refusal(const Stream& stream) { return Files().refusal(stream.text()); }

}  // namespace

TEST_CASE("a file of before version 1.6 is read by its content", "[io][torch]") {
  const auto file = Files().open(data_file("torch/legacy.pt"));
  CHECK(file->format() == "torch");
  CHECK(*file->properties().find("container") == "legacy");
  CHECK(*file->properties().find("version") == "1001");
  CHECK(*file->properties().find("protocol") == "2");
  CHECK(*file->properties().find("byteorder") == "little");
  CHECK(hex_of(*file->content()->find("x")->as_tensor()) ==
        "000000000000000001000000000000000200000000000000");
}

TEST_CASE("the parts of the stream are each checked", "[io][torch]") {
  const auto good = Files().parse(one_tensor().text());
  CHECK(floats_of(*good->content()->find("x")->as_tensor()) == std::vector<float>{1, 2, 3, 4});

  Stream stream = one_tensor();
  stream.version = "\x80\2M\xea\3."s;
  CHECK(contains(refusal(stream), "'protocol version': unknown (expected 1001)"));
  stream = one_tensor();
  stream.machine = "\x80\2]."s;
  CHECK(contains(refusal(stream), "'sys_info': not a dict"));
  stream = one_tensor();
  stream.data = u64(5) + kFour + "\0\0\0\0"s;
  CHECK(contains(refusal(stream),
                 "'7': the storage has another size than the pickle says "
                 "(expected 4 elements, got 5)"));
  stream = one_tensor();
  stream.data += '\0';
  CHECK(contains(refusal(stream), "bytes after the last storage (expected none, got 1)"));
  stream = one_tensor();
  stream.data.pop_back();
  CHECK(contains(refusal(stream), "'7': the file is cut off (expected 16 more bytes, got 15)"));
  stream = one_tensor();
  stream.keys = "\x80\2]."s;
  CHECK(contains(refusal(stream), "'7': the storage is not in the list of keys"));
  stream = one_tensor();
  stream.keys = "\x80\2](" + text_opcode("7") + text_opcode("7") + "e.";
  stream.data += stream.data;
  CHECK(contains(refusal(stream), "has this storage twice"));
  stream = one_tensor();
  stream.keys = "\x80\2](" + text_opcode("7") + text_opcode("8") + "e.";
  CHECK(contains(refusal(stream), "'8': nothing in the object has this storage"));
  stream = one_tensor();
  stream.object =
      "\x80\2](" + storage_id("7", "K\4") + tensor(storage_id("7", "K\5"), "K\5") + "e.";
  CHECK(contains(refusal(stream), "'7': one storage has two sizes"));
  stream = one_tensor();
  stream.object = "\x80\2}" + text_opcode("x") +
                  tensor(storage_id("7", "\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f"s), "K\4") +
                  "s.";
  CHECK(contains(refusal(stream), "'7': the size of a storage makes no sense"));
}

TEST_CASE("elements are little-endian on every machine, counts may be the machine's",
          "[io][torch]") {
  for (const uint64_t count : {uint64_t{4}, uint64_t{4} << 56}) {
    Stream stream = one_tensor();
    stream.machine = kBig;
    stream.data = u64(count) + kFour;
    const auto file = Files().parse(stream.text());
    CHECK(floats_of(*file->content()->find("x")->as_tensor()) == std::vector<float>{1, 2, 3, 4});
    CHECK(*file->properties().find("byteorder") == "big");
  }
}

TEST_CASE("a view of a storage shares it", "[io][torch]") {
  const auto file = Files().parse(with_view(view_id("9", "K\1", "K\2")).text());
  const Tensor& whole = *file->content()->find("x")->as_tensor();
  const Tensor& view = *file->content()->find("v")->as_tensor();
  CHECK(floats_of(view) == std::vector<float>{2, 3});
  CHECK(view.storage() == whole.storage());

  CHECK(contains(refusal(with_view(view_id("9", "K\1", "K\2"), "K\3")), "a tensor leaves"));
  CHECK(contains(refusal(with_view(view_id("9", "K\3", "K\2"))), "a view leaves its storage"));
  CHECK(contains(refusal(with_view(view_id("9", "J\xff\xff\xff\xff", "K\2"))), "a view leaves"));
  CHECK(contains(refusal(with_view(view_id("7", "K\1", "K\2"))), "has the key of a storage"));
  CHECK(contains(refusal(with_view("K\1")), "not a view of a storage"));
  Stream twice = with_view(view_id("9", "K\1", "K\2"));
  twice.object.resize(twice.object.size() - 2);
  twice.object +=
      text_opcode("w") + tensor(storage_id("7", "K\4", view_id("9", "K\2", "K\2")), "K\2") + "u.";
  CHECK(contains(refusal(twice), "'9': one key for two views"));
}

TEST_CASE("an empty tensor at the end of a view of bytes lies in its storage", "[io][torch]") {
  Stream stream = one_tensor();
  const std::string bytes = "(" + text_opcode("storage") + "ctorch.storage\nUntypedStorage\n" +
                            text_opcode("7") + text_opcode("cpu") + "K\x10" +
                            view_id("9", "K\x10", "K\0"s) + "tQ";
  stream.object = "\x80\2}" + text_opcode("x") + "ctorch._utils\n_rebuild_tensor_v3\n(" + bytes +
                  "K\0K\0\x85K\1\x85\x89"s + kOrdered + "ctorch\nfloat64\ntRs.";
  stream.data = u64(16) + kFour;
  const auto file = Files().parse(stream.text());
  const Tensor& tensor = *file->content()->find("x")->as_tensor();
  CHECK(tensor.dtype() == Dtype::float64);
  CHECK(tensor.layout().offset == 0);  // 16 elements would be far behind 16 bytes
}

TEST_CASE("a class with its source stands for the class", "[io][torch]") {
  Stream stream = one_tensor();
  stream.object = "\x80\2(" + text_opcode("module") + "cmodels\nNet\n" + text_opcode("net.py") +
                  text_opcode("class Net") + "tQ)\x81}" + text_opcode("a") + "K\1sb.";
  stream.keys = "\x80\2].";
  stream.data = "";
  const auto content = Files().parse(stream.text())->content();
  CHECK(content->as_text() == "models.Net");
}

TEST_CASE("a storage by itself is listed with its elements", "[io][torch]") {
  Stream stream = one_tensor();
  stream.object = "\x80\2]" + storage_id("7", "K\4") + "a.";
  const auto content = Files().parse(stream.text())->content();
  CHECK(content->item(0)->as_text() == "torch.FloatStorage");
  CHECK(floats_of(*content->item(0)->item(0)->as_tensor()) == std::vector<float>{1, 2, 3, 4});
}

TEST_CASE("a damaged stream is refused or read, never more", "[io][torch]") {
  for (const std::string& file : {one_tensor().text(), with_view(view_id("9", "K\1", "K\2")).text(),
                                  read_file(data_file("torch/legacy.pt"))}) {
    refuses_every_truncation(file);
    survives_every_mutation(file);
  }
}

}  // namespace duramen::test
