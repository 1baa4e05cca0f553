#include "terminal.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cinttypes>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "handles.hpp"
#include "output.hpp"

namespace cli {
namespace {

bool is_capable_terminal(int descriptor) {
  const char* term = std::getenv("TERM");
  return isatty(descriptor) != 0 && term && *term && std::string_view(term) != "dumb";
}

bool wants_color(const std::string& when) {
  if (when != "auto") return when == "always";
  const char* refused = std::getenv("NO_COLOR");
  return is_capable_terminal(STDOUT_FILENO) && (!refused || !*refused);
}

size_t terminal_width() {
  winsize size = {};
  const bool known = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return known ? size.ws_col : 80;
}

int32_t report(void* user, const char* /*operation*/, size_t /*length*/, uint64_t done,
               uint64_t total, duramen_error** /*error*/) {
  static_cast<Progress*>(user)->update(done, total);
  return 0;
}

std::atomic<duramen_context*> interrupted_context = nullptr;
std::atomic<int> received_signal = 0;
static_assert(std::atomic<int>::is_always_lock_free);

extern "C" void cancel_context(int number) {
  received_signal = number;
  duramen_context_cancel(interrupted_context);
}

}  // namespace

void add_color_option(CLI::App& verb, std::string& when) {
  verb.add_option("--color", when, "Colours: auto (on a terminal), always or never")
      ->check(CLI::IsMember({"auto", "always", "never"}))
      ->type_name("WHEN")
      ->default_val("auto");
}

Palette::Palette(const std::string& when) : enabled_(wants_color(when)) {}

std::string Palette::painted(const char* code, const std::string& text) const {
  return enabled_ && !text.empty() ? std::string("\033[") + code + "m" + text + "\033[0m" : text;
}

Progress::Progress(std::string label, Unit unit)
    : label_(std::move(label)),
      unit_(unit),
      begin_(Clock::now()),
      enabled_(is_capable_terminal(STDERR_FILENO)),
      next_(begin_ + std::chrono::seconds(1)) {}

Progress::~Progress() {
  if (context_) {
    [[maybe_unused]] const auto status = duramen_context_set_progress(context_, nullptr, nullptr);
  }
  if (drawn_) std::fputs("\r\033[K", stderr);
}

void Progress::listen(duramen_context* context) {
  if (!enabled_) return;
  duramen_progress_sink sink = {};
  sink.struct_size = sizeof sink;
  sink.progress = report;
  sink.user = this;
  call(kRefused, "",
       [&](auto error) { return duramen_context_set_progress(context, &sink, error); });
  context_ = context;
}

void Progress::update(uint64_t done, uint64_t total) {
  if (!enabled_ || total == 0) return;
  const auto now = Clock::now();
  if (now < next_) return;
  next_ = now + std::chrono::milliseconds(100);
  drawn_ = true;
  draw(std::min(done, total), total);
}

void Progress::draw(uint64_t done, uint64_t total) const {
  constexpr size_t kBar = 30;
  const double part = static_cast<double>(done) / static_cast<double>(total);
  const auto full = static_cast<size_t>(part * kBar);
  char percent[8];
  std::snprintf(percent, sizeof percent, "%3d%%", static_cast<int>(part * 100));
  const std::string line = "[" + std::string(full, '#') + std::string(kBar - full, '.') + "] " +
                           percent + rate_text(done, total) + " " + printable(label_);
  std::fprintf(stderr, "\r%s\033[K", abbreviated(line, terminal_width() - 1).c_str());
  std::fflush(stderr);
}

// ", 1.2 GB/s, 0:03 left"; the remaining time is that of the average rate.
std::string Progress::rate_text(uint64_t done, uint64_t total) const {
  const double seconds = std::chrono::duration<double>(Clock::now() - begin_).count();
  if (done == 0 || seconds <= 0) return {};
  const double rate = static_cast<double>(done) / seconds;
  const auto left = static_cast<uint64_t>(std::ceil(static_cast<double>(total - done) / rate));
  char time[48];
  std::snprintf(time, sizeof time, " %" PRIu64 ":%02d left", left / 60,
                static_cast<int>(left % 60));
  if (unit_ == Unit::none) return time;
  return " " + format_bytes(static_cast<uint64_t>(rate)) + "/s" + time;
}

Interruptible::Interruptible(duramen_context* context) {
  interrupted_context = context;
  struct sigaction action = {};
  action.sa_handler = cancel_context;
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

Interruptible::~Interruptible() {
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
  interrupted_context = nullptr;
}

int Interruptible::signal() noexcept { return received_signal; }

}  // namespace cli
