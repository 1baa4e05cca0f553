// duramen doctor: what the library found on this machine, and whether it works here.
#include <sched.h>
#include <simdjson.h>
#include <unistd.h>

#include <array>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "build.hpp"
#include "json.hpp"
#include "modules.hpp"
#include "output.hpp"
#include "verbs.hpp"

namespace cli {
namespace {

struct Options {
  bool json = false;
  std::string color;
};

struct Check {
  std::string name;
  std::string problem;  // empty: passed
};

struct Machine {
  std::string simd;
  std::string blas_version;
  std::string blas_threading;
  std::string blas_config;
  std::string compiler;
  int processors = 0;
  long page_bytes = 0;
  std::string huge_pages;  // "always", "madvise", "never"; empty when unknown
};

std::string text_at(simdjson::dom::element root, const char* pointer) {
  std::string_view text;
  return root.at_pointer(pointer).get_string().get(text) ? std::string() : std::string(text);
}

// The word in brackets of "always [madvise] never".
std::string huge_pages() {
  std::ifstream file("/sys/kernel/mm/transparent_hugepage/enabled");
  std::string line;
  std::getline(file, line);
  const size_t begin = line.find('[');
  const size_t end = line.find(']');
  return begin < end && end != std::string::npos ? line.substr(begin + 1, end - begin - 1) : "";
}

int usable_processors() {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) return CPU_COUNT(&set);
  return static_cast<int>(sysconf(_SC_NPROCESSORS_ONLN));
}

Machine look_around() {
  String text;
  call(kRefused, "", [&](auto error) { return duramen_build_info(Out(text), error); });
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  if (parser.parse(text_of(text)).get(root)) throw Failure(kRefused, "doctor: unexpected JSON");
  Machine machine;
  machine.simd = text_at(root, "/simd/target");
  machine.blas_version = text_at(root, "/blas/vendor") + " " + text_at(root, "/blas/version");
  machine.blas_threading = text_at(root, "/blas/threading");
  machine.blas_config = text_at(root, "/blas/config");
  machine.compiler = text_at(root, "/compiler");
  machine.processors = usable_processors();
  machine.page_bytes = sysconf(_SC_PAGESIZE);
  machine.huge_pages = huge_pages();
  return machine;
}

// With the processors' own word where Highway has another.
std::string vectors_text(const std::string& simd) {
  return simd.starts_with("AVX3") ? "AVX-512 (" + simd + ")" : simd;
}

// What the flavour of BLAS means for products here.
std::string meaning_of(const std::string& threading) {
  if (threading == "openmp") return "each thread of a context computes parts of a product itself";
  if (threading == "serial") {
    return "large products run on the library's own kernels: this flavour must not be called by "
           "two threads at once";
  }
  return "it gets whole products and runs them on as many threads as the host configured "
         "(OPENBLAS_NUM_THREADS); contexts cannot limit it";
}

// The difference of a large product from one computed here, in double.
std::string check_product() {
  constexpr int64_t kSize = 200;
  const Context context = create_context({});
  std::array<Tensor, 3> tensors;
  const std::array<int64_t, 2> shape = {kSize, kSize};
  std::array<const float*, 3> data = {};
  for (size_t i = 0; i < 2; ++i) {
    call(kRefused, "", [&](auto error) {
      return duramen_tensor_empty(context.get(), DURAMEN_DTYPE_FLOAT32, shape.data(), 2,
                                  Out(tensors[i]), error);
    });
    call(kRefused, "", [&](auto error) {
      return duramen_tensor_fill_uniform(context.get(), tensors[i].get(), -1, 1, error);
    });
  }
  call(kRefused, "", [&](auto error) {
    return duramen_matmul(context.get(), tensors[0].get(), tensors[1].get(), Out(tensors[2]),
                          error);
  });
  for (size_t i = 0; i < 3; ++i) {
    const void* pointer = nullptr;
    call(kRefused, "",
         [&](auto error) { return duramen_tensor_data_const(tensors[i].get(), &pointer, error); });
    data[i] = static_cast<const float*>(pointer);
  }
  for (int64_t i = 0; i < kSize * kSize; ++i) {
    double exact = 0;
    for (int64_t k = 0; k < kSize; ++k) {
      exact += double{data[0][i / kSize * kSize + k]} * double{data[1][k * kSize + i % kSize]};
    }
    if (!(std::fabs(exact - double{data[2][i]}) < 1e-4)) return "a product is wrong";
  }
  return {};
}

// A folder that goes away with all that is in it.
class Folder {
 public:
  Folder() : path_((std::filesystem::temp_directory_path() / "duramen-XXXXXX").string()) {
    if (!mkdtemp(path_.data())) throw Failure(kRefused, path_ + ": " + std::strerror(errno));
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  std::string file(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

// A module saved and loaded again, in both formats.
std::string check_files() {
  const Folder folder;
  for (const char* name : {"a.safetensors", "a.pt"}) {
    BuildOptions options;
    options.text = "Sequential(Linear(4, 3), BatchNorm1d(3))";
    const Built built = build(options);
    const StateDict dict = state_of(built.module.get());
    const std::string path = folder.file(name);
    call(kRefused, path, [&](auto error) {
      return duramen_state_dict_save(built.context.get(), dict.get(), path.data(), path.size(),
                                     nullptr, error);
    });
    Checkpoint checkpoint;
    call(kRefused, path, [&](auto error) {
      return duramen_checkpoint_open(built.context.get(), path.data(), path.size(), nullptr,
                                     Out(checkpoint), error);
    });
    StateDict again;
    call(kRefused, path, [&](auto error) {
      return duramen_checkpoint_state_dict(built.context.get(), checkpoint.get(), nullptr, 0,
                                           Out(again), error);
    });
    call(kRefused, path, [&](auto error) {
      return duramen_module_load_state_dict(built.context.get(), built.module.get(), again.get(),
                                            nullptr, nullptr, error);
    });
  }
  return {};
}

std::string check_library() {
  duramen_error* raw = nullptr;
  const duramen_status status = duramen_check_compat(DURAMEN_API_LEVEL, DURAMEN_ABI_EPOCH, &raw);
  const Error error(raw);
  return status == DURAMEN_OK ? "" : duramen_error_message(error.get(), nullptr);
}

std::vector<Check> run_checks() {
  struct Row {
    const char* name;
    std::string (*run)();
  };
  static constexpr Row kRows[] = {{"library fits the tool", check_library},
                                  {"matrix product", check_product},
                                  {"save and load", check_files}};
  std::vector<Check> checks;
  for (const Row& row : kRows) {
    try {
      checks.push_back({row.name, row.run()});
    } catch (const std::exception& error) {
      checks.push_back({row.name, error.what()});
    }
  }
  return checks;
}

std::string environment(const char* name) {
  const char* text = std::getenv(name);
  return text ? text : "";
}
constexpr const char* kVariables[] = {"OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"};

std::string to_json(const Machine& machine, const std::vector<Check>& checks) {
  Json json;
  json.begin_object().key("version").text(duramen_version_string());
  json.key("api_level").integer(duramen_api_level());
  json.key("abi_epoch").integer(duramen_abi_epoch());
  json.key("compiler").text(machine.compiler).key("simd").text(machine.simd);
  json.key("blas").begin_object().key("version").text(machine.blas_version);
  json.key("threading").text(machine.blas_threading);
  json.key("meaning").text(meaning_of(machine.blas_threading));
  json.key("config").text(machine.blas_config).end_object();
  json.key("processors").integer(machine.processors);
  json.key("page_bytes").integer(machine.page_bytes);
  json.key("huge_pages").text(machine.huge_pages);
  json.key("environment").begin_object();
  for (const char* name : kVariables) json.key(name).text(environment(name));
  json.end_object().key("checks").begin_array();
  for (const Check& check : checks) {
    json.begin_object().key("name").text(check.name).key("ok").boolean(check.problem.empty());
    json.key("problem").text(check.problem).end_object();
  }
  return json.end_array().end_object().str() + "\n";
}

std::string to_text(const Machine& machine, const std::vector<Check>& checks,
                    const Palette& palette) {
  constexpr size_t kColumn = 24;
  std::string out;
  const auto line = [&](const std::string& name, const std::string& text) {
    out += palette.bold(name) + std::string(kColumn - name.size(), ' ') + text + "\n";
  };
  line("duramen", std::string(duramen_version_string()) + ", API level " +
                      std::to_string(duramen_api_level()) + ", ABI epoch " +
                      std::to_string(duramen_abi_epoch()));
  line("compiler", printable(machine.compiler));
  line("vector instructions", vectors_text(machine.simd));
  line("BLAS", machine.blas_version + ", " + machine.blas_threading);
  line("", meaning_of(machine.blas_threading));
  line("processors", std::to_string(machine.processors));
  line("page size", std::to_string(machine.page_bytes) + " bytes");
  line("huge pages", machine.huge_pages.empty() ? "unknown" : machine.huge_pages);
  for (const char* name : kVariables) {
    if (!environment(name).empty()) line(name, printable(environment(name)));
  }
  for (const Check& check : checks) {
    line(check.name, check.problem.empty() ? palette.good("ok")
                                           : palette.bad("failed: " + printable(check.problem)));
  }
  return out;
}

ExitCode run(const Options& options) {
  const Machine machine = look_around();
  const std::vector<Check> checks = run_checks();
  print(options.json ? to_json(machine, checks) : to_text(machine, checks, Palette(options.color)));
  for (const Check& check : checks) {
    if (!check.problem.empty()) return kDiffers;
  }
  return kOk;
}

}  // namespace

void add_doctor(CLI::App& app, ExitCode& code) {
  auto options = std::make_shared<Options>();
  CLI::App* verb = app.add_subcommand(
      "doctor", "Show what the library found on this machine, and check that it works here");
  verb->add_flag("--json", options->json, "Print JSON");
  add_color_option(*verb, options->color);
  verb->footer(
      "Exit code 1: a check failed.\n"
      "\n"
      "Examples:\n"
      "  duramen doctor\n"
      "  duramen doctor --json");
  verb->callback([options, &code] { code = run(*options); });
}

}  // namespace cli
