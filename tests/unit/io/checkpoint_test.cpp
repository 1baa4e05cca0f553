#include "io/checkpoint.hpp"

#include <sys/stat.h>

#include <filesystem>
#include <numeric>

#include "support/catch.hpp"
#include "unit/io/files.hpp"

namespace duramen::test {

TEST_CASE("the content decides the format, never the name", "[io][checkpoint]") {
  const Files files;
  CHECK(files.parse(read_file(data_file("safetensors/dtypes.safetensors")))->format() ==
        "safetensors");
  CHECK(files.parse(read_file(data_file("torch/tensor.pt")))->format() == "torch");
}

TEST_CASE("files of other kinds say what they are", "[io][checkpoint]") {
  const Files files;
  const auto says = [&](std::string bytes, const char* word) {
    bytes.resize(std::max<size_t>(bytes.size(), 300));
    CHECK(files.refusal_code(bytes) == Code::unsupported);
    CHECK(contains(files.refusal(bytes), word));
  };
  says("GGUF\1", "version");
  says("tjgg", "before GGUF");
  says("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n", "Git LFS");
  says("<!DOCTYPE html><html>", "HTML");
  says("\xef\xbb\xbf\n <html>", "HTML");
  says("BZh91AY&SY", "bzip2");
  says(std::string("\xfd\x37zXZ\0", 6), "xz");
  says("7z\xbc\xaf\x27\x1c", "7z");
  says("Rar!\x1a\7", "RAR");
  says(std::string("\x1c\0\0\0TFL3", 8), "TensorFlow Lite");
  says("\x08\x07\x12\x07pytorch\x1a\x05", "ONNX");
  says("\x80\2}q.", "pickle");
  CHECK(contains(files.refusal(zip({{"x", "abc"}})), ".npy"));
  CHECK(contains(files.refusal(zip({{"x", "abc"}})), "data.pkl"));
  CHECK(contains(files.refusal(""), "empty"));
  CHECK(!files.refusal("hello").empty());
}

TEST_CASE("a file of no known kind is not called a large header", "[io][checkpoint]") {
  const Files files;
  for (const std::string& bytes : std::initializer_list<std::string>{
           std::string("MZ\x90\0\3\0\0\0\4", 9), "\x89PNG\r\n\x1a\n and so on",
           "\x7f"
           "ELF\2\1\1 and so on",
           "%PDF-1.4 and so on", "a text of some words"}) {
    CHECK(files.refusal_code(bytes) == Code::unsupported);
    CHECK(contains(files.refusal(bytes), "not a checkpoint (expected a .safetensors header"));
  }
  const std::string index = R"({"metadata": {}, "weight_map": {"a": "model-00001.safetensors"}})";
  CHECK(files.refusal_code(index) == Code::unsupported);
  CHECK(contains(files.refusal(index), "an index of shards"));
  CHECK(contains(files.refusal(R"({"some": "thing"})"), "a JSON text"));
}

TEST_CASE("a header of safetensors whose length looks like a zip is no zip", "[io][checkpoint]") {
  const Files files;
  std::string header = R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})";
  header.resize(0x04034b50, ' ');
  const std::string file = safetensors(header, "x");
  REQUIRE(file.starts_with("PK\3\4"));
  CHECK(files.parse(file)->format() == "safetensors");
  CHECK(contains(files.refusal(std::string_view(file).substr(0, 1000)), "longer than the file"));
}

TEST_CASE("what is not a regular file is refused at once", "[io][checkpoint]") {
  const Files files;
  const Folder folder;
  REQUIRE(::mkfifo(folder.file("fifo").c_str(), 0600) == 0);
  for (const std::string& path : {folder.file("fifo"), std::string("/dev/zero"),
                                  folder.file("none"), std::string(), std::string("a\0b", 3)}) {
    try {
      files.open(path);
      FAIL("opened");
    } catch (const Error& error) {
      CHECK(!contains(error.message(), "got not"));
      if (contains(path, "fifo")) CHECK(contains(error.message(), "got a pipe"));
      CHECK((error.code() == Code::io || error.code() == Code::invalid_argument));
    }
  }
}

TEST_CASE("control characters of a file never reach a message", "[io][checkpoint]") {
  const Files files;
  const std::string header = R"({"\u001b[31m\n":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}})";
  const std::string message = files.refusal(safetensors(header, std::string(8, '\0')));
  CHECK(!contains(message, "\x1b"));
  CHECK(contains(message, "\\x1b[31m\\x0a"));
}

TEST_CASE("the ending of the name chooses the format of a save", "[io][checkpoint]") {
  const Files files;
  const Folder folder;
  StateDict dict;
  dict.set_tensor("x", files.tensor({2}, {1, 2}));
  for (const char* name : {"a.pt", "a.pth", "a.bin", "a.safetensors"}) {
    io::save(files.services, dict, folder.file(name));
    const auto read = files.open(folder.file(name));
    CHECK(read->format() == (contains(name, "safetensors") ? "safetensors" : "torch"));
    CHECK(floats_of(*read->state_dict("")->entries().find("x")->tensor) ==
          std::vector<float>{1, 2});
  }
  CHECK_THROWS_AS(io::save(files.services, dict, folder.file("a.txt")), Error);
  io::SaveOptions options;
  options.format = io::Format::torch;
  io::save(files.services, dict, folder.file("a.txt"), options);
  CHECK(files.open(folder.file("a.txt"))->format() == "torch");
}

TEST_CASE("a raised cancel flag stops opening and saving", "[io][checkpoint]") {
  Files files;
  const Folder folder;
  StateDict dict;
  dict.set_tensor("x", files.tensor({2}, {1, 2}));
  io::save(files.services, dict, folder.file("a.pt"));
  files.cancel.raise();
  CHECK_THROWS_AS(files.open(folder.file("a.pt")), Error);
  CHECK_THROWS_AS(io::save(files.services, dict, folder.file("b.pt")), Error);
  CHECK(folder.names().size() == 1);
}

TEST_CASE("a mapped file is saved as what it holds, and its shortening is an error",
          "[io][checkpoint]") {
  const Files files;
  const Folder folder;
  constexpr int64_t kCount = 300'001;  // more than is read at once, and no multiple of that
  std::vector<float> values(kCount);
  std::iota(values.begin(), values.end(), 0.F);
  StateDict dict;
  dict.set_tensor("x", files.tensor({kCount}, values));
  dict.set_tensor("y", files.tensor({2}, {1, 2}));
  for (const char* from : {"a.pt", "a.safetensors"}) {
    io::save(files.services, dict, folder.file(from));
    for (const auto mode : {io::Source::Mode::map, io::Source::Mode::read}) {
      io::OpenOptions options;
      options.mode = mode;
      const auto opened = files.open(folder.file(from), options)->state_dict("");
      for (const char* to : {"b.pt", "b.safetensors", "b.npz", "b.gguf"}) {
        INFO(from << " to " << to);
        io::save(files.services, *opened, folder.file(to));
        const auto again = files.open(folder.file(to))->state_dict("");
        CHECK(floats_of(*again->entries().find("x")->tensor) == values);
      }
    }
    const auto opened = files.open(folder.file(from))->state_dict("");
    std::filesystem::resize_file(folder.file(from), 1000);
    try {
      io::save(files.services, *opened, folder.file("c.safetensors"));
      FAIL("saved");
    } catch (const Error& error) {
      CHECK(error.code() == Code::io);
      CHECK(contains(error.what(), "the file became shorter"));
    }
  }
  CHECK(folder.names().size() == 6);  // two sources, four copies
}

TEST_CASE("a progress callback sees the end and can stop a save", "[io][checkpoint]") {
  Files files;
  const Folder folder;
  StateDict dict;
  dict.set_tensor("x", files.tensor({2}, {1, 2}));
  uint64_t last = 0;
  files.services.progress.user = &last;
  files.services.progress.progress = [](void* user, const char*, uint64_t done, uint64_t) {
    *static_cast<uint64_t*>(user) = done;
  };
  io::save(files.services, dict, folder.file("a.pt"));
  CHECK(last == 8);
  files.services.progress.progress = [](void*, const char*, uint64_t, uint64_t) {
    throw Error(static_cast<Code>(-1234), "enough");
  };
  for (const char* name : {"b.pt", "b.safetensors"}) {
    try {
      io::save(files.services, dict, folder.file(name));
      FAIL("saved");
    } catch (const Error& error) {
      CHECK(static_cast<int32_t>(error.code()) == -1234);
    }
  }
  CHECK(folder.names().size() == 1);
}

}  // namespace duramen::test
