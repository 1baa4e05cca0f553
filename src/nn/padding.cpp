#include "nn/layer_rules.hpp"

namespace duramen::nn {
namespace {

constexpr std::string_view kPaddingDoc =
    "how many elements at each end: a number, or a tuple of start and end, last dimension first";
constexpr spec::Parameter kPadding[] = {{"padding", spec::kAny, "", kPaddingDoc}};
constexpr spec::Parameter kConstantPadding[] = {
    {"padding", spec::kAny, "", kPaddingDoc},
    {"value", spec::kAny, "", "what stands there"},
};

template <size_t dimensions>
void settle(Settings& settings, const spec::Arguments& arguments) {
  settings.set("padding", repeated(arguments["padding"], 2 * dimensions));
}

template <size_t dimensions>
constexpr LayerRules kConstant = {.settle = settle<dimensions>,
                                  .shown = "padding={padding}, value={value}"};
template <size_t dimensions>
constexpr LayerRules kZero = {
    .settle = settle<dimensions>, .shown = "{padding}", .attributes = "value"};
template <size_t dimensions>
constexpr LayerRules kPlain = {.settle = settle<dimensions>, .shown = "{padding}"};
template <size_t dimensions>
constexpr LayerRules kCircular = {
    .settle = settle<dimensions>, .shown = "{padding}", .attributes = "_check_input_dim"};

constexpr std::string_view kConstantDoc = "Puts a constant around each sample.";
constexpr std::string_view kZeroDoc = "Puts zeros around each sample.";
constexpr std::string_view kReflectionDoc =
    "Continues each sample by its mirror image, the edge not repeated.";
constexpr std::string_view kReplicationDoc = "Continues each sample by its edge.";
constexpr std::string_view kCircularDoc = "Continues each sample by its other end.";

constexpr ModuleType kTypes[] = {
    {.signature = {"ConstantPad1d", kConstantPadding, kConstantDoc}, .rules = kConstant<1>},
    {.signature = {"ConstantPad2d", kConstantPadding, kConstantDoc}, .rules = kConstant<2>},
    {.signature = {"ConstantPad3d", kConstantPadding, kConstantDoc}, .rules = kConstant<3>},
    {.signature = {"ZeroPad1d", kPadding, kZeroDoc}, .rules = kZero<1>},
    {.signature = {"ZeroPad2d", kPadding, kZeroDoc}, .rules = kZero<2>},
    {.signature = {"ZeroPad3d", kPadding, kZeroDoc}, .rules = kZero<3>},
    {.signature = {"ReflectionPad1d", kPadding, kReflectionDoc}, .rules = kPlain<1>},
    {.signature = {"ReflectionPad2d", kPadding, kReflectionDoc}, .rules = kPlain<2>},
    {.signature = {"ReflectionPad3d", kPadding, kReflectionDoc}, .rules = kPlain<3>},
    {.signature = {"ReplicationPad1d", kPadding, kReplicationDoc}, .rules = kPlain<1>},
    {.signature = {"ReplicationPad2d", kPadding, kReplicationDoc}, .rules = kPlain<2>},
    {.signature = {"ReplicationPad3d", kPadding, kReplicationDoc}, .rules = kPlain<3>},
    {.signature = {"CircularPad1d", kPadding, kCircularDoc}, .rules = kCircular<1>},
    {.signature = {"CircularPad2d", kPadding, kCircularDoc}, .rules = kCircular<2>},
    {.signature = {"CircularPad3d", kPadding, kCircularDoc}, .rules = kCircular<3>},
};

}  // namespace

constinit const ModuleFamily kPaddingFamily = kTypes;

}  // namespace duramen::nn
