// What the hooks of a load see of its report while it is made, and may change: names that are
// missing or unexpected so far, and lines about entries that cannot be loaded.
#pragma once

#include "nn/load_policy.hpp"

namespace duramen::nn {

class LoadNotes final : public Counted {
 public:
  static constexpr uint32_t kTag = make_tag("lnot");
  using Kind = LoadReport::Kind;

  // The options are the load's: until close().
  LoadNotes(Ref<LoadReport> report, const LoadOptions& options)
      : Counted(kTag), report_(std::move(report)), options_(&options) {}

  // STATE once the load is over; INVALID_ARGUMENT for a kind that is none of missing, unexpected
  // and failed. Names of the first two, lines of the third (whatever kind of trouble they tell of).
  std::vector<std::string> texts(Kind kind) const;
  // At the end; `path` is the module's that a line is about.
  void add(Kind kind, std::string_view text, std::string_view path = {});
  // The first of that name; false where there is none. All of them.
  bool remove(Kind kind, std::string_view text);
  void clear(Kind kind);

  void close() noexcept { report_ = nullptr; }

 private:
  std::vector<LoadReport::Item>& items(Kind kind) const;

  Ref<LoadReport> report_;  // null once the load is over
  const LoadOptions* options_;
};

}  // namespace duramen::nn
