#include "io/shard_writer.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>

#include "io/shard_plan.hpp"
#include "support/catch.hpp"
#include "unit/io/files.hpp"

namespace duramen::test {
namespace {

// Tensors of these many floats: "a", "b", …
Ref<StateDict> dict_of(const Files& files, const std::vector<int64_t>& counts, float value = 1) {
  auto dict = make<StateDict>();
  for (size_t i = 0; i < counts.size(); ++i) {
    const std::vector<float> values(static_cast<size_t>(counts[i]), value + static_cast<float>(i));
    dict->set_tensor(std::string(1, static_cast<char>('a' + i)), files.tensor({counts[i]}, values));
  }
  return dict;
}

io::SaveOptions shards_of(uint64_t bytes) {
  io::SaveOptions options;
  options.max_shard_bytes = bytes;
  options.durability = io::Durability::atomic;
  return options;
}

std::vector<std::string> sorted_names(const Folder& folder) {
  auto names = folder.names();
  std::sort(names.begin(), names.end());
  return names;
}

void check_content(const Files& files, const std::string& path, const StateDict& dict) {
  const auto read = files.open(path);
  CHECK(read->properties().find("warnings") == nullptr);
  const auto back = read->state_dict("");
  REQUIRE(back->entries().size() == dict.entries().size());
  for (const auto& [name, entry] : dict.entries()) {
    REQUIRE(back->entries().find(name) != nullptr);
    CHECK(hex_of(*back->entries().find(name)->tensor) == hex_of(*entry.tensor));
  }
}

using Shards = std::vector<std::vector<size_t>>;

}  // namespace

TEST_CASE("shards are filled in order, and a large tensor has one of its own", "[io][shards]") {
  const Files files;
  const auto plan = [&](const std::vector<int64_t>& counts, uint64_t most) {
    return io::plan_shards(*dict_of(files, counts), most, false).shards;
  };
  CHECK(plan({1, 1, 1, 1}, 8) == Shards{{0, 1}, {2, 3}});
  CHECK(plan({1, 1, 1, 1}, 11) == Shards{{0, 1}, {2, 3}});
  CHECK(plan({1, 1, 1, 1}, 12) == Shards{{0, 1, 2}, {3}});
  CHECK(plan({1, 9, 1, 1}, 8) == Shards{{0, 2}, {1}, {3}});
  CHECK(plan({9, 9}, 8) == Shards{{0}, {1}});
  CHECK(plan({0, 2, 0, 2, 0}, 8) == Shards{{0, 1, 2}, {3, 4}});
  CHECK(plan({1, 1}, UINT64_MAX) == Shards{{0, 1}});
  CHECK(plan({}, 8) == Shards{{}});
}

TEST_CASE("ties go into one shard and count once", "[io][shards]") {
  const Files files;
  const auto made_dict = dict_of(files, {1, 1, 1});
  StateDict& dict = *made_dict;
  dict.set_tensor("d", alias(*dict.entries().find("a")->tensor));
  CHECK(io::plan_shards(dict, 4, true).shards == Shards{{0, 3}, {1}, {2}});
  CHECK(io::plan_shards(dict, 4, true).nbytes == 12);
  const Folder folder;
  io::save(files.services, dict, folder.file("pytorch_model.bin"), shards_of(4));
  CHECK(sorted_names(folder) == std::vector<std::string>{"pytorch_model-00001-of-00003.bin",
                                                         "pytorch_model-00002-of-00003.bin",
                                                         "pytorch_model-00003-of-00003.bin",
                                                         "pytorch_model.bin.index.json"});
  check_content(files, folder.path(), dict);
  const auto back = files.open(folder.path())->state_dict("");
  CHECK(back->entries().find("a")->tensor->storage() ==
        back->entries().find("d")->tensor->storage());
  try {
    io::save(files.services, dict, folder.file("model.safetensors"), shards_of(4));
    FAIL("saved");
  } catch (const Error& error) {
    CHECK(error.code() == Code::invalid_argument);
    CHECK(contains(error.message(), "'a': it shares memory with 'd'"));
  }
  CHECK(folder.names().size() == 4);
}

TEST_CASE("of a mapped memory a shard counts what is written of it", "[io][shards]") {
  const Files files;
  const Folder folder;
  StateDict whole;
  whole.set_tensor("x", files.tensor({100, 1000}, std::vector<float>(100'000, 1)));
  io::save(files.services, whole, folder.file("whole.pt"));
  const auto mapped = files.open(folder.file("whole.pt"))->state_dict("");
  const Tensor& x = *mapped->entries().find("x")->tensor;
  StateDict dict;
  dict.set_tensor("row", alias(x, view_select(x.layout(), 0, 7)));
  Layout nothing = contiguous_layout(Shape{0});
  nothing.offset = 99'999;
  dict.set_tensor("none", alias(x, nothing));
  dict.set_tensor("small", files.tensor({5}, {1, 2, 3, 4, 5}));
  CHECK(io::plan_shards(dict, 5000, true).shards == Shards{{0, 1, 2}});
  io::save(files.services, dict, folder.file("pytorch_model.bin"), shards_of(5000));
  const auto back = files.open(folder.file("pytorch_model.bin.index.json"));
  CHECK(!back->properties().find("warnings"));
  CHECK(read_file(folder.file("pytorch_model-00001-of-00001.bin")).size() < 10'000);
  CHECK(floats_of(*back->state_dict("")->entries().find("row")->tensor) ==
        std::vector<float>(1000, 1));
}

TEST_CASE("the index is what transformers writes", "[io][shards]") {
  const Files files;
  const Folder folder;
  const auto made_dict = dict_of(files, {1, 1});
  StateDict& dict = *made_dict;
  dict.set_tensor("\"A\"", files.tensor({1}, {5}));
  dict.metadata().set("format", "pt");
  dict.set_version("", 1);
  io::save(files.services, dict, folder.file("model.safetensors.index.json"), shards_of(8));
  CHECK(read_file(folder.file("model.safetensors.index.json")) == R"({
  "metadata": {
    "total_size": 12
  },
  "weight_map": {
    "\"A\"": "model-00002-of-00002.safetensors",
    "a": "model-00001-of-00002.safetensors",
    "b": "model-00001-of-00002.safetensors"
  }
}
)");
  check_content(files, folder.path(), dict);
  CHECK(*files.open(folder.path())->metadata().find("format") == "pt");
  io::save(files.services, dict, folder.file("m.pt"), shards_of(8));
  const auto back = files.open(folder.file("m.pt.index.json"))->state_dict("");
  CHECK(back->version_of("") == 1);
}

TEST_CASE("a path of an index alone asks for one shard", "[io][shards]") {
  const Files files;
  const Folder folder;
  const auto made_dict = dict_of(files, {1, 1});
  const StateDict& dict = *made_dict;
  io::save(files.services, dict, folder.file("m.pth.index.json"));
  CHECK(sorted_names(folder) ==
        std::vector<std::string>{"m-00001-of-00001.pth", "m.pth.index.json"});
  check_content(files, folder.file("m.pth.index.json"), dict);
  io::save(files.services, StateDict(), folder.file("e.safetensors"), shards_of(1));
  CHECK(files.open(folder.file("e.safetensors.index.json"))->content()->count() == 0);
}

TEST_CASE("a new set of shards takes the place of the old one", "[io][shards]") {
  const Files files;
  const Folder folder;
  const std::string path = folder.file("model.safetensors");
  const std::string index = path + ".index.json";
  const auto made_three = dict_of(files, {1, 1, 1});
  const StateDict& three = *made_three;
  io::save(files.services, three, path, shards_of(4));
  const auto mapped = files.open(index);
  const auto names = sorted_names(folder);
  const auto made_again = dict_of(files, {1, 1, 1}, 9);
  const StateDict& again = *made_again;
  io::save(files.services, again, path, shards_of(4));
  CHECK(sorted_names(folder) == names);
  check_content(files, index, again);
  CHECK(floats_of(*mapped->content()->item(0)->as_tensor()) == std::vector<float>{1});
  // Over the very files that the tensors are mapped from, in another number.
  io::save(files.services, *mapped->state_dict(""), path, shards_of(8));
  CHECK(sorted_names(folder) == std::vector<std::string>{"model-00001-of-00002.safetensors",
                                                         "model-00002-of-00002.safetensors",
                                                         "model.safetensors.index.json"});
  check_content(files, index, three);
}

TEST_CASE("what others wrote stays, whatever the old index says", "[io][shards]") {
  const Files files;
  const Folder folder;
  const auto made_dict = dict_of(files, {1, 1});
  const StateDict& dict = *made_dict;
  write_file(folder.file("config.json"), "{}");
  write_file(folder.file("model.safetensors.index.json"),
             R"({"weight_map": {"x": "config.json", "y": "old.pt", "z": "gone"}})");
  write_file(folder.file("old.pt"), read_file(data_file("torch/tensor.pt")));
  write_file(folder.file("other.pt"), read_file(data_file("torch/tensor.pt")));
  write_file(folder.file("model-00001-of-00002.safetensors"), "mine");
  io::save(files.services, dict, folder.file("model.safetensors"), shards_of(4));
  CHECK(sorted_names(folder) ==
        std::vector<std::string>{"config.json", "model-00001-of-00002.safetensors",
                                 "model.1-00001-of-00002.safetensors",
                                 "model.1-00002-of-00002.safetensors",
                                 "model.safetensors.index.json", "old.pt", "other.pt"});
  CHECK(read_file(folder.file("model-00001-of-00002.safetensors")) == "mine");
  check_content(files, folder.file("model.safetensors.index.json"), dict);
}

TEST_CASE("a save of shards that fails leaves nothing", "[io][shards]") {
  Files files;
  const Folder folder;
  const auto made_dict = dict_of(files, {1, 1});
  StateDict& dict = *made_dict;
  dict.set_value("v", Value::opaque("q.Class", {}));
  CHECK_THROWS_AS(io::save(files.services, dict, folder.file("m.pt"), shards_of(4)), Error);
  CHECK_THROWS_AS(io::save(files.services, dict, folder.file("m.safetensors"), shards_of(4)),
                  Error);
  CHECK_THROWS_AS(io::save(files.services, dict, folder.file("m.npy"), shards_of(4)), Error);
  CHECK_THROWS_AS(io::save(files.services, dict, folder.file("m"), shards_of(4)), Error);
  CHECK_THROWS_AS(io::save(files.services, dict, folder.file("m.index.json")), Error);
  CHECK_THROWS_AS(io::save(files.services, dict, folder.file("no/m.pt"), shards_of(4)), Error);
  CHECK_THROWS_AS(
      io::save(files.services, dict, folder.file(std::string(240, 'x') + ".pt"), shards_of(4)),
      Error);
  dict.entries().erase("v");
  dict.set_tensor(std::string("n\0", 2), files.tensor({1}, {1}));
  CHECK_THROWS_AS(io::save(files.services, dict, folder.file("m.pt"), shards_of(4)), Error);
  files.cancel.raise();
  CHECK_THROWS_AS(io::save(files.services, *dict_of(files, {1}), folder.file("m.pt"), shards_of(4)),
                  Error);
  CHECK(folder.names().empty());
  CHECK_THROWS_AS(io::save_value(files.services, *Value::none(), folder.file("m.pt"), shards_of(4)),
                  Error);
}

TEST_CASE("progress of shards is that of the whole, and can stop it", "[io][shards]") {
  Files files;
  const Folder folder;
  struct Seen {
    uint64_t last = 0;
    uint64_t stop_at = UINT64_MAX;
  } seen;
  files.services.progress.user = &seen;
  files.services.progress.progress = [](void* user, const char*, uint64_t done, uint64_t total) {
    auto& state = *static_cast<Seen*>(user);
    CHECK(total == 12);
    CHECK(done >= state.last);
    state.last = done;
    if (done >= state.stop_at) throw Error(static_cast<Code>(-1234), "enough");
  };
  const auto made_dict = dict_of(files, {1, 1, 1});
  const StateDict& dict = *made_dict;
  io::save(files.services, dict, folder.file("m.pt"), shards_of(4));
  CHECK(seen.last == 12);
  seen = {0, 8};
  const Folder other;
  CHECK_THROWS_AS(io::save(files.services, dict, other.file("m.pt"), shards_of(4)), Error);
  CHECK(other.names().empty());
}

}  // namespace duramen::test
