#include "modules.hpp"

namespace cli {

Listing list(const duramen_module* module, uint64_t kinds, uint64_t flags, const Filter& filter) {
  duramen_list_options options = filter.list_options();
  options.kinds = kinds;
  options.flags = flags;
  Listing listing;
  call(kRefused, "",
       [&](auto error) { return duramen_module_list(module, &options, Out(listing), error); });
  return listing;
}

StateDict state_of(const duramen_module* module, uint64_t flags) {
  StateDict dict;
  call(kRefused, "", [&](auto error) {
    return duramen_module_state_dict(module, nullptr, 0, flags, Out(dict), error);
  });
  return dict;
}

std::string repr_of(const duramen_module* module) {
  String text;
  call(kRefused, "", [&](auto error) { return duramen_module_repr(module, Out(text), error); });
  return text_of(text);
}

}  // namespace cli
