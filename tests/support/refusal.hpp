// What a call refuses, as one line.
#pragma once

#include <string>

#include "base/error.hpp"

namespace duramen::test {

// "KeyError text" of the Error that `body` throws; empty when it throws none.
template <class Body>
std::string refusal(const Body& body) {
  try {
    body();
  } catch (const Error& error) {
    const std::string* torch = error.record()->detail("torch_error");
    return (torch ? *torch + " " : "") + error.message();
  }
  return "";
}

}  // namespace duramen::test
