// The same from C++, through the veneer.
#include <cstdio>
#include <duramen/duramen.hpp>

int main() {
  const duramen::Context context;
  const auto model = duramen::Module::from_text(context, "Sequential(Linear(2, 3), Linear(3, 1))");
  std::printf("duramen %s: %d parameters\n", duramen_version_string(),
              static_cast<int>(model.named_parameters().size()));
}
