//! `&a + &b`, `&a * 2.0`, `-&a`: what they give is a `Result`, and a `Result` may stand on either side,
//! so that one `?` at the end is enough: `((&a + &b) * 0.5)?`.
use super::Tensor;
use crate::error::Result;
use std::ops::{Add, Div, Mul, Neg, Sub};

/// What may stand on a side of an operator.
trait Operand {
    fn tensor(self, like: Option<&Tensor>) -> Result<Tensor>;
}

impl Operand for &Tensor {
    fn tensor(self, _: Option<&Tensor>) -> Result<Tensor> {
        Ok(self.clone())
    }
}

impl Operand for Tensor {
    fn tensor(self, _: Option<&Tensor>) -> Result<Tensor> {
        Ok(self)
    }
}

impl Operand for Result<Tensor> {
    fn tensor(self, _: Option<&Tensor>) -> Result<Tensor> {
        self
    }
}

/// A number has no dimensions and, beside a tensor that is floating or complex, that tensor's dtype.
impl Operand for f64 {
    fn tensor(self, like: Option<&Tensor>) -> Result<Tensor> {
        let like = like.expect("a number stands beside a tensor");
        let context = like.context();
        let name = like.dtype().name();
        let floating = name.starts_with("float") || name.starts_with("bfloat") || name.starts_with("complex");
        let dtype = if floating { like.dtype() } else { context.default_dtype() };
        context.full_of(dtype, [], self)
    }
}

macro_rules! operator {
    ($trait:ident $method:ident: $($left:ty, $right:ty;)*) => {$(
        impl $trait<$right> for $left {
            type Output = Result<Tensor>;
            fn $method(self, right: $right) -> Result<Tensor> {
                let left = Operand::tensor(self, None)?;
                let right = Operand::tensor(right, Some(&left))?;
                Tensor::$method(&left, &right)
            }
        }
    )*};
}

macro_rules! operators {
    ($($trait:ident $method:ident,)*) => {$(
        operator! { $trait $method:
            &Tensor, &Tensor; &Tensor, Tensor; &Tensor, Result<Tensor>; &Tensor, f64;
            Tensor, &Tensor; Tensor, Tensor; Tensor, Result<Tensor>; Tensor, f64;
        }
        impl $trait<&Tensor> for f64 {
            type Output = Result<Tensor>;
            fn $method(self, right: &Tensor) -> Result<Tensor> {
                Tensor::$method(&Operand::tensor(self, Some(right))?, right)
            }
        }
        impl $trait<Tensor> for f64 {
            type Output = Result<Tensor>;
            fn $method(self, right: Tensor) -> Result<Tensor> {
                self.$method(&right)
            }
        }
    )*};
}

operators! { Add add, Sub sub, Mul mul, Div div, }

impl Neg for &Tensor {
    type Output = Result<Tensor>;
    fn neg(self) -> Result<Tensor> {
        Tensor::neg(self)
    }
}

impl Neg for Tensor {
    type Output = Result<Tensor>;
    fn neg(self) -> Result<Tensor> {
        Tensor::neg(&self)
    }
}
