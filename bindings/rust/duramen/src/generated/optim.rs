//! The optimizers: written by tools/registry.py from the registry of the library.
use crate::Argument;

optimizers! {
    #[doc = " Steps scaled by running means of the gradient and its square."]
    Adam = "Adam" () {
        #[doc = " learning rate; 0.001 unless set."]
        lr as "lr": f64;
        #[doc = " factors of the running means of gradient and square; (0.9, 0.999) unless set."]
        betas as "betas": impl Into<Argument>;
        #[doc = " added to the denominator; 1e-08 unless set."]
        eps as "eps": f64;
        #[doc = " weight decay (L2 penalty); 0 unless set."]
        weight_decay as "weight_decay": f64;
        #[doc = " divide by the largest mean of squares so far; False unless set."]
        amsgrad as "amsgrad": bool;
        #[doc = " accepted; every step is fused; None unless set."]
        foreach as "foreach": bool;
        #[doc = " go up instead of down; False unless set."]
        maximize as "maximize": bool;
        #[doc = " only False, or with fused=True; False unless set."]
        capturable as "capturable": bool;
        #[doc = " only False; False unless set."]
        differentiable as "differentiable": bool;
        #[doc = " accepted; every step is fused; None unless set."]
        fused as "fused": bool;
        #[doc = " decay as AdamW does; False unless set."]
        decoupled_weight_decay as "decoupled_weight_decay": bool;
    }

    #[doc = " Adam with weight decay beside the gradient."]
    AdamW = "AdamW" () {
        #[doc = " learning rate; 0.001 unless set."]
        lr as "lr": f64;
        #[doc = " factors of the running means of gradient and square; (0.9, 0.999) unless set."]
        betas as "betas": impl Into<Argument>;
        #[doc = " added to the denominator; 1e-08 unless set."]
        eps as "eps": f64;
        #[doc = " share of the parameter taken off, times lr; 0.01 unless set."]
        weight_decay as "weight_decay": f64;
        #[doc = " divide by the largest mean of squares so far; False unless set."]
        amsgrad as "amsgrad": bool;
        #[doc = " go up instead of down; False unless set."]
        maximize as "maximize": bool;
        #[doc = " accepted; every step is fused; None unless set."]
        foreach as "foreach": bool;
        #[doc = " only False, or with fused=True; False unless set."]
        capturable as "capturable": bool;
        #[doc = " only False; False unless set."]
        differentiable as "differentiable": bool;
        #[doc = " accepted; every step is fused; None unless set."]
        fused as "fused": bool;
    }

    #[doc = " Stochastic gradient descent, with momentum if wanted."]
    SGD = "SGD" () {
        #[doc = " learning rate; 0.001 unless set."]
        lr as "lr": f64;
        #[doc = " momentum factor; 0 unless set."]
        momentum as "momentum": f64;
        #[doc = " dampening for momentum; 0 unless set."]
        dampening as "dampening": f64;
        #[doc = " weight decay (L2 penalty); 0 unless set."]
        weight_decay as "weight_decay": f64;
        #[doc = " Nesterov momentum; False unless set."]
        nesterov as "nesterov": bool;
        #[doc = " go up instead of down; False unless set."]
        maximize as "maximize": bool;
        #[doc = " accepted; every step is fused; None unless set."]
        foreach as "foreach": bool;
        #[doc = " only False; False unless set."]
        differentiable as "differentiable": bool;
        #[doc = " accepted; every step is fused; None unless set."]
        fused as "fused": bool;
    }
}
