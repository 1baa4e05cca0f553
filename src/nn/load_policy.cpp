#include "nn/load_policy.hpp"

#include <algorithm>

namespace duramen::nn {
namespace {

const NamedPolicy* find_named(const LoadOptions& options, std::string_view name) {
  const auto found =
      std::find_if(options.named.begin(), options.named.end(),
                   [name](const NamedPolicy& named) { return named.names.matches(name); });
  return found == options.named.end() ? nullptr : &*found;
}

}  // namespace

LoadReport::Errors errors_of(const LoadOptions& options) noexcept {
  return {.missing = !options.allow_missing,
          .unexpected = !options.allow_unexpected,
          .shape = !options.skip_mismatched,
          .dtype = options.require_dtype};
}

LoadPolicy policy_for(const LoadOptions& options, std::string_view name) {
  if (const NamedPolicy* named = find_named(options, name)) return named->policy;
  return {.allow_missing = options.allow_missing,
          .allow_unexpected = options.allow_unexpected,
          .skip_mismatched = options.skip_mismatched,
          .slice_mismatched = options.slice_mismatched,
          .require_dtype = options.require_dtype};
}

LoadReport::Verdict verdict_for(const LoadOptions& options, LoadReport::Kind kind,
                                std::string_view name) {
  using Kind = LoadReport::Kind;
  using Verdict = LoadReport::Verdict;
  const NamedPolicy* named = find_named(options, name);
  if (!named) return Verdict::by_kind;
  const LoadPolicy& policy = named->policy;
  const auto allowed_if = [](bool allowed) {
    return allowed ? Verdict::allowed : Verdict::refused;
  };
  switch (kind) {
    case Kind::missing:
      return allowed_if(policy.allow_missing);
    case Kind::unexpected:
      return allowed_if(policy.allow_unexpected);
    case Kind::shape_mismatch:
      return allowed_if(policy.skip_mismatched);
    case Kind::dtype_mismatch:
      return allowed_if(!policy.require_dtype);
    default:
      return Verdict::by_kind;
  }
}

}  // namespace duramen::nn
