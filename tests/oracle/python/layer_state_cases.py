"""What the arguments of losses and of layers with parameters usually are, for module_state_cases.py."""

COUNTS = ["1", "2", "3", "4", "6"]
REALS = ["0.5", "0.25", "1", "2.0", "1e-05", "0.1", "3", "-0.5"]
FLAGS = ["None", "True", "False"]
SHAPES = ["1", "3", "(2,)", "(1, 2)", "(3, 2, 1)", "[2, 3]", "20"]

WEIGHTS = ["None", "tensor([0.5, 1.0, 2.0])", "ones(2)", "Parameter(ones(3))", "zeros(2, 2)", "ReLU()", "3"]
LOSS = {"reduction": ["'mean'", "'sum'", "'none'", "'batchmean'", "None"], "size_average": FLAGS, "reduce": FLAGS,
        "weight": WEIGHTS, "pos_weight": WEIGHTS, "margin": REALS, "p": ["1", "2", "True", "2.0", "3"]}
LOSSES = ["L1Loss", "MSELoss", "SmoothL1Loss", "HuberLoss", "KLDivLoss", "PoissonNLLLoss", "GaussianNLLLoss", "CTCLoss",
          "HingeEmbeddingLoss", "MarginRankingLoss", "CosineEmbeddingLoss", "TripletMarginLoss", "MultiLabelMarginLoss",
          "SoftMarginLoss", "NLLLoss", "NLLLoss2d", "CrossEntropyLoss", "BCELoss", "BCEWithLogitsLoss",
          "MultiLabelSoftMarginLoss", "MultiMarginLoss"]

EXTENTS = ["1", "2", "3", "(2,)", "(1, 2)", "[2, 1, 2]", "0", "(0, 0)"]
TRANSPOSED = {"in_channels": COUNTS, "out_channels": COUNTS, "kernel_size": [*EXTENTS, "(2, 3, 1)"], "stride": EXTENTS,
              "padding": EXTENTS, "output_padding": EXTENTS, "dilation": EXTENTS, "groups": ["1", "1", "2", "3"],
              "padding_mode": ["'zeros'", "'circular'", "'x'"]}
CONVOLUTION = {**TRANSPOSED, "padding": [*EXTENTS, "'same'", "'valid'", "'other'"],
               "padding_mode": ["'zeros'", "'circular'", "'reflect'", "'replicate'", "'x'"]}

NORM = {"num_features": COUNTS, "momentum": ["None", *REALS]}
TABLE = {"num_embeddings": ["1", "3", "10", "30"], "embedding_dim": COUNTS, "padding_idx": ["None", "0", "1", "-1", "-3", "3"],
         "max_norm": ["None", *REALS], "mode": ["'sum'", "'mean'", "'max'"],
         "_weight": ["None", "None", "ones(3, 2)", "Parameter(zeros(3, 2))", "zeros(10, 3)"]}

LAYERS = {
    **dict.fromkeys(LOSSES, LOSS),
    **dict.fromkeys(["Conv1d", "Conv2d", "Conv3d"], CONVOLUTION),
    **dict.fromkeys(["ConvTranspose1d", "ConvTranspose2d", "ConvTranspose3d"], TRANSPOSED),
    **dict.fromkeys(["BatchNorm1d", "BatchNorm2d", "BatchNorm3d", "SyncBatchNorm", "InstanceNorm1d", "InstanceNorm2d",
                     "InstanceNorm3d"], NORM),
    **dict.fromkeys(["LayerNorm", "RMSNorm"], {"normalized_shape": SHAPES, "eps": ["None", *REALS]}),
    "GroupNorm": {"num_groups": COUNTS, "num_channels": COUNTS},
    **dict.fromkeys(["Linear", "Bilinear"], dict.fromkeys(["in_features", "in1_features", "in2_features", "out_features"], COUNTS)),
    **dict.fromkeys(["Embedding", "EmbeddingBag"], TABLE),
    "AdaptiveLogSoftmaxWithLoss": {
        "in_features": ["3", "8", "20"], "n_classes": ["10", "20"], "div_value": ["2", "4.0", "1.5", "0.5", "0", "-2", "'x'"],
        "cutoffs": ["[3]", "(2, 5)", "[2, 4, 8]", "[5, 2]", "[0, 2]", "[3, 10]", "[]", "{1: 2}", "[True, 2]", "[2, 2]", "'ab'"]},
    "LinearCrossEntropyLoss": {**LOSS, "in_features": COUNTS, "num_classes": COUNTS, "out_features": ["()", "(2,)", "[2, 3]", "2"],
                               "ignore_index": ["None", "-100", "1"], "label_smoothing": ["0.0", "0.1", "1", "2.0"]},
    "TripletMarginWithDistanceLoss": {**LOSS, "distance_function": ["None", "PairwiseDistance()", "PairwiseDistance(p=1)",
                                                                    "CosineSimilarity()"]},
}
