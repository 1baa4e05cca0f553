#include "support/case_log.hpp"

#include <algorithm>
#include <cstdio>
#include <exception>

#include "base/error.hpp"
#include "base/text.hpp"

namespace duramen::test {

void Problems::equal(std::string_view what, std::string_view expected, std::string_view got) {
  if (expected != got) add(join(what, ": expected ", expected, ", got ", got));
}

void Problems::equal(std::string_view what, int64_t expected, int64_t got) {
  if (expected != got) add(join(what, ": expected ", expected, ", got ", got));
}

void CaseLog::run(const std::string& id, const std::function<void(Problems&)>& body) {
  Problems problems;
  try {
    body(problems);
  } catch (const Skip& reason) {
    return skip(id, reason.reason);
  } catch (const Error& error) {
    problems.add(join("threw ", error.message(), " (code ", static_cast<int>(error.code()), ")"));
  } catch (const std::exception& error) {
    problems.add(join("threw ", error.what()));
  }
  if (problems.empty()) {
    ++passed_;
    return;
  }
  ++failed_;
  for (const std::string& text : problems.texts()) {
    std::printf("  FAILED %s: %s\n", id.c_str(), text.c_str());
  }
  std::fflush(stdout);  // a later case may crash
}

void CaseLog::skip(const std::string& id, const std::string& reason) {
  ++skipped_;
  reasons_[reason].push_back(id);
}

void CaseLog::print() const {
  constexpr size_t kShown = 4;
  std::printf("%s: %zu passed, %zu failed, %zu skipped\n", name_.c_str(), passed_, failed_,
              skipped_);
  for (const auto& [reason, ids] : reasons_) {
    std::printf("  skipped %zu: %s (", ids.size(), reason.c_str());
    for (size_t i = 0; i < std::min(kShown, ids.size()); ++i) {
      std::printf("%s%s", i ? ", " : "", ids[i].c_str());
    }
    std::printf("%s)\n", ids.size() > kShown ? ", …" : "");
  }
  std::fflush(stdout);
}

}  // namespace duramen::test
