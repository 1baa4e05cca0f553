#include "comparison.hpp"

#include <unordered_map>

#include "elements.hpp"

namespace cli {
namespace {

Listing listed(const StateDict& dict, const duramen_list_options* options) {
  Listing listing;
  call(kRefused, "", [&](auto error) {
    return duramen_state_dict_list(dict.get(), options, Out(listing), error);
  });
  return listing;
}

StateDict empty_dict() {
  StateDict dict;
  call(kRefused, "", [&](auto error) { return duramen_state_dict_create(Out(dict), error); });
  return dict;
}

void put(const StateDict& dict, const duramen_entry& entry) {
  call(kRefused, "", [&](auto error) {
    return entry.tensor ? duramen_state_dict_set_tensor(dict.get(), entry.name, entry.name_length,
                                                        entry.tensor, error)
                        : duramen_state_dict_set_value(dict.get(), entry.name, entry.name_length,
                                                       entry.value, error);
  });
}

ComparedSide side_of(const duramen_entry* entry) {
  if (!entry || !entry->tensor) return {};
  const auto shape = shape_of(*entry);
  return {entry->dtype, {shape.begin(), shape.end()}, 0};
}

bool are_tensors(const duramen_entry& a, const duramen_entry& b) { return a.tensor && b.tensor; }

class Comparer {
 public:
  Comparer(duramen_context* context, const ComparisonOptions& options)
      : context_(context),
        options_(options),
        tolerance_{options.relative.value_or(0), options.absolute.value_or(0)},
        progress_("comparing", Progress::Unit::bytes) {}

  Comparison operator()(const StateDict& a, const StateDict& b, const Filter& filter) {
    const duramen_list_options chosen = filter.list_options();
    const Listing a_all = listed(a, nullptr), b_all = listed(b, nullptr);
    const Listing a_chosen = listed(a, &chosen), b_chosen = listed(b, &chosen);
    const Index a_index = index_of(a_all), b_index = index_of(b_all);
    const Entries a_entries(a_chosen.get()), b_entries(b_chosen.get());
    compare_values(a_entries, b_index);
    for (size_t i = 0; i < a_entries.size(); ++i) {
      if (!is_wanted(a_entries[i])) continue;
      const auto other = b_index.find(name_of(a_entries[i]));
      compare_entry(a_entries[i], other == b_index.end() ? nullptr : other->second);
    }
    for (size_t i = 0; i < b_entries.size(); ++i) {
      if (is_wanted(b_entries[i]) && !a_index.contains(name_of(b_entries[i])))
        add_lonely(b_entries[i], DURAMEN_DIFF_ONLY_B);
    }
    return std::move(out_);
  }

 private:
  using Index = std::unordered_map<std::string_view, const duramen_entry*>;

  static Index index_of(const Listing& listing) {
    const Entries entries(listing.get());
    Index index;
    for (size_t i = 0; i < entries.size(); ++i) index.emplace(name_of(entries[i]), &entries[i]);
    return index;
  }

  bool is_wanted(const duramen_entry& entry) const {
    return entry.tensor || !options_.ignores_values;
  }

  // All in one call, as the library limits how many values it walks; and the size of the rest.
  void compare_values(const Entries& entries, const Index& others) {
    const StateDict a = empty_dict(), b = empty_dict();
    for (size_t i = 0; i < entries.size(); ++i) {
      const auto other = others.find(name_of(entries[i]));
      if (other == others.end() || !is_wanted(entries[i])) continue;
      total_ += entries[i].nbytes;
      if (are_tensors(entries[i], *other->second)) continue;
      put(a, entries[i]);
      put(b, *other->second);
    }
    const Diff diff = difference(a, b);
    size_t count = 0, stride = 0;
    const auto* first =
        reinterpret_cast<const char*>(duramen_diff_entries(diff.get(), &count, &stride));
    for (size_t i = 0; i < count; ++i) {
      const auto& one = *reinterpret_cast<const duramen_difference*>(first + i * stride);
      different_values_.emplace(view(one.name, one.name_length), one.what);
    }
  }

  Diff difference(const StateDict& a, const StateDict& b) const {
    Diff diff;
    call(kRefused, "", [&](auto error) {
      return duramen_state_dict_diff(context_, a.get(), b.get(), nullptr, Out(diff), error);
    });
    return diff;
  }

  void add_lonely(const duramen_entry& entry, uint64_t what) {
    ComparedEntry made;
    made.name = name_of(entry);
    made.what = what;
    (what == DURAMEN_DIFF_ONLY_A ? made.a : made.b) = side_of(&entry);
    add(std::move(made));
  }

  void add(ComparedEntry entry) {
    ++(entry.what != 0 ? out_.different : out_.same);
    if (entry.what == 0 && entry.is_bit_equal) ++out_.bit_equal;
    if (entry.what != 0 || options_.lists_all) out_.entries.push_back(std::move(entry));
  }

  void compare_entry(const duramen_entry& a, const duramen_entry* b) {
    if (!b) return add_lonely(a, DURAMEN_DIFF_ONLY_A);
    ComparedEntry made;
    made.name = name_of(a);
    made.a = side_of(&a);
    made.b = side_of(b);
    if (are_tensors(a, *b)) {
      compare_tensors(a, *b, made);
    } else if (const auto found = different_values_.find(made.name);
               found != different_values_.end()) {
      made.what = found->second;
    }
    made.is_bit_equal = made.is_bit_equal || (!are_tensors(a, *b) && made.what == 0);
    add(std::move(made));
    progress_.update(done_ += a.nbytes, total_);
  }

  void compare_tensors(const duramen_entry& a, const duramen_entry& b, ComparedEntry& made) {
    const StateDict one = empty_dict(), other = empty_dict();
    put(one, a);
    put(other, b);
    const Diff diff = difference(one, other);
    size_t count = 0, stride = 0;
    const duramen_difference* found = duramen_diff_entries(diff.get(), &count, &stride);
    made.is_bit_equal = !found;
    if (found) {
      made.what = found->what;
      made.different = found->different;
      made.nan_in_one = found->nan_in_one;
    }
    if ((made.what & DURAMEN_DIFF_SHAPE) != 0) return;
    made.is_compared = true;
    const bool has_numbers = !is_opaque(a.dtype) && !is_opaque(b.dtype);
    if (!has_numbers || (!found && !options_.lists_all)) return;
    made.distance = distance_between(context_, a.tensor, b.tensor, tolerance_, [] {
      if (Interruptible::signal() != 0) throw Failure(kRefused, "");
    });
    made.a.nan_count = made.distance->a_nan_count;
    made.b.nan_count = made.distance->b_nan_count;
    let_pass(made);
  }

  void let_pass(ComparedEntry& made) const {
    if (options_.ignores_dtype) made.what &= ~uint64_t{DURAMEN_DIFF_DTYPE};
    if (options_.has_tolerance() && made.distance->outside == 0) {
      made.what &= ~uint64_t{DURAMEN_DIFF_ELEMENTS};
    }
  }

  duramen_context* context_;
  const ComparisonOptions& options_;
  Tolerance tolerance_;
  Progress progress_;
  uint64_t done_ = 0;
  uint64_t total_ = 0;
  std::unordered_map<std::string, uint64_t> different_values_;
  Comparison out_;
};

}  // namespace

Comparison compare(duramen_context* context, const StateDict& a, const StateDict& b,
                   const Filter& filter, const ComparisonOptions& options) {
  return Comparer(context, options)(a, b, filter);
}

}  // namespace cli
