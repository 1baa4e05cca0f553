// A closed-world unpickler: bytes to a graph of inert nodes, protocols 0 to 5. Nothing is ever
// called or imported; a class or function is a name, a call is a node with its parts. Names whose
// only use is to run code are refused.
//
// The graph lives in a few flat arrays. A node that the file names twice is one node, so no pickle
// makes a graph larger than itself; containers may contain themselves, which who walks the graph
// must expect. Texts point into the pickle or into the graph: the graph must not outlive the bytes.
#pragma once

#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "io/budget.hpp"

namespace duramen::io::pickle {

using Id = uint32_t;
inline constexpr Id kNone = 0;  // the node of None, there in every graph

enum class Kind : uint8_t {
  none,
  boolean,
  integer,
  big_integer,  // text(): little-endian two's complement
  real,
  text,
  bytes,
  list,
  tuple,
  dict,
  set,
  frozenset,
  global,      // symbol(), module(), name()
  persistent,  // links: the one id
  object,      // a call or an instance: object()
};

// The names that readers of checkpoints understand.
enum class Symbol : uint8_t {
  other = 0,
  ordered_dict,
  default_dict,
  counter,
  py_set,
  py_frozenset,
  py_complex,
  py_bytes,
  py_bytearray,
  py_dict,
  py_list,
  py_tuple,
  codecs_encode,
  numpy_scalar,
  numpy_dtype,
  torch_size,
  parameter,
  rebuild_tensor,
  rebuild_tensor_v2,
  rebuild_tensor_v3,
  rebuild_parameter,
  rebuild_parameter_with_state,
  rebuild_from_type,
  rebuild_qtensor,
  rebuild_of_array,
  variable,
  reconstructor,
  numpy_array,
  numpy_frombuffer,
  script_list,
  script_tagged,
};

struct Node {
  Kind kind = Kind::none;
  Symbol symbol = Symbol::other;
  uint32_t length = 0;  // of a text; items of a tuple, list, set (twice the pairs of a dict)
  union {
    int64_t integer = 0;
    double real;
    const char* text;
    struct {
      uint32_t first;  // link of a tuple or persistent id; chunk of a list, set, dict; object
      uint32_t last;   // chunk
    } at;
  };
  uint32_t module_length = 0;  // of a global: its text is "module\nname"
};

// Items come in portions (APPENDS, SETITEMS), each a run of links.
struct Chunk {
  uint32_t first;
  uint32_t length;
  uint32_t next;  // 0: no more
};

struct Object {
  Id callee = kNone;
  Id arguments = kNone;
  Id state = kNone;
  Id items = kNone;  // a list node with what was appended, or a dict node with what was set
};

class Graph {
 public:
  Id root = kNone;

  size_t size() const noexcept { return nodes_.size(); }
  const Node& operator[](Id id) const noexcept { return nodes_[id]; }
  Kind kind(Id id) const noexcept { return nodes_[id].kind; }
  bool is_integer(Id id) const noexcept { return kind(id) == Kind::integer; }
  std::string_view text(Id id) const noexcept { return {nodes_[id].text, nodes_[id].length}; }
  std::string_view module(Id id) const noexcept {
    return text(id).substr(0, nodes_[id].module_length);
  }
  std::string_view name(Id id) const noexcept {
    return text(id).substr(nodes_[id].module_length + 1);
  }
  std::string full_name(Id id) const;  // "module.name" of a global
  const Object& object(Id id) const noexcept { return objects_[nodes_[id].at.first]; }
  Symbol callee_symbol(Id id) const noexcept { return nodes_[object(id).callee].symbol; }
  // Items of a tuple, or the one of a persistent id.
  std::span<const Id> links(Id id) const noexcept {
    return std::span(links_).subspan(nodes_[id].at.first, nodes_[id].length);
  }
  // Items of a list, set or dict (key, value, key, …) in order.
  template <class F>
  void each_item(Id id, F&& body) const {
    for (uint32_t c = nodes_[id].at.first; c != 0; c = chunks_[c].next) {
      for (const Id item : std::span(links_).subspan(chunks_[c].first, chunks_[c].length)) {
        body(item);
      }
    }
  }

 private:
  friend class Machine;
  std::vector<Node> nodes_;
  std::vector<Id> links_;
  std::vector<Chunk> chunks_{1};
  std::vector<Object> objects_;
  std::deque<std::string> made_texts_;  // what the file spells with escapes
};

struct Place {
  std::string_view file;
  std::string_view entry;
  uint64_t base = 0;  // of the pickle in the file; 0 where the entry says it
};

// CORRUPT, LIMIT or UNSUPPORTED with the byte offset inside the pickle. What the graph takes is
// charged to the budget.
Graph read(std::span<const std::byte> bytes, const Place& place, Budget& budget);
// The same of a pickle that others follow; `length` is where it ends.
Graph read_first(std::span<const std::byte> bytes, const Place& place, Budget& budget,
                 size_t& length);
// Where a node of the graph of these bytes was made; reads them again. Nothing for a node that
// every graph has.
std::optional<uint64_t> offset_of(std::span<const std::byte> bytes, const Place& place, Id id);

// Whether a name has no use in a checkpoint but to run code.
bool is_below(std::string_view module, std::string_view top) noexcept;  // "os.path" is below "os"
bool runs_code(std::string_view module, std::string_view name) noexcept;
Symbol symbol_of(std::string_view module, std::string_view name) noexcept;

}  // namespace duramen::io::pickle
