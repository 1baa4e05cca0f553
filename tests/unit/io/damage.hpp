// Small files, damaged in every way of one kind.
#pragma once

#include "unit/io/files.hpp"

namespace duramen::test {

// No beginning of the file is a file.
void refuses_every_truncation(const std::string& file);
// Every byte changed in a few ways: opened, or refused in one line, with little memory.
void survives_every_mutation(const std::string& file);

}  // namespace duramen::test
