"""The layers, losses and other classes of torch.nn: written by tools/registry.py from the registry of the library."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Union

from ._layer import Layer, settle

if TYPE_CHECKING:
    from ._context import Context
    from ._dtype import dtype
    from ._module import Module
    from ._tensor import Tensor

Ints = Union[int, Sequence[int]]  # one number for every dimension, or one each

__all__ = [
    "Identity", "Flatten", "MaxPool2d", "AdaptiveAvgPool2d", "ReLU", "Tanh", "Sigmoid", "SiLU", "GELU", "Softmax",
    "LogSoftmax", "Linear", "NonDynamicallyQuantizableLinear", "Bilinear", "Conv1d", "Conv2d", "Conv3d",
    "ConvTranspose1d", "ConvTranspose2d", "ConvTranspose3d", "BatchNorm1d", "BatchNorm2d", "BatchNorm3d",
    "SyncBatchNorm", "InstanceNorm1d", "InstanceNorm2d", "InstanceNorm3d", "LayerNorm", "RMSNorm", "GroupNorm",
    "Embedding", "EmbeddingBag", "Dropout", "Dropout1d", "Dropout2d", "Dropout3d", "AlphaDropout",
    "FeatureAlphaDropout", "Threshold", "RReLU", "Hardtanh", "ReLU6", "Hardsigmoid", "Mish", "Hardswish", "ELU",
    "CELU", "SELU", "GLU", "Hardshrink", "LeakyReLU", "LogSigmoid", "Softplus", "Softshrink", "Softsign",
    "Tanhshrink", "Softmin", "Softmax2d", "PReLU", "ConstantPad1d", "ConstantPad2d", "ConstantPad3d", "ZeroPad1d",
    "ZeroPad2d", "ZeroPad3d", "ReflectionPad1d", "ReflectionPad2d", "ReflectionPad3d", "ReplicationPad1d",
    "ReplicationPad2d", "ReplicationPad3d", "CircularPad1d", "CircularPad2d", "CircularPad3d", "MaxPool1d",
    "MaxPool3d", "AvgPool1d", "AvgPool2d", "AvgPool3d", "AdaptiveMaxPool1d", "AdaptiveMaxPool2d",
    "AdaptiveMaxPool3d", "AdaptiveAvgPool1d", "AdaptiveAvgPool3d", "LPPool1d", "LPPool2d", "LPPool3d",
    "MaxUnpool1d", "MaxUnpool2d", "MaxUnpool3d", "FractionalMaxPool2d", "FractionalMaxPool3d", "Unflatten", "Fold",
    "Unfold", "PixelShuffle", "PixelUnshuffle", "ChannelShuffle", "Upsample", "UpsamplingNearest2d",
    "UpsamplingBilinear2d", "CosineSimilarity", "PairwiseDistance", "LocalResponseNorm", "CrossMapLRN2d", "L1Loss",
    "MSELoss", "SmoothL1Loss", "HuberLoss", "KLDivLoss", "PoissonNLLLoss", "GaussianNLLLoss", "CTCLoss",
    "HingeEmbeddingLoss", "MarginRankingLoss", "CosineEmbeddingLoss", "TripletMarginLoss", "MultiLabelMarginLoss",
    "SoftMarginLoss", "NLLLoss", "NLLLoss2d", "CrossEntropyLoss", "BCELoss", "BCEWithLogitsLoss",
    "MultiLabelSoftMarginLoss", "MultiMarginLoss", "AdaptiveLogSoftmaxWithLoss", "LinearCrossEntropyLoss",
    "TripletMarginWithDistanceLoss", "RNNBase", "RNN", "LSTM", "GRU", "RNNCellBase", "RNNCell", "LSTMCell",
    "GRUCell", "MultiheadAttention", "TransformerEncoderLayer", "TransformerDecoderLayer", "TransformerEncoder",
    "TransformerDecoder", "Transformer", "Container", "DataParallel", "LazyLinear", "LazyConv1d", "LazyConv2d",
    "LazyConv3d", "LazyConvTranspose1d", "LazyConvTranspose2d", "LazyConvTranspose3d", "LazyBatchNorm1d",
    "LazyBatchNorm2d", "LazyBatchNorm3d", "LazyInstanceNorm1d", "LazyInstanceNorm2d", "LazyInstanceNorm3d",
]


class Identity(Layer):
    """Gives back its input. Takes any arguments and ignores them.

    args: ignored
    kwargs: ignored
    """

    def __init__(self, *args: Any, context: Context | None = None, **kwargs: Any) -> None: ...


class Flatten(Layer):
    """Joins a range of dimensions into one.

    start_dim: first dimension that is joined
    end_dim: last dimension that is joined
    """

    def __init__(self, start_dim: int = 1, end_dim: int = -1, *, context: Context | None = None) -> None: ...


class MaxPool2d(Layer):
    """The largest element of each window of the planes. Input: (N, C, H, W) or (C, H, W).

    kernel_size: rows and columns of a window
    stride: of the windows; None: their size
    padding: border that never wins
    dilation: distance between the elements of a window
    return_indices: gives also where each maximum is
    ceil_mode: a last window that is not whole counts too
    """

    def __init__(self, kernel_size: Ints, stride: Ints | None = None, padding: Ints = 0, dilation: Ints = 1,
                 return_indices: bool = False, ceil_mode: bool = False, *, context: Context | None = None) -> None: ...


class AdaptiveAvgPool2d(Layer):
    """Means of as many windows as wanted, which cover each plane. Input: (N, C, H, W) or (C, H, W).

    output_size: of a plane, an integer or a pair; None in it: as the input's
    """

    def __init__(self, output_size: Ints | Sequence[Any] | None, *, context: Context | None = None) -> None: ...


class ReLU(Layer):
    """max(x, 0) of each element.

    inplace: writes the result over the input
    """

    def __init__(self, inplace: bool = False, *, context: Context | None = None) -> None: ...


class Tanh(Layer):
    """tanh(x) of each element."""

    def __init__(self, *, context: Context | None = None) -> None: ...


class Sigmoid(Layer):
    """1 / (1 + exp(-x)) of each element."""

    def __init__(self, *, context: Context | None = None) -> None: ...


class SiLU(Layer):
    """x / (1 + exp(-x)) of each element.

    inplace: writes the result over the input
    """

    def __init__(self, inplace: bool = False, *, context: Context | None = None) -> None: ...


class GELU(Layer):
    """x times the normal distribution function of x, of each element.

    approximate: 'none', or 'tanh' for the formula with tanh
    """

    def __init__(self, approximate: Any = 'none', *, context: Context | None = None) -> None: ...


class Softmax(Layer):
    """exp(x), scaled to the sum 1 along a dimension.

    dim: the dimension that sums to 1; None: 0 for 0, 1 and 3 dimensions, else 1
    """

    def __init__(self, dim: Any = None, *, context: Context | None = None) -> None: ...


class LogSoftmax(Layer):
    """The logarithm of Softmax.

    dim: the dimension that sums to 1; None: 0 for 0, 1 and 3 dimensions, else 1
    """

    def __init__(self, dim: Any = None, *, context: Context | None = None) -> None: ...


class Linear(Layer):
    """y = x Aᵀ + b. Parameters: weight (out_features, in_features), bias (out_features).

    in_features: size of each input row
    out_features: size of each output row
    bias: adds a learned bias; without it the name is kept with None
    device: where the state lives; only the CPU is known
    dtype: the element type of the state (default: the context's)
    """

    def __init__(self, in_features: int, out_features: int, bias: bool = True, device: str | None = None,
                 dtype: dtype | str | None = None, *, context: Context | None = None) -> None: ...


class NonDynamicallyQuantizableLinear(Layer):
    """Linear, inside of MultiheadAttention.

    in_features: size of each input row
    out_features: size of each output row
    bias: adds a learned bias; without it the name is kept with None
    device: where the state lives; only the CPU is known
    dtype: the element type of the state (default: the context's)
    """

    def __init__(self, in_features: int, out_features: int, bias: bool = True, device: str | None = None,
                 dtype: dtype | str | None = None, *, context: Context | None = None) -> None: ...


class Bilinear(Layer):
    """y = x₁ᵀ A x₂ + b. Parameters: weight (out_features, in1_features, in2_features), bias (out_features).

    in1_features: size of each row of the first input
    in2_features: size of each row of the second input
    out_features: size of each output row
    bias: adds a learned bias; without it the name is kept with None
    device: where the state lives; only the CPU is known
    dtype: the element type of the state (default: the context's)
    """

    def __init__(self, in1_features: int, in2_features: int, out_features: int, bias: bool = True,
                 device: str | None = None, dtype: dtype | str | None = None, *,
                 context: Context | None = None) -> None: ...


class Conv1d(Layer):
    """Cross-correlates rows with learned kernels. Input: (N, C, L) or (C, L). Parameters: weight (out_channels,
    in_channels / groups, size), bias (out_channels).

    in_channels: channels of the input
    out_channels: channels of the output
    kernel_size: sizes of the kernel
    stride: of the kernel over the input
    padding: border around the input; 'same': as much as keeps the size, 'valid': none
    dilation: distance between the kernel's elements
    groups: parts of the channels that do not meet
    bias: adds a learned bias; without it the name is kept with None
    padding_mode: what the border holds: 'zeros', 'reflect', 'replicate' or 'circular'
    device: where the state lives; only the CPU is known
    dtype: the element type of the state (default: the context's)
    """

    def __init__(self, in_channels: int, out_channels: int, kernel_size: Ints, stride: Ints = 1,
                 padding: str | Ints = 0, dilation: Ints = 1, groups: int = 1, bias: bool = True,
                 padding_mode: str = 'zeros', device: str | None = None, dtype: dtype | str | None = None, *,
                 context: Context | None = None) -> None: ...


class Conv2d(Layer):
    """Cross-correlates planes with learned kernels. Input: (N, C, H, W) or (C, H, W). Parameters: weight
    (out_channels, in_channels / groups, rows, columns), bias (out_channels).

    in_channels: channels of the input
    out_channels: channels of the output
    kernel_size: sizes of the kernel
    stride: of the kernel over the input
    padding: border around the input; 'same': as much as keeps the size, 'valid': none
    dilation: distance between the kernel's elements
    groups: parts of the channels that do not meet
    bias: adds a learned bias; without it the name is kept with None
    padding_mode: what the border holds: 'zeros', 'reflect', 'replicate' or 'circular'
    device: where the state lives; only the CPU is known
    dtype: the element type of the state (default: the context's)
    """

    def __init__(self, in_channels: int, out_channels: int, kernel_size: Ints, stride: Ints = 1,
                 padding: str | Ints = 0, dilation: Ints = 1, groups: int = 1, bias: bool = True,
                 padding_mode: str = 'zeros', device: str | None = None, dtype: dtype | str | None = None, *,
                 context: Context | None = None) -> None: ...


class Conv3d(Layer):
    """Cross-correlates volumes with learned kernels. Input: (N, C, D, H, W) or (C, D, H, W). Parameters: weight
    (out_channels, in_channels / groups, depth, rows, columns), bias (out_channels).

    in_channels: channels of the input
    out_channels: channels of the output
    kernel_size: sizes of the kernel
    stride: of the kernel over the input
    padding: border around the input; 'same': as much as keeps the size, 'valid': none
    dilation: distance between the kernel's elements
    groups: parts of the channels that do not meet
    bias: adds a learned bias; without it the name is kept with None
    padding_mode: what the border holds: 'zeros', 'reflect', 'replicate' or 'circular'
    device: where the state lives; only the CPU is known
    dtype: the element type of the state (default: the context's)
    """

    def __init__(self, in_channels: int, out_channels: int, kernel_size: Ints, stride: Ints = 1,
                 padding: str | Ints = 0, dilation: Ints = 1, groups: int = 1, bias: bool = True,
                 padding_mode: str = 'zeros', device: str | None = None, dtype: dtype | str | None = None, *,
                 context: Context | None = None) -> None: ...


class ConvTranspose1d(Layer):
    """The transpose of Conv1d as a map. Parameters: weight (in_channels, out_channels / groups, size), bias
    (out_channels).

    in_channels: channels of the input
    out_channels: channels of the output
    kernel_size: sizes of the kernel
    stride: of the kernel over the output
    padding: how much of the output's border is left out
    output_padding: how much the output grows at its end
    groups: parts of the channels that do not meet
    bias: adds a learned bias; without it the name is kept with None
    dilation: distance between the kernel's elements
    padding_mode: 'zeros' only
    device: where the state lives; only the CPU is known
    dtype: the element type of the state (default: the context's)
    """

    def __init__(self, in_channels: int, out_channels: int, kernel_size: Ints, stride: Ints = 1, padding: Ints = 0,
                 output_padding: Ints = 0, groups: int = 1, bias: bool = True, dilation: Ints = 1,
                 padding_mode: str = 'zeros', device: str | None = None, dtype: dtype | str | None = None, *,
                 context: Context | None = None) -> None: ...


class ConvTranspose2d(Layer):
    """The transpose of Conv2d as a map. Parameters: weight (in_channels, out_channels / groups, rows, columns), bias
    (out_channels).

    in_channels: channels of the input
    out_channels: channels of the output
    kernel_size: sizes of the kernel
    stride: of the kernel over the output
    padding: how much of the output's border is left out
    output_padding: how much the output grows at its end
    groups: parts of the channels that do not meet
    bias: adds a learned bias; without it the name is kept with None
    dilation: distance between the kernel's elements
    padding_mode: 'zeros' only
    device: where the state lives; only the CPU is known
    dtype: the element type of the state (default: the context's)
    """

    def __init__(self, in_channels: int, out_channels: int, kernel_size: Ints, stride: Ints = 1, padding: Ints = 0,
                 output_padding: Ints = 0, groups: int = 1, bias: bool = True, dilation: Ints = 1,
                 padding_mode: str = 'zeros', device: str | None = None, dtype: dtype | str | None = None, *,
                 context: Context | None = None) -> None: ...


class ConvTranspose3d(Layer):
    """The transpose of Conv3d as a map. Parameters: weight (in_channels, out_channels / groups, depth, rows, columns),
    bias (out_channels).

    in_channels: channels of the input
    out_channels: channels of the output
    kernel_size: sizes of the kernel
    stride: of the kernel over the output
    padding: how much of the output's border is left out
    output_padding: how much the output grows at its end
    groups: parts of the channels that do not meet
    bias: adds a learned bias; without it the name is kept with None
    dilation: distance between the kernel's elements
    padding_mode: 'zeros' only
    device: where the state lives; only the CPU is known
    dtype: the element type of the state (default: the context's)
    """

    def __init__(self, in_channels: int, out_channels: int, kernel_size: Ints, stride: Ints = 1, padding: Ints = 0,
                 output_padding: Ints = 0, groups: int = 1, bias: bool = True, dilation: Ints = 1,
                 padding_mode: str = 'zeros', device: str | None = None, dtype: dtype | str | None = None, *,
                 context: Context | None = None) -> None: ...


class BatchNorm1d(Layer):
    """Normalises each channel over the batch of a 2-D or 3-D input. Parameters: weight, bias (num_features); buffers:
    running_mean, running_var, num_batches_tracked.

    num_features: number of channels, the input's size 1
    eps: added to the variance
    momentum: share of a batch in the running statistics; None: their cumulative average
    affine: learned scale and shift; without them the names hold None
    track_running_stats: keeps running_mean, running_var and num_batches_tracked; without them the names hold None
    device: where the state lives; only the CPU is known
    dtype: the element type of the state (default: the context's)
    bias: learned shift
    """

    def __init__(self, num_features: int, eps: float = 1e-05, momentum: float = 0.1, affine: bool = True,
                 track_running_stats: bool = True, device: str | None = None, dtype: dtype | str | None = None, *,
                 bias: bool = True, context: Context | None = None) -> None: ...


class BatchNorm2d(Layer):
    """Normalises each channel over the batch and the two other dimensions of a 4-D input. State as BatchNorm1d.

    num_features: number of channels, the input's size 1
    eps: added to the variance
    momentum: share of a batch in the running statistics; None: their cumulative average
    affine: learned scale and shift; without them the names hold None
    track_running_stats: keeps running_mean, running_var and num_batches_tracked; without them the names hold None
    device: where the state lives; only the CPU is known
    dtype: the element type of the state (default: the context's)
    bias: learned shift
    """

    def __init__(self, num_features: int, eps: float = 1e-05, momentum: float = 0.1, affine: bool = True,
                 track_running_stats: bool = True, device: str | None = None, dtype: dtype | str | None = None, *,
                 bias: bool = True, context: Context | None = None) -> None: ...


class BatchNorm3d(Layer):
    """Normalises each channel over the batch and the three other dimensions of a 5-D input. State as BatchNorm1d.

    num_features: number of channels, the input's size 1
    eps: added to the variance
    momentum: share of a batch in the running statistics; None: their cumulative average
    affine: learned scale and shift; without them the names hold None
    track_running_stats: keeps running_mean, running_var and num_batches_tracked; without them the names hold None
    device: where the state lives; only the CPU is known
    dtype: the element type of the state (default: the context's)
    bias: learned shift
    """

    def __init__(self, num_features: int, eps: float = 1e-05, momentum: float = 0.1, affine: bool = True,
                 track_running_stats: bool = True, device: str | None = None, dtype: dtype | str | None = None, *,
                 bias: bool = True, context: Context | None = None) -> None: ...


class SyncBatchNorm(Layer):
    """Batch normalisation over the batches of several processes. State as BatchNorm1d.

    num_features: number of channels, the input's size 1
    eps: added to the variance
    momentum: share of a batch in the running statistics; None: their cumulative average
    affine: learned scale and shift; without them the names hold None
    track_running_stats: keeps running_mean, running_var and num_batches_tracked; without them the names hold None
    process_group: kept only: there are no other processes
    device: where the state lives; only the CPU is known
    dtype: the element type of the state (default: the context's)
    bias: learned shift
    """

    def __init__(self, num_features: int, eps: float = 1e-05, momentum: float = 0.1, affine: bool = True,
                 track_running_stats: bool = True, process_group: Any = None, device: str | None = None,
                 dtype: dtype | str | None = None, *, bias: bool = True, context: Context | None = None) -> None: ...


class InstanceNorm1d(Layer):
    """Normalises each channel of each sample. Parameters with affine: weight, bias (num_features); buffers with
    track_running_stats: running_mean, running_var, num_batches_tracked.

    num_features: number of channels, the input's size 1
    eps: added to the variance
    momentum: share of a batch in the running statistics; None: their cumulative average
    affine: learned scale and shift; without them the names hold None
    track_running_stats: keeps running_mean, running_var and num_batches_tracked; without them the names hold None
    device: where the state lives; only the CPU is known
    dtype: the element type of the state (default: the context's)
    bias: learned shift
    """

    def __init__(self, num_features: int, eps: float = 1e-05, momentum: float = 0.1, affine: bool = False,
                 track_running_stats: bool = False, device: str | None = None, dtype: dtype | str | None = None, *,
                 bias: bool = True, context: Context | None = None) -> None: ...


class InstanceNorm2d(Layer):
    """Normalises each channel of each sample. Parameters with affine: weight, bias (num_features); buffers with
    track_running_stats: running_mean, running_var, num_batches_tracked.

    num_features: number of channels, the input's size 1
    eps: added to the variance
    momentum: share of a batch in the running statistics; None: their cumulative average
    affine: learned scale and shift; without them the names hold None
    track_running_stats: keeps running_mean, running_var and num_batches_tracked; without them the names hold None
    device: where the state lives; only the CPU is known
    dtype: the element type of the state (default: the context's)
    bias: learned shift
    """

    def __init__(self, num_features: int, eps: float = 1e-05, momentum: float = 0.1, affine: bool = False,
                 track_running_stats: bool = False, device: str | None = None, dtype: dtype | str | None = None, *,
                 bias: bool = True, context: Context | None = None) -> None: ...


class InstanceNorm3d(Layer):
    """Normalises each channel of each sample. Parameters with affine: weight, bias (num_features); buffers with
    track_running_stats: running_mean, running_var, num_batches_tracked.

    num_features: number of channels, the input's size 1
    eps: added to the variance
    momentum: share of a batch in the running statistics; None: their cumulative average
    affine: learned scale and shift; without them the names hold None
    track_running_stats: keeps running_mean, running_var and num_batches_tracked; without them the names hold None
    device: where the state lives; only the CPU is known
    dtype: the element type of the state (default: the context's)
    bias: learned shift
    """

    def __init__(self, num_features: int, eps: float = 1e-05, momentum: float = 0.1, affine: bool = False,
                 track_running_stats: bool = False, device: str | None = None, dtype: dtype | str | None = None, *,
                 bias: bool = True, context: Context | None = None) -> None: ...


class LayerNorm(Layer):
    """Normalises the last dimensions of each sample. Parameters: weight, bias (normalized_shape).

    normalized_shape: sizes of the last dimensions, which are normalised
    eps: added to the variance
    elementwise_affine: learned scale and shift; without them the names hold None
    bias: learned shift
    device: where the state lives; only the CPU is known
    dtype: the element type of the state (default: the context's)
    """

    def __init__(self, normalized_shape: Ints, eps: float = 1e-05, elementwise_affine: bool = True, bias: bool = True,
                 device: str | None = None, dtype: dtype | str | None = None, *,
                 context: Context | None = None) -> None: ...


class RMSNorm(Layer):
    """Divides the last dimensions of each sample by their root mean square. Parameter: weight (normalized_shape).

    normalized_shape: sizes of the last dimensions, which are normalised
    eps: added to the mean square; None: the smallest step of the input's dtype at 1
    elementwise_affine: learned scale; without it the name holds None
    device: where the state lives; only the CPU is known
    dtype: the element type of the state (default: the context's)
    """

    def __init__(self, normalized_shape: Ints, eps: float | None = None, elementwise_affine: bool = True,
                 device: str | None = None, dtype: dtype | str | None = None, *,
                 context: Context | None = None) -> None: ...


class GroupNorm(Layer):
    """Normalises groups of the channels of each sample. Parameters: weight, bias (num_channels).

    num_groups: groups of the channels
    num_channels: number of channels, the input's size 1
    eps: added to the variance
    affine: learned scale and shift; without them the names hold None
    device: where the state lives; only the CPU is known
    dtype: the element type of the state (default: the context's)
    bias: learned shift
    """

    def __init__(self, num_groups: int, num_channels: int, eps: float = 1e-05, affine: bool = True,
                 device: str | None = None, dtype: dtype | str | None = None, *, bias: bool = True,
                 context: Context | None = None) -> None: ...


class Embedding(Layer):
    """Rows of a table by number. Parameter: weight (num_embeddings, embedding_dim).

    num_embeddings: how many rows the table has
    embedding_dim: size of each row
    padding_idx: a row that starts as zeros and gets no gradient; negative: counted from the end
    max_norm: rows that are used and longer than this are shortened in place
    norm_type: p of the norm for max_norm
    scale_grad_by_freq: divides the gradient of a row by how often it was used
    sparse: kept and printed; the gradient has the values of PyTorch's sparse one, stored densely
    _weight: the table's values, taken as they are
    _freeze: the table asks for no gradient
    device: where the state lives; only the CPU is known
    dtype: the element type of the state (default: the context's)
    """

    def __init__(self, num_embeddings: int, embedding_dim: int, padding_idx: int | None = None,
                 max_norm: float | None = None, norm_type: float = 2.0, scale_grad_by_freq: bool = False,
                 sparse: bool = False, _weight: Tensor | None = None, _freeze: bool = False, device: str | None = None,
                 dtype: dtype | str | None = None, *, context: Context | None = None) -> None: ...


class EmbeddingBag(Layer):
    """Sums, means or maxima of rows of a table. Parameter: weight (num_embeddings, embedding_dim).

    num_embeddings: how many rows the table has
    embedding_dim: size of each row
    max_norm: rows that are used and longer than this are shortened in place
    norm_type: p of the norm for max_norm
    scale_grad_by_freq: divides the gradient of a row by how often it was used
    mode: how a bag's rows come together: 'sum', 'mean' or 'max'
    sparse: kept: gradients are stored densely
    _weight: the table's values, taken as they are
    include_last_offset: the last offset is the end of the last bag
    padding_idx: a row that starts as zeros and gets no gradient; negative: counted from the end
    device: where the state lives; only the CPU is known
    dtype: the element type of the state (default: the context's)
    """

    def __init__(self, num_embeddings: int, embedding_dim: int, max_norm: float | None = None, norm_type: float = 2.0,
                 scale_grad_by_freq: bool = False, mode: str = 'mean', sparse: bool = False,
                 _weight: Tensor | None = None, include_last_offset: bool = False, padding_idx: int | None = None,
                 device: str | None = None, dtype: dtype | str | None = None, *,
                 context: Context | None = None) -> None: ...


class Dropout(Layer):
    """While training, zeroes elements at random and scales the others by 1 / (1 - p).

    p: probability to be zeroed
    inplace: writes the result over the input
    """

    def __init__(self, p: Any = 0.5, inplace: Any = False, *, context: Context | None = None) -> None: ...


class Dropout1d(Layer):
    """While training, zeroes whole channels at random and scales the others by 1 / (1 - p).

    p: probability to be zeroed
    inplace: writes the result over the input
    """

    def __init__(self, p: Any = 0.5, inplace: Any = False, *, context: Context | None = None) -> None: ...


class Dropout2d(Layer):
    """While training, zeroes whole channels at random and scales the others by 1 / (1 - p).

    p: probability to be zeroed
    inplace: writes the result over the input
    """

    def __init__(self, p: Any = 0.5, inplace: Any = False, *, context: Context | None = None) -> None: ...


class Dropout3d(Layer):
    """While training, zeroes whole channels at random and scales the others by 1 / (1 - p).

    p: probability to be zeroed
    inplace: writes the result over the input
    """

    def __init__(self, p: Any = 0.5, inplace: Any = False, *, context: Context | None = None) -> None: ...


class AlphaDropout(Layer):
    """While training, sets elements at random to SELU's lowest value, and keeps mean and variance.

    p: probability to be zeroed
    inplace: writes the result over the input
    """

    def __init__(self, p: Any = 0.5, inplace: Any = False, *, context: Context | None = None) -> None: ...


class FeatureAlphaDropout(Layer):
    """AlphaDropout of whole channels.

    p: probability to be zeroed
    inplace: writes the result over the input
    """

    def __init__(self, p: Any = 0.5, inplace: Any = False, *, context: Context | None = None) -> None: ...


class Threshold(Layer):
    """x above a threshold, else a value.

    threshold: what is not above it is replaced
    value: by this
    inplace: writes the result over the input
    """

    def __init__(self, threshold: Any, value: Any, inplace: Any = False, *, context: Context | None = None) -> None: ...


class RReLU(Layer):
    """max(x, 0) + slope * min(x, 0); while training with random slopes.

    lower: smallest slope below 0
    upper: largest slope below 0
    inplace: writes the result over the input
    """

    def __init__(self, lower: Any = 0.125, upper: Any = 0.3333333333333333, inplace: Any = False, *,
                 context: Context | None = None) -> None: ...


class Hardtanh(Layer):
    """x between two bounds.

    min_val: smallest result
    max_val: largest result
    inplace: writes the result over the input
    min_value: old name of min_val
    max_value: old name of max_val
    """

    def __init__(self, min_val: Any = -1.0, max_val: Any = 1.0, inplace: Any = False, min_value: Any = None,
                 max_value: Any = None, *, context: Context | None = None) -> None: ...


class ReLU6(Layer):
    """x between 0 and 6.

    inplace: writes the result over the input
    """

    def __init__(self, inplace: Any = False, *, context: Context | None = None) -> None: ...


class Hardsigmoid(Layer):
    """x / 6 + 1 / 2 between 0 and 1.

    inplace: writes the result over the input
    """

    def __init__(self, inplace: Any = False, *, context: Context | None = None) -> None: ...


class Mish(Layer):
    """x * tanh(softplus(x)).

    inplace: writes the result over the input
    """

    def __init__(self, inplace: Any = False, *, context: Context | None = None) -> None: ...


class Hardswish(Layer):
    """x * hardsigmoid(x).

    inplace: writes the result over the input
    """

    def __init__(self, inplace: Any = False, *, context: Context | None = None) -> None: ...


class ELU(Layer):
    """x above 0, else alpha * (exp(x) - 1).

    alpha: what the result tends to, negated
    inplace: writes the result over the input
    """

    def __init__(self, alpha: Any = 1.0, inplace: Any = False, *, context: Context | None = None) -> None: ...


class CELU(Layer):
    """x above 0, else alpha * (exp(x / alpha) - 1).

    alpha: what the result tends to, negated
    inplace: writes the result over the input
    """

    def __init__(self, alpha: Any = 1.0, inplace: Any = False, *, context: Context | None = None) -> None: ...


class SELU(Layer):
    """ELU scaled so that mean 0 and variance 1 stay what they are.

    inplace: writes the result over the input
    """

    def __init__(self, inplace: Any = False, *, context: Context | None = None) -> None: ...


class GLU(Layer):
    """a * sigmoid(b), where a and b are the halves of x.

    dim: the dimension whose second half gates the first
    """

    def __init__(self, dim: Any = -1, *, context: Context | None = None) -> None: ...


class Hardshrink(Layer):
    """x beyond lambd on either side, else 0.

    lambd: what is nearer to 0 gives 0
    """

    def __init__(self, lambd: Any = 0.5, *, context: Context | None = None) -> None: ...


class LeakyReLU(Layer):
    """x, with a slope below 0.

    negative_slope: slope below 0
    inplace: writes the result over the input
    """

    def __init__(self, negative_slope: Any = 0.01, inplace: Any = False, *, context: Context | None = None) -> None: ...


class LogSigmoid(Layer):
    """The logarithm of sigmoid(x)."""

    def __init__(self, *, context: Context | None = None) -> None: ...


class Softplus(Layer):
    """log(1 + exp(beta * x)) / beta.

    beta: how sharp the bend is
    threshold: where x times beta is above it, x is the result
    """

    def __init__(self, beta: Any = 1.0, threshold: Any = 20.0, *, context: Context | None = None) -> None: ...


class Softshrink(Layer):
    """x moved toward 0 by lambd, and not beyond.

    lambd: what is nearer to 0 gives 0
    """

    def __init__(self, lambd: Any = 0.5, *, context: Context | None = None) -> None: ...


class Softsign(Layer):
    """x / (1 + |x|)."""

    def __init__(self, *, context: Context | None = None) -> None: ...


class Tanhshrink(Layer):
    """x - tanh(x)."""

    def __init__(self, *, context: Context | None = None) -> None: ...


class Softmin(Layer):
    """Softmax of -x.

    dim: the dimension that sums to 1; None: 0 for 0, 1 and 3 dimensions, else 1
    """

    def __init__(self, dim: Any = None, *, context: Context | None = None) -> None: ...


class Softmax2d(Layer):
    """Softmax over the channels of (N, C, H, W) or (C, H, W)."""

    def __init__(self, *, context: Context | None = None) -> None: ...


class PReLU(Layer):
    """x, with learned slopes below 0. Parameter: weight (num_parameters).

    num_parameters: how many slopes: 1, or one a channel
    init: the slopes at first
    device: where the state lives; only the CPU is known
    dtype: the element type of the state (default: the context's)
    """

    def __init__(self, num_parameters: Any = 1, init: Any = 0.25, device: str | None = None,
                 dtype: dtype | str | None = None, *, context: Context | None = None) -> None: ...


class ConstantPad1d(Layer):
    """Puts a constant around each sample.

    padding: how many elements at each end: a number, or a tuple of start and end, last dimension first
    value: what stands there
    """

    def __init__(self, padding: Any, value: Any, *, context: Context | None = None) -> None: ...


class ConstantPad2d(Layer):
    """Puts a constant around each sample.

    padding: how many elements at each end: a number, or a tuple of start and end, last dimension first
    value: what stands there
    """

    def __init__(self, padding: Any, value: Any, *, context: Context | None = None) -> None: ...


class ConstantPad3d(Layer):
    """Puts a constant around each sample.

    padding: how many elements at each end: a number, or a tuple of start and end, last dimension first
    value: what stands there
    """

    def __init__(self, padding: Any, value: Any, *, context: Context | None = None) -> None: ...


class ZeroPad1d(Layer):
    """Puts zeros around each sample.

    padding: how many elements at each end: a number, or a tuple of start and end, last dimension first
    """

    def __init__(self, padding: Any, *, context: Context | None = None) -> None: ...


class ZeroPad2d(Layer):
    """Puts zeros around each sample.

    padding: how many elements at each end: a number, or a tuple of start and end, last dimension first
    """

    def __init__(self, padding: Any, *, context: Context | None = None) -> None: ...


class ZeroPad3d(Layer):
    """Puts zeros around each sample.

    padding: how many elements at each end: a number, or a tuple of start and end, last dimension first
    """

    def __init__(self, padding: Any, *, context: Context | None = None) -> None: ...


class ReflectionPad1d(Layer):
    """Continues each sample by its mirror image, the edge not repeated.

    padding: how many elements at each end: a number, or a tuple of start and end, last dimension first
    """

    def __init__(self, padding: Any, *, context: Context | None = None) -> None: ...


class ReflectionPad2d(Layer):
    """Continues each sample by its mirror image, the edge not repeated.

    padding: how many elements at each end: a number, or a tuple of start and end, last dimension first
    """

    def __init__(self, padding: Any, *, context: Context | None = None) -> None: ...


class ReflectionPad3d(Layer):
    """Continues each sample by its mirror image, the edge not repeated.

    padding: how many elements at each end: a number, or a tuple of start and end, last dimension first
    """

    def __init__(self, padding: Any, *, context: Context | None = None) -> None: ...


class ReplicationPad1d(Layer):
    """Continues each sample by its edge.

    padding: how many elements at each end: a number, or a tuple of start and end, last dimension first
    """

    def __init__(self, padding: Any, *, context: Context | None = None) -> None: ...


class ReplicationPad2d(Layer):
    """Continues each sample by its edge.

    padding: how many elements at each end: a number, or a tuple of start and end, last dimension first
    """

    def __init__(self, padding: Any, *, context: Context | None = None) -> None: ...


class ReplicationPad3d(Layer):
    """Continues each sample by its edge.

    padding: how many elements at each end: a number, or a tuple of start and end, last dimension first
    """

    def __init__(self, padding: Any, *, context: Context | None = None) -> None: ...


class CircularPad1d(Layer):
    """Continues each sample by its other end.

    padding: how many elements at each end: a number, or a tuple of start and end, last dimension first
    """

    def __init__(self, padding: Any, *, context: Context | None = None) -> None: ...


class CircularPad2d(Layer):
    """Continues each sample by its other end.

    padding: how many elements at each end: a number, or a tuple of start and end, last dimension first
    """

    def __init__(self, padding: Any, *, context: Context | None = None) -> None: ...


class CircularPad3d(Layer):
    """Continues each sample by its other end.

    padding: how many elements at each end: a number, or a tuple of start and end, last dimension first
    """

    def __init__(self, padding: Any, *, context: Context | None = None) -> None: ...


class MaxPool1d(Layer):
    """The largest element of each window.

    kernel_size: of a window, a number or a tuple
    stride: of the windows; None: their size
    padding: border around each sample
    dilation: distance between the elements of a window
    return_indices: gives also where each maximum is
    ceil_mode: a last window that is not whole counts too
    """

    def __init__(self, kernel_size: Any, stride: Any = None, padding: Any = 0, dilation: Any = 1,
                 return_indices: Any = False, ceil_mode: Any = False, *, context: Context | None = None) -> None: ...


class MaxPool3d(Layer):
    """The largest element of each window.

    kernel_size: of a window, a number or a tuple
    stride: of the windows; None: their size
    padding: border around each sample
    dilation: distance between the elements of a window
    return_indices: gives also where each maximum is
    ceil_mode: a last window that is not whole counts too
    """

    def __init__(self, kernel_size: Any, stride: Any = None, padding: Any = 0, dilation: Any = 1,
                 return_indices: Any = False, ceil_mode: Any = False, *, context: Context | None = None) -> None: ...


class AvgPool1d(Layer):
    """The mean of each window.

    kernel_size: of a window, a number or a tuple
    stride: of the windows; None: their size
    padding: border around each sample
    ceil_mode: a last window that is not whole counts too
    count_include_pad: the border counts for the mean
    """

    def __init__(self, kernel_size: Any, stride: Any = None, padding: Any = 0, ceil_mode: Any = False,
                 count_include_pad: Any = True, *, context: Context | None = None) -> None: ...


class AvgPool2d(Layer):
    """The mean of each window.

    kernel_size: of a window, a number or a tuple
    stride: of the windows; None: their size
    padding: border around each sample
    ceil_mode: a last window that is not whole counts too
    count_include_pad: the border counts for the mean
    divisor_override: what a sum is divided by, for its window's size
    """

    def __init__(self, kernel_size: Any, stride: Any = None, padding: Any = 0, ceil_mode: Any = False,
                 count_include_pad: Any = True, divisor_override: Any = None, *,
                 context: Context | None = None) -> None: ...


class AvgPool3d(Layer):
    """The mean of each window.

    kernel_size: of a window, a number or a tuple
    stride: of the windows; None: their size
    padding: border around each sample
    ceil_mode: a last window that is not whole counts too
    count_include_pad: the border counts for the mean
    divisor_override: what a sum is divided by, for its window's size
    """

    def __init__(self, kernel_size: Any, stride: Any = None, padding: Any = 0, ceil_mode: Any = False,
                 count_include_pad: Any = True, divisor_override: Any = None, *,
                 context: Context | None = None) -> None: ...


class AdaptiveMaxPool1d(Layer):
    """Maxima of as many windows as wanted, which cover each sample.

    output_size: of a sample, a number or a tuple; None in it: as the input's
    return_indices: gives also where each maximum is
    """

    def __init__(self, output_size: Any, return_indices: Any = False, *, context: Context | None = None) -> None: ...


class AdaptiveMaxPool2d(Layer):
    """Maxima of as many windows as wanted, which cover each sample.

    output_size: of a sample, a number or a tuple; None in it: as the input's
    return_indices: gives also where each maximum is
    """

    def __init__(self, output_size: Any, return_indices: Any = False, *, context: Context | None = None) -> None: ...


class AdaptiveMaxPool3d(Layer):
    """Maxima of as many windows as wanted, which cover each sample.

    output_size: of a sample, a number or a tuple; None in it: as the input's
    return_indices: gives also where each maximum is
    """

    def __init__(self, output_size: Any, return_indices: Any = False, *, context: Context | None = None) -> None: ...


class AdaptiveAvgPool1d(Layer):
    """Means of as many windows as wanted, which cover each sample.

    output_size: of a sample, a number or a tuple; None in it: as the input's
    """

    def __init__(self, output_size: Any, *, context: Context | None = None) -> None: ...


class AdaptiveAvgPool3d(Layer):
    """Means of as many windows as wanted, which cover each sample.

    output_size: of a sample, a number or a tuple; None in it: as the input's
    """

    def __init__(self, output_size: Any, *, context: Context | None = None) -> None: ...


class LPPool1d(Layer):
    """The p-norm of each window.

    norm_type: the power p, not 0
    kernel_size: of a window, a number or a tuple
    stride: of the windows; None: their size
    ceil_mode: a last window that is not whole counts too
    """

    def __init__(self, norm_type: Any, kernel_size: Any, stride: Any = None, ceil_mode: Any = False, *,
                 context: Context | None = None) -> None: ...


class LPPool2d(Layer):
    """The p-norm of each window.

    norm_type: the power p, not 0
    kernel_size: of a window, a number or a tuple
    stride: of the windows; None: their size
    ceil_mode: a last window that is not whole counts too
    """

    def __init__(self, norm_type: Any, kernel_size: Any, stride: Any = None, ceil_mode: Any = False, *,
                 context: Context | None = None) -> None: ...


class LPPool3d(Layer):
    """The p-norm of each window.

    norm_type: the power p, not 0
    kernel_size: of a window, a number or a tuple
    stride: of the windows; None: their size
    ceil_mode: a last window that is not whole counts too
    """

    def __init__(self, norm_type: Any, kernel_size: Any, stride: Any = None, ceil_mode: Any = False, *,
                 context: Context | None = None) -> None: ...


class MaxUnpool1d(Layer):
    """Puts maxima back where they were, by their indices, among zeros.

    kernel_size: of a window, a number or a tuple
    stride: of the windows; None: their size
    padding: border around each sample
    """

    def __init__(self, kernel_size: Any, stride: Any = None, padding: Any = 0, *,
                 context: Context | None = None) -> None: ...


class MaxUnpool2d(Layer):
    """Puts maxima back where they were, by their indices, among zeros.

    kernel_size: of a window, a number or a tuple
    stride: of the windows; None: their size
    padding: border around each sample
    """

    def __init__(self, kernel_size: Any, stride: Any = None, padding: Any = 0, *,
                 context: Context | None = None) -> None: ...


class MaxUnpool3d(Layer):
    """Puts maxima back where they were, by their indices, among zeros.

    kernel_size: of a window, a number or a tuple
    stride: of the windows; None: their size
    padding: border around each sample
    """

    def __init__(self, kernel_size: Any, stride: Any = None, padding: Any = 0, *,
                 context: Context | None = None) -> None: ...


class FractionalMaxPool2d(Layer):
    """The largest element of windows at random places. Buffer: _random_samples, when given.

    kernel_size: of a window, a number or a tuple
    output_size: of a sample; this or output_ratio
    output_ratio: size of the result by that of the input, below 1
    return_indices: gives also where each maximum is
    _random_samples: where the windows are, for random places
    """

    def __init__(self, kernel_size: Any, output_size: Any = None, output_ratio: Any = None, return_indices: Any = False,
                 _random_samples: Tensor | Module | None = None, *, context: Context | None = None) -> None: ...


class FractionalMaxPool3d(Layer):
    """The largest element of windows at random places. Buffer: _random_samples, when given.

    kernel_size: of a window, a number or a tuple
    output_size: of a sample; this or output_ratio
    output_ratio: size of the result by that of the input, below 1
    return_indices: gives also where each maximum is
    _random_samples: where the windows are, for random places
    """

    def __init__(self, kernel_size: Any, output_size: Any = None, output_ratio: Any = None, return_indices: Any = False,
                 _random_samples: Tensor | Module | None = None, *, context: Context | None = None) -> None: ...


class Unflatten(Layer):
    """Divides a dimension into several.

    dim: the dimension that is divided
    unflattened_size: the dimensions that it becomes
    """

    def __init__(self, dim: Any, unflattened_size: Any, *, context: Context | None = None) -> None: ...


class Fold(Layer):
    """Adds blocks, one a column, up to planes.

    output_size: of the planes
    kernel_size: of a block, a number or a tuple
    dilation: distance between the elements of a block
    padding: zeros around each plane
    stride: of the blocks
    """

    def __init__(self, output_size: Any, kernel_size: Any, dilation: Any = 1, padding: Any = 0, stride: Any = 1, *,
                 context: Context | None = None) -> None: ...


class Unfold(Layer):
    """The blocks of planes, one a column.

    kernel_size: of a block, a number or a tuple
    dilation: distance between the elements of a block
    padding: zeros around each plane
    stride: of the blocks
    """

    def __init__(self, kernel_size: Any, dilation: Any = 1, padding: Any = 0, stride: Any = 1, *,
                 context: Context | None = None) -> None: ...


class PixelShuffle(Layer):
    """Makes planes larger out of channels.

    upscale_factor: what rows and columns are multiplied by
    """

    def __init__(self, upscale_factor: Any, *, context: Context | None = None) -> None: ...


class PixelUnshuffle(Layer):
    """Undoes PixelShuffle.

    downscale_factor: what rows and columns are divided by
    """

    def __init__(self, downscale_factor: Any, *, context: Context | None = None) -> None: ...


class ChannelShuffle(Layer):
    """Takes turns between groups of channels.

    groups: how many the channels are divided into
    """

    def __init__(self, groups: Any, *, context: Context | None = None) -> None: ...


class Upsample(Layer):
    """Enlarges samples of 1 to 3 dimensions.

    size: of the result; this or scale_factor
    scale_factor: a number, or a tuple
    mode: 'nearest', 'linear', 'bilinear', 'bicubic' or 'trilinear', by the number of dimensions
    align_corners: the outermost elements stay at the corners
    recompute_scale_factor: the scale is taken from the sizes
    """

    def __init__(self, size: Any = None, scale_factor: Any = None, mode: Any = 'nearest', align_corners: Any = None,
                 recompute_scale_factor: Any = None, *, context: Context | None = None) -> None: ...


class UpsamplingNearest2d(Layer):
    """Enlarges planes; repeats elements.

    size: of the result; this or scale_factor
    scale_factor: a number, or a tuple
    """

    def __init__(self, size: Any = None, scale_factor: Any = None, *, context: Context | None = None) -> None: ...


class UpsamplingBilinear2d(Layer):
    """Enlarges planes; interpolates, corners kept.

    size: of the result; this or scale_factor
    scale_factor: a number, or a tuple
    """

    def __init__(self, size: Any = None, scale_factor: Any = None, *, context: Context | None = None) -> None: ...


class CosineSimilarity(Layer):
    """The cosine between two vectors.

    dim: the dimension of the vectors
    eps: smallest product of the lengths
    """

    def __init__(self, dim: Any = 1, eps: Any = 1e-08, *, context: Context | None = None) -> None: ...


class PairwiseDistance(Layer):
    """The p-norm of the difference of two vectors.

    p: of the norm
    eps: added to the difference
    keepdim: the last dimension stays, with size 1
    """

    def __init__(self, p: Any = 2.0, eps: Any = 1e-06, keepdim: Any = False, *,
                 context: Context | None = None) -> None: ...


class LocalResponseNorm(Layer):
    """Divides by a power of the mean of squares over neighbouring channels.

    size: how many channels belong together
    alpha: factor of the mean of squares
    beta: the exponent
    k: added to the mean of squares
    """

    def __init__(self, size: Any, alpha: Any = 0.0001, beta: Any = 0.75, k: Any = 1.0, *,
                 context: Context | None = None) -> None: ...


class CrossMapLRN2d(Layer):
    """Divides by a power of the mean of squares over neighbouring channels.

    size: how many channels belong together
    alpha: factor of the mean of squares
    beta: the exponent
    k: added to the mean of squares
    """

    def __init__(self, size: Any, alpha: Any = 0.0001, beta: Any = 0.75, k: Any = 1, *,
                 context: Context | None = None) -> None: ...


class L1Loss(Layer):
    """Absolute difference of two tensors.

    size_average: old form of reduction: False for 'sum'
    reduce: old form of reduction: False for 'none'
    reduction: 'mean', 'sum' or 'none'
    """

    def __init__(self, size_average: bool | None = None, reduce: bool | None = None, reduction: str = 'mean', *,
                 context: Context | None = None) -> None: ...


class MSELoss(Layer):
    """Squared difference of two tensors.

    size_average: old form of reduction: False for 'sum'
    reduce: old form of reduction: False for 'none'
    reduction: 'mean', 'sum' or 'none'
    """

    def __init__(self, size_average: bool | None = None, reduce: bool | None = None, reduction: str = 'mean', *,
                 context: Context | None = None) -> None: ...


class SmoothL1Loss(Layer):
    """Squared difference near zero, absolute difference elsewhere.

    size_average: old form of reduction: False for 'sum'
    reduce: old form of reduction: False for 'none'
    reduction: 'mean', 'sum' or 'none'
    beta: where the square ends and the straight line begins
    """

    def __init__(self, size_average: bool | None = None, reduce: bool | None = None, reduction: str = 'mean',
                 beta: float = 1.0, *, context: Context | None = None) -> None: ...


class HuberLoss(Layer):
    """Half the squared difference near zero, delta times the absolute one elsewhere.

    reduction: 'mean', 'sum' or 'none'
    delta: where the square ends and the straight line begins
    """

    def __init__(self, reduction: str = 'mean', delta: float = 1.0, *, context: Context | None = None) -> None: ...


class KLDivLoss(Layer):
    """Kullback-Leibler divergence of log-probabilities.

    size_average: old form of reduction: False for 'sum'
    reduce: old form of reduction: False for 'none'
    reduction: 'mean', 'batchmean', 'sum' or 'none'
    log_target: the target holds logarithms, too
    """

    def __init__(self, size_average: bool | None = None, reduce: bool | None = None, reduction: str = 'mean',
                 log_target: bool = False, *, context: Context | None = None) -> None: ...


class PoissonNLLLoss(Layer):
    """Negative log-likelihood of counts under Poisson rates.

    log_input: the input is the logarithm of the rate
    full: adds Stirling's term
    size_average: old form of reduction: False for 'sum'
    eps: added to a rate before its logarithm
    reduce: old form of reduction: False for 'none'
    reduction: 'mean', 'sum' or 'none'
    """

    def __init__(self, log_input: bool = True, full: bool = False, size_average: bool | None = None, eps: float = 1e-08,
                 reduce: bool | None = None, reduction: str = 'mean', *, context: Context | None = None) -> None: ...


class GaussianNLLLoss(Layer):
    """Negative log-likelihood under normal distributions of given variances.

    full: adds the constant term
    eps: the smallest variance
    reduction: 'mean', 'sum' or 'none'
    """

    def __init__(self, *, full: bool = False, eps: float = 1e-06, reduction: str = 'mean',
                 context: Context | None = None) -> None: ...


class CTCLoss(Layer):
    """Connectionist temporal classification.

    blank: the class that stands for no label
    reduction: 'mean', 'sum' or 'none'
    zero_infinity: an infinite loss counts as zero
    """

    def __init__(self, blank: int = 0, reduction: str = 'mean', zero_infinity: bool = False, *,
                 context: Context | None = None) -> None: ...


class HingeEmbeddingLoss(Layer):
    """A distance where the target is 1, what it lacks of the margin where it is -1.

    margin: how far apart is far enough
    size_average: old form of reduction: False for 'sum'
    reduce: old form of reduction: False for 'none'
    reduction: 'mean', 'sum' or 'none'
    """

    def __init__(self, margin: float = 1.0, size_average: bool | None = None, reduce: bool | None = None,
                 reduction: str = 'mean', *, context: Context | None = None) -> None: ...


class MarginRankingLoss(Layer):
    """Which of two values is to be the larger one.

    margin: how far apart is far enough
    size_average: old form of reduction: False for 'sum'
    reduce: old form of reduction: False for 'none'
    reduction: 'mean', 'sum' or 'none'
    """

    def __init__(self, margin: float = 0.0, size_average: bool | None = None, reduce: bool | None = None,
                 reduction: str = 'mean', *, context: Context | None = None) -> None: ...


class CosineEmbeddingLoss(Layer):
    """The angle of two vectors, alike or not.

    margin: how far apart is far enough
    size_average: old form of reduction: False for 'sum'
    reduce: old form of reduction: False for 'none'
    reduction: 'mean', 'sum' or 'none'
    """

    def __init__(self, margin: float = 0.0, size_average: bool | None = None, reduce: bool | None = None,
                 reduction: str = 'mean', *, context: Context | None = None) -> None: ...


class TripletMarginLoss(Layer):
    """An anchor nearer to its positive than to its negative.

    margin: how far apart is far enough
    p: of the norm
    eps: added to each difference
    swap: takes the distance of positive and negative where it is the smaller one
    size_average: old form of reduction: False for 'sum'
    reduce: old form of reduction: False for 'none'
    reduction: 'mean', 'sum' or 'none'
    """

    def __init__(self, margin: float = 1.0, p: float = 2.0, eps: float = 1e-06, swap: bool = False,
                 size_average: bool | None = None, reduce: bool | None = None, reduction: str = 'mean', *,
                 context: Context | None = None) -> None: ...


class MultiLabelMarginLoss(Layer):
    """Margins between labels that hold and the others.

    size_average: old form of reduction: False for 'sum'
    reduce: old form of reduction: False for 'none'
    reduction: 'mean', 'sum' or 'none'
    """

    def __init__(self, size_average: bool | None = None, reduce: bool | None = None, reduction: str = 'mean', *,
                 context: Context | None = None) -> None: ...


class SoftMarginLoss(Layer):
    """Logistic loss of targets 1 and -1.

    size_average: old form of reduction: False for 'sum'
    reduce: old form of reduction: False for 'none'
    reduction: 'mean', 'sum' or 'none'
    """

    def __init__(self, size_average: bool | None = None, reduce: bool | None = None, reduction: str = 'mean', *,
                 context: Context | None = None) -> None: ...


class NLLLoss(Layer):
    """Negative log-likelihood of class numbers. Buffer: weight, when given.

    weight: a weight for each class; a saved buffer
    size_average: old form of reduction: False for 'sum'
    ignore_index: a target that does not count
    reduce: old form of reduction: False for 'none'
    reduction: 'mean', 'sum' or 'none'
    """

    def __init__(self, weight: Tensor | None = None, size_average: bool | None = None, ignore_index: int = -100,
                 reduce: bool | None = None, reduction: str = 'mean', *, context: Context | None = None) -> None: ...


class NLLLoss2d(Layer):
    """The old name of NLLLoss.

    weight: a weight for each class; a saved buffer
    size_average: old form of reduction: False for 'sum'
    ignore_index: a target that does not count
    reduce: old form of reduction: False for 'none'
    reduction: 'mean', 'sum' or 'none'
    """

    def __init__(self, weight: Tensor | None = None, size_average: bool | None = None, ignore_index: int = -100,
                 reduce: bool | None = None, reduction: str = 'mean', *, context: Context | None = None) -> None: ...


class CrossEntropyLoss(Layer):
    """Cross entropy between unnormalised scores and class numbers or class probabilities. Buffer: weight, when given.

    weight: a weight for each class; a saved buffer
    size_average: old form of reduction: False for 'sum'
    ignore_index: a target that does not count
    reduce: old form of reduction: False for 'none'
    reduction: 'mean', 'sum' or 'none'
    label_smoothing: share of the target spread over all classes
    """

    def __init__(self, weight: Tensor | None = None, size_average: bool | None = None, ignore_index: int = -100,
                 reduce: bool | None = None, reduction: str = 'mean', label_smoothing: float = 0.0, *,
                 context: Context | None = None) -> None: ...


class BCELoss(Layer):
    """Cross entropy of probabilities of two classes. Buffer: weight, when given.

    weight: a weight for each element; a saved buffer
    size_average: old form of reduction: False for 'sum'
    reduce: old form of reduction: False for 'none'
    reduction: 'mean', 'sum' or 'none'
    """

    def __init__(self, weight: Tensor | None = None, size_average: bool | None = None, reduce: bool | None = None,
                 reduction: str = 'mean', *, context: Context | None = None) -> None: ...


class BCEWithLogitsLoss(Layer):
    """BCELoss of the input's sigmoid. Buffers: weight, pos_weight, when given.

    weight: a weight for each element; a saved buffer
    size_average: old form of reduction: False for 'sum'
    reduce: old form of reduction: False for 'none'
    reduction: 'mean', 'sum' or 'none'
    pos_weight: a weight for the positive part of each class; a saved buffer
    """

    def __init__(self, weight: Tensor | None = None, size_average: bool | None = None, reduce: bool | None = None,
                 reduction: str = 'mean', pos_weight: Tensor | None = None, *,
                 context: Context | None = None) -> None: ...


class MultiLabelSoftMarginLoss(Layer):
    """BCEWithLogitsLoss averaged over the classes. Buffer: weight, when given.

    weight: a weight for each class; a saved buffer
    size_average: old form of reduction: False for 'sum'
    reduce: old form of reduction: False for 'none'
    reduction: 'mean', 'sum' or 'none'
    """

    def __init__(self, weight: Tensor | None = None, size_average: bool | None = None, reduce: bool | None = None,
                 reduction: str = 'mean', *, context: Context | None = None) -> None: ...


class MultiMarginLoss(Layer):
    """Margins between the right class and the others. Buffer: weight, when given.

    p: the power of each term: 1 or 2
    margin: how far apart is far enough
    weight: a weight for each class; a saved buffer
    size_average: old form of reduction: False for 'sum'
    reduce: old form of reduction: False for 'none'
    reduction: 'mean', 'sum' or 'none'
    """

    def __init__(self, p: int = 1, margin: float = 1.0, weight: Tensor | None = None, size_average: bool | None = None,
                 reduce: bool | None = None, reduction: str = 'mean', *, context: Context | None = None) -> None: ...


class AdaptiveLogSoftmaxWithLoss(Layer):
    """Softmax over many classes, the rare ones in clusters. Children: head, tail (for each cluster two Linear).

    in_features: size of each input row
    n_classes: how many classes there are
    cutoffs: where the clusters begin behind the head
    div_value: what each cluster's inner size is divided by
    head_bias: adds a learned bias to the head
    device: where the state lives; only the CPU is known
    dtype: the element type of the state (default: the context's)
    """

    def __init__(self, in_features: int, n_classes: int, cutoffs: Ints, div_value: float = 4.0, head_bias: bool = False,
                 device: str | None = None, dtype: dtype | str | None = None, *,
                 context: Context | None = None) -> None: ...


class LinearCrossEntropyLoss(Layer):
    """A Linear and the cross entropy of its scores. Child: linear; buffer: weight, when given.

    in_features: size of each input row
    num_classes: how many classes there are
    out_features: further dimensions of the scores
    bias: adds a learned bias
    device: where the state lives; only the CPU is known
    dtype: the element type of the state (default: the context's)
    reduction: 'mean', 'sum' or 'none'
    weight: a weight for each class; a saved buffer
    ignore_index: a target that does not count
    label_smoothing: share of the target spread over all classes
    options: kept only: how PyTorch splits the work
    """

    def __init__(self, in_features: int, num_classes: int, *, out_features: Ints | Sequence[Any] = (),
                 bias: bool = False, device: str | None = None, dtype: dtype | str | None = None,
                 reduction: str = 'mean', weight: Tensor | None = None, ignore_index: int | None = None,
                 label_smoothing: float = 0.0, options: Any = None, context: Context | None = None) -> None: ...


class TripletMarginWithDistanceLoss(Layer):
    """TripletMarginLoss with a distance of one's own. Child: distance_function, unless it is a function.

    distance_function: a module, which becomes a child, or the name of a function; None: PairwiseDistance()
    margin: how far apart is far enough
    swap: takes the distance of positive and negative where it is the smaller one
    reduction: 'mean', 'sum' or 'none'
    """

    def __init__(self, *, distance_function: Module | None = None, margin: float = 1.0, swap: bool = False,
                 reduction: str = 'mean', context: Context | None = None) -> None: ...


class RNNBase(Layer):
    """The state of RNN, LSTM and GRU: weight_ih_l0, weight_hh_l0, bias_ih_l0, bias_hh_l0 and so on for each layer and
    direction.

    mode: LSTM, GRU, RNN_TANH or RNN_RELU
    input_size: size of each element of the sequence
    hidden_size: size of the hidden state
    num_layers: how many layers are stacked
    bias: learned biases; without them their names are not there
    batch_first: the batch is dimension 0, not 1
    dropout: share of each layer's output that is dropped
    bidirectional: a second set of weights runs backwards
    proj_size: the hidden state is projected to this size
    device: where the state lives; only the CPU is known
    dtype: the element type of the state (default: the context's)
    """

    def __init__(self, mode: str, input_size: int, hidden_size: int, num_layers: int = 1, bias: bool = True,
                 batch_first: bool = False, dropout: float = 0.0, bidirectional: bool = False, proj_size: int = 0,
                 device: str | None = None, dtype: dtype | str | None = None, *,
                 context: Context | None = None) -> None: ...


class RNN(Layer):
    """Elman's network over a sequence.

    input_size: size of each element of the sequence
    hidden_size: size of the hidden state
    num_layers: how many layers are stacked
    nonlinearity: tanh or relu
    bias: learned biases; without them their names are not there
    batch_first: the batch is dimension 0, not 1
    dropout: share of each layer's output that is dropped
    bidirectional: a second set of weights runs backwards
    proj_size: the hidden state is projected to this size
    device: where the state lives; only the CPU is known
    dtype: the element type of the state (default: the context's)
    """

    def __init__(self, input_size: int, hidden_size: int, num_layers: int = 1, nonlinearity: str = 'tanh',
                 bias: bool = True, batch_first: bool = False, dropout: float = 0.0, bidirectional: bool = False,
                 proj_size: int = 0, device: str | None = None, dtype: dtype | str | None = None, *,
                 context: Context | None = None) -> None: ...


class LSTM(Layer):
    """Long short-term memory over a sequence.

    input_size: size of each element of the sequence
    hidden_size: size of the hidden state
    num_layers: how many layers are stacked
    bias: learned biases; without them their names are not there
    batch_first: the batch is dimension 0, not 1
    dropout: share of each layer's output that is dropped
    bidirectional: a second set of weights runs backwards
    proj_size: the hidden state is projected to this size
    device: where the state lives; only the CPU is known
    dtype: the element type of the state (default: the context's)
    """

    def __init__(self, input_size: int, hidden_size: int, num_layers: int = 1, bias: bool = True,
                 batch_first: bool = False, dropout: float = 0.0, bidirectional: bool = False, proj_size: int = 0,
                 device: str | None = None, dtype: dtype | str | None = None, *,
                 context: Context | None = None) -> None: ...


class GRU(Layer):
    """Gated recurrent units over a sequence.

    input_size: size of each element of the sequence
    hidden_size: size of the hidden state
    num_layers: how many layers are stacked
    bias: learned biases; without them their names are not there
    batch_first: the batch is dimension 0, not 1
    dropout: share of each layer's output that is dropped
    bidirectional: a second set of weights runs backwards
    proj_size: the hidden state is projected to this size
    device: where the state lives; only the CPU is known
    dtype: the element type of the state (default: the context's)
    """

    def __init__(self, input_size: int, hidden_size: int, num_layers: int = 1, bias: bool = True,
                 batch_first: bool = False, dropout: float = 0.0, bidirectional: bool = False, proj_size: int = 0,
                 device: str | None = None, dtype: dtype | str | None = None, *,
                 context: Context | None = None) -> None: ...


class RNNCellBase(Layer):
    """The state of the cells: weight_ih, weight_hh, bias_ih, bias_hh.

    input_size: size of the input
    hidden_size: size of the hidden state
    bias: learned biases; without them the names hold None
    num_chunks: how many gates the weights hold
    device: where the state lives; only the CPU is known
    dtype: the element type of the state (default: the context's)
    """

    def __init__(self, input_size: int, hidden_size: int, bias: bool, num_chunks: int, device: str | None = None,
                 dtype: dtype | str | None = None, *, context: Context | None = None) -> None: ...


class RNNCell(Layer):
    """One step of RNN.

    input_size: size of the input
    hidden_size: size of the hidden state
    bias: learned biases; without them the names hold None
    nonlinearity: tanh or relu
    device: where the state lives; only the CPU is known
    dtype: the element type of the state (default: the context's)
    """

    def __init__(self, input_size: int, hidden_size: int, bias: bool = True, nonlinearity: str = 'tanh',
                 device: str | None = None, dtype: dtype | str | None = None, *,
                 context: Context | None = None) -> None: ...


class LSTMCell(Layer):
    """One step of LSTM.

    input_size: size of the input
    hidden_size: size of the hidden state
    bias: learned biases; without them the names hold None
    device: where the state lives; only the CPU is known
    dtype: the element type of the state (default: the context's)
    """

    def __init__(self, input_size: int, hidden_size: int, bias: bool = True, device: str | None = None,
                 dtype: dtype | str | None = None, *, context: Context | None = None) -> None: ...


class GRUCell(Layer):
    """One step of GRU.

    input_size: size of the input
    hidden_size: size of the hidden state
    bias: learned biases; without them the names hold None
    device: where the state lives; only the CPU is known
    dtype: the element type of the state (default: the context's)
    """

    def __init__(self, input_size: int, hidden_size: int, bias: bool = True, device: str | None = None,
                 dtype: dtype | str | None = None, *, context: Context | None = None) -> None: ...


class MultiheadAttention(Layer):
    """Attention of several heads. Parameters: in_proj_weight, or q_proj_weight, k_proj_weight and v_proj_weight;
    in_proj_bias; child: out_proj.

    embed_dim: size of the output, and of what is attended to
    num_heads: how many parts attend on their own
    dropout: share of the attention that is dropped
    bias: learned biases; without them the names hold None
    add_bias_kv: learned rows in addition, bias_k and bias_v
    add_zero_attn: a row of zeros in addition
    kdim: size of the keys (default: embed_dim)
    vdim: size of the values (default: embed_dim)
    batch_first: the batch is dimension 0, not 1
    device: where the state lives; only the CPU is known
    dtype: the element type of the state (default: the context's)
    """

    def __init__(self, embed_dim: int, num_heads: int, dropout: float = 0.0, bias: bool = True,
                 add_bias_kv: bool = False, add_zero_attn: bool = False, kdim: int | None = None,
                 vdim: int | None = None, batch_first: bool = False, device: str | None = None,
                 dtype: dtype | str | None = None, *, context: Context | None = None) -> None: ...


class TransformerEncoderLayer(Layer):
    """Attention and two linear layers, with dropout and LayerNorm; PyTorch's children.

    d_model: size of each element of the sequence
    nhead: num_heads of the attention
    dim_feedforward: size between the two linear layers
    dropout: share of each part's output that is dropped
    activation: between the linear layers: 'relu', 'gelu', the name of a function, or a module
    layer_norm_eps: eps of the LayerNorm modules
    batch_first: the batch is dimension 0, not 1
    norm_first: normalises before each part, not behind it
    bias: learned biases; without them the names hold None
    device: where the state lives; only the CPU is known
    dtype: the element type of the state (default: the context's)
    """

    def __init__(self, d_model: int, nhead: int, dim_feedforward: int = 2048, dropout: float = 0.1,
                 activation: str | Module = 'relu', layer_norm_eps: float = 1e-05, batch_first: bool = False,
                 norm_first: bool = False, bias: bool = True, device: str | None = None,
                 dtype: dtype | str | None = None, *, context: Context | None = None) -> None: ...


class TransformerDecoderLayer(Layer):
    """Attention and two linear layers, with dropout and LayerNorm; PyTorch's children.

    d_model: size of each element of the sequence
    nhead: num_heads of the attention
    dim_feedforward: size between the two linear layers
    dropout: share of each part's output that is dropped
    activation: between the linear layers: 'relu', 'gelu', the name of a function, or a module
    layer_norm_eps: eps of the LayerNorm modules
    batch_first: the batch is dimension 0, not 1
    norm_first: normalises before each part, not behind it
    bias: learned biases; without them the names hold None
    device: where the state lives; only the CPU is known
    dtype: the element type of the state (default: the context's)
    """

    def __init__(self, d_model: int, nhead: int, dim_feedforward: int = 2048, dropout: float = 0.1,
                 activation: str | Module = 'relu', layer_norm_eps: float = 1e-05, batch_first: bool = False,
                 norm_first: bool = False, bias: bool = True, device: str | None = None,
                 dtype: dtype | str | None = None, *, context: Context | None = None) -> None: ...


class TransformerEncoder(Layer):
    """Copies of a layer one behind the other, then norm.

    encoder_layer: the layer that is copied
    num_layers: how many copies
    norm: a module behind the last layer
    enable_nested_tensor: kept; there are no nested tensors here
    mask_check: kept; belongs to the above
    """

    def __init__(self, encoder_layer: Module, num_layers: int, norm: Module | None = None,
                 enable_nested_tensor: bool = True, mask_check: bool = True, *,
                 context: Context | None = None) -> None: ...


class TransformerDecoder(Layer):
    """Copies of a layer one behind the other, then norm.

    decoder_layer: the layer that is copied
    num_layers: how many copies
    norm: a module behind the last layer
    """

    def __init__(self, decoder_layer: Module, num_layers: int, norm: Module | None = None, *,
                 context: Context | None = None) -> None: ...


class Transformer(Layer):
    """An encoder and a decoder; weights of two and more dimensions are drawn anew (xavier_uniform_).

    d_model: size of each element of the sequences
    nhead: num_heads of the attention
    num_encoder_layers: layers of the encoder
    num_decoder_layers: layers of the decoder
    dim_feedforward: size between the two linear layers
    dropout: share of each part's output that is dropped
    activation: between the linear layers: 'relu', 'gelu', the name of a function, or a module
    custom_encoder: a module instead of the encoder
    custom_decoder: a module instead of the decoder
    layer_norm_eps: eps of the LayerNorm modules
    batch_first: the batch is dimension 0, not 1
    norm_first: normalises before each part, not behind it
    bias: learned biases; without them the names hold None
    device: where the state lives; only the CPU is known
    dtype: the element type of the state (default: the context's)
    """

    def __init__(self, d_model: int = 512, nhead: int = 8, num_encoder_layers: int = 6, num_decoder_layers: int = 6,
                 dim_feedforward: int = 2048, dropout: float = 0.1, activation: str | Module = 'relu',
                 custom_encoder: Module | None = None, custom_decoder: Module | None = None,
                 layer_norm_eps: float = 1e-05, batch_first: bool = False, norm_first: bool = False, bias: bool = True,
                 device: str | None = None, dtype: dtype | str | None = None, *,
                 context: Context | None = None) -> None: ...


class Container(Layer):
    """Holds modules by name (deprecated).

    kwargs: modules by name
    """

    def __init__(self, *, context: Context | None = None, **kwargs: Any) -> None: ...


class DataParallel(Layer):
    """Runs its module, whose state is under 'module.'.

    module: the module that is run
    device_ids: not looked at: there is one device
    output_device: not looked at
    dim: not looked at
    """

    def __init__(self, module: Module, device_ids: Module | None = None, output_device: Module | None = None,
                 dim: int | Module = 0, *, context: Context | None = None) -> None: ...


class LazyLinear(Layer):
    """As the plain class, which it becomes; the first input tells its size.

    out_features: size of each output row
    bias: adds a learned bias
    device: where the state lives; only the CPU is known
    dtype: the element type of the state (default: the context's)
    """

    def __init__(self, out_features: int, bias: bool = True, device: str | None = None,
                 dtype: dtype | str | None = None, *, context: Context | None = None) -> None: ...


class LazyConv1d(Layer):
    """As the plain class, which it becomes; the first input tells its size.

    out_channels: number of output channels
    kernel_size: one size or one a dimension
    stride: as of the plain class
    padding: as of the plain class
    dilation: as of the plain class
    groups: channels in groups of their own
    bias: adds a learned bias
    padding_mode: as of the plain class
    device: where the state lives; only the CPU is known
    dtype: the element type of the state (default: the context's)
    """

    def __init__(self, out_channels: int, kernel_size: Ints, stride: Ints = 1, padding: str | Ints = 0,
                 dilation: Ints = 1, groups: int = 1, bias: bool = True, padding_mode: str = 'zeros',
                 device: str | None = None, dtype: dtype | str | None = None, *,
                 context: Context | None = None) -> None: ...


class LazyConv2d(Layer):
    """As the plain class, which it becomes; the first input tells its size.

    out_channels: number of output channels
    kernel_size: one size or one a dimension
    stride: as of the plain class
    padding: as of the plain class
    dilation: as of the plain class
    groups: channels in groups of their own
    bias: adds a learned bias
    padding_mode: as of the plain class
    device: where the state lives; only the CPU is known
    dtype: the element type of the state (default: the context's)
    """

    def __init__(self, out_channels: int, kernel_size: Ints, stride: Ints = 1, padding: str | Ints = 0,
                 dilation: Ints = 1, groups: int = 1, bias: bool = True, padding_mode: str = 'zeros',
                 device: str | None = None, dtype: dtype | str | None = None, *,
                 context: Context | None = None) -> None: ...


class LazyConv3d(Layer):
    """As the plain class, which it becomes; the first input tells its size.

    out_channels: number of output channels
    kernel_size: one size or one a dimension
    stride: as of the plain class
    padding: as of the plain class
    dilation: as of the plain class
    groups: channels in groups of their own
    bias: adds a learned bias
    padding_mode: as of the plain class
    device: where the state lives; only the CPU is known
    dtype: the element type of the state (default: the context's)
    """

    def __init__(self, out_channels: int, kernel_size: Ints, stride: Ints = 1, padding: str | Ints = 0,
                 dilation: Ints = 1, groups: int = 1, bias: bool = True, padding_mode: str = 'zeros',
                 device: str | None = None, dtype: dtype | str | None = None, *,
                 context: Context | None = None) -> None: ...


class LazyConvTranspose1d(Layer):
    """As the plain class, which it becomes; the first input tells its size.

    out_channels: number of output channels
    kernel_size: one size or one a dimension
    stride: as of the plain class
    padding: as of the plain class
    output_padding: as of the plain class
    groups: channels in groups of their own
    bias: adds a learned bias
    dilation: as of the plain class
    padding_mode: as of the plain class
    device: where the state lives; only the CPU is known
    dtype: the element type of the state (default: the context's)
    """

    def __init__(self, out_channels: int, kernel_size: Ints, stride: Ints = 1, padding: Ints = 0,
                 output_padding: Ints = 0, groups: int = 1, bias: bool = True, dilation: Ints = 1,
                 padding_mode: str = 'zeros', device: str | None = None, dtype: dtype | str | None = None, *,
                 context: Context | None = None) -> None: ...


class LazyConvTranspose2d(Layer):
    """As the plain class, which it becomes; the first input tells its size.

    out_channels: number of output channels
    kernel_size: one size or one a dimension
    stride: as of the plain class
    padding: as of the plain class
    output_padding: as of the plain class
    groups: channels in groups of their own
    bias: adds a learned bias
    dilation: as of the plain class
    padding_mode: as of the plain class
    device: where the state lives; only the CPU is known
    dtype: the element type of the state (default: the context's)
    """

    def __init__(self, out_channels: int, kernel_size: Ints, stride: Ints = 1, padding: Ints = 0,
                 output_padding: Ints = 0, groups: int = 1, bias: bool = True, dilation: Ints = 1,
                 padding_mode: str = 'zeros', device: str | None = None, dtype: dtype | str | None = None, *,
                 context: Context | None = None) -> None: ...


class LazyConvTranspose3d(Layer):
    """As the plain class, which it becomes; the first input tells its size.

    out_channels: number of output channels
    kernel_size: one size or one a dimension
    stride: as of the plain class
    padding: as of the plain class
    output_padding: as of the plain class
    groups: channels in groups of their own
    bias: adds a learned bias
    dilation: as of the plain class
    padding_mode: as of the plain class
    device: where the state lives; only the CPU is known
    dtype: the element type of the state (default: the context's)
    """

    def __init__(self, out_channels: int, kernel_size: Ints, stride: Ints = 1, padding: Ints = 0,
                 output_padding: Ints = 0, groups: int = 1, bias: bool = True, dilation: Ints = 1,
                 padding_mode: str = 'zeros', device: str | None = None, dtype: dtype | str | None = None, *,
                 context: Context | None = None) -> None: ...


class LazyBatchNorm1d(Layer):
    """As the plain class, which it becomes; the first input tells its size.

    eps: added to the variance
    momentum: as of the plain class
    affine: learned scale and shift
    track_running_stats: keeps running statistics
    device: where the state lives; only the CPU is known
    dtype: the element type of the state (default: the context's)
    bias: learned shift
    """

    def __init__(self, eps: float = 1e-05, momentum: float = 0.1, affine: bool = True, track_running_stats: bool = True,
                 device: str | None = None, dtype: dtype | str | None = None, *, bias: bool = True,
                 context: Context | None = None) -> None: ...


class LazyBatchNorm2d(Layer):
    """As the plain class, which it becomes; the first input tells its size.

    eps: added to the variance
    momentum: as of the plain class
    affine: learned scale and shift
    track_running_stats: keeps running statistics
    device: where the state lives; only the CPU is known
    dtype: the element type of the state (default: the context's)
    bias: learned shift
    """

    def __init__(self, eps: float = 1e-05, momentum: float = 0.1, affine: bool = True, track_running_stats: bool = True,
                 device: str | None = None, dtype: dtype | str | None = None, *, bias: bool = True,
                 context: Context | None = None) -> None: ...


class LazyBatchNorm3d(Layer):
    """As the plain class, which it becomes; the first input tells its size.

    eps: added to the variance
    momentum: as of the plain class
    affine: learned scale and shift
    track_running_stats: keeps running statistics
    device: where the state lives; only the CPU is known
    dtype: the element type of the state (default: the context's)
    bias: learned shift
    """

    def __init__(self, eps: float = 1e-05, momentum: float = 0.1, affine: bool = True, track_running_stats: bool = True,
                 device: str | None = None, dtype: dtype | str | None = None, *, bias: bool = True,
                 context: Context | None = None) -> None: ...


class LazyInstanceNorm1d(Layer):
    """As the plain class, which it becomes; the first input tells its size.

    eps: added to the variance
    momentum: as of the plain class
    affine: learned scale and shift
    track_running_stats: keeps running statistics
    device: where the state lives; only the CPU is known
    dtype: the element type of the state (default: the context's)
    bias: learned shift
    """

    def __init__(self, eps: float = 1e-05, momentum: float = 0.1, affine: bool = True, track_running_stats: bool = True,
                 device: str | None = None, dtype: dtype | str | None = None, *, bias: bool = True,
                 context: Context | None = None) -> None: ...


class LazyInstanceNorm2d(Layer):
    """As the plain class, which it becomes; the first input tells its size.

    eps: added to the variance
    momentum: as of the plain class
    affine: learned scale and shift
    track_running_stats: keeps running statistics
    device: where the state lives; only the CPU is known
    dtype: the element type of the state (default: the context's)
    bias: learned shift
    """

    def __init__(self, eps: float = 1e-05, momentum: float = 0.1, affine: bool = True, track_running_stats: bool = True,
                 device: str | None = None, dtype: dtype | str | None = None, *, bias: bool = True,
                 context: Context | None = None) -> None: ...


class LazyInstanceNorm3d(Layer):
    """As the plain class, which it becomes; the first input tells its size.

    eps: added to the variance
    momentum: as of the plain class
    affine: learned scale and shift
    track_running_stats: keeps running statistics
    device: where the state lives; only the CPU is known
    dtype: the element type of the state (default: the context's)
    bias: learned shift
    """

    def __init__(self, eps: float = 1e-05, momentum: float = 0.1, affine: bool = True, track_running_stats: bool = True,
                 device: str | None = None, dtype: dtype | str | None = None, *, bias: bool = True,
                 context: Context | None = None) -> None: ...


settle(globals()[name] for name in __all__)
