#include <duramen/base.h>

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "boundary.hpp"
#include "options.hpp"

using namespace duramen;
using namespace duramen::capi;

uint32_t duramen_api_level(void) noexcept { return DURAMEN_API_LEVEL; }

uint32_t duramen_abi_epoch(void) noexcept { return DURAMEN_ABI_EPOCH; }

const char* duramen_version_string(void) noexcept { return DURAMEN_VERSION_STRING; }

uint32_t duramen_feature_supported(const char* name, size_t name_length) noexcept {
  static constexpr std::array<std::string_view, 8> kFeatures = {
      "safetensors", "torch", "npy", "npz", "gguf", "dcp", "dlpack", "autograd"};
  if (!name) return 0;
  const std::string_view wanted = plain_view(name, name_length);
  return std::find(kFeatures.begin(), kFeatures.end(), wanted) != kFeatures.end();
}

const char* duramen_status_name(duramen_status status) noexcept {
  static constexpr std::array<const char*, 18> kNames = {"OK",
                                                         "INVALID_ARGUMENT",
                                                         "NOT_FOUND",
                                                         "ALREADY_EXISTS",
                                                         "SHAPE_MISMATCH",
                                                         "DTYPE_MISMATCH",
                                                         "STATE",
                                                         "READ_ONLY",
                                                         "UNSUPPORTED",
                                                         "BUFFER_TOO_SMALL",
                                                         "LIMIT",
                                                         "IO",
                                                         "CORRUPT",
                                                         "INCOMPATIBLE",
                                                         "CANCELLED",
                                                         "NO_MEMORY",
                                                         "BAD_HANDLE",
                                                         "INTERNAL"};
  if (status <= -1000) return "USER";
  if (status > 0 || status <= -static_cast<int32_t>(kNames.size())) return "UNKNOWN";
  return kNames[static_cast<size_t>(-status)];
}

duramen_status duramen_check_compat(uint32_t header_level, uint32_t header_epoch,
                                    duramen_error** error) noexcept {
  return guard(error, __func__, [&] {
    if (header_epoch == DURAMEN_ABI_EPOCH && header_level <= DURAMEN_API_LEVEL) return;
    const std::string wanted = join("epoch ", header_epoch, ", level ", header_level);
    const std::string got = join("epoch ", DURAMEN_ABI_EPOCH, ", level ", DURAMEN_API_LEVEL);
    throw Error(Code::unsupported, join("check_compat: the library does not fit the header "
                                        "(expected ",
                                        wanted, ", got ", got, ")"))
        .with("expected", wanted)
        .with("actual", got);
  });
}
