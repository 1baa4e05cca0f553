// What a file of torch.save is for whoever reads its pickle, whatever is around it: where the
// storages are, and what reading may cost. A storage is made when a tensor first asks for it and
// shared from then on.
#pragma once

#include "base/counted_blocks.hpp"
#include "base/function_ref.hpp"
#include "io/budget.hpp"
#include "io/pickle.hpp"
#include "io/source.hpp"
#include "io/torch_file.hpp"
#include "io/torch_modules.hpp"

namespace duramen::io {

class TorchContainer {
 public:
  TorchContainer(const Services& services, const Ref<const Source>& source,
                 const OpenOptions& options);
  TorchContainer(const TorchContainer&) = delete;
  TorchContainer& operator=(const TorchContainer&) = delete;
  virtual ~TorchContainer() = default;

  const std::string& file() const noexcept { return source_->name(); }
  // The pickle of the content, and where it stands.
  virtual std::span<const std::byte> pickle() = 0;
  const pickle::Place& place() const noexcept { return place_; }
  // For all that is made of the pickle. max_total_bytes can raise it.
  Budget& value_budget() noexcept { return budget_.values; }
  // Where the objects of the content are made.
  CountedBlocks& objects() noexcept { return objects_; }

  struct StorageId {
    Dtype class_dtype;  // invalid for an UntypedStorage
    std::string_view key;
    int64_t numel;
    int64_t first = 0;  // of a view into the storage
    std::optional<int64_t> count = std::nullopt;
  };
  struct Use {
    Ref<Storage> storage;
    Dtype dtype = Dtype::invalid;  // of the storage's class; invalid for an UntypedStorage
    std::string_view record;       // its name
    uint64_t offset = 0;           // of its bytes in the file
    int64_t first = 0;             // of a view
    int64_t count = INT64_MAX;
  };
  // The storage that the pickle names, whole. `wanted` is the dtype for untyped ones.
  Use storage(const StorageId& id, Dtype wanted);
  // Parts of a storage's persistent id.
  size_t id_size() const noexcept { return id_size_; }
  // What a persistent id that is a number stands for; null when nothing does.
  virtual ValueRef shared(int64_t key);
  // What the code beside a TorchScript module says of a class; null where there is none.
  virtual const ScriptClass* script_class(std::string_view module, std::string_view name);

  // All elements of it.
  TensorRef whole(Use use, Dtype dtype);
  // A tensor that lies inside its storage; what is wrong otherwise goes to `refuse`, which throws.
  // LIMIT when an expanded view asks for more than the file justifies.
  using Refuse = FunctionRef<void(std::string_view what)>;
  TensorRef tensor(Use use, Layout layout, Dtype dtype, Refuse refuse);

 protected:
  struct Record {
    size_t index;  // below the number of slots
    uint64_t nbytes;
    std::string_view name;
    uint64_t offset;
  };
  virtual Record record(std::string_view key) = 0;
  virtual Ref<Storage> make_storage(const Record& record, Dtype dtype) = 0;
  [[noreturn]] void fail(const Record& record, std::string_view what,
                         Code code = Code::corrupt) const;

  const Services& services_;
  Ref<const Source> source_;
  const OpenOptions& options_;
  pickle::Place place_;
  size_t id_size_ = 5;
  bool swaps_bytes_ = false;
  struct Slot {
    Ref<Storage> storage;
    Dtype class_dtype = Dtype::invalid;
    Dtype made_for = Dtype::invalid;
  };
  std::vector<Slot> slots_;
  CountedBlocks objects_;

 private:
  void count_tensor(uint64_t nbytes, const Use& use);

  ReadBudget own_budget_;

 protected:
  ReadBudget& budget_;
};

// The content of a container, from its pickle.
ValueRef content_of(const Services& services, TorchContainer& container, const Limits& limits);
// The protocol that a pickle says it has.
std::string protocol_of(std::span<const std::byte> pickle);

}  // namespace duramen::io
