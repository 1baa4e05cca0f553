#include <cstdlib>
#include <cstring>
#include <duramen/duramen.hpp>

#include "support/catch.hpp"

using namespace duramen;

namespace {

std::string scratch(const std::string& name) {
  const char* folder = std::getenv("DURAMEN_TEST_SCRATCH");
  return std::string(folder ? folder : "/tmp") + "/" + name;
}

StateDict new_dict(const Context& context) {
  const StateDict dict = StateDict::create();
  dict.set("a", Tensor::copy(context, std::vector<float>{1, 2, 3}));
  dict.set("b", Tensor::copy(context, std::vector<double>{4, 5}));
  return dict;
}

}  // namespace

TEST_CASE("a file in memory is read in place, by a callback and given out in pieces", "[cxx]") {
  const Context context;
  const StateDict dict = new_dict(context);
  const auto bytes = std::make_shared<std::string>();
  write_to(context, dict, DURAMEN_FORMAT_SAFETENSORS, [&](const void* data, size_t nbytes) {
    bytes->append(static_cast<const char*>(data), nbytes);
  });
  const Value whole = to_bytes(context, dict, DURAMEN_FORMAT_SAFETENSORS);
  size_t count = 0;
  const void* first = duramen_value_bytes(whole.get(), &count);
  CHECK(std::string(static_cast<const char*>(first), count) == *bytes);
  const Checkpoint viewed = view_checkpoint(context, bytes->data(), bytes->size(), bytes);
  CHECK(viewed.state_dict(context).diff(context, dict).empty());
  const Checkpoint read =
      open_checkpoint(context, bytes->size(), [&](uint64_t offset, void* buffer, size_t nbytes) {
        std::memcpy(buffer, bytes->data() + offset, nbytes);
      });
  CHECK(read.state_dict(context).diff(context, dict).empty());
  CHECK(bytes.use_count() > 1);
  const auto fails = [](const void*, size_t) { throw std::runtime_error("full"); };
  CHECK_THROWS_WITH(write_to(context, dict, DURAMEN_FORMAT_TORCH, fails), Catch::Contains("full"));
}

TEST_CASE("a checkpoint is written tensor by tensor", "[cxx]") {
  const Context context;
  const StateDict dict = new_dict(context);
  const std::string path = scratch("cxx_stream.safetensors");
  const TensorStream stream = TensorStream::create(path);
  stream.declare("a", Dtype::float32, {3});
  stream.declare("b", Dtype::float64, {2});
  stream.set_metadata("k", "v");
  stream.write(context, "b", dict.tensor("b"));
  CHECK_THROWS_AS(stream.finish(context), StateError);
  stream.write(context, "a", dict.tensor("a"));
  stream.finish(context);
  CHECK(load(context, path).diff(context, dict).empty());
  CHECK_FALSE(set_file_metadata(context, path, "k", "w"));
  CHECK_FALSE(edit_file_metadata(context, path, Value::dict({{"k", Value::none()}, {"n", "1"}})));
  CHECK(load(context, path).diff(context, dict).empty());
}
