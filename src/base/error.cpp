#include "base/error.hpp"

namespace duramen {

const std::string* ErrorRecord::detail(std::string_view key) const noexcept {
  for (const Detail& detail : details) {
    if (detail.key == key) return &detail.value;
  }
  return nullptr;
}

Error& Error::with(std::string_view key, std::string value) & {
  if (!record_->detail(key)) record_->details.push_back({std::string(key), std::move(value)});
  return *this;
}

Error&& Error::with(std::string_view key, std::string value) && {
  with(key, std::move(value));
  return std::move(*this);
}

Error&& Error::with_payload(Ref<Counted> payload) && {
  record_->payload = std::move(payload);
  return std::move(*this);
}

Error&& Error::caused_by(const Error& cause) && {
  record_->cause = cause.record();
  return std::move(*this);
}

}  // namespace duramen
