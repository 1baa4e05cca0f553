#include "io/shard_index.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include "support/catch.hpp"
#include "unit/io/files.hpp"

namespace duramen::test {
namespace {

constexpr const char* kIndex =
    R"({"metadata": {"total_size": 12}, "weight_map": {"a": "s-1", "b": "s-2", "c": "s-1"}})";

std::string shard_of(std::string_view names) {
  std::string header = "{";
  for (size_t i = 0; i < names.size(); ++i) {
    header += std::string(i ? "," : "") + '"' + names[i] +
              R"(":{"dtype":"F32","shape":[1],"data_offsets":[)" + std::to_string(4 * i) + "," +
              std::to_string(4 * i + 4) + "]}";
  }
  header += "}";
  header.resize((header.size() + 7) / 8 * 8, ' ');
  return safetensors(header, std::string(4 * names.size(), 'x'));
}

// A folder with two shards and an index over them.
struct Shards {
  Shards() {
    write_file(folder.file("s-1"), shard_of("ca"));
    write_file(folder.file("s-2"), shard_of("b"));
  }
  std::string write(std::string_view index) const {
    write_file(folder.file("x.json"), index);
    return folder.file("x.json");
  }
  std::vector<std::string> names(const io::Checkpoint& read) const {
    std::vector<std::string> names;
    for (const ValueRef& key : read.content()->keys()) names.emplace_back(key->as_text());
    return names;
  }
  // Code and text of a refusal: one line.
  Error refused(std::string_view index, const io::OpenOptions& options = {}) const {
    try {
      files.open(write(index), options);
    } catch (const Error& error) {
      CHECK(!contains(error.message(), "\n"));
      CHECK(error.record()->detail("file") != nullptr);
      return error;
    }
    FAIL("opened: " << index);
    return {Code::ok, ""};
  }
  void refuses(std::string_view index, Code code, std::string_view word) const {
    const Error error = refused(index);
    INFO(error.message());
    CHECK(error.code() == code);
    CHECK(contains(error.message(), word));
  }

  Files files;
  Folder folder;
};

std::string mapping(std::string_view map) { return R"({"weight_map": )" + std::string(map) + "}"; }

}  // namespace

TEST_CASE("an index is read as one dict: shards by name, each in its own order", "[io][shards]") {
  const Shards shards;
  const auto read = shards.files.open(shards.write(kIndex));
  CHECK(read->format() == "safetensors");
  CHECK(shards.names(*read) == std::vector<std::string>{"c", "a", "b"});
  CHECK(*read->properties().find("shards") == "2");
  CHECK(read->properties().find("warnings") == nullptr);
  CHECK(read->state_dict("")->entries().size() == 3);
}

TEST_CASE("shards are mapped once each, and read where that is asked", "[io][shards]") {
  const Shards shards;
  io::OpenOptions options;
  options.mode = io::Source::Mode::read;
  const auto read = shards.files.open(shards.write(kIndex), options);
  write_file(shards.folder.file("s-1"), "");
  CHECK(hex_of(*read->content()->item(0)->as_tensor()) == "78787878");
}

TEST_CASE("what an index does not name is there and told", "[io][shards]") {
  Shards shards;
  std::string log;
  shards.files.services.log = {[](void* user, int32_t level, const char* text, size_t length) {
                                 CHECK(level == static_cast<int32_t>(LogLevel::warning));
                                 static_cast<std::string*>(user)->append(text, length);
                               },
                               &log};
  const auto read = shards.files.open(shards.write(mapping(R"({"a": "s-1", "b": "s-2"})")));
  CHECK(shards.names(*read).size() == 3);
  CHECK(contains(log, "x.json: the index does not name 1 of the shards' entries ('c')"));
  CHECK(contains(*read->properties().find("warnings"), "('c')"));
}

TEST_CASE("a total_size that is not true is a warning only", "[io][shards]") {
  const Shards shards;
  const auto warning = [&](std::string_view metadata) {
    const auto read =
        shards.files.open(shards.write(R"({"metadata": )" + std::string(metadata) +
                                       R"(, "weight_map": {"a": "s-1", "b": "s-2", "c": "s-1"}})"));
    const std::string* text = read->properties().find("warnings");
    return text ? *text : std::string();
  };
  CHECK(warning(R"({"total_size": 12})").empty());
  CHECK(warning(R"({"total_size": 12.0, "more": [{"x": null}]})").empty());
  CHECK(warning("{}").empty());
  CHECK(warning("null").empty());
  CHECK(contains(warning(R"({"total_size": 13})"), "(expected 12, got 13)"));
  CHECK(contains(warning(R"({"total_size": -1})"), "got -1"));
  CHECK(contains(warning(R"({"total_size": 1e300})"), "got 1e+300"));
  CHECK(contains(warning(R"({"total_size": "12"})"), "got no number"));
}

TEST_CASE("a shard's name leads nowhere but into the index's folder", "[io][shards]") {
  const Shards shards;
  for (const char* name : {"../s-1", "/etc/passwd", "sub/s-1", "..", ".", "", "s-1\\\\x", "./s-1",
                           "s-1\\u0000", "\\u002e\\u002e/s-1", "s-1/"}) {
    shards.refuses(mapping(R"({"a": ")" + std::string(name) + "\"}"), Code::corrupt,
                   "not a plain name");
  }
  shards.refuses(mapping(R"({"a": ")" + std::string(256, 'x') + "\"}"), Code::corrupt,
                 "not a plain name");
}

TEST_CASE("an index that lies is refused", "[io][shards]") {
  const Shards shards;
  const auto refuses = [&](std::string_view map, Code code, std::string_view word) {
    shards.refuses(mapping(map), code, word);
  };
  refuses(R"({"a": "s-3"})", Code::io, "'s-3': the shard is missing");
  refuses(R"({"a": "s-2"})", Code::corrupt, "'a': it is not in its shard 's-2'");
  refuses(R"({"q": "s-2"})", Code::corrupt, "'q': it is not in its shard 's-2'");
  refuses(R"({"a": "s-1", "a": "s-1"})", Code::corrupt,
          "'a': this name is there twice, at byte 28");
  refuses(R"({"a": {"file": "s-1"}})", Code::corrupt, "'a': its shard is not a string, at byte 16");
  refuses(R"({"a\u0000": "s-1"})", Code::corrupt, "NUL");
  refuses(R"(["s-1"])", Code::corrupt, "'weight_map': expected an object, at byte 1");
  refuses(R"({"a": "x.json"})", Code::unsupported, "index of shards");
  shards.refuses(R"({"x": "weight_map", "weight_map": {}, "weight_map": {}})", Code::corrupt,
                 "'weight_map': it is there twice, at byte 38");
  shards.refuses(R"({"weight_map": {}, "metadata": {}, "metadata": {}})", Code::corrupt, "twice");
  shards.refuses(R"({"weight_map": {}, "metadata": 3})", Code::corrupt, "expected an object");
  shards.refuses(R"({"x": "\"weight_map\"", "y": {"weight_map": {}}})", Code::corrupt,
                 "expected a member");
  shards.refuses(R"({"weight_map": {},})", Code::corrupt, "not JSON");
  write_file(shards.folder.file("s-2"), shard_of("ab"));
  refuses(R"({"a": "s-1", "b": "s-2"})", Code::corrupt, "'a': it is in two shards");
  write_file(shards.folder.file("s-2"), "<html>");
  refuses(R"({"b": "s-2"})", Code::unsupported, "s-2: not a checkpoint: this is an HTML");
  write_file(shards.folder.file("s-2"), read_file(data_file("torch/tensor.pt")));
  refuses(R"({"b": "s-2"})", Code::unsupported, "no dict of tensors");
}

TEST_CASE("limits of an index count all shards together", "[io][shards]") {
  const Shards shards;
  const auto limited = [&](auto set) {
    io::OpenOptions options;
    set(options.limits);
    return shards.refused(kIndex, options).code();
  };
  CHECK(limited([](io::Limits& limits) { limits.max_total_bytes = 11; }) == Code::limit);
  CHECK(limited([](io::Limits& limits) { limits.max_total_bytes = 8; }) == Code::limit);
  CHECK(limited([](io::Limits& limits) { limits.max_entries = 2; }) == Code::limit);
  CHECK(limited([](io::Limits& limits) { limits.max_header_bytes = 80; }) == Code::limit);
  io::OpenOptions options;
  options.limits.max_total_bytes = 12;
  options.limits.max_entries = 3;
  CHECK(shards.names(*shards.files.open(shards.write(kIndex), options)).size() == 3);
  const std::string deep =
      R"({"metadata": )" + std::string(50, '[') + std::string(50, ']') + R"(, "weight_map": {}})";
  CHECK(shards.refused(deep).code() == Code::limit);
}

TEST_CASE("every cut and every changed byte of an index is read or refused", "[io][shards]") {
  const Shards shards;
  const std::string whole = kIndex;
  const auto open = [&](std::string_view index) {
    try {
      shards.files.open(shards.write(index));
    } catch (const Error& error) {
      CHECK(!contains(error.message(), "\n"));
      CHECK((error.code() == Code::corrupt || error.code() == Code::unsupported ||
             error.code() == Code::io || error.code() == Code::limit));
    }
  };
  for (size_t i = 0; i < whole.size(); ++i) {
    CHECK(!shards.refused(whole.substr(0, i)).message().empty());
    for (const char byte : {'\0', '"', '{', '}', ':', ',', '\\', '/', '0', '\xff', '\n'}) {
      std::string changed = whole;
      changed[i] = byte;
      open(changed);
    }
  }
}

TEST_CASE("an index is what its text says, and never what memory holds", "[io][shards]") {
  const Shards shards;
  CHECK(shards.files.refusal_code(kIndex) == Code::unsupported);
  CHECK(contains(shards.files.refusal(kIndex), "open it by its path"));
  // A safetensors file whose first byte is a brace.
  std::string header = R"({"weight_map":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}})";
  header.resize('{', ' ');
  CHECK(shards.names(*shards.files.open(shards.write(safetensors(header)))) ==
        std::vector<std::string>{"weight_map"});
}

TEST_CASE("links to shards are followed, and special files refused", "[io][shards]") {
  const Shards shards;
  const Folder blobs;
  write_file(blobs.file("1"), shard_of("b"));
  REQUIRE(::unlink(shards.folder.file("s-2").c_str()) == 0);
  REQUIRE(::symlink(blobs.file("1").c_str(), shards.folder.file("s-2").c_str()) == 0);
  CHECK(shards.names(*shards.files.open(shards.write(kIndex))).size() == 3);
  REQUIRE(::unlink(shards.folder.file("s-2").c_str()) == 0);
  REQUIRE(::mkfifo(shards.folder.file("s-2").c_str(), 0600) == 0);
  shards.refuses(kIndex, Code::io, "expected a regular file, got a pipe");
}

TEST_CASE("a folder stands for the one checkpoint in it", "[io][shards]") {
  const Shards shards;
  write_file(shards.folder.file("config.json"), R"({"x": 1})");
  write_file(shards.folder.file(".hidden.safetensors"), shard_of("h"));
  const auto says = [&](std::string_view word) {
    try {
      shards.files.open(shards.folder.path());
      FAIL("opened");
    } catch (const Error& error) {
      INFO(error.message());
      const bool is_none = contains(word, "a directory without one");
      CHECK(error.code() == (is_none ? Code::io : Code::unsupported));
      CHECK(contains(error.message(), word));
    }
  };
  says("2 checkpoint files, of which one has to be chosen ('s-1', 's-2')");
  shards.write(kIndex);
  CHECK(shards.names(*shards.files.open(shards.folder.path())).size() == 3);
  CHECK(shards.names(*shards.files.open(shards.folder.path() + "/")).size() == 3);
  write_file(shards.folder.file("y.json"), kIndex);
  says("2 indexes of shards");
  REQUIRE(::unlink(shards.folder.file("x.json").c_str()) == 0);
  REQUIRE(::unlink(shards.folder.file("y.json").c_str()) == 0);
  REQUIRE(::unlink(shards.folder.file("s-2").c_str()) == 0);
  CHECK(shards.names(*shards.files.open(shards.folder.path())) ==
        std::vector<std::string>{"c", "a"});
  REQUIRE(::unlink(shards.folder.file("s-1").c_str()) == 0);
  says("got a directory without one");
}

}  // namespace duramen::test
