//! The everyday operators as methods; every one is in [`crate::ops`], or goes by its text
//! ([`Tensor::op`]).
use super::Tensor;
use crate::border::Access;
use crate::dtype::DType;
use crate::error::Result;
use crate::op::Op;
use duramen_sys::*;

/// What a loss does with the losses of the single elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reduction {
    /// Their mean.
    Mean,
    /// Their sum.
    Sum,
    /// Nothing.
    None,
}

impl Reduction {
    fn number(self) -> i32 {
        match self {
            Reduction::Mean => DURAMEN_REDUCTION_MEAN,
            Reduction::Sum => DURAMEN_REDUCTION_SUM,
            Reduction::None => DURAMEN_REDUCTION_NONE,
        }
    }
}

const WHOLE: i64 = i64::MIN;

macro_rules! unary {
    ($($(#[$doc:meta])* $name:ident = $function:ident;)*) => {
        impl Tensor {$(
            $(#[$doc])*
            pub fn $name(&self) -> Result<Tensor> {
                // SAFETY: the handles are a context's and a tensor's; so in all of this file.
                self.computed(|context, out, error| unsafe { $function(context, self.raw(), out, error) })
            }
        )*}
    };
}

macro_rules! binary {
    ($($(#[$doc:meta])* $name:ident = $function:ident;)*) => {
        impl Tensor {$(
            $(#[$doc])*
            pub fn $name(&self, other: &Tensor) -> Result<Tensor> {
                self.computed(|context, out, error| unsafe {
                    $function(context, self.raw(), other.raw(), out, error)
                })
            }
        )*}
    };
}

unary! {
    /// -x
    neg = duramen_neg;
    /// e to the power of each element.
    exp = duramen_exp;
    /// The natural logarithm of each element.
    log = duramen_log;
    /// The square root of each element.
    sqrt = duramen_sqrt;
    /// Each element, or 0 where it is negative.
    relu = duramen_relu;
    /// The hyperbolic tangent of each element.
    tanh = duramen_tanh;
    /// 1 / (1 + exp(-x)) of each element.
    sigmoid = duramen_sigmoid;
    /// The tensor itself when its elements lie side by side, else a copy.
    contiguous = duramen_contiguous;
}

binary! {
    /// a + b; `&a + &b` is the same.
    add = duramen_add;
    /// a - b
    sub = duramen_sub;
    /// a * b, element by element.
    mul = duramen_mul;
    /// a / b, element by element; integers give floats.
    div = duramen_div;
    /// The matrix product, as `torch.matmul`.
    matmul = duramen_matmul;
}

/// The views and reductions.
impl Tensor {
    pub(super) fn computed(
        &self,
        body: impl FnOnce(*mut duramen_context, *mut *mut duramen_tensor, *mut *mut duramen_error) -> i32,
    ) -> Result<Tensor> {
        let context = self.context();
        Tensor::made(context, Access::Read, |out, error| body(context.raw(), out, error))
    }

    /// Applies any operator by its text to this tensor and others: `x.op("softmax(dim=1)", &[])`.
    pub fn op(&self, text: &str, others: &[&Tensor]) -> Result<Tensor> {
        let mut inputs = vec![self];
        inputs.extend_from_slice(others);
        Op::from_text(text)?.apply(&inputs)
    }

    /// The sum of all elements.
    pub fn sum(&self) -> Result<Tensor> {
        self.sum_dims([], false)
    }

    /// The sum over dimensions, which stay with size 1 if `keepdim`.
    pub fn sum_dims(&self, dims: impl AsRef<[i64]>, keepdim: bool) -> Result<Tensor> {
        let dims = dims.as_ref();
        self.computed(|context, out, error| unsafe {
            duramen_sum(context, self.raw(), dims.as_ptr(), dims.len(), keepdim.into(), out, error)
        })
    }

    /// The mean of all elements.
    pub fn mean(&self) -> Result<Tensor> {
        self.mean_dims([], false)
    }

    /// The mean over dimensions, which stay with size 1 if `keepdim`.
    pub fn mean_dims(&self, dims: impl AsRef<[i64]>, keepdim: bool) -> Result<Tensor> {
        let dims = dims.as_ref();
        self.computed(|context, out, error| unsafe {
            duramen_mean(context, self.raw(), dims.as_ptr(), dims.len(), keepdim.into(), out, error)
        })
    }

    /// The int64 positions of the largest elements along a dimension; None: in the flattened tensor.
    pub fn argmax(&self, dim: impl Into<Option<i64>>, keepdim: bool) -> Result<Tensor> {
        let dim = dim.into().unwrap_or(WHOLE);
        self.computed(|context, out, error| unsafe {
            duramen_argmax(context, self.raw(), dim, keepdim.into(), out, error)
        })
    }

    /// The same elements under other sizes, one of which may be -1; a view where possible.
    pub fn reshape(&self, shape: impl AsRef<[i64]>) -> Result<Tensor> {
        let shape = shape.as_ref();
        self.computed(|context, out, error| unsafe {
            duramen_reshape(context, self.raw(), shape.as_ptr(), shape.len(), out, error)
        })
    }

    /// Joins the dimensions from `start` to `end`, both included.
    pub fn flatten(&self, start: i64, end: i64) -> Result<Tensor> {
        self.computed(|context, out, error| unsafe { duramen_flatten(context, self.raw(), start, end, out, error) })
    }

    /// A view with two dimensions swapped.
    pub fn transpose(&self, first: i64, second: i64) -> Result<Tensor> {
        self.computed(|context, out, error| unsafe {
            duramen_transpose(context, self.raw(), first, second, out, error)
        })
    }

    /// A view with the dimensions in the given order.
    pub fn permute(&self, dims: impl AsRef<[i64]>) -> Result<Tensor> {
        let dims = dims.as_ref();
        self.computed(|context, out, error| unsafe {
            duramen_permute(context, self.raw(), dims.as_ptr(), dims.len(), out, error)
        })
    }

    /// A view in which dimensions of size 1 repeat to the given sizes; -1 keeps a size.
    pub fn expand(&self, shape: impl AsRef<[i64]>) -> Result<Tensor> {
        let shape = shape.as_ref();
        self.computed(|context, out, error| unsafe {
            duramen_expand(context, self.raw(), shape.as_ptr(), shape.len(), out, error)
        })
    }

    /// A view of one position of a dimension, which goes away.
    pub fn select(&self, dim: i64, index: i64) -> Result<Tensor> {
        self.computed(|context, out, error| unsafe { duramen_select(context, self.raw(), dim, index, out, error) })
    }

    /// A view of a range of a dimension, as Python's `start:stop:step`; `i64::MAX` is the end.
    pub fn slice(&self, dim: i64, start: i64, stop: i64, step: i64) -> Result<Tensor> {
        self.computed(|context, out, error| unsafe {
            duramen_slice(context, self.raw(), dim, start, stop, step, out, error)
        })
    }

    /// A view with one more dimension of size 1.
    pub fn unsqueeze(&self, dim: i64) -> Result<Tensor> {
        self.computed(|context, out, error| unsafe { duramen_unsqueeze(context, self.raw(), dim, out, error) })
    }

    /// A view without a dimension of size 1; None: without all of them.
    pub fn squeeze(&self, dim: impl Into<Option<i64>>) -> Result<Tensor> {
        let dim = dim.into().unwrap_or(WHOLE);
        self.computed(|context, out, error| unsafe { duramen_squeeze(context, self.raw(), dim, out, error) })
    }

    /// Tensors one after the other along a dimension; there is at least one.
    pub fn cat(tensors: &[&Tensor], dim: i64) -> Result<Tensor> {
        let raw: Vec<_> = tensors.iter().map(|tensor| tensor.raw()).collect();
        let first = match tensors.first() {
            Some(first) => first,
            None => return Err(crate::error::Error::local(crate::Code::InvalidArgument, "cat: no tensors".into())),
        };
        first.computed(|context, out, error| unsafe { duramen_cat(context, raw.as_ptr(), raw.len(), dim, out, error) })
    }

    /// The tensor itself when it has the dtype, else a converted copy.
    pub fn to_dtype(&self, dtype: DType) -> Result<Tensor> {
        self.computed(|context, out, error| unsafe { duramen_to_dtype(context, self.raw(), dtype.0, out, error) })
    }
}

/// The layers' functions.
impl Tensor {
    /// This input times the transposed weight, plus the bias.
    pub fn linear(&self, weight: &Tensor, bias: Option<&Tensor>) -> Result<Tensor> {
        let bias = bias.map_or(std::ptr::null_mut(), Tensor::raw);
        self.computed(|context, out, error| unsafe {
            duramen_linear(context, self.raw(), weight.raw(), bias, out, error)
        })
    }

    /// Zeroes elements at random and scales the rest; the input itself when not training.
    pub fn dropout(&self, probability: f64, training: bool) -> Result<Tensor> {
        self.computed(|context, out, error| unsafe {
            duramen_dropout(context, self.raw(), probability, training.into(), out, error)
        })
    }

    /// Softmax along a dimension.
    pub fn softmax(&self, dim: i64) -> Result<Tensor> {
        self.op(&format!("softmax(dim={})", dim), &[])
    }

    /// The cross entropy of these logits and int64 classes.
    pub fn cross_entropy(&self, target: &Tensor, reduction: Reduction) -> Result<Tensor> {
        self.computed(|context, out, error| unsafe {
            duramen_cross_entropy(context, self.raw(), target.raw(), reduction.number(), out, error)
        })
    }

    /// The squared difference.
    pub fn mse_loss(&self, target: &Tensor, reduction: Reduction) -> Result<Tensor> {
        self.computed(|context, out, error| unsafe {
            duramen_mse_loss(context, self.raw(), target.raw(), reduction.number(), out, error)
        })
    }
}
