#include "nn/extra_state.hpp"

namespace duramen::nn {

void ExtraStateChange::apply(const std::vector<ExtraStateMove>& moves) {
  done_.reserve(moves.size());
  for (const ExtraStateMove& move : moves) {
    ValueRef before;
    if (move.module->gives_extra_state()) before = move.module->get_extra_state();
    move.module->set_extra_state(context_, *move.state);
    done_.push_back({move.module, std::move(before)});
  }
}

ExtraStateChange::~ExtraStateChange() {
  for (; !done_.empty(); done_.pop_back()) {
    if (!done_.back().state) continue;
    try {
      done_.back().module->set_extra_state(context_, *done_.back().state);
    } catch (...) {  // the failure that led here is the one that is told
    }
  }
}

}  // namespace duramen::nn
