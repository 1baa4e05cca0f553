//! The operators: written by tools/registry.py from the registry of the library.
use crate::{Argument, DType};

operators! {
    #[doc = " a + alpha * b."]
    #[doc = ""]
    #[doc = " Takes 1 to 2 tensors."]
    Add = "add" () {
        #[doc = " a number; None unless set."]
        other as "other": impl Into<Argument>;
        #[doc = " the factor of other; 1 unless set."]
        alpha as "alpha": impl Into<Argument>;
    }

    #[doc = " a - alpha * b."]
    #[doc = ""]
    #[doc = " Takes 1 to 2 tensors."]
    Sub = "sub" () {
        #[doc = " a number; None unless set."]
        other as "other": impl Into<Argument>;
        #[doc = " the factor of other; 1 unless set."]
        alpha as "alpha": impl Into<Argument>;
    }

    #[doc = " a - alpha * b."]
    #[doc = ""]
    #[doc = " Takes 1 to 2 tensors."]
    Subtract = "subtract" () {
        #[doc = " a number; None unless set."]
        other as "other": impl Into<Argument>;
        #[doc = " the factor of other; 1 unless set."]
        alpha as "alpha": impl Into<Argument>;
    }

    #[doc = " a * b."]
    #[doc = ""]
    #[doc = " Takes 1 to 2 tensors."]
    Mul = "mul" () {
        #[doc = " a number; None unless set."]
        other as "other": impl Into<Argument>;
    }

    #[doc = " a * b."]
    #[doc = ""]
    #[doc = " Takes 1 to 2 tensors."]
    Multiply = "multiply" () {
        #[doc = " a number; None unless set."]
        other as "other": impl Into<Argument>;
    }

    #[doc = " a / b."]
    #[doc = ""]
    #[doc = " Takes 1 to 2 tensors."]
    Div = "div" () {
        #[doc = " a number; None unless set."]
        other as "other": impl Into<Argument>;
        #[doc = " 'floor' or 'trunc'; None unless set."]
        rounding_mode as "rounding_mode": &str;
    }

    #[doc = " a / b."]
    #[doc = ""]
    #[doc = " Takes 1 to 2 tensors."]
    Divide = "divide" () {
        #[doc = " a number; None unless set."]
        other as "other": impl Into<Argument>;
        #[doc = " 'floor' or 'trunc'; None unless set."]
        rounding_mode as "rounding_mode": &str;
    }

    #[doc = " a / b."]
    #[doc = ""]
    #[doc = " Takes 1 to 2 tensors."]
    TrueDivide = "true_divide" () {
        #[doc = " a number; None unless set."]
        other as "other": impl Into<Argument>;
    }

    #[doc = " a // b."]
    #[doc = ""]
    #[doc = " Takes 1 to 2 tensors."]
    FloorDivide = "floor_divide" () {
        #[doc = " a number; None unless set."]
        other as "other": impl Into<Argument>;
    }

    #[doc = " a ** b."]
    #[doc = ""]
    #[doc = " Takes 1 to 2 tensors."]
    Pow = "pow" () {
        #[doc = " the exponent, when it is a number; None unless set."]
        other as "other": impl Into<Argument>;
        #[doc = " the base, when it is a number; None unless set."]
        self_ as "self": impl Into<Argument>;
    }

    #[doc = " the larger of a and b."]
    #[doc = ""]
    #[doc = " Takes 1 to 2 tensors."]
    Maximum = "maximum" () {
        #[doc = " a number; None unless set."]
        other as "other": impl Into<Argument>;
    }

    #[doc = " the smaller of a and b."]
    #[doc = ""]
    #[doc = " Takes 1 to 2 tensors."]
    Minimum = "minimum" () {
        #[doc = " a number; None unless set."]
        other as "other": impl Into<Argument>;
    }

    #[doc = " -a."]
    #[doc = ""]
    #[doc = " Takes 1 tensor."]
    Neg = "neg" () {
    }

    #[doc = " -a."]
    #[doc = ""]
    #[doc = " Takes 1 tensor."]
    Negative = "negative" () {
    }

    #[doc = " a."]
    #[doc = ""]
    #[doc = " Takes 1 tensor."]
    Positive = "positive" () {
    }

    #[doc = " |a|."]
    #[doc = ""]
    #[doc = " Takes 1 tensor."]
    Abs = "abs" () {
    }

    #[doc = " |a|."]
    #[doc = ""]
    #[doc = " Takes 1 tensor."]
    Absolute = "absolute" () {
    }

    #[doc = " -1, 0 or 1."]
    #[doc = ""]
    #[doc = " Takes 1 tensor."]
    Sign = "sign" () {
    }

    #[doc = " -1, 0 or 1."]
    #[doc = ""]
    #[doc = " Takes 1 tensor."]
    Sgn = "sgn" () {
    }

    #[doc = " e to the power of a."]
    #[doc = ""]
    #[doc = " Takes 1 tensor."]
    Exp = "exp" () {
    }

    #[doc = " the natural logarithm."]
    #[doc = ""]
    #[doc = " Takes 1 tensor."]
    Log = "log" () {
    }

    #[doc = " the square root."]
    #[doc = ""]
    #[doc = " Takes 1 tensor."]
    Sqrt = "sqrt" () {
    }

    #[doc = " 1 / sqrt(a)."]
    #[doc = ""]
    #[doc = " Takes 1 tensor."]
    Rsqrt = "rsqrt" () {
    }

    #[doc = " a * a."]
    #[doc = ""]
    #[doc = " Takes 1 tensor."]
    Square = "square" () {
    }

    #[doc = " 1 / a."]
    #[doc = ""]
    #[doc = " Takes 1 tensor."]
    Reciprocal = "reciprocal" () {
    }

    #[doc = " max(a, 0)."]
    #[doc = ""]
    #[doc = " Takes 1 tensor."]
    Relu = "relu" () {
    }

    #[doc = " a between 0 and 6."]
    #[doc = ""]
    #[doc = " Takes 1 tensor."]
    Relu6 = "relu6" () {
    }

    #[doc = " a * Phi(a)."]
    #[doc = ""]
    #[doc = " Takes 1 tensor."]
    Gelu = "gelu" () {
        #[doc = " 'none', or 'tanh' for the formula with tanh; 'none' unless set."]
        approximate as "approximate": &str;
    }

    #[doc = " a * sigmoid(a)."]
    #[doc = ""]
    #[doc = " Takes 1 tensor."]
    Silu = "silu" () {
    }

    #[doc = " the hyperbolic tangent."]
    #[doc = ""]
    #[doc = " Takes 1 tensor."]
    Tanh = "tanh" () {
    }

    #[doc = " 1 / (1 + exp(-a))."]
    #[doc = ""]
    #[doc = " Takes 1 tensor."]
    Sigmoid = "sigmoid" () {
    }

    #[doc = " a, with a slope below zero."]
    #[doc = ""]
    #[doc = " Takes 1 tensor."]
    LeakyRelu = "leaky_relu" () {
        #[doc = " the slope below zero; 0.01 unless set."]
        negative_slope as "negative_slope": impl Into<Argument>;
    }

    #[doc = " a between two bounds."]
    #[doc = ""]
    #[doc = " Takes 1 to 3 tensors."]
    Clamp = "clamp" () {
        #[doc = " the lower bound; None unless set."]
        min as "min": impl Into<Argument>;
        #[doc = " the upper bound; None unless set."]
        max as "max": impl Into<Argument>;
    }

    #[doc = " a between two bounds."]
    #[doc = ""]
    #[doc = " Takes 1 to 3 tensors."]
    Clip = "clip" () {
        #[doc = " the lower bound; None unless set."]
        min as "min": impl Into<Argument>;
        #[doc = " the upper bound; None unless set."]
        max as "max": impl Into<Argument>;
    }

    #[doc = " a == b."]
    #[doc = ""]
    #[doc = " Takes 1 to 2 tensors."]
    Eq = "eq" () {
        #[doc = " a number; None unless set."]
        other as "other": impl Into<Argument>;
    }

    #[doc = " a != b."]
    #[doc = ""]
    #[doc = " Takes 1 to 2 tensors."]
    Ne = "ne" () {
        #[doc = " a number; None unless set."]
        other as "other": impl Into<Argument>;
    }

    #[doc = " a < b."]
    #[doc = ""]
    #[doc = " Takes 1 to 2 tensors."]
    Lt = "lt" () {
        #[doc = " a number; None unless set."]
        other as "other": impl Into<Argument>;
    }

    #[doc = " a <= b."]
    #[doc = ""]
    #[doc = " Takes 1 to 2 tensors."]
    Le = "le" () {
        #[doc = " a number; None unless set."]
        other as "other": impl Into<Argument>;
    }

    #[doc = " a > b."]
    #[doc = ""]
    #[doc = " Takes 1 to 2 tensors."]
    Gt = "gt" () {
        #[doc = " a number; None unless set."]
        other as "other": impl Into<Argument>;
    }

    #[doc = " a >= b."]
    #[doc = ""]
    #[doc = " Takes 1 to 2 tensors."]
    Ge = "ge" () {
        #[doc = " a number; None unless set."]
        other as "other": impl Into<Argument>;
    }

    #[doc = " input where the condition holds, else other."]
    #[doc = ""]
    #[doc = " Takes 1 to 3 tensors."]
    Where = "where" () {
        #[doc = " where true; None unless set."]
        input as "input": impl Into<Argument>;
        #[doc = " where false; None unless set."]
        other as "other": impl Into<Argument>;
    }

    #[doc = " value where the mask holds."]
    #[doc = ""]
    #[doc = " Takes 2 to 3 tensors."]
    MaskedFill = "masked_fill" () {
        #[doc = " written where true; None unless set."]
        value as "value": impl Into<Argument>;
    }

    #[doc = " exp(a) / sum(exp(a))."]
    #[doc = ""]
    #[doc = " Takes 1 tensor."]
    Softmax = "softmax" () {
        #[doc = " the dimension; None: 0 or 1, by the number of dimensions; None unless set."]
        dim as "dim": i64;
        #[doc = " of the computation and the result; None unless set."]
        dtype as "dtype": DType;
    }

    #[doc = " softmax of -a."]
    #[doc = ""]
    #[doc = " Takes 1 tensor."]
    Softmin = "softmin" () {
        #[doc = " the dimension; None: 0 or 1, by the number of dimensions; None unless set."]
        dim as "dim": i64;
        #[doc = " of the computation and the result; None unless set."]
        dtype as "dtype": DType;
    }

    #[doc = " the logarithm of softmax."]
    #[doc = ""]
    #[doc = " Takes 1 tensor."]
    LogSoftmax = "log_softmax" () {
        #[doc = " the dimension; None: 0 or 1, by the number of dimensions; None unless set."]
        dim as "dim": i64;
        #[doc = " of the computation and the result; None unless set."]
        dtype as "dtype": DType;
    }

    #[doc = " other sizes, a view where possible."]
    #[doc = ""]
    #[doc = " Takes 1 tensor."]
    Reshape = "reshape" () {
        #[doc = " the sizes, as a tuple or one by one."]
        sizes as "sizes": impl Into<Argument>;
    }

    #[doc = " other sizes, never a copy."]
    #[doc = ""]
    #[doc = " Takes 1 tensor."]
    View = "view" () {
        #[doc = " the sizes, as a tuple or one by one."]
        sizes as "sizes": impl Into<Argument>;
    }

    #[doc = " repeats without a copy."]
    #[doc = ""]
    #[doc = " Takes 1 tensor."]
    Expand = "expand" () {
        #[doc = " the sizes, as a tuple or one by one."]
        sizes as "sizes": impl Into<Argument>;
    }

    #[doc = " repeats without a copy."]
    #[doc = ""]
    #[doc = " Takes 1 tensor."]
    BroadcastTo = "broadcast_to" () {
        #[doc = " the sizes, as a tuple or one by one."]
        sizes as "sizes": impl Into<Argument>;
    }

    #[doc = " another order of dimensions."]
    #[doc = ""]
    #[doc = " Takes 1 tensor."]
    Permute = "permute" () {
        #[doc = " the sizes, as a tuple or one by one."]
        sizes as "sizes": impl Into<Argument>;
    }

    #[doc = " dimensions merged into one."]
    #[doc = ""]
    #[doc = " Takes 1 tensor."]
    Flatten = "flatten" () {
        #[doc = " the first dimension; 0 unless set."]
        start_dim as "start_dim": i64;
        #[doc = " the last one; -1 unless set."]
        end_dim as "end_dim": i64;
    }

    #[doc = " one dimension split."]
    #[doc = ""]
    #[doc = " `dim`: the dimension."]
    #[doc = ""]
    #[doc = " `sizes`: what it becomes."]
    #[doc = ""]
    #[doc = " Takes 1 tensor."]
    Unflatten = "unflatten" (dim as "dim": i64, sizes as "sizes": impl Into<Argument>) {
    }

    #[doc = " two dimensions exchanged."]
    #[doc = ""]
    #[doc = " `dim0`: a dimension."]
    #[doc = ""]
    #[doc = " `dim1`: another one."]
    #[doc = ""]
    #[doc = " Takes 1 tensor."]
    Transpose = "transpose" (dim0 as "dim0": i64, dim1 as "dim1": i64) {
    }

    #[doc = " two dimensions exchanged."]
    #[doc = ""]
    #[doc = " `dim0`: a dimension."]
    #[doc = ""]
    #[doc = " `dim1`: another one."]
    #[doc = ""]
    #[doc = " Takes 1 tensor."]
    Swapaxes = "swapaxes" (dim0 as "dim0": i64, dim1 as "dim1": i64) {
    }

    #[doc = " two dimensions exchanged."]
    #[doc = ""]
    #[doc = " `dim0`: a dimension."]
    #[doc = ""]
    #[doc = " `dim1`: another one."]
    #[doc = ""]
    #[doc = " Takes 1 tensor."]
    Swapdims = "swapdims" (dim0 as "dim0": i64, dim1 as "dim1": i64) {
    }

    #[doc = " a matrix transposed."]
    #[doc = ""]
    #[doc = " Takes 1 tensor."]
    T = "t" () {
    }

    #[doc = " without dimensions of size 1."]
    #[doc = ""]
    #[doc = " Takes 1 tensor."]
    Squeeze = "squeeze" () {
        #[doc = " the dimension; None: all of size 1; None unless set."]
        dim as "dim": i64;
    }

    #[doc = " with a dimension of size 1."]
    #[doc = ""]
    #[doc = " `dim`: the dimension."]
    #[doc = ""]
    #[doc = " Takes 1 tensor."]
    Unsqueeze = "unsqueeze" (dim as "dim": i64) {
    }

    #[doc = " one position of a dimension."]
    #[doc = ""]
    #[doc = " `dim`: the dimension."]
    #[doc = ""]
    #[doc = " `index`: the position."]
    #[doc = ""]
    #[doc = " Takes 1 tensor."]
    Select = "select" (dim as "dim": i64, index as "index": i64) {
    }

    #[doc = " a range of a dimension."]
    #[doc = ""]
    #[doc = " `dim`: the dimension."]
    #[doc = ""]
    #[doc = " `start`: the first position."]
    #[doc = ""]
    #[doc = " `length`: how many."]
    #[doc = ""]
    #[doc = " Takes 1 tensor."]
    Narrow = "narrow" (dim as "dim": i64, start as "start": i64, length as "length": i64) {
    }

    #[doc = " a range with a step."]
    #[doc = ""]
    #[doc = " Takes 1 tensor."]
    Slice = "slice" () {
        #[doc = " the dimension; 0 unless set."]
        dim as "dim": i64;
        #[doc = " the first position; None unless set."]
        start as "start": i64;
        #[doc = " one past the last position; None unless set."]
        end as "end": i64;
        #[doc = " the distance; 1 unless set."]
        step as "step": i64;
    }

    #[doc = " tensors one after the other."]
    #[doc = ""]
    #[doc = " Takes any number of tensors."]
    Cat = "cat" () {
        #[doc = " the dimension; 0 unless set."]
        dim as "dim": i64;
    }

    #[doc = " tensors one after the other."]
    #[doc = ""]
    #[doc = " Takes any number of tensors."]
    Concat = "concat" () {
        #[doc = " the dimension; 0 unless set."]
        dim as "dim": i64;
    }

    #[doc = " tensors along a new dimension."]
    #[doc = ""]
    #[doc = " Takes any number of tensors."]
    Stack = "stack" () {
        #[doc = " the dimension; 0 unless set."]
        dim as "dim": i64;
    }

    #[doc = " parts along a dimension."]
    #[doc = ""]
    #[doc = " `split_size_or_sections`: a size for all, or each one's."]
    #[doc = ""]
    #[doc = " Takes 1 tensor."]
    Split = "split" (split_size_or_sections as "split_size_or_sections": impl Into<Argument>) {
        #[doc = " the dimension; 0 unless set."]
        dim as "dim": i64;
    }

    #[doc = " equal parts along a dimension."]
    #[doc = ""]
    #[doc = " `chunks`: how many at most."]
    #[doc = ""]
    #[doc = " Takes 1 tensor."]
    Chunk = "chunk" (chunks as "chunks": i64) {
        #[doc = " the dimension; 0 unless set."]
        dim as "dim": i64;
    }

    #[doc = " every position of a dimension."]
    #[doc = ""]
    #[doc = " Takes 1 tensor."]
    Unbind = "unbind" () {
        #[doc = " the dimension; 0 unless set."]
        dim as "dim": i64;
    }

    #[doc = " positions of a dimension."]
    #[doc = ""]
    #[doc = " `dim`: the dimension."]
    #[doc = ""]
    #[doc = " Takes 2 tensors."]
    IndexSelect = "index_select" (dim as "dim": i64) {
    }

    #[doc = " a copy."]
    #[doc = ""]
    #[doc = " Takes 1 tensor."]
    Clone = "clone" () {
    }

    #[doc = " itself, or a copy in C order."]
    #[doc = ""]
    #[doc = " Takes 1 tensor."]
    Contiguous = "contiguous" () {
    }

    #[doc = " without its history."]
    #[doc = ""]
    #[doc = " Takes 1 tensor."]
    Detach = "detach" () {
    }

    #[doc = " another dtype."]
    #[doc = ""]
    #[doc = " `dtype`: of the result."]
    #[doc = ""]
    #[doc = " Takes 1 tensor."]
    To = "to" (dtype as "dtype": DType) {
    }

    #[doc = " zeros of the same shape."]
    #[doc = ""]
    #[doc = " Takes 1 tensor."]
    ZerosLike = "zeros_like" () {
        #[doc = " of the result; None unless set."]
        dtype as "dtype": DType;
    }

    #[doc = " ones of the same shape."]
    #[doc = ""]
    #[doc = " Takes 1 tensor."]
    OnesLike = "ones_like" () {
        #[doc = " of the result; None unless set."]
        dtype as "dtype": DType;
    }

    #[doc = " one value, the same shape."]
    #[doc = ""]
    #[doc = " `fill_value`: of every element."]
    #[doc = ""]
    #[doc = " Takes 1 tensor."]
    FullLike = "full_like" (fill_value as "fill_value": impl Into<Argument>) {
        #[doc = " of the result; None unless set."]
        dtype as "dtype": DType;
    }

    #[doc = " the sum."]
    #[doc = ""]
    #[doc = " Takes 1 tensor."]
    Sum = "sum" () {
        #[doc = " dimensions to reduce; None unless set."]
        dim as "dim": impl Into<Argument>;
        #[doc = " keep them with size 1; False unless set."]
        keepdim as "keepdim": bool;
    }

    #[doc = " the mean."]
    #[doc = ""]
    #[doc = " Takes 1 tensor."]
    Mean = "mean" () {
        #[doc = " dimensions to reduce; None unless set."]
        dim as "dim": impl Into<Argument>;
        #[doc = " keep them with size 1; False unless set."]
        keepdim as "keepdim": bool;
    }

    #[doc = " the largest."]
    #[doc = ""]
    #[doc = " Takes 1 tensor."]
    Amax = "amax" () {
        #[doc = " dimensions to reduce; None unless set."]
        dim as "dim": impl Into<Argument>;
        #[doc = " keep them with size 1; False unless set."]
        keepdim as "keepdim": bool;
    }

    #[doc = " the smallest."]
    #[doc = ""]
    #[doc = " Takes 1 tensor."]
    Amin = "amin" () {
        #[doc = " dimensions to reduce; None unless set."]
        dim as "dim": impl Into<Argument>;
        #[doc = " keep them with size 1; False unless set."]
        keepdim as "keepdim": bool;
    }

    #[doc = " the largest, and where."]
    #[doc = ""]
    #[doc = " Takes 1 to 2 tensors."]
    Max = "max" () {
        #[doc = " None: all elements; None unless set."]
        dim as "dim": i64;
        #[doc = " keep it with size 1; False unless set."]
        keepdim as "keepdim": bool;
    }

    #[doc = " the smallest, and where."]
    #[doc = ""]
    #[doc = " Takes 1 to 2 tensors."]
    Min = "min" () {
        #[doc = " None: all elements; None unless set."]
        dim as "dim": i64;
        #[doc = " keep it with size 1; False unless set."]
        keepdim as "keepdim": bool;
    }

    #[doc = " where the largest is."]
    #[doc = ""]
    #[doc = " Takes 1 tensor."]
    Argmax = "argmax" () {
        #[doc = " None: all elements; None unless set."]
        dim as "dim": i64;
        #[doc = " keep it with size 1; False unless set."]
        keepdim as "keepdim": bool;
    }

    #[doc = " where the smallest is."]
    #[doc = ""]
    #[doc = " Takes 1 tensor."]
    Argmin = "argmin" () {
        #[doc = " None: all elements; None unless set."]
        dim as "dim": i64;
        #[doc = " keep it with size 1; False unless set."]
        keepdim as "keepdim": bool;
    }

    #[doc = " the variance."]
    #[doc = ""]
    #[doc = " Takes 1 tensor."]
    Var = "var" () {
        #[doc = " dimensions to reduce; None unless set."]
        dim as "dim": impl Into<Argument>;
        #[doc = " divide by n - 1; True unless set."]
        unbiased as "unbiased": bool;
        #[doc = " keep them with size 1; False unless set."]
        keepdim as "keepdim": bool;
        #[doc = " divide by n - correction; None unless set."]
        correction as "correction": impl Into<Argument>;
    }

    #[doc = " the standard deviation."]
    #[doc = ""]
    #[doc = " Takes 1 tensor."]
    Std = "std" () {
        #[doc = " dimensions to reduce; None unless set."]
        dim as "dim": impl Into<Argument>;
        #[doc = " divide by n - 1; True unless set."]
        unbiased as "unbiased": bool;
        #[doc = " keep them with size 1; False unless set."]
        keepdim as "keepdim": bool;
        #[doc = " divide by n - correction; None unless set."]
        correction as "correction": impl Into<Argument>;
    }

    #[doc = " the product."]
    #[doc = ""]
    #[doc = " Takes 2 tensors."]
    Matmul = "matmul" () {
    }

    #[doc = " matrix by matrix."]
    #[doc = ""]
    #[doc = " Takes 2 tensors."]
    Mm = "mm" () {
    }

    #[doc = " stacks of matrices."]
    #[doc = ""]
    #[doc = " Takes 2 tensors."]
    Bmm = "bmm" () {
    }

    #[doc = " matrix by vector."]
    #[doc = ""]
    #[doc = " Takes 2 tensors."]
    Mv = "mv" () {
    }

    #[doc = " vector by vector."]
    #[doc = ""]
    #[doc = " Takes 2 tensors."]
    Dot = "dot" () {
    }

    #[doc = " every product of two vectors."]
    #[doc = ""]
    #[doc = " Takes 2 tensors."]
    Outer = "outer" () {
    }

    #[doc = " beta * a + alpha * (b @ c)."]
    #[doc = ""]
    #[doc = " Takes 3 tensors."]
    Addmm = "addmm" () {
        #[doc = " of the first tensor; 1 unless set."]
        beta as "beta": impl Into<Argument>;
        #[doc = " of the product; 1 unless set."]
        alpha as "alpha": impl Into<Argument>;
    }

    #[doc = " beta * a + alpha * (b @ c)."]
    #[doc = ""]
    #[doc = " Takes 3 tensors."]
    Baddbmm = "baddbmm" () {
        #[doc = " of the first tensor; 1 unless set."]
        beta as "beta": impl Into<Argument>;
        #[doc = " of the product; 1 unless set."]
        alpha as "alpha": impl Into<Argument>;
    }

    #[doc = " a @ weight.T + bias."]
    #[doc = ""]
    #[doc = " Takes 2 to 3 tensors."]
    Linear = "linear" () {
    }

    #[doc = " input, running mean and variance, weight, bias."]
    #[doc = ""]
    #[doc = " Takes 1 to 5 tensors."]
    BatchNorm = "batch_norm" () {
        #[doc = " use the batch's statistics; False unless set."]
        training as "training": bool;
        #[doc = " of the running statistics; 0.1 unless set."]
        momentum as "momentum": impl Into<Argument>;
        #[doc = " added to the variance; 1e-5 unless set."]
        eps as "eps": impl Into<Argument>;
    }

    #[doc = " input, weight, bias."]
    #[doc = ""]
    #[doc = " `normalized_shape`: sizes of the last dimensions."]
    #[doc = ""]
    #[doc = " Takes 1 to 3 tensors."]
    LayerNorm = "layer_norm" (normalized_shape as "normalized_shape": impl Into<Argument>) {
        #[doc = " added to the variance; 1e-5 unless set."]
        eps as "eps": impl Into<Argument>;
    }

    #[doc = " indices, weight."]
    #[doc = ""]
    #[doc = " Takes 2 tensors."]
    Embedding = "embedding" () {
        #[doc = " a row that gets no gradient; None unless set."]
        padding_idx as "padding_idx": i64;
        #[doc = " longer rows are shortened in place; None unless set."]
        max_norm as "max_norm": impl Into<Argument>;
        #[doc = " p of the norm; 2.0 unless set."]
        norm_type as "norm_type": impl Into<Argument>;
        #[doc = " divide a row's gradient by its number of uses; False unless set."]
        scale_grad_by_freq as "scale_grad_by_freq": bool;
        #[doc = " the gradient is dense all the same; False unless set."]
        sparse as "sparse": bool;
    }

    #[doc = " random elements dropped."]
    #[doc = ""]
    #[doc = " Takes 1 tensor."]
    Dropout = "dropout" () {
        #[doc = " the probability of dropping; 0.5 unless set."]
        p as "p": impl Into<Argument>;
        #[doc = " drop at all; True unless set."]
        training as "training": bool;
    }

    #[doc = " input, target, class weights."]
    #[doc = ""]
    #[doc = " Takes 2 to 3 tensors."]
    CrossEntropy = "cross_entropy" () {
        #[doc = " a target that does not count; -100 unless set."]
        ignore_index as "ignore_index": i64;
        #[doc = " 'none', 'mean' or 'sum'; 'mean' unless set."]
        reduction as "reduction": &str;
        #[doc = " the share of all classes; 0.0 unless set."]
        label_smoothing as "label_smoothing": impl Into<Argument>;
    }

    #[doc = " input, target, class weights."]
    #[doc = ""]
    #[doc = " Takes 2 to 3 tensors."]
    NllLoss = "nll_loss" () {
        #[doc = " a target that does not count; -100 unless set."]
        ignore_index as "ignore_index": i64;
        #[doc = " 'none', 'mean' or 'sum'; 'mean' unless set."]
        reduction as "reduction": &str;
    }

    #[doc = " squared differences."]
    #[doc = ""]
    #[doc = " Takes 2 tensors."]
    MseLoss = "mse_loss" () {
        #[doc = " 'none', 'mean' or 'sum'; 'mean' unless set."]
        reduction as "reduction": &str;
    }

    #[doc = " absolute differences."]
    #[doc = ""]
    #[doc = " Takes 2 tensors."]
    L1Loss = "l1_loss" () {
        #[doc = " 'none', 'mean' or 'sum'; 'mean' unless set."]
        reduction as "reduction": &str;
    }

    #[doc = " input, weight, bias."]
    #[doc = ""]
    #[doc = " Takes 2 to 3 tensors."]
    Conv2d = "conv2d" () {
        #[doc = " of the kernel over the input; 1 unless set."]
        stride as "stride": impl Into<Argument>;
        #[doc = " zeros around the input; 'same' or 'valid'; 0 unless set."]
        padding as "padding": impl Into<Argument>;
        #[doc = " distance between the kernel's elements; 1 unless set."]
        dilation as "dilation": impl Into<Argument>;
        #[doc = " parts of the channels that do not meet; 1 unless set."]
        groups as "groups": i64;
    }

    #[doc = " the largest of each window."]
    #[doc = ""]
    #[doc = " `kernel_size`: of the window."]
    #[doc = ""]
    #[doc = " Takes 1 tensor."]
    MaxPool2d = "max_pool2d" (kernel_size as "kernel_size": impl Into<Argument>) {
        #[doc = " of the window; None: its size; None unless set."]
        stride as "stride": impl Into<Argument>;
        #[doc = " that never wins, around the input; 0 unless set."]
        padding as "padding": impl Into<Argument>;
        #[doc = " distance between the window's elements; 1 unless set."]
        dilation as "dilation": impl Into<Argument>;
        #[doc = " a last window that is not whole counts too; False unless set."]
        ceil_mode as "ceil_mode": bool;
        #[doc = " gives also where each maximum is; False unless set."]
        return_indices as "return_indices": bool;
    }

    #[doc = " means of windows, as many as wanted."]
    #[doc = ""]
    #[doc = " `output_size`: of a plane; None: as the input's."]
    #[doc = ""]
    #[doc = " Takes 1 tensor."]
    AdaptiveAvgPool2d = "adaptive_avg_pool2d" (output_size as "output_size": impl Into<Argument>) {
    }
}
