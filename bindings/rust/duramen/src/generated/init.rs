//! The functions of `torch.nn.init`: written by tools/registry.py from the registry of the library.
use crate::Argument;

initializers! {
    #[doc = " Draws from U(a, b)."]
    Uniform = "uniform_" () {
        #[doc = " lower bound; 0.0 unless set."]
        a as "a": f64;
        #[doc = " upper bound; 1.0 unless set."]
        b as "b": f64;
        #[doc = " the context's generator is the one that draws; None unless set."]
        generator as "generator": impl Into<Argument>;
    }

    #[doc = " Draws from N(mean, std²)."]
    Normal = "normal_" () {
        #[doc = " mean; 0.0 unless set."]
        mean as "mean": f64;
        #[doc = " standard deviation; 1.0 unless set."]
        std as "std": f64;
        #[doc = " the context's generator is the one that draws; None unless set."]
        generator as "generator": impl Into<Argument>;
    }

    #[doc = " Draws from N(mean, std²), within \\[a, b\\]."]
    TruncNormal = "trunc_normal_" () {
        #[doc = " mean; 0.0 unless set."]
        mean as "mean": f64;
        #[doc = " standard deviation; 1.0 unless set."]
        std as "std": f64;
        #[doc = " lowest value; -2.0 unless set."]
        a as "a": f64;
        #[doc = " highest value; 2.0 unless set."]
        b as "b": f64;
        #[doc = " the context's generator is the one that draws; None unless set."]
        generator as "generator": impl Into<Argument>;
    }

    #[doc = " Fills with one value."]
    #[doc = ""]
    #[doc = " `val`: the value."]
    Constant = "constant_" (val as "val": f64) {
    }

    #[doc = " Fills with 1."]
    Ones = "ones_" () {
    }

    #[doc = " Fills with 0."]
    Zeros = "zeros_" () {
    }

    #[doc = " The identity matrix."]
    Eye = "eye_" () {
    }

    #[doc = " The convolution that changes nothing; of 3 to 5 dimensions."]
    Dirac = "dirac_" () {
        #[doc = " groups of the convolution; 1 unless set."]
        groups as "groups": i64;
    }

    #[doc = " U(-b, b), b = gain √(6 / (fan_in + fan_out))."]
    XavierUniform = "xavier_uniform_" () {
        #[doc = " a factor; 1.0 unless set."]
        gain as "gain": f64;
        #[doc = " the context's generator is the one that draws; None unless set."]
        generator as "generator": impl Into<Argument>;
    }

    #[doc = " N(0, s²), s = gain √(2 / (fan_in + fan_out))."]
    XavierNormal = "xavier_normal_" () {
        #[doc = " a factor; 1.0 unless set."]
        gain as "gain": f64;
        #[doc = " the context's generator is the one that draws; None unless set."]
        generator as "generator": impl Into<Argument>;
    }

    #[doc = " U(-b, b), b = gain √(3 / fan)."]
    KaimingUniform = "kaiming_uniform_" () {
        #[doc = " negative slope of the rectifier that follows (leaky_relu only); 0 unless set."]
        a as "a": impl Into<Argument>;
        #[doc = " which fan keeps its variance: fan_in or fan_out; 'fan_in' unless set."]
        mode as "mode": &str;
        #[doc = " as in calculate_gain; 'leaky_relu' unless set."]
        nonlinearity as "nonlinearity": impl Into<Argument>;
        #[doc = " the context's generator is the one that draws; None unless set."]
        generator as "generator": impl Into<Argument>;
    }

    #[doc = " N(0, s²), s = gain / √fan."]
    KaimingNormal = "kaiming_normal_" () {
        #[doc = " negative slope of the rectifier that follows (leaky_relu only); 0 unless set."]
        a as "a": impl Into<Argument>;
        #[doc = " which fan keeps its variance: fan_in or fan_out; 'fan_in' unless set."]
        mode as "mode": &str;
        #[doc = " as in calculate_gain; 'leaky_relu' unless set."]
        nonlinearity as "nonlinearity": impl Into<Argument>;
        #[doc = " the context's generator is the one that draws; None unless set."]
        generator as "generator": impl Into<Argument>;
    }

    #[doc = " A (semi-)orthogonal matrix, size(0) x the rest."]
    Orthogonal = "orthogonal_" () {
        #[doc = " a factor; 1 unless set."]
        gain as "gain": f64;
        #[doc = " the context's generator is the one that draws; None unless set."]
        generator as "generator": impl Into<Argument>;
    }

    #[doc = " N(0, std²) with zeros in each column; of 2 dimensions."]
    #[doc = ""]
    #[doc = " `sparsity`: part of each column that becomes zero."]
    Sparse = "sparse_" (sparsity as "sparsity": f64) {
        #[doc = " standard deviation of the others; 0.01 unless set."]
        std as "std": f64;
        #[doc = " the context's generator is the one that draws; None unless set."]
        generator as "generator": impl Into<Argument>;
    }
}
