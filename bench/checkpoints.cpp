// Checkpoints as people have them, in the folder that vs_files.py fills and DURAMEN_BENCH_FOLDER
// names: opened, read, verified, saved, converted; and the same bytes by the system's own calls. A
// row whose file is missing says so.
#include <fcntl.h>
#include <unistd.h>

#include <cstring>

#include "rows.hpp"

namespace bench {
namespace {

constexpr size_t kPage = 4096;
constexpr size_t kPiece = size_t{1} << 20;

std::string path_of(const std::string& name) {
  const char* folder = std::getenv("DURAMEN_BENCH_FOLDER");
  return folder ? std::string(folder) + "/" + name : "";
}

bool is_there(benchmark::State& state, const std::string& path) {
  if (!path.empty() && ::access(path.c_str(), R_OK) == 0) return true;
  state.SkipWithError("DURAMEN_BENCH_FOLDER has no such file");
  return false;
}

Checkpoint open_file(duramen_context* context, const std::string& path, uint64_t flags = 0) {
  duramen_open_options options = {};
  options.struct_size = sizeof options;
  options.flags = flags;
  return made<Checkpoint>(duramen_checkpoint_open, context, path.c_str(), SIZE_MAX, &options);
}

// An open file with its tensors.
struct Opened {
  Context context = make_context();
  Checkpoint file;
  StateDict dict;
  Listing listing;

  explicit Opened(const std::string& path, uint64_t flags = 0)
      : file(open_file(context.get(), path, flags)),
        dict(made<StateDict>(duramen_checkpoint_state_dict, context.get(), file.get(), nullptr,
                             size_t{0})),
        listing(made<Listing>(duramen_state_dict_list, dict.get(), nullptr)) {}

  template <class Body>
  void each(const Body& body) const {
    size_t count = 0, stride = 0;
    const auto* first =
        reinterpret_cast<const char*>(duramen_listing_entries(listing.get(), &count, &stride));
    for (size_t i = 0; i < count; ++i) {
      const auto& entry = *reinterpret_cast<const duramen_entry*>(first + i * stride);
      const void* data = nullptr;
      done(duramen_tensor_data_const, entry.tensor, &data);
      body(entry, static_cast<const char*>(data));
    }
  }
  uint64_t nbytes() const {
    uint64_t sum = 0;
    each([&](const duramen_entry& entry, const char*) { sum += entry.nbytes; });
    return sum;
  }
};

void count_bytes(benchmark::State& state, uint64_t nbytes) {
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(nbytes));
}

// Until every name and tensor is there and listed.
void run_open(benchmark::State& state, const std::string& name) {
  const std::string path = path_of(name);
  if (!is_there(state, path)) return;
  for (auto _ : state) benchmark::DoNotOptimize(Opened(path));
}

// Until every entry is listed; no tensor is made.
void run_list(benchmark::State& state, const std::string& name) {
  const std::string path = path_of(name);
  if (!is_there(state, path)) return;
  for (auto _ : state) {
    const Context context = make_context();
    const Checkpoint file = open_file(context.get(), path);
    const duramen_file_entry* first = nullptr;
    size_t count = 0, stride = 0;
    done(duramen_checkpoint_entries, file.get(), &first, &count, &stride);
    benchmark::DoNotOptimize(first);
  }
}

// Every tensor into memory that is there and touched already.
void run_read(benchmark::State& state, const std::string& name, bool by_memcpy) {
  const std::string path = path_of(name);
  if (!is_there(state, path)) return;
  const Opened opened(path);
  std::vector<std::vector<char>> buffers;
  opened.each([&](const duramen_entry& entry, const char* data) {
    buffers.emplace_back(data, data + entry.nbytes);
  });
  for (auto _ : state) {
    size_t next = 0;
    opened.each([&](const duramen_entry& entry, const char* data) {
      std::vector<char>& buffer = buffers[next++];
      if (by_memcpy) {
        std::memcpy(buffer.data(), data, buffer.size());
      } else {
        done(duramen_tensor_read, opened.context.get(), entry.tensor, entry.dtype, buffer.data(),
             buffer.size());
      }
    });
    benchmark::ClobberMemory();
  }
  count_bytes(state, opened.nbytes());
}

// Opened anew, and a byte of every page read where it lies.
void run_touch(benchmark::State& state, const std::string& name) {
  const std::string path = path_of(name);
  if (!is_there(state, path)) return;
  uint64_t nbytes = 0;
  for (auto _ : state) {
    const Opened opened(path);
    unsigned sum = 0;
    opened.each([&](const duramen_entry& entry, const char* data) {
      for (uint64_t at = 0; at < entry.nbytes; at += kPage)
        sum += static_cast<unsigned char>(data[at]);
    });
    benchmark::DoNotOptimize(sum);
    nbytes = opened.nbytes();
  }
  count_bytes(state, nbytes);
}

void run_verify(benchmark::State& state, const std::string& name) {
  const std::string path = path_of(name);
  if (!is_there(state, path)) return;
  uint64_t nbytes = 0;
  for (auto _ : state) nbytes = Opened(path, DURAMEN_OPEN_VERIFY).nbytes();
  count_bytes(state, nbytes);
}

void save(duramen_context* context, const duramen_state_dict* dict, const std::string& path,
          int32_t durability) {
  duramen_save_options options = {};
  options.struct_size = sizeof options;
  options.durability = durability;
  done(duramen_state_dict_save, context, dict, path.c_str(), SIZE_MAX, &options);
}

// Tensors in memory into a new file.
void run_save(benchmark::State& state, const std::string& ending, int32_t durability) {
  const std::string path = path_of("gpt2.safetensors");
  if (!is_there(state, path)) return;
  const Opened opened(path);
  const StateDict copy =
      made<StateDict>(duramen_state_dict_snapshot, opened.context.get(), opened.dict.get());
  const std::string target = path_of("saved" + ending);
  for (auto _ : state) {
    save(opened.context.get(), copy.get(), target, durability);
    state.PauseTiming();
    ::unlink(target.c_str());
    state.ResumeTiming();
  }
  count_bytes(state, opened.nbytes());
}

void write_all(int descriptor, const char* data, size_t nbytes) {
  while (nbytes > 0) {
    const ssize_t count = ::write(descriptor, data, nbytes);
    if (count < 0) std::abort();
    data += count;
    nbytes -= static_cast<size_t>(count);
  }
}

// The same bytes by the system's calls alone.
void run_raw_write(benchmark::State& state, bool durable) {
  const std::string path = path_of("gpt2.safetensors");
  if (!is_there(state, path)) return;
  const Opened opened(path);
  const std::vector<char> bytes(opened.nbytes(), 1);
  const std::string target = path_of("raw");
  for (auto _ : state) {
    const int file = ::open(target.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0666);
    write_all(file, bytes.data(), bytes.size());
    if (durable) ::fdatasync(file);
    ::close(file);
    state.PauseTiming();
    ::unlink(target.c_str());
    state.ResumeTiming();
  }
  count_bytes(state, bytes.size());
}

void run_convert(benchmark::State& state) {
  const std::string path = path_of("gpt2.pt"), target = path_of("converted.safetensors");
  if (!is_there(state, path)) return;
  uint64_t nbytes = 0;
  for (auto _ : state) {
    const Opened opened(path);
    save(opened.context.get(), opened.dict.get(), target, DURAMEN_DURABILITY_ATOMIC);
    state.PauseTiming();
    nbytes = opened.nbytes();
    ::unlink(target.c_str());
    state.ResumeTiming();
  }
  count_bytes(state, nbytes);
}

void run_copy(benchmark::State& state) {
  const std::string path = path_of("gpt2.pt"), target = path_of("copied.pt");
  if (!is_there(state, path)) return;
  std::vector<char> piece(kPiece);
  uint64_t nbytes = 0;
  for (auto _ : state) {
    nbytes = 0;
    const int from = ::open(path.c_str(), O_RDONLY);
    const int to = ::open(target.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0666);
    for (ssize_t count; (count = ::read(from, piece.data(), piece.size())) > 0;) {
      write_all(to, piece.data(), static_cast<size_t>(count));
      nbytes += static_cast<uint64_t>(count);
    }
    ::close(from);
    ::close(to);
    state.PauseTiming();
    ::unlink(target.c_str());
    state.ResumeTiming();
  }
  count_bytes(state, nbytes);
}

template <class... Arguments>
void add(const std::string& name, Arguments... arguments) {
  benchmark::RegisterBenchmark(("File/" + name).c_str(), arguments...)->UseRealTime();
}

}  // namespace

void register_checkpoints() {
  for (const char* name : {"gpt2.safetensors", "wide.safetensors", "wide5.safetensors",
                           "wide50.safetensors", "narrow.pt", "wide.pt", "wide10.pt"}) {
    add(std::string("open/") + name, run_open, std::string(name));
    add(std::string("list/") + name, run_list, std::string(name));
  }
  add("read", run_read, std::string("gpt2.safetensors"), false);
  add("read/memcpy", run_read, std::string("gpt2.safetensors"), true);
  add("touch", run_touch, std::string("gpt2.safetensors"));
  add("verify", run_verify, std::string("gpt2.pt"));
  for (const char* ending : {".safetensors", ".pt"}) {
    add(std::string("save/durable") + ending, run_save, std::string(ending),
        DURAMEN_DURABILITY_DURABLE);
    add(std::string("save/atomic") + ending, run_save, std::string(ending),
        DURAMEN_DURABILITY_ATOMIC);
  }
  add("write/durable", run_raw_write, true);
  add("write/plain", run_raw_write, false);
  add("convert", run_convert);
  add("copy", run_copy);
}

}  // namespace bench
