// Distances, and the normalisations over neighbouring channels.
#include "nn/layer_rules.hpp"

namespace duramen::nn {
namespace {

using spec::Parameter;

constexpr Parameter kCosineParameters[] = {
    {"dim", spec::kAny, "1", "the dimension of the vectors"},
    {"eps", spec::kAny, "1e-08", "smallest product of the lengths"}};
constexpr Parameter kPairwiseParameters[] = {
    {"p", spec::kAny, "2.0", "of the norm"},
    {"eps", spec::kAny, "1e-06", "added to the difference"},
    {"keepdim", spec::kAny, "False", "the last dimension stays, with size 1"}};

constexpr Parameter kSize = {"size", spec::kAny, "", "how many channels belong together"};
constexpr Parameter kAlpha = {"alpha", spec::kAny, "0.0001", "factor of the mean of squares"};
constexpr Parameter kBeta = {"beta", spec::kAny, "0.75", "the exponent"};
constexpr Parameter kResponseParameters[] = {
    kSize, kAlpha, kBeta, {"k", spec::kAny, "1.0", "added to the mean of squares"}};
constexpr Parameter kCrossMapParameters[] = {
    kSize, kAlpha, kBeta, {"k", spec::kAny, "1", "added to the mean of squares"}};

constexpr std::string_view kResponseShown = "{size}, alpha={alpha}, beta={beta}, k={k}";
constexpr std::string_view kResponseDoc =
    "Divides by a power of the mean of squares over neighbouring channels.";

constexpr ModuleType kTypes[] = {
    {.signature = {"CosineSimilarity", kCosineParameters, "The cosine between two vectors."},
     .hidden = "dim, eps"},
    {.signature = {"PairwiseDistance", kPairwiseParameters,
                   "The p-norm of the difference of two vectors."},
     .hidden = "p, eps, keepdim",
     .rules = {.attributes = "norm", .no_attributes = "p"}},
    {.signature = {"LocalResponseNorm", kResponseParameters, kResponseDoc},
     .rules = {.shown = kResponseShown}},
    {.signature = {"CrossMapLRN2d", kCrossMapParameters, kResponseDoc},
     .rules = {.shown = kResponseShown, .no_attributes = "__constants__"}},
};

}  // namespace

constinit const ModuleFamily kDistanceFamily = kTypes;

}  // namespace duramen::nn
