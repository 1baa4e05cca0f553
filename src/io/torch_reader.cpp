#include "io/torch_script.hpp"

namespace duramen::io {

Ref<Checkpoint> read_torch(const Services& services, const ZipReader& zip,
                           const OpenOptions& options) {
  if (is_torch_script(zip)) return read_torch_script(services, zip, options);
  TorchArchive archive(services, zip, options);
  ValueRef content = content_of(services, archive, options.limits);
  archive.verify_rest();
  return make<Checkpoint>("torch", std::move(content), OrderedMap<std::string>(),
                          archive.properties());
}

}  // namespace duramen::io
