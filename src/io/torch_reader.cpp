#include "io/torch_values.hpp"

namespace duramen::io {

Ref<Checkpoint> read_torch(const Services& services, const ZipReader& zip,
                           const OpenOptions& options) {
  TorchArchive archive(services, zip, options);
  const pickle::Graph graph =
      pickle::read(archive.pickle(), {archive.file(), "data.pkl"}, archive.value_budget());
  ValueRef content = ValueBuilder(services, archive, graph, options.limits).build();
  archive.verify_rest();
  return make<Checkpoint>("torch", std::move(content), OrderedMap<std::string>(),
                          archive.properties());
}

}  // namespace duramen::io
