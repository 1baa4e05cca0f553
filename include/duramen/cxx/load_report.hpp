// What a load found.
#ifndef DURAMEN_CXX_LOAD_REPORT_HPP
#define DURAMEN_CXX_LOAD_REPORT_HPP

#include "listing.hpp"

namespace DURAMEN_CXX {

class LoadReportRef
    : public Ref<duramen_load_report, duramen_load_report_retain, duramen_load_report_release> {
 public:
  using Ref::Ref;
  LoadReportRef(const duramen_load_report* lent) noexcept  // NOLINT: lent as const, immutable
      : Ref(const_cast<duramen_load_report*>(lent)) {}

  // How many entries fit.
  uint64_t loaded() const noexcept { return duramen_load_report_loaded(raw_); }
  // Items of a kind (DURAMEN_LOAD_ITEM_MISSING, …); 0: all.
  size_t count(int32_t kind = 0) const noexcept { return duramen_load_report_count(raw_, kind); }
  int32_t kind(size_t index) const noexcept { return duramen_load_report_kind(raw_, index); }
  std::string_view name(size_t index) const noexcept {
    return text_at(duramen_load_report_name, index);
  }
  // Whether the item keeps the load from succeeding.
  bool is_error(size_t index) const noexcept {
    return duramen_load_report_is_error(raw_, index) != 0;
  }
  // What PyTorch says about the item, one line; empty where it says nothing.
  std::string_view text(size_t index) const noexcept {
    return text_at(duramen_load_report_text, index);
  }
  // Of a mismatch: the module's and the dict's shape and dtype.
  Span<const int64_t> expected_shape(size_t index) const noexcept {
    size_t rank = 0;
    const int64_t* sizes = duramen_load_report_expected_shape(raw_, index, &rank);
    return {sizes, rank};
  }
  Span<const int64_t> actual_shape(size_t index) const noexcept {
    size_t rank = 0;
    const int64_t* sizes = duramen_load_report_actual_shape(raw_, index, &rank);
    return {sizes, rank};
  }
  Dtype expected_dtype(size_t index) const noexcept {
    return static_cast<Dtype>(duramen_load_report_expected_dtype(raw_, index));
  }
  Dtype actual_dtype(size_t index) const noexcept {
    return static_cast<Dtype>(duramen_load_report_actual_dtype(raw_, index));
  }
  // The likeliest counterpart of a missing or unexpected name.
  std::string_view nearest(size_t index) const noexcept {
    return text_at(duramen_load_report_nearest, index);
  }
  // Of a renamed item: the dict's own name, and the rules.
  std::string_view origin(size_t index) const noexcept {
    return text_at(duramen_load_report_origin, index);
  }
  std::string_view rule(size_t index) const noexcept {
    return text_at(duramen_load_report_rule, index);
  }
  // The rename rule that would help most; empty when none does.
  std::string_view suggestion() const noexcept {
    return lent_text(duramen_load_report_suggestion, raw_);
  }
  // How many more names would fit after that rule.
  size_t suggestion_count() const noexcept { return duramen_load_report_suggestion_count(raw_); }
  // PyTorch's message for the whole load, several lines.
  Result<std::string> torch_message(bool strict = true) const {
    return make_text([&](auto** out, auto** error) {
      return duramen_load_report_torch_message(raw_, strict ? 1 : 0, out, error);
    });
  }
  // Everything for a reader; of each group at most `most` names.
  Result<std::string> describe(size_t most = SIZE_MAX) const {
    return make_text([&](auto** out, auto** error) {
      return duramen_load_report_describe(raw_, most, out, error);
    });
  }
  // The names of one kind, in the report's order; lent.
  std::vector<std::string_view> names(int32_t kind) const {
    std::vector<std::string_view> out;
    for (size_t i = 0; i < count(); ++i) {
      if (this->kind(i) == kind) out.push_back(name(i));
    }
    return out;
  }
  std::vector<std::string_view> missing() const { return names(DURAMEN_LOAD_ITEM_MISSING); }
  std::vector<std::string_view> unexpected() const { return names(DURAMEN_LOAD_ITEM_UNEXPECTED); }

 private:
  template <class Getter>
  std::string_view text_at(Getter getter, size_t index) const noexcept {
    size_t length = 0;
    const char* text = getter(raw_, index, &length);
    return text ? std::string_view(text, length) : std::string_view();
  }
};
class LoadReport : public Owned<LoadReportRef> {
 public:
  using Owned::Owned;
  LoadReport(Owned owned) noexcept : Owned(std::move(owned)) {}  // NOLINT: the same handle
  DURAMEN_CXX_LENDS_AT(LoadReportRef, name, size_t);
  DURAMEN_CXX_LENDS_AT(LoadReportRef, text, size_t);
  DURAMEN_CXX_LENDS_AT(LoadReportRef, expected_shape, size_t);
  DURAMEN_CXX_LENDS_AT(LoadReportRef, actual_shape, size_t);
  DURAMEN_CXX_LENDS_AT(LoadReportRef, nearest, size_t);
  DURAMEN_CXX_LENDS_AT(LoadReportRef, origin, size_t);
  DURAMEN_CXX_LENDS_AT(LoadReportRef, rule, size_t);
  DURAMEN_CXX_LENDS(LoadReportRef, suggestion);
  DURAMEN_CXX_LENDS_AT(LoadReportRef, names, int32_t);
  DURAMEN_CXX_LENDS(LoadReportRef, missing);
  DURAMEN_CXX_LENDS(LoadReportRef, unexpected);
  static LoadReport adopt(duramen_load_report* raw) noexcept { return Owned::adopt(raw); }
};

// The report of a load that failed with INCOMPATIBLE, lent by the error; else empty.
inline LoadReportRef load_report(const Error& error) noexcept {
  return duramen_error_load_report(error.get());
}

}  // namespace DURAMEN_CXX

#endif
