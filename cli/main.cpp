// duramen: look into checkpoints and build module trees, without Python. A client of the C header.
#include <duramen/base.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <new>
#include <utility>
#include <vector>

#include "failure.hpp"
#include "output.hpp"
#include "verbs.hpp"

namespace cli {
namespace {

std::string read_all(std::FILE* file, const std::string& name) {
  std::string text;
  char buffer[65536];
  while (const size_t count = std::fread(buffer, 1, sizeof buffer, file))
    text.append(buffer, count);
  if (std::ferror(file)) throw Failure(kRefused, name + ": cannot be read");
  return text;
}

int fail(ExitCode code, std::string_view message) {
  std::fprintf(stderr, "duramen: error: %s\n", printable(message).c_str());
  return code;
}

// Levenshtein's distance.
size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j < row.size(); ++j) row[j] = j;
  for (size_t i = 0; i < a.size(); ++i) {
    size_t diagonal = std::exchange(row[0], i + 1);
    for (size_t j = 0; j < b.size(); ++j) {
      const size_t replaced = diagonal + (a[i] != b[j] ? 1 : 0);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

// CLI11 only says that a subcommand is missing.
void check_verb(const CLI::App& app, std::string_view word) {
  std::string nearest;
  size_t best = 3;
  for (const CLI::App* verb : app.get_subcommands({})) {
    if (verb->get_name() == word) return;
    const size_t distance = edit_distance(word.substr(0, 64), verb->get_name());
    if (distance < best) nearest = verb->get_name();
    best = std::min(best, distance);
  }
  throw Failure(kUsage, "unknown command '" + std::string(word) + "'" +
                            (nearest.empty() ? "" : " (did you mean '" + nearest + "'?)"));
}

int run(int argc, char** argv) {
  CLI::App app("Look into PyTorch checkpoints and build module trees, without Python.", "duramen");
  app.set_version_flag("--version", duramen_version_string());
  app.require_subcommand(1);
  app.footer("Exit codes: 0 ok, 1 differs, 2 usage, 3 file unreadable or refused.");
  add_ls(app);
  add_tree(app);
  add_init(app);
  if (argc > 1 && argv[1][0] != '-') check_verb(app, argv[1]);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // --help, --version
    return fail(kUsage, error.what());
  }
  return kOk;
}

}  // namespace

std::string read_text_argument(const std::string& argument) {
  if (argument == "-") return read_all(stdin, "stdin");
  if (argument.empty() || argument[0] != '@') return argument;
  const std::string path = argument.substr(1);
  std::FILE* file = std::fopen(path.c_str(), "rb");
  if (!file) throw Failure(kRefused, path + ": cannot be opened");
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> closer(file, std::fclose);
  return read_all(file, path);
}

void print(std::string_view text) {
  const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  if (!written || std::fflush(stdout) != 0) throw Failure(kRefused, "stdout: cannot be written");
}

}  // namespace cli

int main(int argc, char** argv) {
  try {
    return cli::run(argc, argv);
  } catch (const cli::Failure& failure) {
    return cli::fail(failure.code, failure.what());
  } catch (const std::bad_alloc&) {
    return cli::fail(cli::kRefused, "not enough memory");
  } catch (const std::exception& error) {
    return cli::fail(cli::kRefused, error.what());
  }
}
