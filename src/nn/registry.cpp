#include "nn/layers.hpp"

namespace duramen::nn {
namespace {

constexpr const ModuleType* kTypes[] = {
    &kModuleType,        &kSequentialType,
    &kModuleListType,    &kModuleDictType,
    &kParameterListType, &kParameterDictType,
    &kIdentityType,      &kFlattenType,
    &kMaxPool2dType,     &kAdaptiveAvgPool2dType,
    &kReluType,          &kTanhType,
    &kSigmoidType,       &kSiluType,
    &kGeluType,          &kSoftmaxType,
    &kLogSoftmaxType,
};
constexpr const ModuleFamily* kFamilies[] = {
    &kLinearFamily,       &kConvolutionFamily, &kBatchNormFamily,    &kNormalizationFamily,
    &kEmbeddingFamily,    &kDropoutFamily,     &kNonlinearityFamily, &kPaddingFamily,
    &kPoolFamily,         &kVisionFamily,      &kDistanceFamily,     &kLossFamily,
    &kComposedLossFamily, &kRecurrentFamily,   &kAttentionFamily,    &kTransformerFamily,
    &kWrapperFamily,      &kLazyFamily,
};
constexpr spec::Registry<ModuleType> kRegistry(kTypes, kFamilies);

}  // namespace

const spec::Registry<ModuleType>& module_types() noexcept { return kRegistry; }

}  // namespace duramen::nn
