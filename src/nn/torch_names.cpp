#include "nn/torch_names.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "nn/module.hpp"

namespace duramen::nn {
namespace {

// dir(torch.nn.Module()) of PyTorch 2.15, sorted.
constexpr std::string_view kBaseAttributes[] = {"T_destination",
                                                "__annotations__",
                                                "__call__",
                                                "__class__",
                                                "__delattr__",
                                                "__dict__",
                                                "__dir__",
                                                "__doc__",
                                                "__eq__",
                                                "__format__",
                                                "__ge__",
                                                "__getattr__",
                                                "__getattribute__",
                                                "__getstate__",
                                                "__gt__",
                                                "__hash__",
                                                "__init__",
                                                "__init_subclass__",
                                                "__le__",
                                                "__lt__",
                                                "__module__",
                                                "__ne__",
                                                "__new__",
                                                "__reduce__",
                                                "__reduce_ex__",
                                                "__repr__",
                                                "__setattr__",
                                                "__setstate__",
                                                "__sizeof__",
                                                "__str__",
                                                "__subclasshook__",
                                                "__weakref__",
                                                "_apply",
                                                "_backward_hooks",
                                                "_backward_pre_hooks",
                                                "_buffers",
                                                "_call_impl",
                                                "_compiled_call_impl",
                                                "_forward_hooks",
                                                "_forward_hooks_always_called",
                                                "_forward_hooks_with_kwargs",
                                                "_forward_pre_hooks",
                                                "_forward_pre_hooks_with_kwargs",
                                                "_get_backward_hooks",
                                                "_get_backward_pre_hooks",
                                                "_get_name",
                                                "_is_full_backward_hook",
                                                "_load_from_state_dict",
                                                "_load_state_dict_post_hooks",
                                                "_load_state_dict_pre_hooks",
                                                "_maybe_warn_non_full_backward_hook",
                                                "_modules",
                                                "_named_members",
                                                "_non_persistent_buffers_set",
                                                "_parameters",
                                                "_register_load_state_dict_pre_hook",
                                                "_register_state_dict_hook",
                                                "_replicate_for_data_parallel",
                                                "_save_to_state_dict",
                                                "_slow_forward",
                                                "_state_dict_hooks",
                                                "_state_dict_pre_hooks",
                                                "_version",
                                                "_wrapped_call_impl",
                                                "add_module",
                                                "apply",
                                                "bfloat16",
                                                "buffers",
                                                "call_super_init",
                                                "children",
                                                "compile",
                                                "cpu",
                                                "cuda",
                                                "double",
                                                "dump_patches",
                                                "eval",
                                                "extra_repr",
                                                "float",
                                                "forward",
                                                "get_buffer",
                                                "get_extra_state",
                                                "get_parameter",
                                                "get_submodule",
                                                "half",
                                                "ipu",
                                                "load_state_dict",
                                                "modules",
                                                "mtia",
                                                "named_buffers",
                                                "named_children",
                                                "named_modules",
                                                "named_parameters",
                                                "parameters",
                                                "register_backward_hook",
                                                "register_buffer",
                                                "register_forward_hook",
                                                "register_forward_pre_hook",
                                                "register_full_backward_hook",
                                                "register_full_backward_pre_hook",
                                                "register_load_state_dict_post_hook",
                                                "register_load_state_dict_pre_hook",
                                                "register_module",
                                                "register_parameter",
                                                "register_state_dict_post_hook",
                                                "register_state_dict_pre_hook",
                                                "requires_grad_",
                                                "set_extra_state",
                                                "set_submodule",
                                                "share_memory",
                                                "state_dict",
                                                "to",
                                                "to_empty",
                                                "train",
                                                "training",
                                                "type",
                                                "xpu",
                                                "zero_grad"};

// Which file of torch.nn.modules has which classes.
struct TypeHome {
  std::string_view file;
  std::string_view classes;
};
constexpr TypeHome kTypeHomes[] = {
    {"module", "Module"},
    {"linear", "Linear, NonDynamicallyQuantizableLinear, Bilinear, Identity"},
    {"conv", "Conv1d, Conv2d, Conv3d, ConvTranspose1d, ConvTranspose2d, ConvTranspose3d"},
    {"batchnorm", "BatchNorm1d, BatchNorm2d, BatchNorm3d, SyncBatchNorm"},
    {"instancenorm", "InstanceNorm1d, InstanceNorm2d, InstanceNorm3d"},
    {"normalization", "LayerNorm, GroupNorm, RMSNorm"},
    {"container", "Container, Sequential, ModuleList, ModuleDict, ParameterList, ParameterDict"},
    {"flatten", "Flatten"},
    {"activation", "ReLU, Tanh, Sigmoid, SiLU, GELU, Softmax, LogSoftmax, MultiheadAttention"},
    {"dropout", "Dropout"},
    {"sparse", "Embedding, EmbeddingBag"},
    {"rnn", "RNNBase, RNN, LSTM, GRU, RNNCellBase, RNNCell, LSTMCell, GRUCell"},
    {"transformer",
     "TransformerEncoderLayer, TransformerDecoderLayer, TransformerEncoder, TransformerDecoder, "
     "Transformer"},
    {"loss",
     "L1Loss, MSELoss, SmoothL1Loss, HuberLoss, KLDivLoss, PoissonNLLLoss, GaussianNLLLoss, "
     "CTCLoss, HingeEmbeddingLoss, MarginRankingLoss, CosineEmbeddingLoss, TripletMarginLoss, "
     "MultiLabelMarginLoss, SoftMarginLoss, NLLLoss, NLLLoss2d, CrossEntropyLoss, BCELoss, "
     "BCEWithLogitsLoss, MultiLabelSoftMarginLoss, MultiMarginLoss, LinearCrossEntropyLoss, "
     "TripletMarginWithDistanceLoss"},
    {"adaptive", "AdaptiveLogSoftmaxWithLoss"},
};

}  // namespace

bool lists(std::string_view names, std::string_view name) noexcept {
  while (!names.empty()) {
    const std::string_view first = names.substr(0, names.find(','));
    if (first == name) return true;
    names.remove_prefix(std::min(first.size() + 2, names.size()));
  }
  return false;
}

std::string torch_typename(const Tensor& tensor) {
  return join("torch.", scalar_type_name(tensor.dtype()), "Tensor");
}

std::string torch_typename(const Module& module) {
  if (module.derived()) return module.derived()->name();
  for (const TypeHome& home : kTypeHomes) {
    if (lists(home.classes, module.class_name())) {
      return join("torch.nn.modules.", home.file, ".", module.class_name());
    }
  }
  const bool is_parallel = module.class_name() == "DataParallel";
  return is_parallel ? "torch.nn.parallel.data_parallel.DataParallel" : module.class_name();
}

bool is_base_attribute(std::string_view name) noexcept {
  return std::binary_search(std::begin(kBaseAttributes), std::end(kBaseAttributes), name);
}

}  // namespace duramen::nn
