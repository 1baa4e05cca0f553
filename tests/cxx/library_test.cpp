// What the library says of itself and of failures; contexts with a log and with progress; files
// with limits.
#include <cstdlib>
#include <duramen/duramen.hpp>

#include "support/catch.hpp"

using namespace duramen;

namespace {

std::string scratch(const std::string& name) {
  const char* folder = std::getenv("DURAMEN_TEST_SCRATCH");
  return std::string(folder ? folder : "/tmp") + "/" + name;
}

template <class Call>
Error failure(Call call) {
  try {
    call();
  } catch (const Error& error) {
    return error;
  }
  return Error(DURAMEN_OK, nullptr);
}

}  // namespace

TEST_CASE("the library describes itself", "[cxx]") {
  const Context context(/*seed=*/7);
  check_compat();
  CHECK(version() == duramen_version_string());
  CHECK(api_level() >= DURAMEN_API_LEVEL);
  CHECK(has_feature("safetensors"));
  CHECK(!has_feature("time_travel"));
  CHECK(build_info().find("\"compiler\"") != std::string::npos);
  CHECK(registry().find("\"LayerNorm\"") != std::string::npos);
  CHECK(!context.blas_info().empty());
  CHECK(dtype_from_name("torch.half") == Dtype::float16);
  CHECK(bits(Dtype::complex32) == 32);
  CHECK(pattern_match("a.*|b.**", "b.c.d"));
  CHECK(!pattern_match("a.*", "b"));
}

TEST_CASE("a failure has a status, details and a cause", "[cxx]") {
  const Context context;
  const Error error = failure([&] { Module::from_text(context, "Linera(2, 3)"); });
  CHECK(error.status_name() == "UNSUPPORTED");
  CHECK(error.detail("nearest") == "Linear");
  CHECK(error.function() == "duramen_module_from_text");
  const auto details = error.details();
  CHECK(std::any_of(details.begin(), details.end(),
                    [](const auto& one) { return one.first == "column"; }));
  CHECK(!error.cause());
  CHECK(!load_report(error));

  const auto model = Module::from_text(context, "Linear(2, 3)");
  const auto other = Module::from_text(context, "Linear(4, 3, bias=False)");
  const Error misfit = failure([&] { model.load_state_dict(context, other.state_dict()); });
  CHECK(misfit.torch_error() == "RuntimeError");
  const LoadReportRef report = load_report(misfit);
  REQUIRE(report.count(DURAMEN_LOAD_ITEM_SHAPE_MISMATCH) == 1);
  for (size_t i = 0; i < report.count(); ++i) {
    if (report.kind(i) != DURAMEN_LOAD_ITEM_SHAPE_MISMATCH) continue;
    CHECK(report.expected_shape(i)[1] == 2);
    CHECK(report.actual_shape(i)[1] == 4);
    CHECK(report.expected_dtype(i) == Dtype::float32);
    CHECK(report.actual_dtype(i) == Dtype::float32);
    CHECK(report.text(i).find("size mismatch for weight") != std::string_view::npos);
  }
  CHECK(report.torch_message().find("Missing key(s) in state_dict: \"bias\"") != std::string::npos);
  CHECK(report.suggestion_count() == 0);
}

TEST_CASE("what a log throws stops nothing", "[cxx]") {
  const Context context;
  int told = 0;
  context.set_log([&](int32_t, std::string_view) {
    ++told;
    throw std::runtime_error("the disk is full");
  });
  const auto dict = StateDict::create();
  const Tensor numbers = Tensor::full(context, {2, 2}, 3.0);
  dict.set("0.weight", apply("to(dtype=complex64)", context, {numbers}));
  dict.set("1.weight", numbers);
  const Module module =
      Module::from_text(context, "Sequential(Linear(2, 2, bias=False), Linear(2, 2, bias=False))");
  CHECK_NOTHROW(module.load_state_dict(context, dict));
  CHECK(told == 1);
  CHECK(module.parameter("0.weight").to_vector<float>(context) == std::vector<float>(4, 3.0F));
  CHECK(module.parameter("1.weight").to_vector<float>(context) == std::vector<float>(4, 3.0F));
}

TEST_CASE("a context tells its log, its progress and its memory", "[cxx]") {
  const Context context(/*seed=*/7);
  CHECK(context.initial_seed() == 7);
  const auto state = context.generator_state();
  CHECK(state.size() == 5056);
  const Tensor first = Tensor::empty(context, {4});
  first.fill_uniform(context);
  context.set_generator_state(state);
  const Tensor again = Tensor::empty(context, {4});
  again.fill_uniform(context);
  CHECK(first.to_vector<float>(context) == again.to_vector<float>(context));
  again.fill_normal(context, 5, 0);
  CHECK(again.item({2}) == 5);
  CHECK(context.memory().bytes_in_use >= 32);

  std::vector<std::string> told;
  context.set_log([&](int32_t, std::string_view message) { told.emplace_back(message); });
  const auto complex = Value::complex(1, -2);
  CHECK((complex.as_float() == 1 && complex.imag() == -2));
  const Tensor numbers = apply("to(dtype=complex64)", context, {first});
  const auto dict = StateDict::create();
  dict.set("weight", TensorRef(reshape(context, numbers, {2, 2})));
  Module::from_text(context, "Linear(2, 2, bias=False)").load_state_dict(context, dict);
  CHECK(told.size() == 1);
  context.set_log({});

  uint64_t largest = 0;
  context.set_progress([&](std::string_view operation, uint64_t done, uint64_t total) {
    CHECK(!operation.empty());
    if (done > total) throw std::runtime_error("too much");
    largest = std::max(largest, done);
  });
  const Module model = nn::Linear(context, 600, 600);
  model.state_dict().save(context, scratch("cxx_progress.safetensors"));
  CHECK(largest > 0);
  context.set_progress(
      [](std::string_view, uint64_t, uint64_t) { throw std::runtime_error("enough"); });
  const Error stopped =
      failure([&] { model.state_dict().save(context, scratch("cxx_progress.safetensors")); });
  CHECK(stopped.status() == kForeignException);
  CHECK(stopped.what() == std::string("enough"));
  context.set_progress({});
}

TEST_CASE("files are opened with limits, saved with options and read tensor by tensor", "[cxx]") {
  const Context context;
  const Module model = nn::Sequential(context, {{"head", nn::Linear(context, 4, 3)}});
  const StateDict state = model.state_dict();
  const std::string path = scratch("cxx_files.pt");
  SaveOptions how;
  how.durability = DURAMEN_DURABILITY_ATOMIC;
  state.save(context, path, how);
  OpenOptions small;
  small.limits.max_tensor_bytes = 16;
  CHECK_THROWS_AS(Checkpoint::open(context, path, small), LimitReached);
  OpenOptions careful;
  careful.verify = careful.read = true;
  const auto file = Checkpoint::open(context, path, careful);
  CHECK(file.property("byteorder") == "little");
  const Tensor row =
      select(context, slice(context, file.tensor(context, "head.weight"), 0, 1, 2), 0, 0);
  CHECK(row.to_vector<float>(context) ==
        select(context, model.parameter("head.weight"), 0, 1).to_vector<float>(context));
  CHECK_THROWS_AS(file.tensor(context, "head.wieght"), NotFound);
  std::vector<std::string_view> names;
  for (const duramen_file_entry& entry : file.entries()) {
    names.emplace_back(entry.name, entry.name_length);
    CHECK(entry.dtype == DURAMEN_DTYPE_FLOAT32);
  }
  CHECK(names == std::vector<std::string_view>{"head.weight", "head.bias"});
  CHECK(file.metadata("none").empty());
  CHECK(file.metadata_keys().size() == 0);

  const Value content = Value::ordered_dict({{"epoch", 3}, {"state", state.to_value()}});
  duramen::save(context, content, path);
  CHECK(load(context, path, "state").diff(context, state).empty());
  CHECK(StateDict::from_value(content, "state").size() == 2);
  const Value bytes = to_bytes(context, ValueRef(content));
  const auto in_memory = Checkpoint::from_memory(context, bytes.as_bytes());
  CHECK(in_memory.content().find("epoch").as_int() == 3);
  CHECK(content.class_name() == "collections.OrderedDict");
  const ValueRef attributes = content.find("state").attributes();
  CHECK(attributes.find("_metadata").size() > 0);
  const Value again = Value::ordered_dict({{"head.bias", 1}}, attributes);
  CHECK(again.attributes().get() == attributes.get());
  CHECK(StateDict::from_value(again).has_versions());
  const duramen::StringList item_names = again.item_names();
  CHECK(item_names[0] == "head.bias");
}

TEST_CASE("a state dict has versions, metadata and values", "[cxx]") {
  const Context context;
  const StateDict state = nn::BatchNorm1d(context, 2).state_dict();
  CHECK(state.has_versions());
  CHECK(state.version("") == 2);
  const StateDict copy = state.copy();
  copy.set_version("head", 5);
  copy.set_metadata("note", "a text");
  copy.set("epoch", ValueRef(Value(3)));
  CHECK(copy.version_paths().size() == 2);
  CHECK(copy.metadata("note") == "a text");
  const duramen::StringList keys = copy.metadata_keys();
  CHECK(keys[0] == "note");
  CHECK(copy.value("epoch").as_int() == 3);
  copy.remove_metadata("note");
  CHECK_THROWS_AS(copy.metadata("note"), NotFound);
  CHECK(state.size() + 1 == copy.size());
}
