// Mutations of a zip of stored members that keep its structure true: a member's content, its name,
// which members there are, the pickle's opcodes. Offsets, sizes and CRC-32s are made anew, so that
// the mutants reach the unpickler instead of failing at the door. Streams of pickles with storages
// behind them have their opcodes and their data mutated apart. One in eight is mutated blindly.
#include <zlib.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <vector>

extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t max_size);

namespace duramen::fuzz {
namespace {

using Random = std::minstd_rand;

struct Member {
  std::string name;
  std::string content;
};

std::string little(uint64_t value, size_t bytes) {
  std::string out;
  for (size_t i = 0; i < bytes; ++i, value >>= 8) out += static_cast<char>(value & 0xff);
  return out;
}

uint64_t number_at(std::string_view bytes, size_t offset, size_t count) {
  uint64_t value = 0;
  for (size_t i = 0; i < count && offset + i < bytes.size(); ++i) {
    value |= static_cast<uint64_t>(static_cast<unsigned char>(bytes[offset + i])) << (8 * i);
  }
  return value;
}

// The members that the central directory names, as far as they make sense.
std::vector<Member> members_of(std::string_view zip) {
  std::vector<Member> members;
  size_t at = zip.find("PK\1\2");
  while (at != std::string_view::npos && at + 46 <= zip.size() && members.size() < 64) {
    const size_t name_length = number_at(zip, at + 28, 2);
    const size_t skipped = number_at(zip, at + 30, 2) + number_at(zip, at + 32, 2);
    const size_t local = number_at(zip, at + 42, 4);
    const size_t size = number_at(zip, at + 20, 4);
    const size_t content =
        local + 30 + number_at(zip, local + 26, 2) + number_at(zip, local + 28, 2);
    if (content > zip.size() || size > zip.size() - content) break;
    members.push_back(
        {std::string(zip.substr(at + 46, name_length)), std::string(zip.substr(content, size))});
    at += 46 + name_length + skipped;
    if (zip.substr(std::min(at, zip.size()), 4) != std::string_view("PK\1\2")) break;
  }
  return members;
}

std::string zip_of(const std::vector<Member>& members) {
  std::string out;
  std::string directory;
  for (const Member& member : members) {
    const auto* bytes = reinterpret_cast<const Bytef*>(member.content.data());
    const uint64_t crc = ::crc32(0, bytes, static_cast<uInt>(member.content.size()));
    const std::string facts = little(0, 8) + little(crc, 4) + little(member.content.size(), 4) +
                              little(member.content.size(), 4) + little(member.name.size(), 2);
    const size_t header = out.size();
    const size_t padding = (64 - (header + 30 + member.name.size()) % 64) % 64;
    const std::string extra =
        padding < 4 ? std::string() : "FB" + little(padding - 4, 2) + std::string(padding - 4, 'Z');
    out += "PK\3\4" + little(0, 2) + facts + little(extra.size(), 2) + member.name + extra;
    out += member.content;
    directory += "PK\1\2" + little(0, 4) + facts + little(0, 12) + little(header, 4) + member.name;
  }
  const size_t start = out.size();
  out += directory + "PK\5\6" + little(0, 4) + little(members.size(), 2) +
         little(members.size(), 2) + little(directory.size(), 4) + little(start, 4) + little(0, 2);
  return out;
}

void mutate_bytes(std::string& content, size_t most) {
  const size_t size = content.size();
  content.resize(std::max(size, most));
  content.resize(
      LLVMFuzzerMutate(reinterpret_cast<uint8_t*>(content.data()), size, content.size()));
}

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

void mutate_opcodes(std::string& pickle, Random& random) {
  std::vector<std::string> opcodes = opcodes_of(pickle);
  if (opcodes.empty()) return;
  const size_t rounds = 1 + random() % 3;
  for (size_t i = 0; i < rounds && !opcodes.empty(); ++i) {
    const size_t at = random() % opcodes.size();
    const size_t other = random() % opcodes.size();
    const auto place = opcodes.begin() + static_cast<std::ptrdiff_t>(at);
    switch (random() % 6) {
      case 5:
        opcodes[at] = random_name(random);
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

bool is_pickle(const Member& member) { return member.name.ends_with("data.pkl"); }

void mutate_members(std::vector<Member>& members, size_t room, Random& random) {
  const size_t at = random() % members.size();
  const size_t most = members[at].content.size() + room;
  const auto place = members.begin() + static_cast<std::ptrdiff_t>(at);
  switch (random() % 10) {
    case 0:
      members.erase(place);
      break;
    case 1:
      members.insert(place, Member(members[random() % members.size()]));
      break;
    case 2:
      std::swap(members[at], members[random() % members.size()]);
      break;
    case 3:
      mutate_bytes(members[at].name, members[at].name.size() + 4);
      break;
    case 4:
      mutate_bytes(members[at].content, most);
      break;
    default:
      if (std::none_of(members.begin(), members.end(), is_pickle)) {
        mutate_bytes(members[at].content, most);
      }
      for (Member& member : members) {
        if (!is_pickle(member)) continue;
        if (random() % 3 == 0) {
          mutate_bytes(member.content, member.content.size() + room);
        } else {
          mutate_opcodes(member.content, random);
        }
      }
  }
}

}  // namespace
}  // namespace duramen::fuzz

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size,
                                          unsigned seed) {
  duramen::fuzz::Random random(seed);
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  std::vector<duramen::fuzz::Member> members = duramen::fuzz::members_of(bytes);
  const bool is_stream = duramen::fuzz::is_stream(bytes);
  if ((members.empty() && !is_stream) || random() % 8 == 0) {
    return LLVMFuzzerMutate(data, size, max_size);
  }
  std::string made;
  if (is_stream) {
    made = duramen::fuzz::mutate_stream(bytes, random);
  } else {
    duramen::fuzz::mutate_members(members, 64, random);
    made = duramen::fuzz::zip_of(members);
  }
  if (made.size() > max_size) return LLVMFuzzerMutate(data, size, max_size);
  std::memcpy(data, made.data(), made.size());
  return made.size();
}
