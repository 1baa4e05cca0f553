#include "io/budget.hpp"

#include "support/catch.hpp"
#include "unit/io/files.hpp"

namespace duramen::test {
namespace {

using namespace std::string_literals;

std::string repeated(std::string_view part, size_t count) {
  std::string text;
  text.reserve(part.size() * count);
  for (size_t i = 0; i < count; ++i) text += part;
  return text;
}
std::string text(std::string_view content) {
  return "X" + u32(content.size()) + std::string(content);
}
void check_limit(const std::string& file) {
  const std::string refusal = Files().refusal(file);
  INFO(refusal);
  CHECK(contains(refusal, "takes more memory than the file justifies") |
        contains(refusal, "take more memory than the file justifies"));
  CHECK(contains(refusal, "max_total_bytes"));
  CHECK(Files().refusal_code(file) == Code::limit);
}

}  // namespace

TEST_CASE("a budget is spent before anything is made", "[io][budget]") {
  CancelFlag cancel;
  io::Budget budget("x.pt", 3 << 20, cancel);
  budget.charge(1 << 20);
  budget.charge(2 << 20);
  CHECK_THROWS_AS(budget.charge(1), Error);
  std::vector<int> items;
  CHECK_THROWS_AS(budget.make_room(items), Error);
  CHECK(items.capacity() == 0);
  io::Budget other("x.pt", UINT64_MAX, cancel);
  other.make_room(items, 10);
  CHECK(items.capacity() == 10);
  other.charge(UINT64_MAX / 2);
  cancel.raise();
  CHECK_THROWS_AS(other.charge(2 << 20), Error);
}

TEST_CASE("a small deflated pickle cannot ask for much memory", "[io][budget]") {
  check_limit(torch_file_deflated("\x80\2(" + std::string(2'000'000, ']') + "t."));
  check_limit(torch_file_deflated("\x80\2(" + std::string(2'000'000, '}') + "t."));
  check_limit(torch_file_deflated("\x80\2" + std::string(20'000'000, '(') + "t."));
  check_limit(torch_file_deflated("\x80\2N" + std::string(30'000'000, '2') + "."));
  check_limit(torch_file_deflated("\x80\2(" + repeated(text(""), 1'000'000) + "t."));
}

TEST_CASE("what is built from one shared part is paid each time", "[io][budget]") {
  std::string dict = "}q\1("s;
  for (size_t i = 0; i < 10'000; ++i) dict += "J" + u32(i) + "N";
  SECTION("a text as bytes") {
    check_limit(
        torch_file("\x80\2"
                   "c_codecs\nencode\nq\0"s +
                   text(std::string(1 << 18, 'a')) + text("latin1") + "\x86q\1" + "00(" +
                   repeated("h\0h\1R"s, 1000) + "t."));
  }
  SECTION("a dict") {
    check_limit(
        torch_file("\x80\2"
                   "ccollections\nOrderedDict\nq\0"s +
                   dict + "u\x85q\x02" + "00(" + repeated("h\0h\2R"s, 2000) + "t."));
  }
  SECTION("a long key") {
    check_limit(
        torch_file("\x80\2"
                   "ccollections\nOrderedDict\nq\0}"s +
                   text(std::string(1 << 18, 'a')) + "Ns\x85q\x02" + "00(" +
                   repeated("h\0h\2R"s, 1000) + "t."));
  }
  SECTION("a list that is no list of pairs") {
    check_limit(torch_file(
        "\x80\2"
        "ccollections\nOrderedDict\nq\0](K\1K\2"s +
        std::string(10'000, 'N') + "e\x85q\x02" + "00(" + repeated("h\0h\2R"s, 2000) + "t."));
  }
  SECTION("a set") {
    check_limit(torch_file(
        "\x80\2"
        "c__builtin__\nset\nq\0]("s +
        std::string(10'000, 'N') + "e\x85q\x02" + "00(" + repeated("h\0h\2R"s, 2000) + "t."));
  }
  SECTION("the name of a class") {
    check_limit(torch_file(
        "\x80\2"
        "c" +
        std::string(500, 'm') + "\nn\nq\x01" + "0(" + repeated("h\1)R", 500'000) + "t."));
  }
}

TEST_CASE("long integers are paid by their work", "[io][budget]") {
  const std::string integer = "\x8b" + u32(1785) + std::string(1785, '\x7f');
  check_limit(torch_file_deflated("\x80\2(" + repeated(integer, 1000) + "t."));
  // In a file as large as they are, they pass.
  CHECK(Files().refusal(torch_file("\x80\2(" + repeated(integer, 1000) + "t.")).empty());
}

TEST_CASE("the densest pickles that Python writes are read", "[io][budget]") {
  const Files files;
  constexpr size_t kCount = 400'000;
  std::string integers;
  for (size_t i = 0; i < kCount; ++i) integers += "M" + u16(256 + i % 60'000);
  CHECK(files.refusal(torch_file("\x80\2](" + integers + "e.")).empty());
  CHECK(files
            .refusal(
                torch_file("\x80\4\x95\0\0\0\0\0\0\0\0]\x94("s + repeated("]\x94", kCount) + "e."))
            .empty());
  CHECK(files.refusal(torch_file("\x80\2](" + repeated("G\0\0\0\0\0\0\0\0"s, kCount) + "e."))
            .empty());
  io::OpenOptions options;
  const std::string deflated = torch_file_deflated("\x80\2(" + std::string(kCount, ']') + "t.");
  check_limit(deflated);
  options.limits.max_total_bytes = uint64_t{1} << 30;
  CHECK(files.refusal(deflated, options).empty());
}

}  // namespace duramen::test
