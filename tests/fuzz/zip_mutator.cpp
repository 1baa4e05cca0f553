// Mutations of a zip of stored members that keep its structure true: a member's content, its name,
// which members there are, a pickle's opcodes, the tokens of JSON. Offsets, sizes and CRC-32s are
// made anew, so that the mutants reach the readers instead of failing at the door. What is no zip
// is mutated by what it is: a stream of pickles, one pickle, JSON. One in eight is mutated blindly.
#include <zlib.h>

#include <algorithm>
#include <vector>

#include "fuzz/mutation.hpp"
#include "fuzz/zip_members.hpp"

extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t max_size);

namespace duramen::fuzz {
namespace {

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
    out.append("PK\3\4").append(little(0, 2)).append(facts).append(little(extra.size(), 2));
    out.append(member.name).append(extra).append(member.content);
    directory += "PK\1\2" + little(0, 4) + facts + little(0, 12) + little(header, 4) + member.name;
  }
  const size_t start = out.size();
  out += directory + "PK\5\6" + little(0, 4) + little(members.size(), 2) +
         little(members.size(), 2) + little(directory.size(), 4) + little(start, 4) + little(0, 2);
  return out;
}

// What indexes of shards are made of, and what they must not be.
constexpr std::string_view kIndexTokens[] = {"{",
                                             "}",
                                             "[",
                                             "]",
                                             ":",
                                             ",",
                                             " ",
                                             "\"weight_map\"",
                                             "\"metadata\"",
                                             "\"total_size\"",
                                             "\"a\"",
                                             "\"b\"",
                                             "\"\\u0061\"",
                                             "\"\\ud800\"",
                                             "\"\"",
                                             "\"a.safetensors\"",
                                             "\"b.safetensors\"",
                                             "\"../a.safetensors\"",
                                             "\"model.safetensors.index.json\"",
                                             "0",
                                             "-1",
                                             "1e400",
                                             "18446744073709551616",
                                             "null",
                                             "true"};

bool is_pickle(const Member& member) {
  return member.name.ends_with("data.pkl") || member.name == ".metadata";
}
bool is_json(const Member& member) { return member.name.ends_with(".json"); }
bool has_parts(const Member& member) { return is_pickle(member) || is_json(member); }

void mutate_parts(Member& member, Random& random) {
  if (is_json(member)) {
    member.content = mutate_json(member.content, kIndexTokens, random);
  } else {
    mutate_opcodes(member.content, random);
  }
}

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
      if (std::none_of(members.begin(), members.end(), has_parts)) {
        mutate_bytes(members[at].content, most);
      }
      for (Member& member : members) {
        if (!has_parts(member)) continue;
        if (random() % 3 == 0) {
          mutate_bytes(member.content, member.content.size() + room);
        } else {
          mutate_parts(member, random);
        }
      }
  }
}

// Empty where the input is nothing of these.
std::string mutate(std::string_view bytes, Random& random) {
  if (std::vector<Member> members = members_of(bytes); !members.empty()) {
    mutate_members(members, 64, random);
    return zip_of(members);
  }
  if (is_stream(bytes)) return mutate_stream(bytes, random);
  if (bytes.starts_with('{')) return mutate_json(bytes, kIndexTokens, random);
  std::string pickle(bytes);
  if (bytes.starts_with('\x80')) mutate_opcodes(pickle, random);
  return bytes.starts_with('\x80') ? pickle : std::string();
}

}  // namespace
}  // namespace duramen::fuzz

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size,
                                          unsigned seed) {
  duramen::fuzz::Random random(seed);
  if (random() % 8 == 0) return LLVMFuzzerMutate(data, size, max_size);
  const std::string made =
      duramen::fuzz::mutate({reinterpret_cast<const char*>(data), size}, random);
  if (made.empty() || made.size() > max_size) return LLVMFuzzerMutate(data, size, max_size);
  std::copy(made.begin(), made.end(), data);
  return made.size();
}
