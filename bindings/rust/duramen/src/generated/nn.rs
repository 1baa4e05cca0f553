//! The modules of `torch.nn`: written by tools/registry.py from the registry of the library.
use crate::{Argument, DType, Tensor};

modules! {
    #[doc = " Holds parameters by position; has no forward."]
    ParameterList = "ParameterList" () {
        #[doc = " tensors, which become parameters named '0', '1', …; or other values; None unless set."]
        values as "values": impl Into<Argument>;
    }

    #[doc = " Holds parameters by name; has no forward."]
    ParameterDict = "ParameterDict" () {
        #[doc = " a dict or a list of pairs: names and tensors, which become parameters; or other values; None unless set."]
        parameters as "parameters": impl Into<Argument>;
    }

    #[doc = " Gives back its input. Takes any arguments and ignores them."]
    Identity = "Identity" () {
        #[doc = " ignored."]
        args as "args": impl Into<Argument>;
    }

    #[doc = " Joins a range of dimensions into one."]
    Flatten = "Flatten" () {
        #[doc = " first dimension that is joined; 1 unless set."]
        start_dim as "start_dim": i64;
        #[doc = " last dimension that is joined; -1 unless set."]
        end_dim as "end_dim": i64;
    }

    #[doc = " The largest element of each window of the planes. Input: (N, C, H, W) or (C, H, W)."]
    #[doc = ""]
    #[doc = " `kernel_size`: rows and columns of a window."]
    MaxPool2d = "MaxPool2d" (kernel_size as "kernel_size": impl Into<Argument>) {
        #[doc = " of the windows; None: their size; None unless set."]
        stride as "stride": impl Into<Argument>;
        #[doc = " border that never wins; 0 unless set."]
        padding as "padding": impl Into<Argument>;
        #[doc = " distance between the elements of a window; 1 unless set."]
        dilation as "dilation": impl Into<Argument>;
        #[doc = " gives also where each maximum is; False unless set."]
        return_indices as "return_indices": bool;
        #[doc = " a last window that is not whole counts too; False unless set."]
        ceil_mode as "ceil_mode": bool;
    }

    #[doc = " Means of as many windows as wanted, which cover each plane. Input: (N, C, H, W) or (C, H, W)."]
    #[doc = ""]
    #[doc = " `output_size`: of a plane, an integer or a pair; None in it: as the input's."]
    AdaptiveAvgPool2d = "AdaptiveAvgPool2d" (output_size as "output_size": impl Into<Argument>) {
    }

    #[doc = " max(x, 0) of each element."]
    ReLU = "ReLU" () {
        #[doc = " writes the result over the input; False unless set."]
        inplace as "inplace": bool;
    }

    #[doc = " tanh(x) of each element."]
    Tanh = "Tanh" () {
    }

    #[doc = " 1 / (1 + exp(-x)) of each element."]
    Sigmoid = "Sigmoid" () {
    }

    #[doc = " x / (1 + exp(-x)) of each element."]
    SiLU = "SiLU" () {
        #[doc = " writes the result over the input; False unless set."]
        inplace as "inplace": bool;
    }

    #[doc = " x times the normal distribution function of x, of each element."]
    GELU = "GELU" () {
        #[doc = " 'none', or 'tanh' for the formula with tanh; 'none' unless set."]
        approximate as "approximate": impl Into<Argument>;
    }

    #[doc = " exp(x), scaled to the sum 1 along a dimension."]
    Softmax = "Softmax" () {
        #[doc = " the dimension that sums to 1; None: 0 for 0, 1 and 3 dimensions, else 1; None unless set."]
        dim as "dim": impl Into<Argument>;
    }

    #[doc = " The logarithm of Softmax."]
    LogSoftmax = "LogSoftmax" () {
        #[doc = " the dimension that sums to 1; None: 0 for 0, 1 and 3 dimensions, else 1; None unless set."]
        dim as "dim": impl Into<Argument>;
    }

    #[doc = " y = x Aᵀ + b. Parameters: weight (out_features, in_features), bias (out_features)."]
    #[doc = ""]
    #[doc = " `in_features`: size of each input row."]
    #[doc = ""]
    #[doc = " `out_features`: size of each output row."]
    Linear = "Linear" (in_features as "in_features": i64, out_features as "out_features": i64) {
        #[doc = " adds a learned bias; without it the name is kept with None; True unless set."]
        bias as "bias": bool;
        #[doc = " where the state lives; only the CPU is known; None unless set."]
        device as "device": &str;
        #[doc = " the element type of the state (default: the context's); None unless set."]
        dtype as "dtype": DType;
    }

    #[doc = " Linear, inside of MultiheadAttention."]
    #[doc = ""]
    #[doc = " `in_features`: size of each input row."]
    #[doc = ""]
    #[doc = " `out_features`: size of each output row."]
    NonDynamicallyQuantizableLinear = "NonDynamicallyQuantizableLinear" (in_features as "in_features": i64, out_features as "out_features": i64) {
        #[doc = " adds a learned bias; without it the name is kept with None; True unless set."]
        bias as "bias": bool;
        #[doc = " where the state lives; only the CPU is known; None unless set."]
        device as "device": &str;
        #[doc = " the element type of the state (default: the context's); None unless set."]
        dtype as "dtype": DType;
    }

    #[doc = " y = x₁ᵀ A x₂ + b. Parameters: weight (out_features, in1_features, in2_features), bias (out_features)."]
    #[doc = ""]
    #[doc = " `in1_features`: size of each row of the first input."]
    #[doc = ""]
    #[doc = " `in2_features`: size of each row of the second input."]
    #[doc = ""]
    #[doc = " `out_features`: size of each output row."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    Bilinear = "Bilinear" (in1_features as "in1_features": i64, in2_features as "in2_features": i64, out_features as "out_features": i64) {
        #[doc = " adds a learned bias; without it the name is kept with None; True unless set."]
        bias as "bias": bool;
        #[doc = " where the state lives; only the CPU is known; None unless set."]
        device as "device": &str;
        #[doc = " the element type of the state (default: the context's); None unless set."]
        dtype as "dtype": DType;
    }

    #[doc = " Cross-correlates rows with learned kernels. Input: (N, C, L) or (C, L). Parameters: weight (out_channels, in_channels / groups, size), bias (out_channels)."]
    #[doc = ""]
    #[doc = " `in_channels`: channels of the input."]
    #[doc = ""]
    #[doc = " `out_channels`: channels of the output."]
    #[doc = ""]
    #[doc = " `kernel_size`: sizes of the kernel."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    Conv1d = "Conv1d" (in_channels as "in_channels": i64, out_channels as "out_channels": i64, kernel_size as "kernel_size": impl Into<Argument>) {
        #[doc = " of the kernel over the input; 1 unless set."]
        stride as "stride": impl Into<Argument>;
        #[doc = " border around the input; 'same': as much as keeps the size, 'valid': none; 0 unless set."]
        padding as "padding": impl Into<Argument>;
        #[doc = " distance between the kernel's elements; 1 unless set."]
        dilation as "dilation": impl Into<Argument>;
        #[doc = " parts of the channels that do not meet; 1 unless set."]
        groups as "groups": i64;
        #[doc = " adds a learned bias; without it the name is kept with None; True unless set."]
        bias as "bias": bool;
        #[doc = " what the border holds: 'zeros', 'reflect', 'replicate' or 'circular'; 'zeros' unless set."]
        padding_mode as "padding_mode": &str;
        #[doc = " where the state lives; only the CPU is known; None unless set."]
        device as "device": &str;
        #[doc = " the element type of the state (default: the context's); None unless set."]
        dtype as "dtype": DType;
    }

    #[doc = " Cross-correlates planes with learned kernels. Input: (N, C, H, W) or (C, H, W). Parameters: weight (out_channels, in_channels / groups, rows, columns), bias (out_channels)."]
    #[doc = ""]
    #[doc = " `in_channels`: channels of the input."]
    #[doc = ""]
    #[doc = " `out_channels`: channels of the output."]
    #[doc = ""]
    #[doc = " `kernel_size`: sizes of the kernel."]
    Conv2d = "Conv2d" (in_channels as "in_channels": i64, out_channels as "out_channels": i64, kernel_size as "kernel_size": impl Into<Argument>) {
        #[doc = " of the kernel over the input; 1 unless set."]
        stride as "stride": impl Into<Argument>;
        #[doc = " border around the input; 'same': as much as keeps the size, 'valid': none; 0 unless set."]
        padding as "padding": impl Into<Argument>;
        #[doc = " distance between the kernel's elements; 1 unless set."]
        dilation as "dilation": impl Into<Argument>;
        #[doc = " parts of the channels that do not meet; 1 unless set."]
        groups as "groups": i64;
        #[doc = " adds a learned bias; without it the name is kept with None; True unless set."]
        bias as "bias": bool;
        #[doc = " what the border holds: 'zeros', 'reflect', 'replicate' or 'circular'; 'zeros' unless set."]
        padding_mode as "padding_mode": &str;
        #[doc = " where the state lives; only the CPU is known; None unless set."]
        device as "device": &str;
        #[doc = " the element type of the state (default: the context's); None unless set."]
        dtype as "dtype": DType;
    }

    #[doc = " Cross-correlates volumes with learned kernels. Input: (N, C, D, H, W) or (C, D, H, W). Parameters: weight (out_channels, in_channels / groups, depth, rows, columns), bias (out_channels)."]
    #[doc = ""]
    #[doc = " `in_channels`: channels of the input."]
    #[doc = ""]
    #[doc = " `out_channels`: channels of the output."]
    #[doc = ""]
    #[doc = " `kernel_size`: sizes of the kernel."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    Conv3d = "Conv3d" (in_channels as "in_channels": i64, out_channels as "out_channels": i64, kernel_size as "kernel_size": impl Into<Argument>) {
        #[doc = " of the kernel over the input; 1 unless set."]
        stride as "stride": impl Into<Argument>;
        #[doc = " border around the input; 'same': as much as keeps the size, 'valid': none; 0 unless set."]
        padding as "padding": impl Into<Argument>;
        #[doc = " distance between the kernel's elements; 1 unless set."]
        dilation as "dilation": impl Into<Argument>;
        #[doc = " parts of the channels that do not meet; 1 unless set."]
        groups as "groups": i64;
        #[doc = " adds a learned bias; without it the name is kept with None; True unless set."]
        bias as "bias": bool;
        #[doc = " what the border holds: 'zeros', 'reflect', 'replicate' or 'circular'; 'zeros' unless set."]
        padding_mode as "padding_mode": &str;
        #[doc = " where the state lives; only the CPU is known; None unless set."]
        device as "device": &str;
        #[doc = " the element type of the state (default: the context's); None unless set."]
        dtype as "dtype": DType;
    }

    #[doc = " The transpose of Conv1d as a map. Parameters: weight (in_channels, out_channels / groups, size), bias (out_channels)."]
    #[doc = ""]
    #[doc = " `in_channels`: channels of the input."]
    #[doc = ""]
    #[doc = " `out_channels`: channels of the output."]
    #[doc = ""]
    #[doc = " `kernel_size`: sizes of the kernel."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    ConvTranspose1d = "ConvTranspose1d" (in_channels as "in_channels": i64, out_channels as "out_channels": i64, kernel_size as "kernel_size": impl Into<Argument>) {
        #[doc = " of the kernel over the output; 1 unless set."]
        stride as "stride": impl Into<Argument>;
        #[doc = " how much of the output's border is left out; 0 unless set."]
        padding as "padding": impl Into<Argument>;
        #[doc = " how much the output grows at its end; 0 unless set."]
        output_padding as "output_padding": impl Into<Argument>;
        #[doc = " parts of the channels that do not meet; 1 unless set."]
        groups as "groups": i64;
        #[doc = " adds a learned bias; without it the name is kept with None; True unless set."]
        bias as "bias": bool;
        #[doc = " distance between the kernel's elements; 1 unless set."]
        dilation as "dilation": impl Into<Argument>;
        #[doc = " 'zeros' only; 'zeros' unless set."]
        padding_mode as "padding_mode": &str;
        #[doc = " where the state lives; only the CPU is known; None unless set."]
        device as "device": &str;
        #[doc = " the element type of the state (default: the context's); None unless set."]
        dtype as "dtype": DType;
    }

    #[doc = " The transpose of Conv2d as a map. Parameters: weight (in_channels, out_channels / groups, rows, columns), bias (out_channels)."]
    #[doc = ""]
    #[doc = " `in_channels`: channels of the input."]
    #[doc = ""]
    #[doc = " `out_channels`: channels of the output."]
    #[doc = ""]
    #[doc = " `kernel_size`: sizes of the kernel."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    ConvTranspose2d = "ConvTranspose2d" (in_channels as "in_channels": i64, out_channels as "out_channels": i64, kernel_size as "kernel_size": impl Into<Argument>) {
        #[doc = " of the kernel over the output; 1 unless set."]
        stride as "stride": impl Into<Argument>;
        #[doc = " how much of the output's border is left out; 0 unless set."]
        padding as "padding": impl Into<Argument>;
        #[doc = " how much the output grows at its end; 0 unless set."]
        output_padding as "output_padding": impl Into<Argument>;
        #[doc = " parts of the channels that do not meet; 1 unless set."]
        groups as "groups": i64;
        #[doc = " adds a learned bias; without it the name is kept with None; True unless set."]
        bias as "bias": bool;
        #[doc = " distance between the kernel's elements; 1 unless set."]
        dilation as "dilation": impl Into<Argument>;
        #[doc = " 'zeros' only; 'zeros' unless set."]
        padding_mode as "padding_mode": &str;
        #[doc = " where the state lives; only the CPU is known; None unless set."]
        device as "device": &str;
        #[doc = " the element type of the state (default: the context's); None unless set."]
        dtype as "dtype": DType;
    }

    #[doc = " The transpose of Conv3d as a map. Parameters: weight (in_channels, out_channels / groups, depth, rows, columns), bias (out_channels)."]
    #[doc = ""]
    #[doc = " `in_channels`: channels of the input."]
    #[doc = ""]
    #[doc = " `out_channels`: channels of the output."]
    #[doc = ""]
    #[doc = " `kernel_size`: sizes of the kernel."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    ConvTranspose3d = "ConvTranspose3d" (in_channels as "in_channels": i64, out_channels as "out_channels": i64, kernel_size as "kernel_size": impl Into<Argument>) {
        #[doc = " of the kernel over the output; 1 unless set."]
        stride as "stride": impl Into<Argument>;
        #[doc = " how much of the output's border is left out; 0 unless set."]
        padding as "padding": impl Into<Argument>;
        #[doc = " how much the output grows at its end; 0 unless set."]
        output_padding as "output_padding": impl Into<Argument>;
        #[doc = " parts of the channels that do not meet; 1 unless set."]
        groups as "groups": i64;
        #[doc = " adds a learned bias; without it the name is kept with None; True unless set."]
        bias as "bias": bool;
        #[doc = " distance between the kernel's elements; 1 unless set."]
        dilation as "dilation": impl Into<Argument>;
        #[doc = " 'zeros' only; 'zeros' unless set."]
        padding_mode as "padding_mode": &str;
        #[doc = " where the state lives; only the CPU is known; None unless set."]
        device as "device": &str;
        #[doc = " the element type of the state (default: the context's); None unless set."]
        dtype as "dtype": DType;
    }

    #[doc = " Normalises each channel over the batch of a 2-D or 3-D input. Parameters: weight, bias (num_features); buffers: running_mean, running_var, num_batches_tracked."]
    #[doc = ""]
    #[doc = " `num_features`: number of channels, the input's size 1."]
    BatchNorm1d = "BatchNorm1d" (num_features as "num_features": i64) {
        #[doc = " added to the variance; 1e-05 unless set."]
        eps as "eps": impl Into<Argument>;
        #[doc = " share of a batch in the running statistics; None: their cumulative average; 0.1 unless set."]
        momentum as "momentum": impl Into<Argument>;
        #[doc = " learned scale and shift; without them the names hold None; True unless set."]
        affine as "affine": bool;
        #[doc = " keeps running_mean, running_var and num_batches_tracked; without them the names hold None; True unless set."]
        track_running_stats as "track_running_stats": bool;
        #[doc = " where the state lives; only the CPU is known; None unless set."]
        device as "device": &str;
        #[doc = " the element type of the state (default: the context's); None unless set."]
        dtype as "dtype": DType;
        #[doc = " learned shift; True unless set."]
        bias as "bias": bool;
    }

    #[doc = " Normalises each channel over the batch and the two other dimensions of a 4-D input. State as BatchNorm1d."]
    #[doc = ""]
    #[doc = " `num_features`: number of channels, the input's size 1."]
    BatchNorm2d = "BatchNorm2d" (num_features as "num_features": i64) {
        #[doc = " added to the variance; 1e-05 unless set."]
        eps as "eps": impl Into<Argument>;
        #[doc = " share of a batch in the running statistics; None: their cumulative average; 0.1 unless set."]
        momentum as "momentum": impl Into<Argument>;
        #[doc = " learned scale and shift; without them the names hold None; True unless set."]
        affine as "affine": bool;
        #[doc = " keeps running_mean, running_var and num_batches_tracked; without them the names hold None; True unless set."]
        track_running_stats as "track_running_stats": bool;
        #[doc = " where the state lives; only the CPU is known; None unless set."]
        device as "device": &str;
        #[doc = " the element type of the state (default: the context's); None unless set."]
        dtype as "dtype": DType;
        #[doc = " learned shift; True unless set."]
        bias as "bias": bool;
    }

    #[doc = " Normalises each channel over the batch and the three other dimensions of a 5-D input. State as BatchNorm1d."]
    #[doc = ""]
    #[doc = " `num_features`: number of channels, the input's size 1."]
    BatchNorm3d = "BatchNorm3d" (num_features as "num_features": i64) {
        #[doc = " added to the variance; 1e-05 unless set."]
        eps as "eps": impl Into<Argument>;
        #[doc = " share of a batch in the running statistics; None: their cumulative average; 0.1 unless set."]
        momentum as "momentum": impl Into<Argument>;
        #[doc = " learned scale and shift; without them the names hold None; True unless set."]
        affine as "affine": bool;
        #[doc = " keeps running_mean, running_var and num_batches_tracked; without them the names hold None; True unless set."]
        track_running_stats as "track_running_stats": bool;
        #[doc = " where the state lives; only the CPU is known; None unless set."]
        device as "device": &str;
        #[doc = " the element type of the state (default: the context's); None unless set."]
        dtype as "dtype": DType;
        #[doc = " learned shift; True unless set."]
        bias as "bias": bool;
    }

    #[doc = " Batch normalisation over the batches of several processes. State as BatchNorm1d."]
    #[doc = ""]
    #[doc = " `num_features`: number of channels, the input's size 1."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    SyncBatchNorm = "SyncBatchNorm" (num_features as "num_features": i64) {
        #[doc = " added to the variance; 1e-05 unless set."]
        eps as "eps": impl Into<Argument>;
        #[doc = " share of a batch in the running statistics; None: their cumulative average; 0.1 unless set."]
        momentum as "momentum": impl Into<Argument>;
        #[doc = " learned scale and shift; without them the names hold None; True unless set."]
        affine as "affine": bool;
        #[doc = " keeps running_mean, running_var and num_batches_tracked; without them the names hold None; True unless set."]
        track_running_stats as "track_running_stats": bool;
        #[doc = " kept only: there are no other processes; None unless set."]
        process_group as "process_group": impl Into<Argument>;
        #[doc = " where the state lives; only the CPU is known; None unless set."]
        device as "device": &str;
        #[doc = " the element type of the state (default: the context's); None unless set."]
        dtype as "dtype": DType;
        #[doc = " learned shift; True unless set."]
        bias as "bias": bool;
    }

    #[doc = " Normalises each channel of each sample. Parameters with affine: weight, bias (num_features); buffers with track_running_stats: running_mean, running_var, num_batches_tracked."]
    #[doc = ""]
    #[doc = " `num_features`: number of channels, the input's size 1."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    InstanceNorm1d = "InstanceNorm1d" (num_features as "num_features": i64) {
        #[doc = " added to the variance; 1e-05 unless set."]
        eps as "eps": impl Into<Argument>;
        #[doc = " share of a batch in the running statistics; None: their cumulative average; 0.1 unless set."]
        momentum as "momentum": impl Into<Argument>;
        #[doc = " learned scale and shift; without them the names hold None; False unless set."]
        affine as "affine": bool;
        #[doc = " keeps running_mean, running_var and num_batches_tracked; without them the names hold None; False unless set."]
        track_running_stats as "track_running_stats": bool;
        #[doc = " where the state lives; only the CPU is known; None unless set."]
        device as "device": &str;
        #[doc = " the element type of the state (default: the context's); None unless set."]
        dtype as "dtype": DType;
        #[doc = " learned shift; True unless set."]
        bias as "bias": bool;
    }

    #[doc = " Normalises each channel of each sample. Parameters with affine: weight, bias (num_features); buffers with track_running_stats: running_mean, running_var, num_batches_tracked."]
    #[doc = ""]
    #[doc = " `num_features`: number of channels, the input's size 1."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    InstanceNorm2d = "InstanceNorm2d" (num_features as "num_features": i64) {
        #[doc = " added to the variance; 1e-05 unless set."]
        eps as "eps": impl Into<Argument>;
        #[doc = " share of a batch in the running statistics; None: their cumulative average; 0.1 unless set."]
        momentum as "momentum": impl Into<Argument>;
        #[doc = " learned scale and shift; without them the names hold None; False unless set."]
        affine as "affine": bool;
        #[doc = " keeps running_mean, running_var and num_batches_tracked; without them the names hold None; False unless set."]
        track_running_stats as "track_running_stats": bool;
        #[doc = " where the state lives; only the CPU is known; None unless set."]
        device as "device": &str;
        #[doc = " the element type of the state (default: the context's); None unless set."]
        dtype as "dtype": DType;
        #[doc = " learned shift; True unless set."]
        bias as "bias": bool;
    }

    #[doc = " Normalises each channel of each sample. Parameters with affine: weight, bias (num_features); buffers with track_running_stats: running_mean, running_var, num_batches_tracked."]
    #[doc = ""]
    #[doc = " `num_features`: number of channels, the input's size 1."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    InstanceNorm3d = "InstanceNorm3d" (num_features as "num_features": i64) {
        #[doc = " added to the variance; 1e-05 unless set."]
        eps as "eps": impl Into<Argument>;
        #[doc = " share of a batch in the running statistics; None: their cumulative average; 0.1 unless set."]
        momentum as "momentum": impl Into<Argument>;
        #[doc = " learned scale and shift; without them the names hold None; False unless set."]
        affine as "affine": bool;
        #[doc = " keeps running_mean, running_var and num_batches_tracked; without them the names hold None; False unless set."]
        track_running_stats as "track_running_stats": bool;
        #[doc = " where the state lives; only the CPU is known; None unless set."]
        device as "device": &str;
        #[doc = " the element type of the state (default: the context's); None unless set."]
        dtype as "dtype": DType;
        #[doc = " learned shift; True unless set."]
        bias as "bias": bool;
    }

    #[doc = " Normalises the last dimensions of each sample. Parameters: weight, bias (normalized_shape)."]
    #[doc = ""]
    #[doc = " `normalized_shape`: sizes of the last dimensions, which are normalised."]
    LayerNorm = "LayerNorm" (normalized_shape as "normalized_shape": impl Into<Argument>) {
        #[doc = " added to the variance; 1e-05 unless set."]
        eps as "eps": impl Into<Argument>;
        #[doc = " learned scale and shift; without them the names hold None; True unless set."]
        elementwise_affine as "elementwise_affine": bool;
        #[doc = " learned shift; True unless set."]
        bias as "bias": bool;
        #[doc = " where the state lives; only the CPU is known; None unless set."]
        device as "device": &str;
        #[doc = " the element type of the state (default: the context's); None unless set."]
        dtype as "dtype": DType;
    }

    #[doc = " Divides the last dimensions of each sample by their root mean square. Parameter: weight (normalized_shape)."]
    #[doc = ""]
    #[doc = " `normalized_shape`: sizes of the last dimensions, which are normalised."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    RMSNorm = "RMSNorm" (normalized_shape as "normalized_shape": impl Into<Argument>) {
        #[doc = " added to the mean square; None: the smallest step of the input's dtype at 1; None unless set."]
        eps as "eps": impl Into<Argument>;
        #[doc = " learned scale; without it the name holds None; True unless set."]
        elementwise_affine as "elementwise_affine": bool;
        #[doc = " where the state lives; only the CPU is known; None unless set."]
        device as "device": &str;
        #[doc = " the element type of the state (default: the context's); None unless set."]
        dtype as "dtype": DType;
    }

    #[doc = " Normalises groups of the channels of each sample. Parameters: weight, bias (num_channels)."]
    #[doc = ""]
    #[doc = " `num_groups`: groups of the channels."]
    #[doc = ""]
    #[doc = " `num_channels`: number of channels, the input's size 1."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    GroupNorm = "GroupNorm" (num_groups as "num_groups": i64, num_channels as "num_channels": i64) {
        #[doc = " added to the variance; 1e-05 unless set."]
        eps as "eps": impl Into<Argument>;
        #[doc = " learned scale and shift; without them the names hold None; True unless set."]
        affine as "affine": bool;
        #[doc = " where the state lives; only the CPU is known; None unless set."]
        device as "device": &str;
        #[doc = " the element type of the state (default: the context's); None unless set."]
        dtype as "dtype": DType;
        #[doc = " learned shift; True unless set."]
        bias as "bias": bool;
    }

    #[doc = " Rows of a table by number. Parameter: weight (num_embeddings, embedding_dim)."]
    #[doc = ""]
    #[doc = " `num_embeddings`: how many rows the table has."]
    #[doc = ""]
    #[doc = " `embedding_dim`: size of each row."]
    Embedding = "Embedding" (num_embeddings as "num_embeddings": i64, embedding_dim as "embedding_dim": i64) {
        #[doc = " a row that starts as zeros and gets no gradient; negative: counted from the end; None unless set."]
        padding_idx as "padding_idx": i64;
        #[doc = " rows that are used and longer than this are shortened in place; None unless set."]
        max_norm as "max_norm": impl Into<Argument>;
        #[doc = " p of the norm for max_norm; 2.0 unless set."]
        norm_type as "norm_type": impl Into<Argument>;
        #[doc = " divides the gradient of a row by how often it was used; False unless set."]
        scale_grad_by_freq as "scale_grad_by_freq": bool;
        #[doc = " kept and printed; the gradient has the values of PyTorch's sparse one, stored densely; False unless set."]
        sparse as "sparse": bool;
        #[doc = " the table's values, taken as they are; None unless set."]
        _weight as "_weight": &Tensor;
        #[doc = " the table asks for no gradient; False unless set."]
        _freeze as "_freeze": bool;
        #[doc = " where the state lives; only the CPU is known; None unless set."]
        device as "device": &str;
        #[doc = " the element type of the state (default: the context's); None unless set."]
        dtype as "dtype": DType;
    }

    #[doc = " Sums, means or maxima of rows of a table. Parameter: weight (num_embeddings, embedding_dim)."]
    #[doc = ""]
    #[doc = " `num_embeddings`: how many rows the table has."]
    #[doc = ""]
    #[doc = " `embedding_dim`: size of each row."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    EmbeddingBag = "EmbeddingBag" (num_embeddings as "num_embeddings": i64, embedding_dim as "embedding_dim": i64) {
        #[doc = " rows that are used and longer than this are shortened in place; None unless set."]
        max_norm as "max_norm": impl Into<Argument>;
        #[doc = " p of the norm for max_norm; 2.0 unless set."]
        norm_type as "norm_type": impl Into<Argument>;
        #[doc = " divides the gradient of a row by how often it was used; False unless set."]
        scale_grad_by_freq as "scale_grad_by_freq": bool;
        #[doc = " how a bag's rows come together: 'sum', 'mean' or 'max'; 'mean' unless set."]
        mode as "mode": &str;
        #[doc = " kept: gradients are stored densely; False unless set."]
        sparse as "sparse": bool;
        #[doc = " the table's values, taken as they are; None unless set."]
        _weight as "_weight": &Tensor;
        #[doc = " the last offset is the end of the last bag; False unless set."]
        include_last_offset as "include_last_offset": bool;
        #[doc = " a row that starts as zeros and gets no gradient; negative: counted from the end; None unless set."]
        padding_idx as "padding_idx": i64;
        #[doc = " where the state lives; only the CPU is known; None unless set."]
        device as "device": &str;
        #[doc = " the element type of the state (default: the context's); None unless set."]
        dtype as "dtype": DType;
    }

    #[doc = " While training, zeroes elements at random and scales the others by 1 / (1 - p)."]
    Dropout = "Dropout" () {
        #[doc = " probability to be zeroed; 0.5 unless set."]
        p as "p": impl Into<Argument>;
        #[doc = " writes the result over the input; False unless set."]
        inplace as "inplace": impl Into<Argument>;
    }

    #[doc = " While training, zeroes whole channels at random and scales the others by 1 / (1 - p)."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    Dropout1d = "Dropout1d" () {
        #[doc = " probability to be zeroed; 0.5 unless set."]
        p as "p": impl Into<Argument>;
        #[doc = " writes the result over the input; False unless set."]
        inplace as "inplace": impl Into<Argument>;
    }

    #[doc = " While training, zeroes whole channels at random and scales the others by 1 / (1 - p)."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    Dropout2d = "Dropout2d" () {
        #[doc = " probability to be zeroed; 0.5 unless set."]
        p as "p": impl Into<Argument>;
        #[doc = " writes the result over the input; False unless set."]
        inplace as "inplace": impl Into<Argument>;
    }

    #[doc = " While training, zeroes whole channels at random and scales the others by 1 / (1 - p)."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    Dropout3d = "Dropout3d" () {
        #[doc = " probability to be zeroed; 0.5 unless set."]
        p as "p": impl Into<Argument>;
        #[doc = " writes the result over the input; False unless set."]
        inplace as "inplace": impl Into<Argument>;
    }

    #[doc = " While training, sets elements at random to SELU's lowest value, and keeps mean and variance."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    AlphaDropout = "AlphaDropout" () {
        #[doc = " probability to be zeroed; 0.5 unless set."]
        p as "p": impl Into<Argument>;
        #[doc = " writes the result over the input; False unless set."]
        inplace as "inplace": impl Into<Argument>;
    }

    #[doc = " AlphaDropout of whole channels."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    FeatureAlphaDropout = "FeatureAlphaDropout" () {
        #[doc = " probability to be zeroed; 0.5 unless set."]
        p as "p": impl Into<Argument>;
        #[doc = " writes the result over the input; False unless set."]
        inplace as "inplace": impl Into<Argument>;
    }

    #[doc = " x above a threshold, else a value."]
    #[doc = ""]
    #[doc = " `threshold`: what is not above it is replaced."]
    #[doc = ""]
    #[doc = " `value`: by this."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    Threshold = "Threshold" (threshold as "threshold": impl Into<Argument>, value as "value": impl Into<Argument>) {
        #[doc = " writes the result over the input; False unless set."]
        inplace as "inplace": impl Into<Argument>;
    }

    #[doc = " max(x, 0) + slope * min(x, 0); while training with random slopes."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    RReLU = "RReLU" () {
        #[doc = " smallest slope below 0; 0.125 unless set."]
        lower as "lower": impl Into<Argument>;
        #[doc = " largest slope below 0; 0.3333333333333333 unless set."]
        upper as "upper": impl Into<Argument>;
        #[doc = " writes the result over the input; False unless set."]
        inplace as "inplace": impl Into<Argument>;
    }

    #[doc = " x between two bounds."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    Hardtanh = "Hardtanh" () {
        #[doc = " smallest result; -1.0 unless set."]
        min_val as "min_val": impl Into<Argument>;
        #[doc = " largest result; 1.0 unless set."]
        max_val as "max_val": impl Into<Argument>;
        #[doc = " writes the result over the input; False unless set."]
        inplace as "inplace": impl Into<Argument>;
        #[doc = " old name of min_val; None unless set."]
        min_value as "min_value": impl Into<Argument>;
        #[doc = " old name of max_val; None unless set."]
        max_value as "max_value": impl Into<Argument>;
    }

    #[doc = " x between 0 and 6."]
    ReLU6 = "ReLU6" () {
        #[doc = " writes the result over the input; False unless set."]
        inplace as "inplace": impl Into<Argument>;
    }

    #[doc = " x / 6 + 1 / 2 between 0 and 1."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    Hardsigmoid = "Hardsigmoid" () {
        #[doc = " writes the result over the input; False unless set."]
        inplace as "inplace": impl Into<Argument>;
    }

    #[doc = " x * tanh(softplus(x))."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    Mish = "Mish" () {
        #[doc = " writes the result over the input; False unless set."]
        inplace as "inplace": impl Into<Argument>;
    }

    #[doc = " x * hardsigmoid(x)."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    Hardswish = "Hardswish" () {
        #[doc = " writes the result over the input; False unless set."]
        inplace as "inplace": impl Into<Argument>;
    }

    #[doc = " x above 0, else alpha * (exp(x) - 1)."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    ELU = "ELU" () {
        #[doc = " what the result tends to, negated; 1.0 unless set."]
        alpha as "alpha": impl Into<Argument>;
        #[doc = " writes the result over the input; False unless set."]
        inplace as "inplace": impl Into<Argument>;
    }

    #[doc = " x above 0, else alpha * (exp(x / alpha) - 1)."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    CELU = "CELU" () {
        #[doc = " what the result tends to, negated; 1.0 unless set."]
        alpha as "alpha": impl Into<Argument>;
        #[doc = " writes the result over the input; False unless set."]
        inplace as "inplace": impl Into<Argument>;
    }

    #[doc = " ELU scaled so that mean 0 and variance 1 stay what they are."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    SELU = "SELU" () {
        #[doc = " writes the result over the input; False unless set."]
        inplace as "inplace": impl Into<Argument>;
    }

    #[doc = " a * sigmoid(b), where a and b are the halves of x."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    GLU = "GLU" () {
        #[doc = " the dimension whose second half gates the first; -1 unless set."]
        dim as "dim": impl Into<Argument>;
    }

    #[doc = " x beyond lambd on either side, else 0."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    Hardshrink = "Hardshrink" () {
        #[doc = " what is nearer to 0 gives 0; 0.5 unless set."]
        lambd as "lambd": impl Into<Argument>;
    }

    #[doc = " x, with a slope below 0."]
    LeakyReLU = "LeakyReLU" () {
        #[doc = " slope below 0; 0.01 unless set."]
        negative_slope as "negative_slope": impl Into<Argument>;
        #[doc = " writes the result over the input; False unless set."]
        inplace as "inplace": impl Into<Argument>;
    }

    #[doc = " The logarithm of sigmoid(x)."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    LogSigmoid = "LogSigmoid" () {
    }

    #[doc = " log(1 + exp(beta * x)) / beta."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    Softplus = "Softplus" () {
        #[doc = " how sharp the bend is; 1.0 unless set."]
        beta as "beta": impl Into<Argument>;
        #[doc = " where x times beta is above it, x is the result; 20.0 unless set."]
        threshold as "threshold": impl Into<Argument>;
    }

    #[doc = " x moved toward 0 by lambd, and not beyond."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    Softshrink = "Softshrink" () {
        #[doc = " what is nearer to 0 gives 0; 0.5 unless set."]
        lambd as "lambd": impl Into<Argument>;
    }

    #[doc = " x / (1 + |x|)."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    Softsign = "Softsign" () {
    }

    #[doc = " x - tanh(x)."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    Tanhshrink = "Tanhshrink" () {
    }

    #[doc = " Softmax of -x."]
    Softmin = "Softmin" () {
        #[doc = " the dimension that sums to 1; None: 0 for 0, 1 and 3 dimensions, else 1; None unless set."]
        dim as "dim": impl Into<Argument>;
    }

    #[doc = " Softmax over the channels of (N, C, H, W) or (C, H, W)."]
    Softmax2d = "Softmax2d" () {
    }

    #[doc = " x, with learned slopes below 0. Parameter: weight (num_parameters)."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    PReLU = "PReLU" () {
        #[doc = " how many slopes: 1, or one a channel; 1 unless set."]
        num_parameters as "num_parameters": impl Into<Argument>;
        #[doc = " the slopes at first; 0.25 unless set."]
        init as "init": impl Into<Argument>;
        #[doc = " where the state lives; only the CPU is known; None unless set."]
        device as "device": &str;
        #[doc = " the element type of the state (default: the context's); None unless set."]
        dtype as "dtype": DType;
    }

    #[doc = " Puts a constant around each sample."]
    #[doc = ""]
    #[doc = " `padding`: how many elements at each end: a number, or a tuple of start and end, last dimension first."]
    #[doc = ""]
    #[doc = " `value`: what stands there."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    ConstantPad1d = "ConstantPad1d" (padding as "padding": impl Into<Argument>, value as "value": impl Into<Argument>) {
    }

    #[doc = " Puts a constant around each sample."]
    #[doc = ""]
    #[doc = " `padding`: how many elements at each end: a number, or a tuple of start and end, last dimension first."]
    #[doc = ""]
    #[doc = " `value`: what stands there."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    ConstantPad2d = "ConstantPad2d" (padding as "padding": impl Into<Argument>, value as "value": impl Into<Argument>) {
    }

    #[doc = " Puts a constant around each sample."]
    #[doc = ""]
    #[doc = " `padding`: how many elements at each end: a number, or a tuple of start and end, last dimension first."]
    #[doc = ""]
    #[doc = " `value`: what stands there."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    ConstantPad3d = "ConstantPad3d" (padding as "padding": impl Into<Argument>, value as "value": impl Into<Argument>) {
    }

    #[doc = " Puts zeros around each sample."]
    #[doc = ""]
    #[doc = " `padding`: how many elements at each end: a number, or a tuple of start and end, last dimension first."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    ZeroPad1d = "ZeroPad1d" (padding as "padding": impl Into<Argument>) {
    }

    #[doc = " Puts zeros around each sample."]
    #[doc = ""]
    #[doc = " `padding`: how many elements at each end: a number, or a tuple of start and end, last dimension first."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    ZeroPad2d = "ZeroPad2d" (padding as "padding": impl Into<Argument>) {
    }

    #[doc = " Puts zeros around each sample."]
    #[doc = ""]
    #[doc = " `padding`: how many elements at each end: a number, or a tuple of start and end, last dimension first."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    ZeroPad3d = "ZeroPad3d" (padding as "padding": impl Into<Argument>) {
    }

    #[doc = " Continues each sample by its mirror image, the edge not repeated."]
    #[doc = ""]
    #[doc = " `padding`: how many elements at each end: a number, or a tuple of start and end, last dimension first."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    ReflectionPad1d = "ReflectionPad1d" (padding as "padding": impl Into<Argument>) {
    }

    #[doc = " Continues each sample by its mirror image, the edge not repeated."]
    #[doc = ""]
    #[doc = " `padding`: how many elements at each end: a number, or a tuple of start and end, last dimension first."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    ReflectionPad2d = "ReflectionPad2d" (padding as "padding": impl Into<Argument>) {
    }

    #[doc = " Continues each sample by its mirror image, the edge not repeated."]
    #[doc = ""]
    #[doc = " `padding`: how many elements at each end: a number, or a tuple of start and end, last dimension first."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    ReflectionPad3d = "ReflectionPad3d" (padding as "padding": impl Into<Argument>) {
    }

    #[doc = " Continues each sample by its edge."]
    #[doc = ""]
    #[doc = " `padding`: how many elements at each end: a number, or a tuple of start and end, last dimension first."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    ReplicationPad1d = "ReplicationPad1d" (padding as "padding": impl Into<Argument>) {
    }

    #[doc = " Continues each sample by its edge."]
    #[doc = ""]
    #[doc = " `padding`: how many elements at each end: a number, or a tuple of start and end, last dimension first."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    ReplicationPad2d = "ReplicationPad2d" (padding as "padding": impl Into<Argument>) {
    }

    #[doc = " Continues each sample by its edge."]
    #[doc = ""]
    #[doc = " `padding`: how many elements at each end: a number, or a tuple of start and end, last dimension first."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    ReplicationPad3d = "ReplicationPad3d" (padding as "padding": impl Into<Argument>) {
    }

    #[doc = " Continues each sample by its other end."]
    #[doc = ""]
    #[doc = " `padding`: how many elements at each end: a number, or a tuple of start and end, last dimension first."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    CircularPad1d = "CircularPad1d" (padding as "padding": impl Into<Argument>) {
    }

    #[doc = " Continues each sample by its other end."]
    #[doc = ""]
    #[doc = " `padding`: how many elements at each end: a number, or a tuple of start and end, last dimension first."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    CircularPad2d = "CircularPad2d" (padding as "padding": impl Into<Argument>) {
    }

    #[doc = " Continues each sample by its other end."]
    #[doc = ""]
    #[doc = " `padding`: how many elements at each end: a number, or a tuple of start and end, last dimension first."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    CircularPad3d = "CircularPad3d" (padding as "padding": impl Into<Argument>) {
    }

    #[doc = " The largest element of each window."]
    #[doc = ""]
    #[doc = " `kernel_size`: of a window, a number or a tuple."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    MaxPool1d = "MaxPool1d" (kernel_size as "kernel_size": impl Into<Argument>) {
        #[doc = " of the windows; None: their size; None unless set."]
        stride as "stride": impl Into<Argument>;
        #[doc = " border around each sample; 0 unless set."]
        padding as "padding": impl Into<Argument>;
        #[doc = " distance between the elements of a window; 1 unless set."]
        dilation as "dilation": impl Into<Argument>;
        #[doc = " gives also where each maximum is; False unless set."]
        return_indices as "return_indices": impl Into<Argument>;
        #[doc = " a last window that is not whole counts too; False unless set."]
        ceil_mode as "ceil_mode": impl Into<Argument>;
    }

    #[doc = " The largest element of each window."]
    #[doc = ""]
    #[doc = " `kernel_size`: of a window, a number or a tuple."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    MaxPool3d = "MaxPool3d" (kernel_size as "kernel_size": impl Into<Argument>) {
        #[doc = " of the windows; None: their size; None unless set."]
        stride as "stride": impl Into<Argument>;
        #[doc = " border around each sample; 0 unless set."]
        padding as "padding": impl Into<Argument>;
        #[doc = " distance between the elements of a window; 1 unless set."]
        dilation as "dilation": impl Into<Argument>;
        #[doc = " gives also where each maximum is; False unless set."]
        return_indices as "return_indices": impl Into<Argument>;
        #[doc = " a last window that is not whole counts too; False unless set."]
        ceil_mode as "ceil_mode": impl Into<Argument>;
    }

    #[doc = " The mean of each window."]
    #[doc = ""]
    #[doc = " `kernel_size`: of a window, a number or a tuple."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    AvgPool1d = "AvgPool1d" (kernel_size as "kernel_size": impl Into<Argument>) {
        #[doc = " of the windows; None: their size; None unless set."]
        stride as "stride": impl Into<Argument>;
        #[doc = " border around each sample; 0 unless set."]
        padding as "padding": impl Into<Argument>;
        #[doc = " a last window that is not whole counts too; False unless set."]
        ceil_mode as "ceil_mode": impl Into<Argument>;
        #[doc = " the border counts for the mean; True unless set."]
        count_include_pad as "count_include_pad": impl Into<Argument>;
    }

    #[doc = " The mean of each window."]
    #[doc = ""]
    #[doc = " `kernel_size`: of a window, a number or a tuple."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    AvgPool2d = "AvgPool2d" (kernel_size as "kernel_size": impl Into<Argument>) {
        #[doc = " of the windows; None: their size; None unless set."]
        stride as "stride": impl Into<Argument>;
        #[doc = " border around each sample; 0 unless set."]
        padding as "padding": impl Into<Argument>;
        #[doc = " a last window that is not whole counts too; False unless set."]
        ceil_mode as "ceil_mode": impl Into<Argument>;
        #[doc = " the border counts for the mean; True unless set."]
        count_include_pad as "count_include_pad": impl Into<Argument>;
        #[doc = " what a sum is divided by, for its window's size; None unless set."]
        divisor_override as "divisor_override": impl Into<Argument>;
    }

    #[doc = " The mean of each window."]
    #[doc = ""]
    #[doc = " `kernel_size`: of a window, a number or a tuple."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    AvgPool3d = "AvgPool3d" (kernel_size as "kernel_size": impl Into<Argument>) {
        #[doc = " of the windows; None: their size; None unless set."]
        stride as "stride": impl Into<Argument>;
        #[doc = " border around each sample; 0 unless set."]
        padding as "padding": impl Into<Argument>;
        #[doc = " a last window that is not whole counts too; False unless set."]
        ceil_mode as "ceil_mode": impl Into<Argument>;
        #[doc = " the border counts for the mean; True unless set."]
        count_include_pad as "count_include_pad": impl Into<Argument>;
        #[doc = " what a sum is divided by, for its window's size; None unless set."]
        divisor_override as "divisor_override": impl Into<Argument>;
    }

    #[doc = " Maxima of as many windows as wanted, which cover each sample."]
    #[doc = ""]
    #[doc = " `output_size`: of a sample, a number or a tuple; None in it: as the input's."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    AdaptiveMaxPool1d = "AdaptiveMaxPool1d" (output_size as "output_size": impl Into<Argument>) {
        #[doc = " gives also where each maximum is; False unless set."]
        return_indices as "return_indices": impl Into<Argument>;
    }

    #[doc = " Maxima of as many windows as wanted, which cover each sample."]
    #[doc = ""]
    #[doc = " `output_size`: of a sample, a number or a tuple; None in it: as the input's."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    AdaptiveMaxPool2d = "AdaptiveMaxPool2d" (output_size as "output_size": impl Into<Argument>) {
        #[doc = " gives also where each maximum is; False unless set."]
        return_indices as "return_indices": impl Into<Argument>;
    }

    #[doc = " Maxima of as many windows as wanted, which cover each sample."]
    #[doc = ""]
    #[doc = " `output_size`: of a sample, a number or a tuple; None in it: as the input's."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    AdaptiveMaxPool3d = "AdaptiveMaxPool3d" (output_size as "output_size": impl Into<Argument>) {
        #[doc = " gives also where each maximum is; False unless set."]
        return_indices as "return_indices": impl Into<Argument>;
    }

    #[doc = " Means of as many windows as wanted, which cover each sample."]
    #[doc = ""]
    #[doc = " `output_size`: of a sample, a number or a tuple; None in it: as the input's."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    AdaptiveAvgPool1d = "AdaptiveAvgPool1d" (output_size as "output_size": impl Into<Argument>) {
    }

    #[doc = " Means of as many windows as wanted, which cover each sample."]
    #[doc = ""]
    #[doc = " `output_size`: of a sample, a number or a tuple; None in it: as the input's."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    AdaptiveAvgPool3d = "AdaptiveAvgPool3d" (output_size as "output_size": impl Into<Argument>) {
    }

    #[doc = " The p-norm of each window."]
    #[doc = ""]
    #[doc = " `norm_type`: the power p, not 0."]
    #[doc = ""]
    #[doc = " `kernel_size`: of a window, a number or a tuple."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    LPPool1d = "LPPool1d" (norm_type as "norm_type": impl Into<Argument>, kernel_size as "kernel_size": impl Into<Argument>) {
        #[doc = " of the windows; None: their size; None unless set."]
        stride as "stride": impl Into<Argument>;
        #[doc = " a last window that is not whole counts too; False unless set."]
        ceil_mode as "ceil_mode": impl Into<Argument>;
    }

    #[doc = " The p-norm of each window."]
    #[doc = ""]
    #[doc = " `norm_type`: the power p, not 0."]
    #[doc = ""]
    #[doc = " `kernel_size`: of a window, a number or a tuple."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    LPPool2d = "LPPool2d" (norm_type as "norm_type": impl Into<Argument>, kernel_size as "kernel_size": impl Into<Argument>) {
        #[doc = " of the windows; None: their size; None unless set."]
        stride as "stride": impl Into<Argument>;
        #[doc = " a last window that is not whole counts too; False unless set."]
        ceil_mode as "ceil_mode": impl Into<Argument>;
    }

    #[doc = " The p-norm of each window."]
    #[doc = ""]
    #[doc = " `norm_type`: the power p, not 0."]
    #[doc = ""]
    #[doc = " `kernel_size`: of a window, a number or a tuple."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    LPPool3d = "LPPool3d" (norm_type as "norm_type": impl Into<Argument>, kernel_size as "kernel_size": impl Into<Argument>) {
        #[doc = " of the windows; None: their size; None unless set."]
        stride as "stride": impl Into<Argument>;
        #[doc = " a last window that is not whole counts too; False unless set."]
        ceil_mode as "ceil_mode": impl Into<Argument>;
    }

    #[doc = " Puts maxima back where they were, by their indices, among zeros."]
    #[doc = ""]
    #[doc = " `kernel_size`: of a window, a number or a tuple."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    MaxUnpool1d = "MaxUnpool1d" (kernel_size as "kernel_size": impl Into<Argument>) {
        #[doc = " of the windows; None: their size; None unless set."]
        stride as "stride": impl Into<Argument>;
        #[doc = " border around each sample; 0 unless set."]
        padding as "padding": impl Into<Argument>;
    }

    #[doc = " Puts maxima back where they were, by their indices, among zeros."]
    #[doc = ""]
    #[doc = " `kernel_size`: of a window, a number or a tuple."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    MaxUnpool2d = "MaxUnpool2d" (kernel_size as "kernel_size": impl Into<Argument>) {
        #[doc = " of the windows; None: their size; None unless set."]
        stride as "stride": impl Into<Argument>;
        #[doc = " border around each sample; 0 unless set."]
        padding as "padding": impl Into<Argument>;
    }

    #[doc = " Puts maxima back where they were, by their indices, among zeros."]
    #[doc = ""]
    #[doc = " `kernel_size`: of a window, a number or a tuple."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    MaxUnpool3d = "MaxUnpool3d" (kernel_size as "kernel_size": impl Into<Argument>) {
        #[doc = " of the windows; None: their size; None unless set."]
        stride as "stride": impl Into<Argument>;
        #[doc = " border around each sample; 0 unless set."]
        padding as "padding": impl Into<Argument>;
    }

    #[doc = " The largest element of windows at random places. Buffer: _random_samples, when given."]
    #[doc = ""]
    #[doc = " `kernel_size`: of a window, a number or a tuple."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    FractionalMaxPool2d = "FractionalMaxPool2d" (kernel_size as "kernel_size": impl Into<Argument>) {
        #[doc = " of a sample; this or output_ratio; None unless set."]
        output_size as "output_size": impl Into<Argument>;
        #[doc = " size of the result by that of the input, below 1; None unless set."]
        output_ratio as "output_ratio": impl Into<Argument>;
        #[doc = " gives also where each maximum is; False unless set."]
        return_indices as "return_indices": impl Into<Argument>;
        #[doc = " where the windows are, for random places; None unless set."]
        _random_samples as "_random_samples": impl Into<Argument>;
    }

    #[doc = " The largest element of windows at random places. Buffer: _random_samples, when given."]
    #[doc = ""]
    #[doc = " `kernel_size`: of a window, a number or a tuple."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    FractionalMaxPool3d = "FractionalMaxPool3d" (kernel_size as "kernel_size": impl Into<Argument>) {
        #[doc = " of a sample; this or output_ratio; None unless set."]
        output_size as "output_size": impl Into<Argument>;
        #[doc = " size of the result by that of the input, below 1; None unless set."]
        output_ratio as "output_ratio": impl Into<Argument>;
        #[doc = " gives also where each maximum is; False unless set."]
        return_indices as "return_indices": impl Into<Argument>;
        #[doc = " where the windows are, for random places; None unless set."]
        _random_samples as "_random_samples": impl Into<Argument>;
    }

    #[doc = " Divides a dimension into several."]
    #[doc = ""]
    #[doc = " `dim`: the dimension that is divided."]
    #[doc = ""]
    #[doc = " `unflattened_size`: the dimensions that it becomes."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    Unflatten = "Unflatten" (dim as "dim": impl Into<Argument>, unflattened_size as "unflattened_size": impl Into<Argument>) {
    }

    #[doc = " Adds blocks, one a column, up to planes."]
    #[doc = ""]
    #[doc = " `output_size`: of the planes."]
    #[doc = ""]
    #[doc = " `kernel_size`: of a block, a number or a tuple."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    Fold = "Fold" (output_size as "output_size": impl Into<Argument>, kernel_size as "kernel_size": impl Into<Argument>) {
        #[doc = " distance between the elements of a block; 1 unless set."]
        dilation as "dilation": impl Into<Argument>;
        #[doc = " zeros around each plane; 0 unless set."]
        padding as "padding": impl Into<Argument>;
        #[doc = " of the blocks; 1 unless set."]
        stride as "stride": impl Into<Argument>;
    }

    #[doc = " The blocks of planes, one a column."]
    #[doc = ""]
    #[doc = " `kernel_size`: of a block, a number or a tuple."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    Unfold = "Unfold" (kernel_size as "kernel_size": impl Into<Argument>) {
        #[doc = " distance between the elements of a block; 1 unless set."]
        dilation as "dilation": impl Into<Argument>;
        #[doc = " zeros around each plane; 0 unless set."]
        padding as "padding": impl Into<Argument>;
        #[doc = " of the blocks; 1 unless set."]
        stride as "stride": impl Into<Argument>;
    }

    #[doc = " Makes planes larger out of channels."]
    #[doc = ""]
    #[doc = " `upscale_factor`: what rows and columns are multiplied by."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    PixelShuffle = "PixelShuffle" (upscale_factor as "upscale_factor": impl Into<Argument>) {
    }

    #[doc = " Undoes PixelShuffle."]
    #[doc = ""]
    #[doc = " `downscale_factor`: what rows and columns are divided by."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    PixelUnshuffle = "PixelUnshuffle" (downscale_factor as "downscale_factor": impl Into<Argument>) {
    }

    #[doc = " Takes turns between groups of channels."]
    #[doc = ""]
    #[doc = " `groups`: how many the channels are divided into."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    ChannelShuffle = "ChannelShuffle" (groups as "groups": impl Into<Argument>) {
    }

    #[doc = " Enlarges samples of 1 to 3 dimensions."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    Upsample = "Upsample" () {
        #[doc = " of the result; this or scale_factor; None unless set."]
        size as "size": impl Into<Argument>;
        #[doc = " a number, or a tuple; None unless set."]
        scale_factor as "scale_factor": impl Into<Argument>;
        #[doc = " 'nearest', 'linear', 'bilinear', 'bicubic' or 'trilinear', by the number of dimensions; 'nearest' unless set."]
        mode as "mode": impl Into<Argument>;
        #[doc = " the outermost elements stay at the corners; None unless set."]
        align_corners as "align_corners": impl Into<Argument>;
        #[doc = " the scale is taken from the sizes; None unless set."]
        recompute_scale_factor as "recompute_scale_factor": impl Into<Argument>;
    }

    #[doc = " Enlarges planes; repeats elements."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    UpsamplingNearest2d = "UpsamplingNearest2d" () {
        #[doc = " of the result; this or scale_factor; None unless set."]
        size as "size": impl Into<Argument>;
        #[doc = " a number, or a tuple; None unless set."]
        scale_factor as "scale_factor": impl Into<Argument>;
    }

    #[doc = " Enlarges planes; interpolates, corners kept."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    UpsamplingBilinear2d = "UpsamplingBilinear2d" () {
        #[doc = " of the result; this or scale_factor; None unless set."]
        size as "size": impl Into<Argument>;
        #[doc = " a number, or a tuple; None unless set."]
        scale_factor as "scale_factor": impl Into<Argument>;
    }

    #[doc = " The cosine between two vectors."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    CosineSimilarity = "CosineSimilarity" () {
        #[doc = " the dimension of the vectors; 1 unless set."]
        dim as "dim": impl Into<Argument>;
        #[doc = " smallest product of the lengths; 1e-08 unless set."]
        eps as "eps": impl Into<Argument>;
    }

    #[doc = " The p-norm of the difference of two vectors."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    PairwiseDistance = "PairwiseDistance" () {
        #[doc = " of the norm; 2.0 unless set."]
        p as "p": impl Into<Argument>;
        #[doc = " added to the difference; 1e-06 unless set."]
        eps as "eps": impl Into<Argument>;
        #[doc = " the last dimension stays, with size 1; False unless set."]
        keepdim as "keepdim": impl Into<Argument>;
    }

    #[doc = " Divides by a power of the mean of squares over neighbouring channels."]
    #[doc = ""]
    #[doc = " `size`: how many channels belong together."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    LocalResponseNorm = "LocalResponseNorm" (size as "size": impl Into<Argument>) {
        #[doc = " factor of the mean of squares; 0.0001 unless set."]
        alpha as "alpha": impl Into<Argument>;
        #[doc = " the exponent; 0.75 unless set."]
        beta as "beta": impl Into<Argument>;
        #[doc = " added to the mean of squares; 1.0 unless set."]
        k as "k": impl Into<Argument>;
    }

    #[doc = " Divides by a power of the mean of squares over neighbouring channels."]
    #[doc = ""]
    #[doc = " `size`: how many channels belong together."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    CrossMapLRN2d = "CrossMapLRN2d" (size as "size": impl Into<Argument>) {
        #[doc = " factor of the mean of squares; 0.0001 unless set."]
        alpha as "alpha": impl Into<Argument>;
        #[doc = " the exponent; 0.75 unless set."]
        beta as "beta": impl Into<Argument>;
        #[doc = " added to the mean of squares; 1 unless set."]
        k as "k": impl Into<Argument>;
    }

    #[doc = " Absolute difference of two tensors."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    L1Loss = "L1Loss" () {
        #[doc = " old form of reduction: False for 'sum'; None unless set."]
        size_average as "size_average": bool;
        #[doc = " old form of reduction: False for 'none'; None unless set."]
        reduce as "reduce": bool;
        #[doc = " 'mean', 'sum' or 'none'; 'mean' unless set."]
        reduction as "reduction": &str;
    }

    #[doc = " Squared difference of two tensors."]
    MSELoss = "MSELoss" () {
        #[doc = " old form of reduction: False for 'sum'; None unless set."]
        size_average as "size_average": bool;
        #[doc = " old form of reduction: False for 'none'; None unless set."]
        reduce as "reduce": bool;
        #[doc = " 'mean', 'sum' or 'none'; 'mean' unless set."]
        reduction as "reduction": &str;
    }

    #[doc = " Squared difference near zero, absolute difference elsewhere."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    SmoothL1Loss = "SmoothL1Loss" () {
        #[doc = " old form of reduction: False for 'sum'; None unless set."]
        size_average as "size_average": bool;
        #[doc = " old form of reduction: False for 'none'; None unless set."]
        reduce as "reduce": bool;
        #[doc = " 'mean', 'sum' or 'none'; 'mean' unless set."]
        reduction as "reduction": &str;
        #[doc = " where the square ends and the straight line begins; 1.0 unless set."]
        beta as "beta": impl Into<Argument>;
    }

    #[doc = " Half the squared difference near zero, delta times the absolute one elsewhere."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    HuberLoss = "HuberLoss" () {
        #[doc = " 'mean', 'sum' or 'none'; 'mean' unless set."]
        reduction as "reduction": &str;
        #[doc = " where the square ends and the straight line begins; 1.0 unless set."]
        delta as "delta": impl Into<Argument>;
    }

    #[doc = " Kullback-Leibler divergence of log-probabilities."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    KLDivLoss = "KLDivLoss" () {
        #[doc = " old form of reduction: False for 'sum'; None unless set."]
        size_average as "size_average": bool;
        #[doc = " old form of reduction: False for 'none'; None unless set."]
        reduce as "reduce": bool;
        #[doc = " 'mean', 'batchmean', 'sum' or 'none'; 'mean' unless set."]
        reduction as "reduction": &str;
        #[doc = " the target holds logarithms, too; False unless set."]
        log_target as "log_target": bool;
    }

    #[doc = " Negative log-likelihood of counts under Poisson rates."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    PoissonNLLLoss = "PoissonNLLLoss" () {
        #[doc = " the input is the logarithm of the rate; True unless set."]
        log_input as "log_input": bool;
        #[doc = " adds Stirling's term; False unless set."]
        full as "full": bool;
        #[doc = " old form of reduction: False for 'sum'; None unless set."]
        size_average as "size_average": bool;
        #[doc = " added to a rate before its logarithm; 1e-08 unless set."]
        eps as "eps": impl Into<Argument>;
        #[doc = " old form of reduction: False for 'none'; None unless set."]
        reduce as "reduce": bool;
        #[doc = " 'mean', 'sum' or 'none'; 'mean' unless set."]
        reduction as "reduction": &str;
    }

    #[doc = " Negative log-likelihood under normal distributions of given variances."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    GaussianNLLLoss = "GaussianNLLLoss" () {
        #[doc = " adds the constant term; False unless set."]
        full as "full": bool;
        #[doc = " the smallest variance; 1e-06 unless set."]
        eps as "eps": impl Into<Argument>;
        #[doc = " 'mean', 'sum' or 'none'; 'mean' unless set."]
        reduction as "reduction": &str;
    }

    #[doc = " Connectionist temporal classification."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    CTCLoss = "CTCLoss" () {
        #[doc = " the class that stands for no label; 0 unless set."]
        blank as "blank": i64;
        #[doc = " 'mean', 'sum' or 'none'; 'mean' unless set."]
        reduction as "reduction": &str;
        #[doc = " an infinite loss counts as zero; False unless set."]
        zero_infinity as "zero_infinity": bool;
    }

    #[doc = " A distance where the target is 1, what it lacks of the margin where it is -1."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    HingeEmbeddingLoss = "HingeEmbeddingLoss" () {
        #[doc = " how far apart is far enough; 1.0 unless set."]
        margin as "margin": impl Into<Argument>;
        #[doc = " old form of reduction: False for 'sum'; None unless set."]
        size_average as "size_average": bool;
        #[doc = " old form of reduction: False for 'none'; None unless set."]
        reduce as "reduce": bool;
        #[doc = " 'mean', 'sum' or 'none'; 'mean' unless set."]
        reduction as "reduction": &str;
    }

    #[doc = " Which of two values is to be the larger one."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    MarginRankingLoss = "MarginRankingLoss" () {
        #[doc = " how far apart is far enough; 0.0 unless set."]
        margin as "margin": impl Into<Argument>;
        #[doc = " old form of reduction: False for 'sum'; None unless set."]
        size_average as "size_average": bool;
        #[doc = " old form of reduction: False for 'none'; None unless set."]
        reduce as "reduce": bool;
        #[doc = " 'mean', 'sum' or 'none'; 'mean' unless set."]
        reduction as "reduction": &str;
    }

    #[doc = " The angle of two vectors, alike or not."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    CosineEmbeddingLoss = "CosineEmbeddingLoss" () {
        #[doc = " how far apart is far enough; 0.0 unless set."]
        margin as "margin": impl Into<Argument>;
        #[doc = " old form of reduction: False for 'sum'; None unless set."]
        size_average as "size_average": bool;
        #[doc = " old form of reduction: False for 'none'; None unless set."]
        reduce as "reduce": bool;
        #[doc = " 'mean', 'sum' or 'none'; 'mean' unless set."]
        reduction as "reduction": &str;
    }

    #[doc = " An anchor nearer to its positive than to its negative."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    TripletMarginLoss = "TripletMarginLoss" () {
        #[doc = " how far apart is far enough; 1.0 unless set."]
        margin as "margin": impl Into<Argument>;
        #[doc = " of the norm; 2.0 unless set."]
        p as "p": impl Into<Argument>;
        #[doc = " added to each difference; 1e-06 unless set."]
        eps as "eps": impl Into<Argument>;
        #[doc = " takes the distance of positive and negative where it is the smaller one; False unless set."]
        swap as "swap": bool;
        #[doc = " old form of reduction: False for 'sum'; None unless set."]
        size_average as "size_average": bool;
        #[doc = " old form of reduction: False for 'none'; None unless set."]
        reduce as "reduce": bool;
        #[doc = " 'mean', 'sum' or 'none'; 'mean' unless set."]
        reduction as "reduction": &str;
    }

    #[doc = " Margins between labels that hold and the others."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    MultiLabelMarginLoss = "MultiLabelMarginLoss" () {
        #[doc = " old form of reduction: False for 'sum'; None unless set."]
        size_average as "size_average": bool;
        #[doc = " old form of reduction: False for 'none'; None unless set."]
        reduce as "reduce": bool;
        #[doc = " 'mean', 'sum' or 'none'; 'mean' unless set."]
        reduction as "reduction": &str;
    }

    #[doc = " Logistic loss of targets 1 and -1."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    SoftMarginLoss = "SoftMarginLoss" () {
        #[doc = " old form of reduction: False for 'sum'; None unless set."]
        size_average as "size_average": bool;
        #[doc = " old form of reduction: False for 'none'; None unless set."]
        reduce as "reduce": bool;
        #[doc = " 'mean', 'sum' or 'none'; 'mean' unless set."]
        reduction as "reduction": &str;
    }

    #[doc = " Negative log-likelihood of class numbers. Buffer: weight, when given."]
    NLLLoss = "NLLLoss" () {
        #[doc = " a weight for each class; a saved buffer; None unless set."]
        weight as "weight": &Tensor;
        #[doc = " old form of reduction: False for 'sum'; None unless set."]
        size_average as "size_average": bool;
        #[doc = " a target that does not count; -100 unless set."]
        ignore_index as "ignore_index": i64;
        #[doc = " old form of reduction: False for 'none'; None unless set."]
        reduce as "reduce": bool;
        #[doc = " 'mean', 'sum' or 'none'; 'mean' unless set."]
        reduction as "reduction": &str;
    }

    #[doc = " The old name of NLLLoss."]
    NLLLoss2d = "NLLLoss2d" () {
        #[doc = " a weight for each class; a saved buffer; None unless set."]
        weight as "weight": &Tensor;
        #[doc = " old form of reduction: False for 'sum'; None unless set."]
        size_average as "size_average": bool;
        #[doc = " a target that does not count; -100 unless set."]
        ignore_index as "ignore_index": i64;
        #[doc = " old form of reduction: False for 'none'; None unless set."]
        reduce as "reduce": bool;
        #[doc = " 'mean', 'sum' or 'none'; 'mean' unless set."]
        reduction as "reduction": &str;
    }

    #[doc = " Cross entropy between unnormalised scores and class numbers or class probabilities. Buffer: weight, when given."]
    CrossEntropyLoss = "CrossEntropyLoss" () {
        #[doc = " a weight for each class; a saved buffer; None unless set."]
        weight as "weight": &Tensor;
        #[doc = " old form of reduction: False for 'sum'; None unless set."]
        size_average as "size_average": bool;
        #[doc = " a target that does not count; -100 unless set."]
        ignore_index as "ignore_index": i64;
        #[doc = " old form of reduction: False for 'none'; None unless set."]
        reduce as "reduce": bool;
        #[doc = " 'mean', 'sum' or 'none'; 'mean' unless set."]
        reduction as "reduction": &str;
        #[doc = " share of the target spread over all classes; 0.0 unless set."]
        label_smoothing as "label_smoothing": impl Into<Argument>;
    }

    #[doc = " Cross entropy of probabilities of two classes. Buffer: weight, when given."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    BCELoss = "BCELoss" () {
        #[doc = " a weight for each element; a saved buffer; None unless set."]
        weight as "weight": &Tensor;
        #[doc = " old form of reduction: False for 'sum'; None unless set."]
        size_average as "size_average": bool;
        #[doc = " old form of reduction: False for 'none'; None unless set."]
        reduce as "reduce": bool;
        #[doc = " 'mean', 'sum' or 'none'; 'mean' unless set."]
        reduction as "reduction": &str;
    }

    #[doc = " BCELoss of the input's sigmoid. Buffers: weight, pos_weight, when given."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    BCEWithLogitsLoss = "BCEWithLogitsLoss" () {
        #[doc = " a weight for each element; a saved buffer; None unless set."]
        weight as "weight": &Tensor;
        #[doc = " old form of reduction: False for 'sum'; None unless set."]
        size_average as "size_average": bool;
        #[doc = " old form of reduction: False for 'none'; None unless set."]
        reduce as "reduce": bool;
        #[doc = " 'mean', 'sum' or 'none'; 'mean' unless set."]
        reduction as "reduction": &str;
        #[doc = " a weight for the positive part of each class; a saved buffer; None unless set."]
        pos_weight as "pos_weight": &Tensor;
    }

    #[doc = " BCEWithLogitsLoss averaged over the classes. Buffer: weight, when given."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    MultiLabelSoftMarginLoss = "MultiLabelSoftMarginLoss" () {
        #[doc = " a weight for each class; a saved buffer; None unless set."]
        weight as "weight": &Tensor;
        #[doc = " old form of reduction: False for 'sum'; None unless set."]
        size_average as "size_average": bool;
        #[doc = " old form of reduction: False for 'none'; None unless set."]
        reduce as "reduce": bool;
        #[doc = " 'mean', 'sum' or 'none'; 'mean' unless set."]
        reduction as "reduction": &str;
    }

    #[doc = " Margins between the right class and the others. Buffer: weight, when given."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    MultiMarginLoss = "MultiMarginLoss" () {
        #[doc = " the power of each term: 1 or 2; 1 unless set."]
        p as "p": i64;
        #[doc = " how far apart is far enough; 1.0 unless set."]
        margin as "margin": impl Into<Argument>;
        #[doc = " a weight for each class; a saved buffer; None unless set."]
        weight as "weight": &Tensor;
        #[doc = " old form of reduction: False for 'sum'; None unless set."]
        size_average as "size_average": bool;
        #[doc = " old form of reduction: False for 'none'; None unless set."]
        reduce as "reduce": bool;
        #[doc = " 'mean', 'sum' or 'none'; 'mean' unless set."]
        reduction as "reduction": &str;
    }

    #[doc = " Softmax over many classes, the rare ones in clusters. Children: head, tail (for each cluster two Linear)."]
    #[doc = ""]
    #[doc = " `in_features`: size of each input row."]
    #[doc = ""]
    #[doc = " `n_classes`: how many classes there are."]
    #[doc = ""]
    #[doc = " `cutoffs`: where the clusters begin behind the head."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    AdaptiveLogSoftmaxWithLoss = "AdaptiveLogSoftmaxWithLoss" (in_features as "in_features": i64, n_classes as "n_classes": i64, cutoffs as "cutoffs": impl Into<Argument>) {
        #[doc = " what each cluster's inner size is divided by; 4.0 unless set."]
        div_value as "div_value": impl Into<Argument>;
        #[doc = " adds a learned bias to the head; False unless set."]
        head_bias as "head_bias": bool;
        #[doc = " where the state lives; only the CPU is known; None unless set."]
        device as "device": &str;
        #[doc = " the element type of the state (default: the context's); None unless set."]
        dtype as "dtype": DType;
    }

    #[doc = " A Linear and the cross entropy of its scores. Child: linear; buffer: weight, when given."]
    #[doc = ""]
    #[doc = " `in_features`: size of each input row."]
    #[doc = ""]
    #[doc = " `num_classes`: how many classes there are."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    LinearCrossEntropyLoss = "LinearCrossEntropyLoss" (in_features as "in_features": i64, num_classes as "num_classes": i64) {
        #[doc = " further dimensions of the scores; () unless set."]
        out_features as "out_features": impl Into<Argument>;
        #[doc = " adds a learned bias; False unless set."]
        bias as "bias": bool;
        #[doc = " where the state lives; only the CPU is known; None unless set."]
        device as "device": &str;
        #[doc = " the element type of the state (default: the context's); None unless set."]
        dtype as "dtype": DType;
        #[doc = " 'mean', 'sum' or 'none'; 'mean' unless set."]
        reduction as "reduction": &str;
        #[doc = " a weight for each class; a saved buffer; None unless set."]
        weight as "weight": &Tensor;
        #[doc = " a target that does not count; None unless set."]
        ignore_index as "ignore_index": i64;
        #[doc = " share of the target spread over all classes; 0.0 unless set."]
        label_smoothing as "label_smoothing": impl Into<Argument>;
        #[doc = " kept only: how PyTorch splits the work; None unless set."]
        options as "options": impl Into<Argument>;
    }

    #[doc = " TripletMarginLoss with a distance of one's own. Child: distance_function, unless it is a function."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    TripletMarginWithDistanceLoss = "TripletMarginWithDistanceLoss" () {
        #[doc = " a module, which becomes a child, or the name of a function; None: PairwiseDistance(); None unless set."]
        distance_function as "distance_function": impl Into<Argument>;
        #[doc = " how far apart is far enough; 1.0 unless set."]
        margin as "margin": impl Into<Argument>;
        #[doc = " takes the distance of positive and negative where it is the smaller one; False unless set."]
        swap as "swap": bool;
        #[doc = " 'mean', 'sum' or 'none'; 'mean' unless set."]
        reduction as "reduction": &str;
    }

    #[doc = " The state of RNN, LSTM and GRU: weight_ih_l0, weight_hh_l0, bias_ih_l0, bias_hh_l0 and so on for each layer and direction."]
    #[doc = ""]
    #[doc = " `mode`: LSTM, GRU, RNN_TANH or RNN_RELU."]
    #[doc = ""]
    #[doc = " `input_size`: size of each element of the sequence."]
    #[doc = ""]
    #[doc = " `hidden_size`: size of the hidden state."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    RNNBase = "RNNBase" (mode as "mode": &str, input_size as "input_size": i64, hidden_size as "hidden_size": i64) {
        #[doc = " how many layers are stacked; 1 unless set."]
        num_layers as "num_layers": i64;
        #[doc = " learned biases; without them their names are not there; True unless set."]
        bias as "bias": bool;
        #[doc = " the batch is dimension 0, not 1; False unless set."]
        batch_first as "batch_first": bool;
        #[doc = " share of each layer's output that is dropped; 0.0 unless set."]
        dropout as "dropout": impl Into<Argument>;
        #[doc = " a second set of weights runs backwards; False unless set."]
        bidirectional as "bidirectional": bool;
        #[doc = " the hidden state is projected to this size; 0 unless set."]
        proj_size as "proj_size": i64;
        #[doc = " where the state lives; only the CPU is known; None unless set."]
        device as "device": &str;
        #[doc = " the element type of the state (default: the context's); None unless set."]
        dtype as "dtype": DType;
    }

    #[doc = " Elman's network over a sequence."]
    #[doc = ""]
    #[doc = " `input_size`: size of each element of the sequence."]
    #[doc = ""]
    #[doc = " `hidden_size`: size of the hidden state."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    RNN = "RNN" (input_size as "input_size": i64, hidden_size as "hidden_size": i64) {
        #[doc = " how many layers are stacked; 1 unless set."]
        num_layers as "num_layers": i64;
        #[doc = " tanh or relu; 'tanh' unless set."]
        nonlinearity as "nonlinearity": &str;
        #[doc = " learned biases; without them their names are not there; True unless set."]
        bias as "bias": bool;
        #[doc = " the batch is dimension 0, not 1; False unless set."]
        batch_first as "batch_first": bool;
        #[doc = " share of each layer's output that is dropped; 0.0 unless set."]
        dropout as "dropout": impl Into<Argument>;
        #[doc = " a second set of weights runs backwards; False unless set."]
        bidirectional as "bidirectional": bool;
        #[doc = " the hidden state is projected to this size; 0 unless set."]
        proj_size as "proj_size": i64;
        #[doc = " where the state lives; only the CPU is known; None unless set."]
        device as "device": &str;
        #[doc = " the element type of the state (default: the context's); None unless set."]
        dtype as "dtype": DType;
    }

    #[doc = " Long short-term memory over a sequence."]
    #[doc = ""]
    #[doc = " `input_size`: size of each element of the sequence."]
    #[doc = ""]
    #[doc = " `hidden_size`: size of the hidden state."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    LSTM = "LSTM" (input_size as "input_size": i64, hidden_size as "hidden_size": i64) {
        #[doc = " how many layers are stacked; 1 unless set."]
        num_layers as "num_layers": i64;
        #[doc = " learned biases; without them their names are not there; True unless set."]
        bias as "bias": bool;
        #[doc = " the batch is dimension 0, not 1; False unless set."]
        batch_first as "batch_first": bool;
        #[doc = " share of each layer's output that is dropped; 0.0 unless set."]
        dropout as "dropout": impl Into<Argument>;
        #[doc = " a second set of weights runs backwards; False unless set."]
        bidirectional as "bidirectional": bool;
        #[doc = " the hidden state is projected to this size; 0 unless set."]
        proj_size as "proj_size": i64;
        #[doc = " where the state lives; only the CPU is known; None unless set."]
        device as "device": &str;
        #[doc = " the element type of the state (default: the context's); None unless set."]
        dtype as "dtype": DType;
    }

    #[doc = " Gated recurrent units over a sequence."]
    #[doc = ""]
    #[doc = " `input_size`: size of each element of the sequence."]
    #[doc = ""]
    #[doc = " `hidden_size`: size of the hidden state."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    GRU = "GRU" (input_size as "input_size": i64, hidden_size as "hidden_size": i64) {
        #[doc = " how many layers are stacked; 1 unless set."]
        num_layers as "num_layers": i64;
        #[doc = " learned biases; without them their names are not there; True unless set."]
        bias as "bias": bool;
        #[doc = " the batch is dimension 0, not 1; False unless set."]
        batch_first as "batch_first": bool;
        #[doc = " share of each layer's output that is dropped; 0.0 unless set."]
        dropout as "dropout": impl Into<Argument>;
        #[doc = " a second set of weights runs backwards; False unless set."]
        bidirectional as "bidirectional": bool;
        #[doc = " the hidden state is projected to this size; 0 unless set."]
        proj_size as "proj_size": i64;
        #[doc = " where the state lives; only the CPU is known; None unless set."]
        device as "device": &str;
        #[doc = " the element type of the state (default: the context's); None unless set."]
        dtype as "dtype": DType;
    }

    #[doc = " The state of the cells: weight_ih, weight_hh, bias_ih, bias_hh."]
    #[doc = ""]
    #[doc = " `input_size`: size of the input."]
    #[doc = ""]
    #[doc = " `hidden_size`: size of the hidden state."]
    #[doc = ""]
    #[doc = " `bias`: learned biases; without them the names hold None."]
    #[doc = ""]
    #[doc = " `num_chunks`: how many gates the weights hold."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    RNNCellBase = "RNNCellBase" (input_size as "input_size": i64, hidden_size as "hidden_size": i64, bias as "bias": bool, num_chunks as "num_chunks": i64) {
        #[doc = " where the state lives; only the CPU is known; None unless set."]
        device as "device": &str;
        #[doc = " the element type of the state (default: the context's); None unless set."]
        dtype as "dtype": DType;
    }

    #[doc = " One step of RNN."]
    #[doc = ""]
    #[doc = " `input_size`: size of the input."]
    #[doc = ""]
    #[doc = " `hidden_size`: size of the hidden state."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    RNNCell = "RNNCell" (input_size as "input_size": i64, hidden_size as "hidden_size": i64) {
        #[doc = " learned biases; without them the names hold None; True unless set."]
        bias as "bias": bool;
        #[doc = " tanh or relu; 'tanh' unless set."]
        nonlinearity as "nonlinearity": &str;
        #[doc = " where the state lives; only the CPU is known; None unless set."]
        device as "device": &str;
        #[doc = " the element type of the state (default: the context's); None unless set."]
        dtype as "dtype": DType;
    }

    #[doc = " One step of LSTM."]
    #[doc = ""]
    #[doc = " `input_size`: size of the input."]
    #[doc = ""]
    #[doc = " `hidden_size`: size of the hidden state."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    LSTMCell = "LSTMCell" (input_size as "input_size": i64, hidden_size as "hidden_size": i64) {
        #[doc = " learned biases; without them the names hold None; True unless set."]
        bias as "bias": bool;
        #[doc = " where the state lives; only the CPU is known; None unless set."]
        device as "device": &str;
        #[doc = " the element type of the state (default: the context's); None unless set."]
        dtype as "dtype": DType;
    }

    #[doc = " One step of GRU."]
    #[doc = ""]
    #[doc = " `input_size`: size of the input."]
    #[doc = ""]
    #[doc = " `hidden_size`: size of the hidden state."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    GRUCell = "GRUCell" (input_size as "input_size": i64, hidden_size as "hidden_size": i64) {
        #[doc = " learned biases; without them the names hold None; True unless set."]
        bias as "bias": bool;
        #[doc = " where the state lives; only the CPU is known; None unless set."]
        device as "device": &str;
        #[doc = " the element type of the state (default: the context's); None unless set."]
        dtype as "dtype": DType;
    }

    #[doc = " Attention of several heads. Parameters: in_proj_weight, or q_proj_weight, k_proj_weight and v_proj_weight; in_proj_bias; child: out_proj."]
    #[doc = ""]
    #[doc = " `embed_dim`: size of the output, and of what is attended to."]
    #[doc = ""]
    #[doc = " `num_heads`: how many parts attend on their own."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    MultiheadAttention = "MultiheadAttention" (embed_dim as "embed_dim": i64, num_heads as "num_heads": i64) {
        #[doc = " share of the attention that is dropped; 0.0 unless set."]
        dropout as "dropout": impl Into<Argument>;
        #[doc = " learned biases; without them the names hold None; True unless set."]
        bias as "bias": bool;
        #[doc = " learned rows in addition, bias_k and bias_v; False unless set."]
        add_bias_kv as "add_bias_kv": bool;
        #[doc = " a row of zeros in addition; False unless set."]
        add_zero_attn as "add_zero_attn": bool;
        #[doc = " size of the keys (default: embed_dim); None unless set."]
        kdim as "kdim": i64;
        #[doc = " size of the values (default: embed_dim); None unless set."]
        vdim as "vdim": i64;
        #[doc = " the batch is dimension 0, not 1; False unless set."]
        batch_first as "batch_first": bool;
        #[doc = " where the state lives; only the CPU is known; None unless set."]
        device as "device": &str;
        #[doc = " the element type of the state (default: the context's); None unless set."]
        dtype as "dtype": DType;
    }

    #[doc = " Attention and two linear layers, with dropout and LayerNorm; PyTorch's children."]
    #[doc = ""]
    #[doc = " `d_model`: size of each element of the sequence."]
    #[doc = ""]
    #[doc = " `nhead`: num_heads of the attention."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    TransformerEncoderLayer = "TransformerEncoderLayer" (d_model as "d_model": i64, nhead as "nhead": i64) {
        #[doc = " size between the two linear layers; 2048 unless set."]
        dim_feedforward as "dim_feedforward": i64;
        #[doc = " share of each part's output that is dropped; 0.1 unless set."]
        dropout as "dropout": impl Into<Argument>;
        #[doc = " between the linear layers: 'relu', 'gelu', the name of a function, or a module; relu unless set."]
        activation as "activation": impl Into<Argument>;
        #[doc = " eps of the LayerNorm modules; 1e-05 unless set."]
        layer_norm_eps as "layer_norm_eps": impl Into<Argument>;
        #[doc = " the batch is dimension 0, not 1; False unless set."]
        batch_first as "batch_first": bool;
        #[doc = " normalises before each part, not behind it; False unless set."]
        norm_first as "norm_first": bool;
        #[doc = " learned biases; without them the names hold None; True unless set."]
        bias as "bias": bool;
        #[doc = " where the state lives; only the CPU is known; None unless set."]
        device as "device": &str;
        #[doc = " the element type of the state (default: the context's); None unless set."]
        dtype as "dtype": DType;
    }

    #[doc = " Attention and two linear layers, with dropout and LayerNorm; PyTorch's children."]
    #[doc = ""]
    #[doc = " `d_model`: size of each element of the sequence."]
    #[doc = ""]
    #[doc = " `nhead`: num_heads of the attention."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    TransformerDecoderLayer = "TransformerDecoderLayer" (d_model as "d_model": i64, nhead as "nhead": i64) {
        #[doc = " size between the two linear layers; 2048 unless set."]
        dim_feedforward as "dim_feedforward": i64;
        #[doc = " share of each part's output that is dropped; 0.1 unless set."]
        dropout as "dropout": impl Into<Argument>;
        #[doc = " between the linear layers: 'relu', 'gelu', the name of a function, or a module; relu unless set."]
        activation as "activation": impl Into<Argument>;
        #[doc = " eps of the LayerNorm modules; 1e-05 unless set."]
        layer_norm_eps as "layer_norm_eps": impl Into<Argument>;
        #[doc = " the batch is dimension 0, not 1; False unless set."]
        batch_first as "batch_first": bool;
        #[doc = " normalises before each part, not behind it; False unless set."]
        norm_first as "norm_first": bool;
        #[doc = " learned biases; without them the names hold None; True unless set."]
        bias as "bias": bool;
        #[doc = " where the state lives; only the CPU is known; None unless set."]
        device as "device": &str;
        #[doc = " the element type of the state (default: the context's); None unless set."]
        dtype as "dtype": DType;
    }

    #[doc = " Copies of a layer one behind the other, then norm."]
    #[doc = ""]
    #[doc = " `encoder_layer`: the layer that is copied."]
    #[doc = ""]
    #[doc = " `num_layers`: how many copies."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    TransformerEncoder = "TransformerEncoder" (encoder_layer as "encoder_layer": impl Into<Argument>, num_layers as "num_layers": i64) {
        #[doc = " a module behind the last layer; None unless set."]
        norm as "norm": impl Into<Argument>;
        #[doc = " kept; there are no nested tensors here; True unless set."]
        enable_nested_tensor as "enable_nested_tensor": bool;
        #[doc = " kept; belongs to the above; True unless set."]
        mask_check as "mask_check": bool;
    }

    #[doc = " Copies of a layer one behind the other, then norm."]
    #[doc = ""]
    #[doc = " `decoder_layer`: the layer that is copied."]
    #[doc = ""]
    #[doc = " `num_layers`: how many copies."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    TransformerDecoder = "TransformerDecoder" (decoder_layer as "decoder_layer": impl Into<Argument>, num_layers as "num_layers": i64) {
        #[doc = " a module behind the last layer; None unless set."]
        norm as "norm": impl Into<Argument>;
    }

    #[doc = " An encoder and a decoder; weights of two and more dimensions are drawn anew (xavier_uniform_)."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    Transformer = "Transformer" () {
        #[doc = " size of each element of the sequences; 512 unless set."]
        d_model as "d_model": i64;
        #[doc = " num_heads of the attention; 8 unless set."]
        nhead as "nhead": i64;
        #[doc = " layers of the encoder; 6 unless set."]
        num_encoder_layers as "num_encoder_layers": i64;
        #[doc = " layers of the decoder; 6 unless set."]
        num_decoder_layers as "num_decoder_layers": i64;
        #[doc = " size between the two linear layers; 2048 unless set."]
        dim_feedforward as "dim_feedforward": i64;
        #[doc = " share of each part's output that is dropped; 0.1 unless set."]
        dropout as "dropout": impl Into<Argument>;
        #[doc = " between the linear layers: 'relu', 'gelu', the name of a function, or a module; relu unless set."]
        activation as "activation": impl Into<Argument>;
        #[doc = " a module instead of the encoder; None unless set."]
        custom_encoder as "custom_encoder": impl Into<Argument>;
        #[doc = " a module instead of the decoder; None unless set."]
        custom_decoder as "custom_decoder": impl Into<Argument>;
        #[doc = " eps of the LayerNorm modules; 1e-05 unless set."]
        layer_norm_eps as "layer_norm_eps": impl Into<Argument>;
        #[doc = " the batch is dimension 0, not 1; False unless set."]
        batch_first as "batch_first": bool;
        #[doc = " normalises before each part, not behind it; False unless set."]
        norm_first as "norm_first": bool;
        #[doc = " learned biases; without them the names hold None; True unless set."]
        bias as "bias": bool;
        #[doc = " where the state lives; only the CPU is known; None unless set."]
        device as "device": &str;
        #[doc = " the element type of the state (default: the context's); None unless set."]
        dtype as "dtype": DType;
    }

    #[doc = " Holds modules by name (deprecated)."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    Container = "Container" () {
    }

    #[doc = " Runs its module, whose state is under 'module.'."]
    #[doc = ""]
    #[doc = " `module`: the module that is run."]
    DataParallel = "DataParallel" (module as "module": impl Into<Argument>) {
        #[doc = " not looked at: there is one device; None unless set."]
        device_ids as "device_ids": impl Into<Argument>;
        #[doc = " not looked at; None unless set."]
        output_device as "output_device": impl Into<Argument>;
        #[doc = " not looked at; 0 unless set."]
        dim as "dim": impl Into<Argument>;
    }

    #[doc = " As the plain class, which it becomes; the first input tells its size."]
    #[doc = ""]
    #[doc = " `out_features`: size of each output row."]
    LazyLinear = "LazyLinear" (out_features as "out_features": i64) {
        #[doc = " adds a learned bias; True unless set."]
        bias as "bias": bool;
        #[doc = " where the state lives; only the CPU is known; None unless set."]
        device as "device": &str;
        #[doc = " the element type of the state (default: the context's); None unless set."]
        dtype as "dtype": DType;
    }

    #[doc = " As the plain class, which it becomes; the first input tells its size."]
    #[doc = ""]
    #[doc = " `out_channels`: number of output channels."]
    #[doc = ""]
    #[doc = " `kernel_size`: one size or one a dimension."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    LazyConv1d = "LazyConv1d" (out_channels as "out_channels": i64, kernel_size as "kernel_size": impl Into<Argument>) {
        #[doc = " as of the plain class; 1 unless set."]
        stride as "stride": impl Into<Argument>;
        #[doc = " as of the plain class; 0 unless set."]
        padding as "padding": impl Into<Argument>;
        #[doc = " as of the plain class; 1 unless set."]
        dilation as "dilation": impl Into<Argument>;
        #[doc = " channels in groups of their own; 1 unless set."]
        groups as "groups": i64;
        #[doc = " adds a learned bias; True unless set."]
        bias as "bias": bool;
        #[doc = " as of the plain class; 'zeros' unless set."]
        padding_mode as "padding_mode": &str;
        #[doc = " where the state lives; only the CPU is known; None unless set."]
        device as "device": &str;
        #[doc = " the element type of the state (default: the context's); None unless set."]
        dtype as "dtype": DType;
    }

    #[doc = " As the plain class, which it becomes; the first input tells its size."]
    #[doc = ""]
    #[doc = " `out_channels`: number of output channels."]
    #[doc = ""]
    #[doc = " `kernel_size`: one size or one a dimension."]
    LazyConv2d = "LazyConv2d" (out_channels as "out_channels": i64, kernel_size as "kernel_size": impl Into<Argument>) {
        #[doc = " as of the plain class; 1 unless set."]
        stride as "stride": impl Into<Argument>;
        #[doc = " as of the plain class; 0 unless set."]
        padding as "padding": impl Into<Argument>;
        #[doc = " as of the plain class; 1 unless set."]
        dilation as "dilation": impl Into<Argument>;
        #[doc = " channels in groups of their own; 1 unless set."]
        groups as "groups": i64;
        #[doc = " adds a learned bias; True unless set."]
        bias as "bias": bool;
        #[doc = " as of the plain class; 'zeros' unless set."]
        padding_mode as "padding_mode": &str;
        #[doc = " where the state lives; only the CPU is known; None unless set."]
        device as "device": &str;
        #[doc = " the element type of the state (default: the context's); None unless set."]
        dtype as "dtype": DType;
    }

    #[doc = " As the plain class, which it becomes; the first input tells its size."]
    #[doc = ""]
    #[doc = " `out_channels`: number of output channels."]
    #[doc = ""]
    #[doc = " `kernel_size`: one size or one a dimension."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    LazyConv3d = "LazyConv3d" (out_channels as "out_channels": i64, kernel_size as "kernel_size": impl Into<Argument>) {
        #[doc = " as of the plain class; 1 unless set."]
        stride as "stride": impl Into<Argument>;
        #[doc = " as of the plain class; 0 unless set."]
        padding as "padding": impl Into<Argument>;
        #[doc = " as of the plain class; 1 unless set."]
        dilation as "dilation": impl Into<Argument>;
        #[doc = " channels in groups of their own; 1 unless set."]
        groups as "groups": i64;
        #[doc = " adds a learned bias; True unless set."]
        bias as "bias": bool;
        #[doc = " as of the plain class; 'zeros' unless set."]
        padding_mode as "padding_mode": &str;
        #[doc = " where the state lives; only the CPU is known; None unless set."]
        device as "device": &str;
        #[doc = " the element type of the state (default: the context's); None unless set."]
        dtype as "dtype": DType;
    }

    #[doc = " As the plain class, which it becomes; the first input tells its size."]
    #[doc = ""]
    #[doc = " `out_channels`: number of output channels."]
    #[doc = ""]
    #[doc = " `kernel_size`: one size or one a dimension."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    LazyConvTranspose1d = "LazyConvTranspose1d" (out_channels as "out_channels": i64, kernel_size as "kernel_size": impl Into<Argument>) {
        #[doc = " as of the plain class; 1 unless set."]
        stride as "stride": impl Into<Argument>;
        #[doc = " as of the plain class; 0 unless set."]
        padding as "padding": impl Into<Argument>;
        #[doc = " as of the plain class; 0 unless set."]
        output_padding as "output_padding": impl Into<Argument>;
        #[doc = " channels in groups of their own; 1 unless set."]
        groups as "groups": i64;
        #[doc = " adds a learned bias; True unless set."]
        bias as "bias": bool;
        #[doc = " as of the plain class; 1 unless set."]
        dilation as "dilation": impl Into<Argument>;
        #[doc = " as of the plain class; 'zeros' unless set."]
        padding_mode as "padding_mode": &str;
        #[doc = " where the state lives; only the CPU is known; None unless set."]
        device as "device": &str;
        #[doc = " the element type of the state (default: the context's); None unless set."]
        dtype as "dtype": DType;
    }

    #[doc = " As the plain class, which it becomes; the first input tells its size."]
    #[doc = ""]
    #[doc = " `out_channels`: number of output channels."]
    #[doc = ""]
    #[doc = " `kernel_size`: one size or one a dimension."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    LazyConvTranspose2d = "LazyConvTranspose2d" (out_channels as "out_channels": i64, kernel_size as "kernel_size": impl Into<Argument>) {
        #[doc = " as of the plain class; 1 unless set."]
        stride as "stride": impl Into<Argument>;
        #[doc = " as of the plain class; 0 unless set."]
        padding as "padding": impl Into<Argument>;
        #[doc = " as of the plain class; 0 unless set."]
        output_padding as "output_padding": impl Into<Argument>;
        #[doc = " channels in groups of their own; 1 unless set."]
        groups as "groups": i64;
        #[doc = " adds a learned bias; True unless set."]
        bias as "bias": bool;
        #[doc = " as of the plain class; 1 unless set."]
        dilation as "dilation": impl Into<Argument>;
        #[doc = " as of the plain class; 'zeros' unless set."]
        padding_mode as "padding_mode": &str;
        #[doc = " where the state lives; only the CPU is known; None unless set."]
        device as "device": &str;
        #[doc = " the element type of the state (default: the context's); None unless set."]
        dtype as "dtype": DType;
    }

    #[doc = " As the plain class, which it becomes; the first input tells its size."]
    #[doc = ""]
    #[doc = " `out_channels`: number of output channels."]
    #[doc = ""]
    #[doc = " `kernel_size`: one size or one a dimension."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    LazyConvTranspose3d = "LazyConvTranspose3d" (out_channels as "out_channels": i64, kernel_size as "kernel_size": impl Into<Argument>) {
        #[doc = " as of the plain class; 1 unless set."]
        stride as "stride": impl Into<Argument>;
        #[doc = " as of the plain class; 0 unless set."]
        padding as "padding": impl Into<Argument>;
        #[doc = " as of the plain class; 0 unless set."]
        output_padding as "output_padding": impl Into<Argument>;
        #[doc = " channels in groups of their own; 1 unless set."]
        groups as "groups": i64;
        #[doc = " adds a learned bias; True unless set."]
        bias as "bias": bool;
        #[doc = " as of the plain class; 1 unless set."]
        dilation as "dilation": impl Into<Argument>;
        #[doc = " as of the plain class; 'zeros' unless set."]
        padding_mode as "padding_mode": &str;
        #[doc = " where the state lives; only the CPU is known; None unless set."]
        device as "device": &str;
        #[doc = " the element type of the state (default: the context's); None unless set."]
        dtype as "dtype": DType;
    }

    #[doc = " As the plain class, which it becomes; the first input tells its size."]
    LazyBatchNorm1d = "LazyBatchNorm1d" () {
        #[doc = " added to the variance; 1e-05 unless set."]
        eps as "eps": impl Into<Argument>;
        #[doc = " as of the plain class; 0.1 unless set."]
        momentum as "momentum": impl Into<Argument>;
        #[doc = " learned scale and shift; True unless set."]
        affine as "affine": bool;
        #[doc = " keeps running statistics; True unless set."]
        track_running_stats as "track_running_stats": bool;
        #[doc = " where the state lives; only the CPU is known; None unless set."]
        device as "device": &str;
        #[doc = " the element type of the state (default: the context's); None unless set."]
        dtype as "dtype": DType;
        #[doc = " learned shift; True unless set."]
        bias as "bias": bool;
    }

    #[doc = " As the plain class, which it becomes; the first input tells its size."]
    LazyBatchNorm2d = "LazyBatchNorm2d" () {
        #[doc = " added to the variance; 1e-05 unless set."]
        eps as "eps": impl Into<Argument>;
        #[doc = " as of the plain class; 0.1 unless set."]
        momentum as "momentum": impl Into<Argument>;
        #[doc = " learned scale and shift; True unless set."]
        affine as "affine": bool;
        #[doc = " keeps running statistics; True unless set."]
        track_running_stats as "track_running_stats": bool;
        #[doc = " where the state lives; only the CPU is known; None unless set."]
        device as "device": &str;
        #[doc = " the element type of the state (default: the context's); None unless set."]
        dtype as "dtype": DType;
        #[doc = " learned shift; True unless set."]
        bias as "bias": bool;
    }

    #[doc = " As the plain class, which it becomes; the first input tells its size."]
    LazyBatchNorm3d = "LazyBatchNorm3d" () {
        #[doc = " added to the variance; 1e-05 unless set."]
        eps as "eps": impl Into<Argument>;
        #[doc = " as of the plain class; 0.1 unless set."]
        momentum as "momentum": impl Into<Argument>;
        #[doc = " learned scale and shift; True unless set."]
        affine as "affine": bool;
        #[doc = " keeps running statistics; True unless set."]
        track_running_stats as "track_running_stats": bool;
        #[doc = " where the state lives; only the CPU is known; None unless set."]
        device as "device": &str;
        #[doc = " the element type of the state (default: the context's); None unless set."]
        dtype as "dtype": DType;
        #[doc = " learned shift; True unless set."]
        bias as "bias": bool;
    }

    #[doc = " As the plain class, which it becomes; the first input tells its size."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    LazyInstanceNorm1d = "LazyInstanceNorm1d" () {
        #[doc = " added to the variance; 1e-05 unless set."]
        eps as "eps": impl Into<Argument>;
        #[doc = " as of the plain class; 0.1 unless set."]
        momentum as "momentum": impl Into<Argument>;
        #[doc = " learned scale and shift; True unless set."]
        affine as "affine": bool;
        #[doc = " keeps running statistics; True unless set."]
        track_running_stats as "track_running_stats": bool;
        #[doc = " where the state lives; only the CPU is known; None unless set."]
        device as "device": &str;
        #[doc = " the element type of the state (default: the context's); None unless set."]
        dtype as "dtype": DType;
        #[doc = " learned shift; True unless set."]
        bias as "bias": bool;
    }

    #[doc = " As the plain class, which it becomes; the first input tells its size."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    LazyInstanceNorm2d = "LazyInstanceNorm2d" () {
        #[doc = " added to the variance; 1e-05 unless set."]
        eps as "eps": impl Into<Argument>;
        #[doc = " as of the plain class; 0.1 unless set."]
        momentum as "momentum": impl Into<Argument>;
        #[doc = " learned scale and shift; True unless set."]
        affine as "affine": bool;
        #[doc = " keeps running statistics; True unless set."]
        track_running_stats as "track_running_stats": bool;
        #[doc = " where the state lives; only the CPU is known; None unless set."]
        device as "device": &str;
        #[doc = " the element type of the state (default: the context's); None unless set."]
        dtype as "dtype": DType;
        #[doc = " learned shift; True unless set."]
        bias as "bias": bool;
    }

    #[doc = " As the plain class, which it becomes; the first input tells its size."]
    #[doc = ""]
    #[doc = " It has its state and its names; it does not run yet."]
    LazyInstanceNorm3d = "LazyInstanceNorm3d" () {
        #[doc = " added to the variance; 1e-05 unless set."]
        eps as "eps": impl Into<Argument>;
        #[doc = " as of the plain class; 0.1 unless set."]
        momentum as "momentum": impl Into<Argument>;
        #[doc = " learned scale and shift; True unless set."]
        affine as "affine": bool;
        #[doc = " keeps running statistics; True unless set."]
        track_running_stats as "track_running_stats": bool;
        #[doc = " where the state lives; only the CPU is known; None unless set."]
        device as "device": &str;
        #[doc = " the element type of the state (default: the context's); None unless set."]
        dtype as "dtype": DType;
        #[doc = " learned shift; True unless set."]
        bias as "bias": bool;
    }
}
