// duramen: look into checkpoints and build module trees, without Python. A client of the C header.
#include <duramen/base.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <memory>
#include <new>
#include <sstream>

#include "failure.hpp"
#include "help.hpp"
#include "input.hpp"
#include "nearest.hpp"
#include "output.hpp"
#include "terminal.hpp"
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
  if (!message.empty())
    std::fprintf(stderr, "duramen: error: %s\n",
                 printable(with_input_name(std::string(message))).c_str());
  return code;
}

// CLI11 only says that a subcommand is missing.
void check_verb(const CLI::App& app, std::string_view word) {
  std::vector<std::string> verbs;
  for (const CLI::App* verb : app.get_subcommands({})) verbs.push_back(verb->get_name());
  if (std::find(verbs.begin(), verbs.end(), word) != verbs.end()) return;
  throw Failure(kUsage, "unknown command '" + std::string(word) + "'" + did_you_mean(word, verbs) +
                            " (duramen --help lists them)");
}

// `help` and `help VERB` are --help of the tool and of the verb.
std::vector<std::string> arguments_of(int argc, char** argv) {
  std::vector<std::string> arguments(argv + std::min(argc, 1), argv + argc);
  if (arguments.empty() || arguments[0] != "help") return arguments;
  arguments.erase(arguments.begin());
  arguments.emplace_back("--help");
  return arguments;
}

// With the words of the usage line, and where that is.
std::string usage_failure(const CLI::ParseError& error, const std::vector<std::string>& arguments) {
  const bool has_verb = !arguments.empty() && arguments[0][0] != '-';
  std::string message = error.what();
  constexpr std::string_view kOutput = "--output ";
  if (message.starts_with(kOutput)) message = "-o FILE " + message.substr(kOutput.size());
  if (arguments.empty()) message = "a command is required";
  return message + " (duramen " + (has_verb ? arguments[0] + " " : "") + "--help shows what " +
         (has_verb ? "it takes)" : "there is)");
}

// A file that is opened must not become stdin, stdout or stderr.
void fill_standard_descriptors() {
  for (const int number : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (fcntl(number, F_GETFD) < 0) (void)!open("/dev/null", O_RDONLY);
  }
}

int run(int argc, char** argv) {
  CLI::App app("Look into PyTorch checkpoints, build and run module trees, without Python.",
               "duramen");
  app.formatter(std::make_shared<HelpFormatter>());
  app.set_help_flag("-h,--help", "Show this text");
  app.set_version_flag("-V,--version", std::string("duramen ") + duramen_version_string(),
                       "Show the version");
  app.require_subcommand(1);
  app.footer(
      "Exit codes: 0 ok, 1 differs or incompatible, 2 usage, 3 file unreadable or refused.\n"
      "duramen COMMAND --help shows the options of a command, with examples.");
  ExitCode code = kOk;
  add_ls(app);
  add_info(app);
  add_show(app);
  add_diff(app, code);
  add_convert(app);
  add_rename(app);
  add_cast(app);
  add_split(app);
  add_merge(app);
  add_extract(app);
  add_verify(app, code);
  add_tree(app);
  add_init(app);
  add_check(app, code);
  add_run(app);
  add_describe(app);
  add_doctor(app, code);
  const std::vector<std::string> arguments = arguments_of(argc, argv);
  if (!arguments.empty() && !arguments[0].starts_with('-')) check_verb(app, arguments[0]);
  try {
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));  // the last first
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() != 0) return fail(kUsage, usage_failure(error, arguments));
    std::ostringstream text;  // --help, --version
    app.exit(error, text, text);
    print(text.str());
  }
  return code;
}

// What a failure means when a signal has cancelled the work: the end by that signal.
int end(ExitCode code, std::string_view message) {
  const int signal = Interruptible::signal();
  if (signal == 0) return fail(code, message);
  std::signal(signal, SIG_DFL);
  std::raise(signal);
  return 128 + signal;
}

}  // namespace

std::string read_text_argument(const std::string& argument) {
  if (argument == "-") return read_all(stdin, "stdin");
  if (argument.empty() || argument[0] != '@') return argument;
  const std::string path = argument.substr(1);
  std::FILE* file = std::fopen(path.c_str(), "rb");
  if (!file) throw Failure(kRefused, path + ": cannot be opened: " + std::strerror(errno));
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> closer(file, std::fclose);
  return read_all(file, path);
}

void print(std::string_view text) {
  errno = 0;
  const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  if (written && std::fflush(stdout) == 0) return;
  // Whoever closes a pipe has read enough.
  const int number = errno;
  throw Failure(kRefused, number == EPIPE
                              ? ""
                              : std::string("stdout: cannot be written: ") + std::strerror(number));
}

}  // namespace cli

int main(int argc, char** argv) {
  try {
    cli::fill_standard_descriptors();
    return cli::run(argc, argv);
  } catch (const cli::Failure& failure) {
    return cli::end(failure.code, failure.what());
  } catch (const std::bad_alloc&) {
    return cli::fail(cli::kRefused, "not enough memory");
  } catch (const std::exception& error) {
    return cli::fail(cli::kRefused, error.what());
  }
}
