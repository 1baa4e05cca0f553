// The options of an optimizer as values: from text, checked against the signature, from a state
// dict.
#pragma once

#include "optim/optimizer.hpp"

namespace duramen::optim {

// None, a bool, a number, a text, or a list or tuple of such. INVALID_ARGUMENT for anything else.
ValueRef value_of(const spec::Expression& expression);
const spec::Parameter* find_parameter(const spec::Signature& signature,
                                      std::string_view name) noexcept;  // null: none
// The options of a group: "dict(lr=0.5, momentum=0.2)", "{'lr': 0.5}" or nothing; or a dict.
// INVALID_ARGUMENT for an unknown name (with "nearest") or a wrong kind.
Options options_from_text(const spec::Signature& signature, std::string_view text);
Options options_from_value(const spec::Signature& signature, const Value& dict);
Error unknown_option(const spec::Signature& signature, std::string_view name, Code code);
// NOT_FOUND with "nearest" for an unknown name, INVALID_ARGUMENT (TypeError) for a wrong kind.
void check_option(const spec::Signature& signature, std::string_view name, const Value& value);

// Requires: an int, a float or a bool.
double number_of(const Value& value) noexcept;
// Requires: the option is there, of the signature's kind.
double number_of(const Options& options, std::string_view name);
bool flag_of(const Options& options, std::string_view name);  // Python's truth
// As Python prints it.
std::string text_of(const Value& value);

// ValueError: `what` and the value.
Error out_of_range(std::string_view what, std::string_view name, const Value& value);

// The keys under which a saved group names its parameters. INVALID_ARGUMENT when it is no group.
std::vector<int64_t> saved_indices(const Value& group, size_t index);
// The options of a saved group in its order; those that older versions did not have come at the
// end. INVALID_ARGUMENT (KeyError) when another is not there.
Options saved_options(const OptimizerType& type, const Value& group, size_t index);

}  // namespace duramen::optim
