#include "io/zip.hpp"

#include <libdeflate.h>

#include "support/catch.hpp"
#include "unit/io/files.hpp"

namespace duramen::test {
namespace {

const std::string kPickle = "\x80\2}.";

std::string replaced(std::string text, size_t position, std::string_view by) {
  return text.replace(position, by.size(), by);
}

}  // namespace

TEST_CASE("a zip of another tool is read", "[io][zip]") {
  const Files files;
  CHECK(files.refusal(torch_file(kPickle)).empty());
  CHECK(files.refusal(torch_file(kPickle, {"abc"})).empty());
}

TEST_CASE("a zip that is cut off anywhere is refused", "[io][zip]") {
  const Files files;
  const std::string whole = torch_file(kPickle, {"abcd"});
  for (size_t length = 0; length < whole.size(); ++length) {
    CHECK(!files.refusal(whole.substr(0, length)).empty());
  }
  CHECK(contains(files.refusal(whole.substr(0, whole.size() - 1)), "truncated"));
  CHECK(!files.refusal(whole + "x").empty());
}

TEST_CASE("what is behind the end record is named", "[io][zip]") {
  const Files files;
  const std::string whole = torch_file(kPickle);
  CHECK(contains(files.refusal(whole + "xyz"), "it does not end the file (3 bytes more)"));
  const std::string commented = replaced(whole, whole.size() - 2, u16(5)) + "hello";
  CHECK(contains(files.refusal(commented), "a comment is not supported (expected none, got 5"));
  CHECK(files.refusal_code(commented) == Code::unsupported);
  CHECK(contains(files.refusal(replaced(whole, whole.size() - 2, u16(5))), "comment is cut off"));
}

TEST_CASE("data descriptors say what the directory says", "[io][zip]") {
  const Files files;
  const auto with_descriptor = [](const std::string& local_sizes, const std::string& descriptor) {
    const std::string whole = zip({{"a/version", "3\n"}, {"a/data.pkl", kPickle}});
    const size_t local = whole.rfind("PK\3\4");
    const size_t directory = whole.find("PK\1\2");
    const size_t central = whole.rfind("PK\1\2");
    std::string file = replaced(replaced(whole, central + 8, u16(8)), local + 6, u16(8));
    file = replaced(file, local + 14, local_sizes);
    file = replaced(file, file.size() - 6, u32(directory + descriptor.size()));
    return file.insert(directory, descriptor);
  };
  const std::string crc = u32(libdeflate_crc32(0, kPickle.data(), kPickle.size()));
  const std::string size = u32(kPickle.size());
  const std::string size64 = u64(kPickle.size());
  const std::string zeros(12, '\0');
  for (const std::string& good : {crc + size + size, "PK\7\10" + crc + size + size,
                                  crc + size64 + size64, "PK\7\10" + crc + size64 + size64}) {
    CHECK(files.refusal(with_descriptor(zeros, good)).empty());
    CHECK(files.refusal(with_descriptor(crc + size + size, good)).empty());
    CHECK(contains(files.refusal(with_descriptor(crc + size + u32(9), good)),
                   "other size than the directory (expected "));
    for (size_t i = 0; i < good.size(); ++i) {
      const std::string changed = replaced(good, i, std::string(1, static_cast<char>(good[i] ^ 1)));
      CHECK(contains(files.refusal(with_descriptor(zeros, changed)), "its data descriptor"));
    }
  }
  CHECK(contains(files.refusal(with_descriptor(zeros, "")), "no data descriptor"));
  CHECK(contains(files.refusal(with_descriptor(zeros, "PK\7\10hidden")), "no data descriptor"));
}

TEST_CASE("a file that its attributes call a folder is refused", "[io][zip]") {
  const std::string whole = torch_file(kPickle);
  const std::string changed = replaced(whole, whole.find("PK\1\2") + 38, u32(0x10));
  CHECK(contains(Files().refusal(changed), "folder"));
}

TEST_CASE("every number of the end record is believed only when it fits", "[io][zip]") {
  const Files files;
  const std::string whole = torch_file(kPickle, {"abcd"});
  const size_t end = whole.size() - 22;
  for (size_t field = 4; field < 22; field += 2) {
    for (const uint64_t value : {1, 2, 4, 0x7FFF, 0xFFFF}) {
      const std::string changed = replaced(whole, end + field, u16(value));
      INFO("field " << field << " value " << value);
      if (changed != whole) CHECK(!files.refusal(changed).empty());
    }
  }
}

TEST_CASE("names that differ, occur twice or hide bytes are refused", "[io][zip]") {
  const Files files;
  const std::string whole = torch_file(kPickle, {"abcd"});
  CHECK(contains(files.refusal(replaced(whole, 30, "b")), "another name"));
  CHECK(contains(
      files.refusal(zip({{"a/data.pkl", kPickle}, {"a/version", "3\n"}, {"a/data.pkl", kPickle}})),
      "two entries"));
  const std::string moved = replaced(whole, whole.size() - 6, u32(whole.size()));
  CHECK(!files.refusal(moved).empty());
  CHECK(!files.refusal("PK\3\4hidden" + whole).empty());
}

TEST_CASE("encrypted entries and unknown methods are refused", "[io][zip]") {
  const Files files;
  const std::string whole = torch_file(kPickle);
  const size_t central = whole.find("PK\1\2");
  for (const uint64_t flags : {0x1, 0x20, 0x40, 0x2000}) {
    CHECK(files.refusal_code(replaced(whole, central + 8, u16(flags))) == Code::unsupported);
    CHECK(!files.refusal(replaced(whole, 6, u16(flags))).empty());
  }
  CHECK(files.refusal_code(replaced(whole, central + 10, u16(12))) == Code::unsupported);
}

TEST_CASE("sizes that overlap other entries or leave the file are refused", "[io][zip]") {
  const Files files;
  const std::string whole = torch_file(kPickle, {"abcd"});
  const size_t central = whole.find("PK\1\2");
  for (const uint64_t size : {uint64_t{0}, kPickle.size() - 1, kPickle.size() + 1, uint64_t{1000},
                              uint64_t{0xFFFFFFFF}}) {
    std::string changed = replaced(whole, central + 20, u32(size) + u32(size));
    CHECK(!files.refusal(changed).empty());
    changed = replaced(changed, 18, u32(size) + u32(size));  // both headers lie
    CHECK(!files.refusal(changed).empty());
  }
  for (const uint64_t offset : {1, 4, 1000, 0x7FFFFFFF}) {
    CHECK(!files.refusal(replaced(whole, central + 42, u32(offset))).empty());
  }
}

TEST_CASE("zip64 records must agree with the small ones", "[io][zip]") {
  const Files files;
  const std::string whole = read_file(data_file("torch/tensor.pt"));
  CHECK(files.refusal(whole).empty());
  const size_t end64 = whole.size() - 22 - 20 - 56;
  for (size_t field = 0; field < 76; ++field) {
    const bool is_version = field >= 12 && field < 16;  // says nothing
    const std::string changed =
        replaced(whole, end64 + field, std::string(1, static_cast<char>(whole[end64 + field] + 1)));
    INFO("byte " << field);
    CHECK(files.refusal(changed).empty() == is_version);
  }
}

TEST_CASE("checksums are verified where asked", "[io][zip]") {
  const Files files;
  const std::string whole = torch_file(TensorPickle().text(), {std::string(16, '\1')});
  const std::string changed = replaced(whole, whole.rfind("\1\1\1\1"), "\2");
  io::OpenOptions options;
  CHECK(files.refusal(changed, options).empty());
  options.verify_checksums = true;
  CHECK(files.refusal(whole, options).empty());
  CHECK(contains(files.refusal(changed, options), "CRC-32"));
}

TEST_CASE("checksums of every member are verified", "[io][zip]") {
  const Files files;
  io::OpenOptions options;
  options.verify_checksums = true;
  for (const bool deflated : {false, true}) {
    const std::string whole = zip({{"a/data.pkl", kPickle, deflated},
                                   {"a/version", "3\n", deflated},
                                   {"a/data/0", "unused", deflated},
                                   {"a/other", "unused too", deflated}});
    CHECK(files.refusal(whole, options).empty());
    for (const char* name : {"a/data.pkl", "a/version", "a/data/0", "a/other"}) {
      INFO(name);
      std::string changed = whole;
      for (const size_t header : {whole.find(name) - 16, whole.rfind(name) - 30}) {
        changed[header] = static_cast<char>(changed[header] ^ 1);  // of the checksum
      }
      CHECK(files.refusal(changed).empty());
      CHECK(contains(files.refusal(changed, options), "CRC-32"));
    }
  }
}

TEST_CASE("every thread verifies, and the first wrong entry of the file is named", "[io][zip]") {
  const Files files;
  ThreadPool pool(3, &files.cancel);
  io::Services services = files.services;
  services.pool = &pool;
  io::OpenOptions options;
  options.verify_checksums = true;
  std::vector<std::string> storages;
  for (size_t i = 0; i < 40; ++i) storages.emplace_back(64 * (i % 7 + 1), static_cast<char>(i + 1));
  const std::string whole = torch_file(kPickle, storages);
  const auto open = [&](const std::string& bytes) {
    return io::Checkpoint::from_memory(services, std::as_bytes(std::span(bytes)), nullptr, "x.pt",
                                       options);
  };
  CHECK(open(whole)->format() == "torch");
  std::string changed = whole;
  for (const char content : {'\5', '\15', '\33'}) {
    const size_t at = whole.find(std::string(64, content));
    REQUIRE(at != std::string::npos);
    changed[at] = '\0';
  }
  try {
    open(changed);
    FAIL("opened");
  } catch (const Error& error) {
    CHECK(contains(error.what(), "data/4'"));
    CHECK(contains(error.what(), "CRC-32"));
  }
}

TEST_CASE("the directory is a part of the header that a limit bounds", "[io][zip]") {
  const Files files;
  const std::string whole = torch_file(kPickle);
  io::OpenOptions options;
  options.limits.max_header_bytes = whole.size() - 22 - whole.find("PK\1\2");
  CHECK(files.refusal(whole, options).empty());
  --options.limits.max_header_bytes;
  CHECK(files.refusal_code(whole, options) == Code::limit);
  CHECK(contains(files.refusal(whole, options), "the directory is too large"));
}

}  // namespace duramen::test
