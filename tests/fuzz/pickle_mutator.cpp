// Mutations of pickles by their opcodes, and of streams of pickles with storages behind them.
#include <algorithm>
#include <cstring>
#include <iterator>
#include <vector>

#include "fuzz/mutation.hpp"
#include "fuzz/zip_members.hpp"

extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t max_size);

namespace duramen::fuzz {
namespace {

// The length of the opcode's argument that stands at `at`, in all protocols.
size_t argument_length(std::string_view pickle, size_t at) {
  const char opcode = pickle[at];
  if (opcode != 0 && std::strchr("ILFSVgpP", opcode) != nullptr) {
    const size_t end = pickle.find('\n', at);
    return end == std::string_view::npos ? 0 : end - at;
  }
  if (opcode == 'c' || opcode == 'i') {
    const size_t first = pickle.find('\n', at);
    const size_t second = first == std::string_view::npos ? first : pickle.find('\n', first + 1);
    return second == std::string_view::npos ? 0 : second - at;
  }
  if (opcode == 'X' || opcode == 'B' || opcode == 'T' || opcode == '\x8b') {
    return 4 + number_at(pickle, at + 1, 4);
  }
  if (opcode == '\x8d' || opcode == '\x8e' || opcode == '\x96') {
    return 8 + std::min<uint64_t>(number_at(pickle, at + 1, 8), pickle.size());
  }
  if (opcode == '\x8c' || opcode == 'U' || opcode == 'C' || opcode == '\x8a') {
    return 1 + number_at(pickle, at + 1, 1);
  }
  if (std::strchr("Khq\x80", opcode) != nullptr && opcode != 0) return 1;
  if (opcode == 'M') return 2;
  if (opcode == 'J' || opcode == 'r' || opcode == 'j') return 4;
  if (opcode == 'G' || opcode == '\x95') return 8;
  return 0;
}

std::vector<std::string> opcodes_of(std::string_view pickle) {
  std::vector<std::string> opcodes;
  for (size_t at = 0; at < pickle.size();) {
    const size_t length = std::min(1 + argument_length(pickle, at), pickle.size() - at);
    opcodes.emplace_back(pickle.substr(at, length));
    at += length;
  }
  return opcodes;
}

std::string random_opcode(Random& random) {
  static constexpr std::string_view kPlain =
      "()]}.)NRQbtsuealdo012\x85\x86\x87\x88\x89\x81\x8f\x90\x91\x92\x93\x94";
  const unsigned choice = random() % 8;
  if (choice == 0) return "K" + little(random(), 1);
  if (choice == 1) return "J" + little(random(), 4);
  if (choice == 2) return "h" + little(random() % 16, 1);
  if (choice == 3) return "q" + little(random() % 16, 1);
  return std::string(1, kPlain[random() % kPlain.size()]);
}

// A name that readers know, with one of its two parts as often wrong.
std::string random_name(Random& random) {
  static constexpr std::string_view kModules[] = {
      "torch._utils",  "collections", "torch", "_codecs",
      "torch._tensor", "builtins",    "numpy", "os"};
  static constexpr std::string_view kNames[] = {"_rebuild_tensor",
                                                "_rebuild_tensor_v2",
                                                "_rebuild_tensor_v3",
                                                "_rebuild_parameter",
                                                "_rebuild_qtensor",
                                                "_rebuild_from_type_v2",
                                                "OrderedDict",
                                                "defaultdict",
                                                "Counter",
                                                "Size",
                                                "FloatStorage",
                                                "BoolStorage",
                                                "UntypedStorage",
                                                "QUInt4x2Storage",
                                                "float64",
                                                "encode",
                                                "set",
                                                "complex",
                                                "bytearray",
                                                "dtype"};
  return std::string("c").append(kModules[random() % std::size(kModules)]) + "\n" +
         std::string(kNames[random() % std::size(kNames)]) + "\n";
}

// The same of the metadata of distributed checkpoints.
std::string random_distributed(Random& random) {
  static constexpr std::string_view kNames[] = {
      "torch.distributed.checkpoint.metadata\nMetadata",
      "torch.distributed.checkpoint.metadata\nMetadataIndex",
      "torch.distributed.checkpoint.metadata\nTensorStorageMetadata",
      "torch.distributed.checkpoint.metadata\nBytesStorageMetadata",
      "torch.distributed.checkpoint.metadata\nChunkStorageMetadata",
      "torch.distributed.checkpoint.metadata\nTensorProperties",
      "torch.distributed.checkpoint.filesystem\n_StorageInfo",
      "torch\nSize",
      "torch\nfloat32",
      "torch\nint8",
      "torch\ncomplex128",
      "torch\nQUInt4x2Storage"};
  return "c" + std::string(kNames[random() % std::size(kNames)]) + "\n";
}

// Where the data of a stream begins: behind its five pickles.
size_t end_of_pickles(std::string_view stream) {
  size_t pickles = 0;
  for (size_t at = 0; at < stream.size();) {
    const bool stops = stream[at] == '.';
    at += 1 + argument_length(stream, at);
    pickles += stops ? 1 : 0;
    if (pickles == 5) return std::min(at, stream.size());
  }
  return stream.size();
}

}  // namespace

void mutate_bytes(std::string& content, size_t most) {
  const size_t size = content.size();
  content.resize(std::max(size, most));
  content.resize(
      LLVMFuzzerMutate(reinterpret_cast<uint8_t*>(content.data()), size, content.size()));
}

void mutate_opcodes(std::string& pickle, Random& random) {
  const bool is_distributed = pickle.find("torch.distributed.") != std::string::npos;
  std::vector<std::string> opcodes = opcodes_of(pickle);
  if (opcodes.empty()) return;
  const size_t rounds = 1 + random() % 3;
  for (size_t i = 0; i < rounds && !opcodes.empty(); ++i) {
    const size_t at = random() % opcodes.size();
    const size_t other = random() % opcodes.size();
    const auto place = opcodes.begin() + static_cast<std::ptrdiff_t>(at);
    switch (random() % 6) {
      case 5:
        opcodes[at] = is_distributed ? random_distributed(random) : random_name(random);
        break;
      case 0:
        opcodes.erase(place);
        break;
      case 1:
        opcodes.insert(place, std::string(opcodes[other]));
        break;
      case 2:
        std::swap(opcodes[at], opcodes[other]);
        break;
      case 3:
        opcodes.insert(place, random_opcode(random));
        break;
      default:
        mutate_bytes(opcodes[at], opcodes[at].size());
        break;
    }
  }
  pickle.clear();
  for (const std::string& opcode : opcodes) pickle += opcode;
}

std::string mutate_stream(std::string_view stream, Random& random) {
  const size_t end = end_of_pickles(stream);
  std::string pickles(stream.substr(0, end));
  std::string data(stream.substr(end));
  if (random() % 4 != 0) mutate_opcodes(pickles, random);
  if (random() % 4 == 0) mutate_bytes(data, data.size() + 16);
  return pickles + data;
}

bool is_stream(std::string_view bytes) {
  return bytes.starts_with("\x80\2\x8a\x0a") || bytes.starts_with("L119547037146038801333356L\n");
}

}  // namespace duramen::fuzz
