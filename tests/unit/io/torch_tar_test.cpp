#include "support/catch.hpp"
#include "unit/io/damage.hpp"
#include "unit/io/files.hpp"

namespace duramen::test {
namespace {

using namespace std::string_literals;

std::string octal(uint64_t value, size_t digits) {
  std::string out(digits, '0');
  for (size_t i = digits; i-- > 0; value /= 8) out[i] = static_cast<char>('0' + value % 8);
  return out;
}
std::string padded(std::string text, size_t size) {
  text.resize(size, '\0');
  return text;
}

struct TarPart {
  std::string name;
  std::string content;
  char kind = '0';
};
std::string header(const TarPart& part) {
  std::string text = padded(part.name, 100) + padded("0000600", 8) + padded("0000000", 8) +
                     padded("0000000", 8) + octal(part.content.size(), 11) + '\0' +
                     padded("00000000000", 12) + "        " + part.kind + padded("", 100) +
                     "ustar\0"s + "00";
  text = padded(text, 512);
  uint64_t sum = 0;
  for (const char c : text) sum += static_cast<uint8_t>(c);
  return text.replace(148, 8, octal(sum, 6) + "\0 "s);
}
std::string tar(const std::vector<TarPart>& parts) {
  std::string file;
  for (const TarPart& part : parts) {
    file += header(part);
    file += padded(part.content, (part.content.size() + 511) / 512 * 512);
  }
  return file + std::string(1024, '\0');
}

std::string number(uint64_t value) { return "\x80\2J" + u32(value) + "."; }
std::string text(const std::string& word) {
  return "U" + std::string(1, static_cast<char>(word.size())) + word;
}
std::string storage(const std::string& count) {
  return "\x80\2K\1" + text("cpu") + "ctorch\nFloatStorage\n\x87." + count +
         "\0\0\x80\x3f\0\0\0\x40\0\0\x40\x40\0\0\x80\x40"s;
}
std::string tensor(uint64_t key, const std::string& storage_key, uint64_t size, uint64_t offset) {
  return "\x80\2J" + u32(key) + storage_key + "ctorch\nFloatTensor\n\x87." + u32(1) + u32(0) +
         u64(size) + u64(1) + u64(offset);
}

// {"x": four numbers, "v": the third of a view that begins at the second}.
struct OldFile {
  std::string storages = number(1) + storage(u64(4)) + "\x80\2](K\2K\1K\1K\3ta.";
  std::string tensors = number(2) + tensor(7, "K\1", 4, 0) + tensor(8, "K\2", 1, 1);
  std::string pickle = "\x80\2}(" + text("x") + text("7") + "Q" + text("v") + text("8") + "Qu.";
  std::string text_of() const {
    return tar({{"sys_info", "\x80\2}."},
                {"pickle", pickle},
                {"tensors", tensors},
                {"storages", storages}});
  }
};
std::string refusal(const OldFile& file) { return Files().refusal(file.text_of()); }

}  // namespace

TEST_CASE("the tar of before version 0.2 is read", "[io][torch]") {
  const auto file = Files().parse(OldFile().text_of());
  CHECK(file->format() == "torch");
  CHECK(*file->properties().find("container") == "tar");
  const Tensor& whole = *file->content()->find("x")->as_tensor();
  const Tensor& view = *file->content()->find("v")->as_tensor();
  CHECK(floats_of(whole) == std::vector<float>{1, 2, 3, 4});
  CHECK(floats_of(view) == std::vector<float>{3});
  CHECK(whole.storage() == view.storage());

  OldFile old;
  old.pickle = "\x80\2](ctorch.nn.parameter\nParameter\n" + text("7") + "Q\x85R(\x89\x89NtbK\1Q(" +
               "cmodels\nNet\n" + text("net.py") + text("class Net") + "tQ)\x81}b" +
               "ctorch.autograd.variable\nVariable\n)\x81(" + text("7") + "QNN\x88\x89tbe.";
  const auto content = Files().parse(old.text_of())->content();
  CHECK(content->item(0)->as_tensor()->is_parameter());
  CHECK(!content->item(0)->as_tensor()->requires_grad());
  CHECK(content->item(1)->as_text() == "torch.FloatStorage");
  CHECK(content->item(1)->item(0)->as_tensor()->numel() == 4);
  CHECK(content->item(2)->as_text() == "models.Net");
  CHECK(content->item(3)->as_tensor()->requires_grad());
}

TEST_CASE("every number of the tar's members is checked", "[io][torch]") {
  OldFile file;
  file.storages = number(1) + storage(u64(5)) + "\x80\2].";
  CHECK(contains(refusal(file), "'storages': "));
  file = OldFile();
  file.storages = number(1) + storage(u64(UINT64_MAX)) + "\x80\2].";
  CHECK(contains(refusal(file), "a storage leaves its member"));
  file = OldFile();
  file.storages = number(1) + storage(u64(4)) + "\x80\2](K\2K\1K\2K\3ta.";
  CHECK(contains(refusal(file), "a view leaves its storage"));
  file = OldFile();
  file.storages = number(1) + storage(u64(4)) + "\x80\2](K\1K\1K\1K\3ta.";
  CHECK(contains(refusal(file), "one key for two things"));
  file = OldFile();
  file.storages += "x";
  CHECK(contains(refusal(file), "bytes after the end of the member"));
  file = OldFile();
  file.tensors = number(1) + tensor(7, "K\1", 5, 0);
  CHECK(contains(refusal(file), "a tensor leaves its storage"));
  file = OldFile();
  file.tensors = number(1) + tensor(7, "K\2", 3, 1);
  CHECK(contains(refusal(file), "a tensor leaves its storage"));
  file = OldFile();
  file.tensors = number(1) + tensor(7, "K\1", UINT64_MAX, 0);
  CHECK(contains(refusal(file), "make no sense"));
  file = OldFile();
  file.tensors = number(1) + tensor(7, "K\5", 1, 0);
  CHECK(contains(refusal(file), "no storage has the key 5"));
  file = OldFile();
  file.tensors = number(3) + tensor(7, "K\1", 4, 0);
  CHECK(contains(refusal(file), "'tensors': "));
  file = OldFile();
  file.pickle = "\x80\2" + text("9") + "Q.";
  CHECK(contains(refusal(file), "nothing has the key 9"));
}

TEST_CASE("a tar is read strictly", "[io][torch]") {
  const Files files;
  const std::string good = OldFile().text_of();
  const auto changed = [&](size_t at, const std::string& bytes) {
    std::string file = good;
    return files.refusal(file.replace(at, bytes.size(), bytes));
  };
  CHECK(contains(changed(0, "S"), "the checksum does not match"));
  CHECK(contains(changed(512 + 100, "x"), "padding that is not zero"));
  CHECK(contains(changed(good.size() - 5, "x"), "bytes after the end of the archive"));
  CHECK(contains(files.refusal(good.substr(0, good.size() - 512)), "the archive has no end"));
  CHECK(contains(files.refusal(tar({{"pickle", "N."}})), "it has no 'tensors'"));
  CHECK(contains(files.refusal(tar({{"a", ""}, {"a", ""}})), "two members have this name"));
  CHECK(contains(files.refusal(tar({{"folder/", "", '5'}})), "more than plain files"));
  CHECK(contains(files.refusal(tar({{"pax", "14 path=other\n", 'x'}})), "changes the member"));
  CHECK(contains(files.refusal(tar({{"pax", "99 mtime=1\n", 'x'}})), "wrong length"));

  const std::string with_times = tar({{"pax", "20 mtime=1480000000\n", 'x'}});
  const auto file = files.parse(with_times.substr(0, with_times.size() - 1024) + good);
  CHECK(file->content()->count() == 2);
}

TEST_CASE("a damaged tar is refused or read, never more", "[io][torch]") {
  const std::string good = OldFile().text_of();
  refuses_every_truncation(good);
  survives_every_mutation(good);
}

}  // namespace duramen::test
