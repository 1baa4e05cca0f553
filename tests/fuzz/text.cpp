// The text form: what parses is printed and parsed again to the same; what names a module, an
// operator or an optimizer builds it in bounded memory, and a module prints and comes back from its
// lossless text.
#include <new>
#include <string_view>

#include "autograd/context.hpp"
#include "fuzz/bounded_memory.hpp"
#include "fuzz/expect.hpp"
#include "nn/build.hpp"
#include "ops/registry.hpp"
#include "optim/optimizers.hpp"
#include "spec/syntax.hpp"

namespace duramen::fuzz {
namespace {

// Runs what may refuse the text; false when it did. A refusal is one printable line with a reason
// that a text can give.
template <class Function>
bool attempt(const Function& function) {
  try {
    function();
    return true;
  } catch (const std::bad_alloc&) {
    return false;
  } catch (const Error& error) {
    EXPECT(error.code() != Code::internal && error.code() != Code::io);
    EXPECT(!error.message().empty() && error.message().size() < 2000);
    for (const char c : error.message()) EXPECT(static_cast<unsigned char>(c) >= 0x20);
    return false;
  }
}

void try_syntax(std::string_view text) {
  std::string printed;
  if (!attempt([&] { printed = spec::format(spec::parse(text)); })) return;
  std::string again;
  EXPECT(attempt([&] { again = spec::format(spec::parse(printed)); }));
  EXPECT(again == printed);
}

void try_module(Context& context, std::string_view text, bool unknown_as_containers) {
  attempt([&] {
    nn::TextOptions options;
    options.unknown_as_containers = unknown_as_containers;
    const nn::ModuleRef module = nn::module_from_text(context, text, options);
    EXPECT(!nn::repr(*module).empty());
    const std::string lossless = nn::lossless_text(*module);
    EXPECT(nn::lossless_text(*nn::module_from_text(context, lossless)) == lossless);
  });
}

void try_optimizer(Context& context, std::string_view text) {
  attempt([&] {
    const TensorRef data = duramen::empty(context.allocator(), {}, Dtype::float32);
    optim::optimizer_from_text(context, text, {make_parameter(*data, true)});
  });
}

void try_text(std::string_view text) {
  BoundedMemory memory;
  ContextOptions options;
  options.memory = {BoundedMemory::allocate, BoundedMemory::release, &memory, nullptr};
  const auto context = make<Context>(options);
  try_syntax(text);
  try_module(*context, text, false);
  try_module(*context, text, true);
  try_optimizer(*context, text);
  attempt([&] { make<ops::Op>(text); });
}

}  // namespace
}  // namespace duramen::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  duramen::fuzz::try_text({reinterpret_cast<const char*>(data), size});
  return 0;
}
