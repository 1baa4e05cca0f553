#include "io/dcp.hpp"

#include <sys/stat.h>

#include <algorithm>

#include "support/catch.hpp"
#include "unit/io/files.hpp"

namespace duramen::test {
namespace {

using Names = std::vector<std::string>;
using Items = std::vector<ValueRef>;

ValueRef dict(const Names& names, Items items) {
  Items keys;
  for (const std::string& name : names) keys.push_back(Value::text(name));
  return Value::dict(std::move(keys), std::move(items));
}

// A folder that a checkpoint is saved to.
struct Saved {
  std::string path() const { return folder.file("c/"); }
  std::string file(std::string_view name) const { return path() + std::string(name); }
  void save(const Value& content) const {
    io::SaveOptions options;
    options.durability = io::Durability::atomic;
    io::save_value(files.services, content, path(), options);
  }
  Ref<io::Checkpoint> open(const io::OpenOptions& options = {}) const {
    return files.open(path(), options);
  }
  Names names() const {
    Names names;
    const io::Folder inside(path());
    return inside.names(100);
  }
  ValueRef floats(std::vector<int64_t> shape, const std::vector<float>& values) const {
    return Value::tensor(files.tensor(std::move(shape), values));
  }
  // Code and text of an error.
  template <class Body>
  Error refused(Body&& body) const {
    try {
      body();
    } catch (const Error& error) {
      INFO(error.message());
      CHECK(!contains(error.message(), "\n"));
      return error;
    }
    FAIL("nothing was refused");
    return {Code::ok, ""};
  }
  void refuses(const Value& content, Code code, std::string_view word) const {
    const Error error = refused([&] { save(content); });
    INFO(error.message());
    CHECK(error.code() == code);
    CHECK(contains(error.message(), word));
    CHECK(folder.names().empty());
  }
  void refuses_to_open(const io::OpenOptions& options, Code code, std::string_view word) const {
    const Error error = refused([&] { open(options); });
    INFO(error.message());
    CHECK(error.code() == code);
    CHECK(contains(error.message(), word));
  }

  Files files;
  Folder folder;
};

}  // namespace

TEST_CASE("what is nested is flattened by names and comes back nested", "[io][dcp]") {
  const Saved saved;
  const auto list =
      Value::list({saved.floats({1}, {5}), Value::integer(7), dict({"k"}, {Value::none()})});
  saved.save(
      *dict({"model", "list", "plain", "epoch", "gone"},
            {dict({"a.b", "c"}, {saved.floats({2, 1}, {1, 2}), saved.floats({}, {3})}), list,
             Value::list({Value::integer(1), Value::text("x")}), Value::integer(3), dict({}, {})}));
  CHECK(saved.names() == Names{".metadata", "__0_0.distcp"});
  const auto read = saved.open();
  CHECK(read->format() == "dcp");
  CHECK(*read->properties().find("version") == "1.0.0");
  CHECK(*read->properties().find("files") == "1");
  const Value& content = *read->content();
  CHECK(content.count() == 4);  // PyTorch loses empty dicts, too
  CHECK(floats_of(*content.find("model")->find("a.b")->as_tensor()) == std::vector<float>{1, 2});
  CHECK(content.find("model")->find("c")->as_tensor()->rank() == 0);
  CHECK(floats_of(*content.find("list")->item(0)->as_tensor()) == std::vector<float>{5});
  CHECK(content.find("list")->item(1)->as_integer() == 7);
  CHECK(content.find("list")->item(2)->find("k")->kind() == ValueKind::none);
  CHECK(content.find("plain")->item(1)->as_text() == "x");
  CHECK(content.find("epoch")->as_integer() == 3);
}

TEST_CASE("lists that share lists take no time, and shared dicts that never end are refused",
          "[io][dcp]") {
  const Saved saved;
  ValueRef lists = Value::list({Value::integer(1)});
  ValueRef dicts = dict({}, {});
  for (int depth = 0; depth < 500; ++depth) {
    lists = Value::list({lists, lists});
    if (depth < 40) dicts = Value::list({dicts, dicts});
  }
  saved.save(*dict({"lists"}, {lists}));
  Saved().refuses(*dict({"dicts"}, {dicts}), Code::limit, "shared parts");
}

TEST_CASE("a tensor is written with its own elements only", "[io][dcp]") {
  const Saved saved;
  const TensorRef whole = saved.files.tensor({100, 100}, std::vector<float>(10000, 1));
  const TensorRef corner =
      make<Tensor>(whole->storage(), Layout{Shape{2, 2}, Shape{100, 1}, 5}, Dtype::float32);
  saved.save(*dict({"corner", "none"}, {Value::tensor(corner), saved.floats({0, 3}, {})}));
  CHECK(read_file(saved.file("__0_0.distcp")).size() < 5000);
  const auto read = saved.open();
  CHECK(floats_of(*read->content()->find("corner")->as_tensor()) == std::vector<float>(4, 1));
  CHECK(read->content()->find("none")->as_tensor()->shape() == Shape{0, 3});
}

TEST_CASE("a save over a checkpoint removes its files and nothing else", "[io][dcp]") {
  const Saved saved;
  saved.save(*dict({"a"}, {saved.floats({1}, {1})}));
  write_file(saved.file("notes.txt"), "mine");
  write_file(saved.file("__0_1.distcp"), "another's");
  saved.save(*dict({"a"}, {saved.floats({1}, {2})}));
  CHECK(saved.names() == Names{".metadata", "__0_1.distcp", "__0_2.distcp", "notes.txt"});
  CHECK(floats_of(*saved.open()->content()->find("a")->as_tensor()) == std::vector<float>{2});
  saved.save(*dict({"a"}, {saved.floats({1}, {3})}));
  CHECK(saved.names() == Names{".metadata", "__0_0.distcp", "__0_1.distcp", "notes.txt"});
  write_file(saved.file(".metadata"), "not a pickle");
  saved.save(*dict({"a"}, {saved.floats({1}, {4})}));
  CHECK(saved.names().size() == 5);  // what was there is nobody's now
  CHECK(floats_of(*saved.open()->content()->find("a")->as_tensor()) == std::vector<float>{4});
}

TEST_CASE("what a distributed checkpoint cannot hold is refused before anything is written",
          "[io][dcp]") {
  const Saved saved;
  const auto one = saved.floats({1}, {1});
  saved.refuses(*Value::list({one}), Code::unsupported, "expected a dict, got list");
  saved.refuses(*one, Code::unsupported, "expected a dict");
  saved.refuses(*Value::dict({Value::bytes("k")}, {one}), Code::invalid_argument,
                "no text or number");
  saved.refuses(*Value::dict({Value::text("\xff")}, {one}), Code::invalid_argument,
                "no text or number");
  saved.refuses(*dict({std::string("a\0b", 3)}, {one}), Code::invalid_argument,
                "a name holds a NUL");
  saved.refuses(*dict({"a.b", "a"}, {one, dict({"b"}, {one})}), Code::invalid_argument,
                "two entries have this dotted name");
}

TEST_CASE("a place that is no folder, or has none above it, is an error of the system",
          "[io][dcp]") {
  const Saved saved;
  write_file(saved.folder.file("c"), "");
  const auto content = dict({"a"}, {saved.floats({1}, {1})});
  CHECK(saved.refused([&] { saved.save(*content); }).code() == Code::io);
  const std::string nowhere = saved.folder.file("none/c/");
  const Error error =
      saved.refused([&] { io::save_value(saved.files.services, *content, nowhere); });
  CHECK(error.code() == Code::io);
  CHECK(contains(error.message(), nowhere));
}

TEST_CASE("limits are those of the whole checkpoint", "[io][dcp]") {
  const Saved saved;
  saved.save(*dict({"a", "b"}, {saved.floats({2}, {1, 2}), saved.floats({2}, {3, 4})}));
  io::OpenOptions options;
  options.limits.max_tensor_bytes = 7;
  saved.refuses_to_open(options, Code::limit, "'a': the tensor is too large (expected at most 7");
  options.limits = {};
  options.limits.max_total_bytes = 15;
  saved.refuses_to_open(options, Code::limit, "too large together (expected at most 15");
  options.limits = {};
  options.limits.max_entries = 1;
  saved.refuses_to_open(options, Code::limit, "too many entries (expected at most 1)");
  options.limits = {};
  options.limits.max_header_bytes = 100;
  saved.refuses_to_open(options, Code::limit, "the pickle is too large (expected at most 100");
  options.limits = {};
  options.limits.max_tensor_bytes = 8;
  options.limits.max_total_bytes = 16;
  CHECK(saved.open(options)->content()->count() == 2);
}

TEST_CASE("files of a distributed checkpoint that are missing or cut are told by name",
          "[io][dcp]") {
  const Saved saved;
  saved.save(*dict({"a", "n"}, {saved.floats({2}, {1, 2}), Value::integer(1)}));
  const std::string elements = read_file(saved.file("__0_0.distcp"));
  const std::string metadata = read_file(saved.file(".metadata"));
  write_file(saved.file("__0_0.distcp"), elements.substr(0, elements.size() - 1));
  saved.refuses_to_open({}, Code::corrupt, "is the file truncated?");
  ::unlink(saved.file("__0_0.distcp").c_str());
  saved.refuses_to_open({}, Code::io, "'__0_0.distcp': the file is missing");
  write_file(saved.file("__0_0.distcp"), elements);
  write_file(saved.file(".metadata"), metadata.substr(0, metadata.size() / 2));
  saved.refuses_to_open({}, Code::corrupt, ".metadata: ");
}

TEST_CASE("cancel stops reading and saving of a distributed checkpoint", "[io][dcp]") {
  Saved saved;
  const auto content = dict({"a"}, {saved.floats({2}, {1, 2})});
  saved.save(*content);
  saved.files.cancel.raise();
  CHECK(saved.refused([&] { saved.open(); }).code() == Code::cancelled);
  CHECK(saved.refused([&] { saved.save(*content); }).code() == Code::cancelled);
  saved.files.cancel.reset();
  CHECK(saved.names() == Names{".metadata", "__0_0.distcp"});
  CHECK(floats_of(*saved.open()->content()->find("a")->as_tensor()) == std::vector<float>{1, 2});
}

}  // namespace duramen::test
