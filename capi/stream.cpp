#include <cstring>

#include "file_options.hpp"
#include "handles.hpp"
#include "hooks.hpp"
#include "io/streams.hpp"
#include "options.hpp"

using namespace duramen;
using namespace duramen::capi;

namespace {

constexpr size_t kPiece = size_t{1} << 20;

// The caller's memory, with what is called when nobody needs it any more.
class Held final : public Counted {
 public:
  Held(void* user, duramen_destroy destroy)
      : Counted(make_tag("held")), user_(user), destroy_(destroy) {}
  ~Held() override {
    if (armed_ && destroy_) destroy_(user_);
  }
  void arm() noexcept { armed_ = true; }

 private:
  void* user_;
  duramen_destroy destroy_;
  bool armed_ = false;
};

class CallbackOutput final : public io::Output {
 public:
  CallbackOutput(duramen_write write, void* user) : Output("callback"), write_(write), user_(user) {
    if (!write) throw null_argument("write");
  }
  void begin(uint64_t /*nbytes*/) override {}

 private:
  void put(std::span<const std::byte> bytes) override {
    for (; !bytes.empty(); bytes = bytes.subspan(std::min(bytes.size(), kPiece))) {
      duramen_error* handed_over = nullptr;
      const size_t count = std::min(bytes.size(), kPiece);
      const int32_t status = write_(user_, bytes.data(), count, &handed_over);
      check_callback(status, handed_over, "save", "write callback");
    }
  }
  duramen_write write_;
  void* user_;
};

// Zero: no limit but memory's.
void check_nbytes(uint64_t nbytes, uint64_t max_total_bytes) {
  if (nbytes > PTRDIFF_MAX) throw Error(Code::limit, "nbytes: more than memory can hold");
  if (max_total_bytes && nbytes > max_total_bytes) {
    throw Error(Code::limit, join("nbytes: more than max_total_bytes allows (expected at most ",
                                  max_total_bytes, ", got ", nbytes, ")"));
  }
}

Ref<Storage> read_all(Context& context, duramen_read_at read, void* user, uint64_t nbytes) {
  auto storage = Storage::allocate(context.allocator(), nbytes);
  for (uint64_t done = 0; done < nbytes; done += kPiece) {
    context.cancel().check("open");
    const size_t count = std::min<uint64_t>(nbytes - done, kPiece);
    duramen_error* handed_over = nullptr;
    const int32_t status = read(user, done, storage->mutable_data() + done, count, &handed_over);
    check_callback(status, handed_over, "open", "read callback");
  }
  return storage;
}

// Content: a StateDict or a Value.
template <class Content>
void write_to(Context& context, const Content& content, io::Output& out,
              const duramen_save_options* options) {
  io::save_to(services_of(context), content, out, save_options(&required(options, "options")));
}

template <class Content>
ValueRef bytes_of(Context& context, const Content& content, const duramen_save_options* options) {
  io::MemoryOutput out;
  write_to(context, content, out, options);
  return Value::bytes(out.take());
}

template <class Content>
void write_descriptor(Context& context, const Content& content, int32_t descriptor,
                      const duramen_save_options* options) {
  io::DescriptorOutput out(descriptor, context.cancel());
  write_to(context, content, out, options);
}

template <class Content>
void write_callback(Context& context, const Content& content, duramen_write write, void* user,
                    const duramen_save_options* options) {
  CallbackOutput out(write, user);
  write_to(context, content, out, options);
}

// Of a dict of texts to texts or None.
std::vector<io::MetadataChange> metadata_changes(const Value& texts) {
  if (texts.kind() != ValueKind::dict) {
    throw bad_argument("texts", join("expected a dict, got ", value_kind_name(texts.kind())));
  }
  std::vector<io::MetadataChange> out;
  for (size_t i = 0; i < texts.count(); ++i) {
    const Value &key = *texts.key(i), &text = *texts.item(i);
    const bool removes = text.kind() == ValueKind::none;
    if (key.kind() != ValueKind::text || !(removes || text.kind() == ValueKind::text)) {
      throw bad_argument(
          "texts", join("expected texts under texts, or None, got ", value_kind_name(text.kind()),
                        " under ", value_kind_name(key.kind())));
    }
    out.push_back({key.as_text(), removes ? std::nullopt : std::optional(text.as_text())});
  }
  return out;
}

}  // namespace

duramen_status duramen_checkpoint_view_memory(duramen_context* context, const void* data,
                                              size_t nbytes, void* user, duramen_destroy destroy,
                                              const duramen_open_options* options,
                                              duramen_checkpoint** out,
                                              duramen_error** error) noexcept {
  return compute(error, __func__, context, out, [&](Context& core) {
    if (!data) throw null_argument("data");
    const auto held = make<Held>(user, destroy);
    const io::OpenOptions how = open_options(options);
    auto file = how.mode == io::Source::Mode::read
                    ? checkpoint_of_copy(core, data, nbytes, how)
                    : io::Checkpoint::from_memory(services_of(core),
                                                  {static_cast<const std::byte*>(data), nbytes},
                                                  held, "memory", how);
    held->arm();
    return file;
  });
}

duramen_status duramen_checkpoint_open_descriptor(duramen_context* context, int32_t descriptor,
                                                  const duramen_open_options* options,
                                                  duramen_checkpoint** out,
                                                  duramen_error** error) noexcept {
  return compute(error, __func__, context, out, [&](Context& core) {
    return io::open_descriptor(services_of(core), descriptor, open_options(options));
  });
}

duramen_status duramen_checkpoint_open_callback(duramen_context* context, duramen_read_at read,
                                                void* user, uint64_t nbytes,
                                                const duramen_open_options* options,
                                                duramen_checkpoint** out,
                                                duramen_error** error) noexcept {
  return compute(error, __func__, context, out, [&](Context& core) {
    if (!read) throw null_argument("read");
    const io::OpenOptions chosen = open_options(options);
    check_nbytes(nbytes, chosen.limits.max_total_bytes);
    const auto bytes = read_all(core, read, user, nbytes);
    return io::Checkpoint::from_memory(services_of(core), {bytes->data(), bytes->nbytes()}, bytes,
                                       "callback", chosen);
  });
}

duramen_status duramen_state_dict_to_bytes(duramen_context* context, const duramen_state_dict* dict,
                                           const duramen_save_options* options, duramen_value** out,
                                           duramen_error** error) noexcept {
  return compute(error, __func__, context, out,
                 [&](Context& core) { return bytes_of(core, object(dict, "dict"), options); });
}

duramen_status duramen_value_to_bytes(duramen_context* context, const duramen_value* value,
                                      const duramen_save_options* options, duramen_value** out,
                                      duramen_error** error) noexcept {
  return compute(error, __func__, context, out,
                 [&](Context& core) { return bytes_of(core, object(value, "value"), options); });
}

duramen_status duramen_state_dict_write_descriptor(duramen_context* context,
                                                   const duramen_state_dict* dict,
                                                   int32_t descriptor,
                                                   const duramen_save_options* options,
                                                   duramen_error** error) noexcept {
  return guard(error, __func__, [&] {
    write_descriptor(running(context), object(dict, "dict"), descriptor, options);
  });
}

duramen_status duramen_value_write_descriptor(duramen_context* context, const duramen_value* value,
                                              int32_t descriptor,
                                              const duramen_save_options* options,
                                              duramen_error** error) noexcept {
  return guard(error, __func__, [&] {
    write_descriptor(running(context), object(value, "value"), descriptor, options);
  });
}

duramen_status duramen_state_dict_write_callback(duramen_context* context,
                                                 const duramen_state_dict* dict,
                                                 duramen_write write, void* user,
                                                 const duramen_save_options* options,
                                                 duramen_error** error) noexcept {
  return guard(error, __func__, [&] {
    write_callback(running(context), object(dict, "dict"), write, user, options);
  });
}

duramen_status duramen_value_write_callback(duramen_context* context, const duramen_value* value,
                                            duramen_write write, void* user,
                                            const duramen_save_options* options,
                                            duramen_error** error) noexcept {
  return guard(error, __func__, [&] {
    write_callback(running(context), object(value, "value"), write, user, options);
  });
}

duramen_status duramen_checkpoint_set_metadata(duramen_context* context, const char* path,
                                               size_t path_length, const char* key,
                                               size_t key_length, const char* text,
                                               size_t text_length, uint32_t* rewritten,
                                               duramen_error** error) noexcept {
  clear(rewritten);
  return guard(error, __func__, [&] {
    Context& core = running(context);
    const std::string file = path_argument(path, path_length);
    const std::string_view name = text_argument(key, key_length, "key");
    std::optional<std::string_view> content;
    if (text) content = text_argument(text, text_length, "text");
    const io::MetadataChange change{name, content};
    const bool whole = io::edit_metadata(services_of(core), file, {&change, 1});
    if (rewritten) *rewritten = whole;
  });
}

duramen_status duramen_checkpoint_edit_metadata(duramen_context* context, const char* path,
                                                size_t path_length, const duramen_value* texts,
                                                uint32_t* rewritten,
                                                duramen_error** error) noexcept {
  clear(rewritten);
  return guard(error, __func__, [&] {
    Context& core = running(context);
    const std::string file = path_argument(path, path_length);
    const auto changes = metadata_changes(object(texts, "texts"));
    const bool whole = io::edit_metadata(services_of(core), file, changes);
    if (rewritten) *rewritten = whole;
  });
}

duramen_status duramen_tensor_stream_create(const char* path, size_t path_length,
                                            const duramen_save_options* options,
                                            duramen_tensor_stream** out,
                                            duramen_error** error) noexcept {
  return guard_out(error, __func__, out, [&] {
    return make<io::TensorStream>(path_argument(path, path_length), save_options(options));
  });
}

duramen_status duramen_tensor_stream_declare(duramen_tensor_stream* stream, const char* name,
                                             size_t name_length, duramen_dtype dtype,
                                             const int64_t* shape, size_t rank,
                                             duramen_error** error) noexcept {
  return guard(error, __func__, [&] {
    io::TensorStream& core = object(stream, "stream");
    const auto sizes = integers_argument(shape, rank, "shape");
    core.declare(name_argument(name, name_length, "name"), dtype_argument(dtype, "dtype"),
                 Shape(sizes));
  });
}

duramen_status duramen_tensor_stream_set_metadata(duramen_tensor_stream* stream, const char* key,
                                                  size_t key_length, const char* text,
                                                  size_t text_length,
                                                  duramen_error** error) noexcept {
  return guard(error, __func__, [&] {
    object(stream, "stream")
        .set_metadata(text_argument(key, key_length, "key"),
                      text_argument(text, text_length, "text"));
  });
}

duramen_status duramen_tensor_stream_write(duramen_context* context, duramen_tensor_stream* stream,
                                           const char* name, size_t name_length,
                                           const duramen_tensor* tensor,
                                           duramen_error** error) noexcept {
  return guard(error, __func__, [&] {
    Context& core = running(context);
    const Tensor& source = object(tensor, "tensor");
    check_initialized(source, "write");
    object(stream, "stream")
        .write(services_of(core), name_argument(name, name_length, "name"), source);
  });
}

duramen_status duramen_tensor_stream_finish(duramen_context* context, duramen_tensor_stream* stream,
                                            duramen_error** error) noexcept {
  return guard(error, __func__, [&] {
    Context& core = running(context);
    object(stream, "stream").finish(services_of(core));
  });
}

duramen_tensor_stream* duramen_tensor_stream_retain(duramen_tensor_stream* stream) noexcept {
  return retain(stream);
}
void duramen_tensor_stream_release(duramen_tensor_stream* stream) noexcept { release(stream); }
