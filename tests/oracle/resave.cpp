// Opens a checkpoint and saves what it holds under another name: `resave [--content] [--verify]
// [--dequantize] IN OUT`. As a state dict, or with --content as the one value that it is. Errors
// are one line, and exit code 3.
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "io/checkpoint.hpp"

namespace duramen::test {
namespace {

int run(int argc, char** argv) {
  bool as_content = false;
  io::OpenOptions options;
  std::vector<std::string> paths;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument == "--content") {
      as_content = true;
    } else if (argument == "--verify") {
      options.verify_checksums = true;
    } else if (argument == "--dequantize") {
      options.dequantize = true;
    } else {
      paths.emplace_back(argument);
    }
  }
  if (paths.size() != 2) return 2;
  const CancelFlag cancel;
  const io::Services services{make<Allocator>(), cancel, {}};
  const auto checkpoint = io::Checkpoint::open(services, paths[0], options);
  io::SaveOptions saving;
  saving.durability = io::Durability::atomic;
  if (as_content) {
    io::save_value(services, *checkpoint->content(), paths[1], saving);
  } else {
    io::save(services, *checkpoint->state_dict(""), paths[1], saving);
  }
  return 0;
}

}  // namespace
}  // namespace duramen::test

int main(int argc, char** argv) {
  try {
    return duramen::test::run(argc, argv);
  } catch (const duramen::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 3;
  }
}
