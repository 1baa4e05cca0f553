// The module types that come with the library: one constant entry a type, defined beside its layer
// (signature, factory), alone or in the table of its family. registry.cpp lists them.
#pragma once

#include "nn/build.hpp"

namespace duramen::nn {

extern const ModuleType kModuleType;
extern const ModuleType kSequentialType;
extern const ModuleType kModuleListType;
extern const ModuleType kModuleDictType;
extern const ModuleType kParameterListType;
extern const ModuleType kParameterDictType;
extern const ModuleType kIdentityType;
extern const ModuleType kFlattenType;
extern const ModuleType kMaxPool2dType;
extern const ModuleType kAdaptiveAvgPool2dType;
extern const ModuleType kReluType;
extern const ModuleType kTanhType;
extern const ModuleType kSigmoidType;
extern const ModuleType kSiluType;
extern const ModuleType kGeluType;
extern const ModuleType kSoftmaxType;
extern const ModuleType kLogSoftmaxType;

extern const ModuleFamily kDropoutFamily;
extern const ModuleFamily kNonlinearityFamily;
extern const ModuleFamily kBatchNormFamily;
extern const ModuleFamily kComposedLossFamily;
extern const ModuleFamily kConvolutionFamily;
extern const ModuleFamily kEmbeddingFamily;
extern const ModuleFamily kLinearFamily;
extern const ModuleFamily kLossFamily;
extern const ModuleFamily kNormalizationFamily;
extern const ModuleFamily kLinearFamily;
extern const ModuleFamily kPaddingFamily;
extern const ModuleFamily kPoolFamily;
extern const ModuleFamily kVisionFamily;
extern const ModuleFamily kDistanceFamily;
extern const ModuleFamily kRecurrentFamily;
extern const ModuleFamily kAttentionFamily;
extern const ModuleFamily kTransformerFamily;
extern const ModuleFamily kWrapperFamily;
extern const ModuleFamily kLazyFamily;

}  // namespace duramen::nn
