#include "io/torch_file.hpp"
#include "io/torch_parts.hpp"
#include "support/catch.hpp"
#include "unit/io/files.hpp"

namespace duramen::test {
namespace {

using namespace std::string_literals;

std::string refusal_of(const ValueRef& value) {
  const Files files;
  const Folder folder;
  try {
    io::save_value(files.services, *value, folder.file("x.pt"));
  } catch (const Error& error) {
    CHECK(folder.names().empty());
    return error.message();
  }
  return {};
}
ValueRef dict(const char* key, ValueRef value) {
  return Value::dict({Value::text(key)}, {std::move(value)});
}
std::string saved(const ValueRef& value) {
  const Files files;
  const Folder folder;
  io::save_value(files.services, *value, folder.file("x.pt"));
  return read_file(folder.file("x.pt"));
}

}  // namespace

TEST_CASE("the size of a file is known before, and is little more than it has", "[io][torch]") {
  const Files files;
  const Folder folder;
  for (const size_t count : {0, 1, 1500}) {
    for (const std::string& name : {"x.pt"s, std::string(150, 'n') + ".pt"}) {
      std::vector<ValueRef> tensors;
      for (size_t i = 0; i < count; ++i)
        tensors.push_back(Value::tensor(
            files.tensor({static_cast<int64_t>(i % 40)}, std::vector<float>(i % 40, 1))));
      const auto content = Value::list(std::move(tensors));
      const std::string path = folder.file(name);
      io::save_value(files.services, *content, path);
      const uint64_t size = read_file(path).size();
      const uint64_t told = io::TorchParts(*content, path).nbytes();
      INFO(count << " tensors, told " << told << ", " << size << " bytes");
      CHECK(told >= size);
      CHECK(told < size + (count + 8) * 400);
    }
  }
}

TEST_CASE("a refusal to save names the entry", "[io][torch]") {
  const auto frozen = Value::opaque("builtins.frozenset", {});
  CHECK(contains(
      refusal_of(dict("cfg", dict("opt", frozen))),
      "x.pt: save torch: 'cfg.opt': an object of class builtins.frozenset cannot be saved"));
  CHECK(contains(refusal_of(dict("a", Value::list({Value::none(), Value::tuple({frozen})}))),
                 "'a.1.0': an object of class"));
  CHECK(contains(refusal_of(Value::dict({Value::integer(7)}, {frozen})), "save torch: '7': an"));
  CHECK(contains(refusal_of(frozen), "x.pt: save torch: an object of class"));
}

TEST_CASE("what torch.load(weights_only=True) refuses is not written", "[io][torch]") {
  CHECK(!contains(saved(Value::bytes("")), "__builtin__"));
  CHECK(contains(saved(Value::bytes("")), "_codecs\nencode"));
  const std::string digits(614, '9');  // 255 bytes and a bit
  CHECK(refusal_of(Value::big_integer(std::string(613, '9'))).empty());
  const std::string refusal = refusal_of(dict("n", Value::big_integer(std::string(620, '9'))));
  CHECK(contains(refusal, "'n': an integer is too long (expected at most 255 bytes, got 258)"));
}

TEST_CASE("a dict with a key that Python cannot look up is not written", "[io][torch]") {
  const auto one = Value::integer(1);
  const auto set = Value::opaque("builtins.set", {one});
  for (const ValueRef& key :
       {Value::list({one}), Value::dict({}, {}), set, Value::tuple({one, set})}) {
    ValueRef keyed;
    try {
      keyed = Value::dict({key}, {one});
    } catch (const Error&) {
      continue;  // refused earlier
    }
    const std::string refusal = refusal_of(dict("cfg", keyed));
    INFO(refusal);
    CHECK(contains(refusal, "save torch: 'cfg': a dict has a key of kind "));
  }
  CHECK(refusal_of(Value::dict({Value::tuple({one, Value::text("a")})}, {one})).empty());
}

TEST_CASE("a torch.Size is written as one", "[io][torch]") {
  const std::string size = "\x80\2ctorch\nSize\nq\0K\2K\3\x86q\1\x85q\2Rq\3."s;
  const Files files;
  const auto value = files.parse(torch_file(size))->content();
  CHECK(value->kind() == ValueKind::tuple);
  CHECK(value->item(1)->as_integer() == 3);
  CHECK(contains(saved(value), size));
  CHECK(contains(saved(Value::list({value, value})), "Rq\4h\4e."));
}

}  // namespace duramen::test
