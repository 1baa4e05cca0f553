#include <cstring>
#include <unordered_map>

#include "kernels/copy.hpp"
#include "nn/hooks.hpp"
#include "nn/walk.hpp"
#include "ops/operands.hpp"
#include "tensor/uninitialized.hpp"

namespace duramen::nn {
namespace {

constexpr size_t kSmallBytes = 64 << 10;

void copy_bytes(Context& context, std::byte* out, const std::byte* in, size_t nbytes) {
  if (nbytes <= kSmallBytes) {
    if (nbytes > 0) std::memcpy(out, in, nbytes);
    return;
  }
  const Layout layout = contiguous_layout({static_cast<int64_t>(nbytes)});
  const auto view = [&](std::byte* data) {
    return Tensor(Storage::borrow(data, nbytes, false, nullptr, nullptr), layout, Dtype::uint8);
  };
  Tensor to = view(out);
  kernels::copy(context.pool(), to, view(const_cast<std::byte*>(in)));
}

// As tensor.clone(): its own memory, of just its elements.
TensorRef cloned(Context& context, const Tensor& tensor) {
  TensorRef out = empty(context.allocator(), tensor.shape(), tensor.dtype());
  const bool dense = is_dense(tensor.layout());
  Layout layout = {tensor.shape(), dense ? tensor.strides() : ops::dense_strides(tensor.layout())};
  out->set_data(out->storage(), std::move(layout), tensor.dtype());
  if (tensor.is_contiguous()) {
    copy_bytes(context, out->mutable_bytes(), tensor.bytes(), static_cast<size_t>(out->nbytes()));
  } else {
    kernels::copy(context.pool(), *out, tensor);
  }
  return out;
}

// One deepcopy(), with what it has copied so far.
class DeepCopy {
 public:
  explicit DeepCopy(Context& context) noexcept : context_(context) {}
  DeepCopy(const DeepCopy&) = delete;
  DeepCopy& operator=(const DeepCopy&) = delete;
  // A copy that failed may hold a cycle, which would keep itself.
  ~DeepCopy() {
    for (Pair& pair : modules_) {
      if (!complete_) pair.copy->drop_children();
    }
  }

  ModuleRef run(const Module& root) {
    ModuleRef out = copy_of(root);
    size_t next = 0;
    while (next < modules_.size()) {  // which grows meanwhile
      context_.cancel().check("deepcopy");
      const Pair pair = modules_[next++];
      pair.copy->copy_entries(
          *pair.source, [this](const TensorRef& tensor) { return copy_of(*tensor); },
          [this](const ModuleRef& module) { return copy_of(*module); });
    }
    copy_hooks();
    complete_ = true;
    return out;
  }

 private:
  struct Pair {
    const Module* source;
    ModuleRef copy;
  };

  void copy_hooks() const {
    HookCopy hooks;
    for (const Pair& pair : modules_) hooks.copy_own(*pair.source, *pair.copy);
    for (const Pair& pair : modules_) hooks.copy_reach(*pair.source, *pair.copy);
  }

  ModuleRef copy_of(const Module& module) {
    const auto [place, added] = index_of_.emplace(&module, modules_.size());
    if (added) {
      modules_.push_back({&module, module.shell()});
      if (const Derived* derived = module.derived()) {
        modules_.back().copy->set_derived(derived->clone(context_, module));
      }
    }
    return modules_[place->second].copy;
  }

  TensorRef copy_of(const Tensor& tensor) {
    TensorRef out = copy_without_grad(tensor);
    // A gradient is a tensor that may have one.
    while (!without_grad_.empty()) {
      const auto [source, copy] = std::move(without_grad_.back());
      without_grad_.pop_back();
      copy->set_grad(copy_without_grad(*source->grad()));
    }
    return out;
  }

  TensorRef copy_without_grad(const Tensor& tensor) {
    TensorRef& copy = tensors_[&tensor];
    if (copy) return copy;
    TensorRef made;
    if (tensor.is_parameter()) {
      made = is_uninitialized(tensor) ? uninitialized(tensor.dtype()) : cloned(context_, tensor);
      made->set_is_parameter(true);
    } else {
      made = over_copied_storage(tensor);
      if (tensor.grad()) without_grad_.push_back({&tensor, made});
    }
    made->set_requires_grad(tensor.requires_grad());
    return copy = std::move(made);
  }

  TensorRef over_copied_storage(const Tensor& tensor) {
    if (is_uninitialized(tensor)) return uninitialized(tensor.dtype());
    if (!tensor.is_leaf()) {
      throw Error(Code::state,
                  "deepcopy: Only Tensors created explicitly by the user (graph leaves) support "
                  "the deepcopy protocol at the moment")
          .with("torch_error", "RuntimeError");
    }
    Ref<Storage>& storage = storages_[tensor.storage().get()];
    if (!storage) {
      const size_t nbytes = tensor.storage()->nbytes();
      auto fresh = Storage::allocate(context_.allocator(), nbytes);
      copy_bytes(context_, fresh->mutable_data(), tensor.storage()->data(), nbytes);
      storage = std::move(fresh);
    }
    return make<Tensor>(storage, tensor.layout(), tensor.dtype());
  }

  struct WithoutGrad {
    const Tensor* source;
    TensorRef copy;
  };

  Context& context_;
  bool complete_ = false;
  std::vector<Pair> modules_;
  std::unordered_map<const Module*, size_t> index_of_;
  std::unordered_map<const Tensor*, TensorRef> tensors_;
  std::unordered_map<const Storage*, Ref<Storage>> storages_;
  std::vector<WithoutGrad> without_grad_;
};

}  // namespace

ModuleRef deepcopy(Context& context, const Module& root) {
  const Ref<const Module> self(&root);  // a class's own code may release it
  return DeepCopy(context).run(root);
}

}  // namespace duramen::nn
