// What depends on where the output goes: colours and progress, for terminals only.
#pragma once

#include <duramen/context.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdint>
#include <string>

namespace cli {

// Registers --color=auto|always|never.
void add_color_option(CLI::App& verb, std::string& when);

// Colours of stdout; every function gives the text as it is where there shall be none. "auto": on a
// terminal that is not dumb, unless NO_COLOR is set.
class Palette {
 public:
  explicit Palette(const std::string& when);
  std::string bold(const std::string& text) const { return painted("1", text); }
  std::string good(const std::string& text) const { return painted("32", text); }
  std::string bad(const std::string& text) const { return painted("31", text); }
  std::string notable(const std::string& text) const { return painted("33", text); }

 private:
  std::string painted(const char* code, const std::string& text) const;
  bool enabled_;
};

// A bar on stderr, with the remaining time, for work that has taken a second; none where stderr is
// no terminal. The line is empty again when the object goes.
class Progress {
 public:
  enum class Unit { none, bytes };
  // With a unit the bar shows how much is done, and in a second.
  explicit Progress(std::string label, Unit unit = Unit::none);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress();

  // Shows what calls on the context report, for as long as this object lives.
  void listen(duramen_context* context);
  void update(uint64_t done, uint64_t total);

 private:
  using Clock = std::chrono::steady_clock;
  void draw(uint64_t done, uint64_t total) const;
  std::string rate_text(uint64_t done, uint64_t total) const;

  std::string label_;
  Unit unit_;
  Clock::time_point begin_;
  duramen_context* context_ = nullptr;
  bool enabled_;
  bool drawn_ = false;
  Clock::time_point next_;
};

// While it lives, the first SIGINT or SIGTERM cancels the running call of a context, so that a save
// takes its temporary file away; the next one ends the process at once. One at a time.
class Interruptible {
 public:
  explicit Interruptible(duramen_context* context);
  Interruptible(const Interruptible&) = delete;
  Interruptible& operator=(const Interruptible&) = delete;
  ~Interruptible();

  // The signal that came, or 0.
  static int signal() noexcept;
};

}  // namespace cli
