#include <unordered_set>

#include "base/text.hpp"
#include "nn/build.hpp"
#include "nn/parametrize.hpp"
#include "nn/placeholder.hpp"

namespace duramen::nn {
namespace {

// A module may be listed at many places, and a level indents all below it: the text of a hostile
// tree is longer than memory.
constexpr size_t kMaxBytes = size_t{64} << 20;

// Writes the tree from top to bottom, every line with its final indent, so that nothing is copied
// once a level.
class Printer {
 public:
  std::string print(const Module& root) {
    open(root, 0);
    while (!frames_.empty()) {
      if (out_.size() > kMaxBytes) {
        throw Error(Code::limit, join("repr: the text is longer than ", kMaxBytes, " bytes"));
      }
      Frame& frame = frames_.back();
      if (frame.next < frame.module->children().size()) {
        open_child(frame);
      } else {
        close();
      }
    }
    return std::move(out_);
  }

 private:
  struct Frame {
    const Module* module;
    size_t depth;
    bool collapses;  // a ModuleList, which writes equal neighbours once
    size_t next = 0;
    size_t line_start = 0;   // of the child being written: its line break
    size_t body_start = 0;   // and the text behind "(name): "
    size_t block_first = 0;  // of the run of equal children
    size_t block_count = 0;
    size_t block_label = 0;  // where its "(0): " stands
    size_t block_body = 0;
    size_t block_end = 0;
  };

  void new_line(size_t depth) {
    out_ += '\n';
    out_.append(2 * depth, ' ');
  }
  void open(const Module& module, size_t depth);
  void open_child(Frame& frame);
  void child_done(Frame& frame);
  void finish_block(Frame& frame);
  void close();

  std::string out_;
  std::vector<Frame> frames_;
  std::unordered_set<const Module*> open_;
};

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  if (text.empty()) return lines;
  size_t start = 0;
  for (size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n', start)) {
    lines.push_back(text.substr(start, end - start));
    start = end + 1;
  }
  lines.push_back(text.substr(start));
  return lines;
}

// The class name and what stands before the children. A module without children is done then.
void Printer::open(const Module& module, size_t depth) {
  const bool collapses = module.class_name() == "ModuleList" ||
                         module.class_name() == "ParametrizationList" ||
                         is_list_placeholder(module);
  const auto lines = collapses ? std::vector<std::string>() : lines_of(extra_repr(module));
  out_ += module.shown_name();
  out_ += '(';
  const bool leaf = module.children().empty();
  if (leaf && lines.size() == 1) {
    out_ += lines[0];
  } else {
    for (const std::string& line : lines) {
      const bool blank = line.find_first_not_of(" \t\r\f\v") == std::string::npos;
      if (blank && depth > 0) {
        out_ += '\n';  // Python's indenting leaves blank lines empty
      } else {
        new_line(depth + 1);
        out_ += line;
      }
    }
    if (leaf && !lines.empty()) new_line(depth);
  }
  if (leaf) {
    out_ += ')';
    return;
  }
  if (!open_.insert(&module).second) {
    throw Error(Code::state, "repr: the module tree has a cycle")
        .with("torch_error", "RecursionError");
  }
  frames_.push_back({&module, depth, collapses});
}

void Printer::open_child(Frame& frame) {
  const auto& [name, child] = frame.module->children()[frame.next];
  frame.line_start = out_.size();
  new_line(frame.depth + 1);
  out_ += frame.collapses ? join("(", frame.next, "): ") : join("(", name, "): ");
  frame.body_start = out_.size();
  ++frame.next;
  const size_t opened = frames_.size();
  if (child) {
    open(*child, frame.depth + 1);  // may move the frames
  } else {
    out_ += "None";
  }
  if (frames_.size() == opened) child_done(frames_.back());
}

void Printer::child_done(Frame& frame) {
  if (!frame.collapses) return;
  const std::string_view all = out_;
  const auto body = all.substr(frame.body_start);
  const auto block = all.substr(frame.block_body, frame.block_end - frame.block_body);
  if (frame.block_count > 0 && body == block) {
    ++frame.block_count;
    out_.resize(frame.line_start);
    return;
  }
  const size_t before = out_.size();
  finish_block(frame);
  const size_t shift = out_.size() - before;
  frame.block_first = frame.next - 1;
  frame.block_count = 1;
  frame.block_label = frame.line_start + shift + 1 + 2 * (frame.depth + 1);
  frame.block_body = frame.body_start + shift;
  frame.block_end = out_.size();
}

// "(0): " becomes "(0-5): 6 x ".
void Printer::finish_block(Frame& frame) {
  if (frame.block_count < 2) return;
  const size_t last = frame.block_first + frame.block_count - 1;
  out_.replace(frame.block_label, frame.block_body - frame.block_label,
               join("(", frame.block_first, "-", last, "): ", frame.block_count, " x "));
}

void Printer::close() {
  Frame& frame = frames_.back();
  if (frame.collapses) finish_block(frame);
  new_line(frame.depth);
  out_ += ')';
  open_.erase(frame.module);
  frames_.pop_back();
  if (!frames_.empty()) child_done(frames_.back());
}

}  // namespace

std::string repr(const Module& module) {
  const Ref<const Module> self(&module);  // a class's own code may release it
  return Printer().print(module);
}

}  // namespace duramen::nn
