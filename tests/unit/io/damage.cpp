#include "unit/io/damage.hpp"

#include "support/catch.hpp"

namespace duramen::test {

void refuses_every_truncation(const std::string& file) {
  const Files files;
  for (size_t size = 0; size < file.size(); ++size) {
    INFO("cut to " << size << " bytes");
    REQUIRE(!files.refusal(file.substr(0, size)).empty());
  }
}

void survives_every_mutation(const std::string& file) {
  const Files files;
  io::OpenOptions options;
  options.limits.max_total_bytes = uint64_t{16} << 20;
  options.limits.max_tensor_bytes = uint64_t{16} << 20;
  size_t refused = 0;
  for (size_t i = 0; i < file.size(); ++i) {
    for (const int flip : {0x01, 0x02, 0x10, 0x80, 0xff}) {
      std::string damaged = file;
      damaged[i] = static_cast<char>(damaged[i] ^ flip);
      refused += files.refusal(damaged, options).empty() ? 0 : 1;
    }
  }
  CHECK(refused > 0);
}

}  // namespace duramen::test
