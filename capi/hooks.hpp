// A caller's table of callbacks, copied, with the promise about its `destroy`: called once when the
// last holder lets go, and never when the call that took the table failed.
#pragma once

#include <duramen/context.h>

#include "base/counted.hpp"

namespace duramen::capi {

// A caller's function in a text: "progress callback", "clone callback of Net".
struct Callback {
  const char* what;
  std::string_view owner;
  Callback(const char* what, std::string_view owner = {}) noexcept : what(what), owner(owner) {}
  std::string text() const;
};

// The end of a callback that may fail: returns when it went well, without allocating. An error
// object that it handed over is taken; it comes back unchanged when it is of that status, else as
// the cause.
void check_callback(int32_t status, duramen_error* handed_over, const char* operation,
                    const Callback& callback);
// Runs one: body(&error) gives its status.
template <class Body>
void run_callback(const char* operation, const Callback& callback, Body&& body) {
  duramen_error* handed_over = nullptr;
  const int32_t status = body(&handed_over);
  check_callback(status, handed_over, operation, callback);
}

template <class Table>
class Hook final : public Counted {
 public:
  explicit Hook(const Table& table) : Counted(make_tag("hook")), table(table) {}
  ~Hook() override {
    if (armed_ && table.destroy) table.destroy(table.user);
  }
  // The call has succeeded: `destroy` is ours from now on.
  void arm() noexcept { armed_ = true; }

  // A holder that is told by callback: retains for it, and knows whether it ever let go.
  void lend() noexcept {
    retain();
    lent_ = true;
  }
  static void give_back(void* hook) {
    auto* self = static_cast<Hook*>(hook);
    self->lent_ = false;
    self->release();
  }
  bool lent() const noexcept { return lent_; }

  const Table table;

 private:
  bool armed_ = false;
  bool lent_ = false;
};

}  // namespace duramen::capi
