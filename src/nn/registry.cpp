#include "nn/layers.hpp"

namespace duramen::nn {
namespace {

constexpr const ModuleType* kTypes[] = {
    &kModuleType,
    &kLinearType,
    &kConv2dType,
    &kBatchNorm1dType,
    &kBatchNorm2dType,
    &kBatchNorm3dType,
    &kLayerNormType,
    &kEmbeddingType,
    &kSequentialType,
    &kModuleListType,
    &kModuleDictType,
    &kParameterListType,
    &kParameterDictType,
    &kIdentityType,
    &kFlattenType,
    &kMaxPool2dType,
    &kAdaptiveAvgPool2dType,
    &kReluType,
    &kTanhType,
    &kSigmoidType,
    &kSiluType,
    &kGeluType,
    &kSoftmaxType,
    &kLogSoftmaxType,
    &kCrossEntropyLossType,
    &kMseLossType,
};
constexpr const ModuleFamily* kFamilies[] = {
    &kDropoutFamily, &kNonlinearityFamily, &kPaddingFamily,
    &kPoolFamily,    &kVisionFamily,       &kDistanceFamily,
};
constexpr spec::Registry<ModuleType> kRegistry(kTypes, kFamilies);

}  // namespace

const spec::Registry<ModuleType>& module_types() noexcept { return kRegistry; }

}  // namespace duramen::nn
