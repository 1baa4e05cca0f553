#include "io/safetensors_header.hpp"
#include "io/saving.hpp"
#include "io/sharing.hpp"

namespace duramen::io {

void check_safetensors(const Services& /*services*/, const StateDict& dict, Output& out,
                       const SaveOptions& options) {
  const SafetensorsHeader header(dict, out.name(), options);
  refuse_sharing(dict, out.name(), "save safetensors");
}

void write_safetensors(const Services& services, const StateDict& dict, Output& out,
                       const SaveOptions& options) {
  const SafetensorsHeader header(dict, out.name(), options);
  refuse_sharing(dict, out.name(), "save safetensors");
  out.begin(header.text().size() + header.data_bytes());
  out.write(header.text());
  Saving saving(services, header.data_bytes());
  for (const SafetensorsHeader::Item& item : header.items()) {
    saving.tensor(*item.tensor, [&](std::span<const std::byte> bytes) { out.write(bytes); });
  }
  saving.end();
}

}  // namespace duramen::io
