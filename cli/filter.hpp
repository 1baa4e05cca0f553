// Which entries a verb that lists is to show: --include, --exclude, --kind, --dtype, --trainable.
#pragma once

#include <CLI/CLI.hpp>

#include "handles.hpp"

namespace cli {

struct FilterOptions {
  std::vector<std::string> include;
  std::vector<std::string> exclude;
  std::string kind;
  std::string dtype;
  bool trainable = false;
};

// Registers --include and --exclude.
void add_pattern_options(CLI::App& verb, FilterOptions& options);
// Registers these, --kind, which takes one of `kinds`, and --trainable.
void add_filter_options(CLI::App& verb, FilterOptions& options, std::vector<std::string> kinds);
// Registers --dtype, where that means nothing else.
void add_dtype_filter(CLI::App& verb, FilterOptions& options);

class Filter {
 public:
  // Failure(kUsage) for a dtype of that name that is none.
  explicit Filter(const FilterOptions& options);

  // Whether nothing is left out.
  bool everything() const { return everything_; }
  bool wants_kind(std::string_view kind) const { return kind_.empty() || kind == kind_; }
  bool wants_name(std::string_view name) const;
  // By dtype and flag.
  bool wants(const duramen_tensor* tensor) const;
  bool wants(duramen_dtype dtype) const {
    return dtype_ == DURAMEN_DTYPE_INVALID || dtype == dtype_;
  }
  // Of what is no tensor: only where neither dtype nor flag is asked for.
  bool wants_values() const { return dtype_ == DURAMEN_DTYPE_INVALID && !trainable_; }
  bool only_trainable() const { return trainable_; }
  // The patterns and the dtype for the library's own listings; the texts are lent.
  duramen_list_options list_options() const;

 private:
  std::string include_;
  std::string exclude_;
  std::string kind_;
  duramen_dtype dtype_ = DURAMEN_DTYPE_INVALID;
  bool trainable_;
  bool everything_;
};

}  // namespace cli
