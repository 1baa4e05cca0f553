#include "oracle/state_differences.hpp"

#include <algorithm>
#include <iterator>

namespace duramen::test {

namespace {

constexpr std::string_view kNul = "a NUL in a name is refused";
constexpr std::string_view kAllOrNothing =
    "requires_grad_ checks every parameter before it changes any";
constexpr std::string_view kEachTime =
    "PyTorch warns of a dropped imaginary part once a process, a context each time";

constexpr std::string_view kHalfDone = "a refused edit of a container leaves nothing behind";

constexpr std::string_view kSlots =
    R"({"parameters":[["p",false]],"buffers":[["b",false]],"modules":[["c",false]],)"
    R"("non_persistent":[]})";

constexpr Difference kDifferences[] = {
    {"st0051", 13, kNul, R"({"error":"INVALID_ARGUMENT"})"},
    {"st0051", 14, kNul, kSlots},
    {"st0051", 15, kNul, R"(["p","b","c.weight","c.bias"])"},
    {"st0053", 13, kNul, R"({"error":"INVALID_ARGUMENT"})"},
    {"st0053", 14, kNul, kSlots},
    {"st0053", 15, kNul, R"([["","Module"],["c","Linear"]])"},
    {"st0251", 5, kEachTime, R"({"missing":[],"unexpected":[],"warnings":1})"},
    {"st0293", 12, kAllOrNothing,
     R"([{"name":"f","dtype":"float32","shape":[1],)"
     R"("sha256":"395603b0c4f2cba0dd06cd79216b7b7d3c0ea60ac4dbfeccb699e6aae68ece5a",)"
     R"("requires_grad":false,"parameter":true,"storage":0,"object":0},)"
     R"({"name":"i","dtype":"int64","shape":[1],)"
     R"("sha256":"7c9fa136d4413fa6173637e883b6998d32e1d675f88cddff9dcbcf331820f4b8",)"
     R"("requires_grad":false,"parameter":true,"storage":1,"object":1},)"
     R"({"name":"g","dtype":"float32","shape":[1],)"
     R"("sha256":"6bf8cbe81bc059f32b60a93a7ae0056b9d4002164b2e2fe6d5cb1ea544104303",)"
     R"("requires_grad":false,"parameter":true,"storage":2,"object":2}])"},
    {"st0361", 9, kHalfDone,
     R"({"parameters":[],"buffers":[],"modules":[["0",false],["1",false]],"non_persistent":[]})"},
    {"st0361", 12, kHalfDone, "3"},
    {"st0361", 14, kHalfDone,
     R"({"parameters":[],"buffers":[],"modules":[["0",false],["1",false],["2",true],["3",false]],)"
     R"("non_persistent":[]})"},
    {"st0366", 10, kHalfDone, "null"},
    {"st0366", 11, kHalfDone, "[]"},
};

}  // namespace

const Difference* find_difference(std::string_view id, size_t step) {
  for (const Difference& one : kDifferences) {
    if (one.id == id && one.step == step) return &one;
  }
  return nullptr;
}

size_t count_differences() { return std::size(kDifferences); }

size_t count_differences(std::string_view id) {
  return static_cast<size_t>(std::count_if(std::begin(kDifferences), std::end(kDifferences),
                                           [&](const Difference& one) { return one.id == id; }));
}

}  // namespace duramen::test
