#include "file_options.hpp"

#include <cstring>

#include "options.hpp"

namespace duramen::capi {

io::Services services_of(Context& context) {
  return {context.allocator(), context.cancel(), context.progress(), context.log(),
          &context.pool()};
}

io::OpenOptions open_options(const duramen_open_options* options) {
  const auto given = read_options(options, "options");
  const uint64_t flags = known_flags(
      given.flags, DURAMEN_OPEN_READ | DURAMEN_OPEN_VERIFY | DURAMEN_OPEN_DEQUANTIZE, "flags");
  const auto limits = read_options(given.limits, "limits");
  io::OpenOptions out;
  out.limits = {limits.max_depth, limits.max_entries, limits.max_header_bytes,
                limits.max_tensor_bytes, limits.max_total_bytes};
  if (flags & DURAMEN_OPEN_READ) out.mode = io::Source::Mode::read;
  out.verify_checksums = (flags & DURAMEN_OPEN_VERIFY) != 0;
  out.dequantize = (flags & DURAMEN_OPEN_DEQUANTIZE) != 0;
  return out;
}

io::SaveOptions save_options(const duramen_save_options* options) {
  const auto given = read_options(options, "options");
  if (given.alignment & (given.alignment - 1))
    throw bad_argument("alignment", "not a power of two");
  io::SaveOptions out;
  out.format = static_cast<io::Format>(
      known_number(given.format, DURAMEN_FORMAT_AUTOMATIC, DURAMEN_FORMAT_DCP, "format"));
  out.durability = static_cast<io::Durability>(known_number(
      given.durability, DURAMEN_DURABILITY_DURABLE, DURAMEN_DURABILITY_ATOMIC, "durability"));
  out.alignment = given.alignment;
  out.max_shard_bytes = given.max_shard_bytes;
  return out;
}

Ref<io::Checkpoint> checkpoint_of_copy(Context& context, const void* data, size_t nbytes,
                                       const io::OpenOptions& options) {
  if (!data) throw null_argument("data");
  const auto copy = Storage::allocate(context.allocator(), nbytes);
  std::memcpy(copy->mutable_data(), data, nbytes);
  return io::Checkpoint::from_memory(services_of(context), {copy->data(), nbytes}, copy, "memory",
                                     options);
}

std::string path_argument(const char* path, size_t length) {
  return std::string(name_argument(path, length, "path"));
}

}  // namespace duramen::capi
