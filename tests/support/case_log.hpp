// What became of many recorded cases: passed, failed with each reason, skipped with its reason.
// Nothing is skipped in silence: the summary prints every reason with its count.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace duramen::test {

// Thrown by a case that this library cannot run; the reason is printed.
struct Skip {
  std::string reason;
};

// The findings of one case.
class Problems {
 public:
  void add(std::string text) { texts_.push_back(std::move(text)); }
  // Adds `what: expected …, got …` unless the two are equal.
  void equal(std::string_view what, std::string_view expected, std::string_view got);
  void equal(std::string_view what, int64_t expected, int64_t got);
  bool empty() const { return texts_.empty(); }
  const std::vector<std::string>& texts() const { return texts_; }

 private:
  std::vector<std::string> texts_;
};

class CaseLog {
 public:
  explicit CaseLog(std::string name) : name_(std::move(name)) {}

  // Runs one case and prints its failures; what it throws (other than Skip) is one.
  void run(const std::string& id, const std::function<void(Problems&)>& body);
  void skip(const std::string& id, const std::string& reason);

  size_t passed() const { return passed_; }
  size_t failed() const { return failed_; }
  size_t skipped() const { return skipped_; }
  // One line of figures, and the reasons of skips.
  void print() const;

 private:
  std::string name_;
  size_t passed_ = 0;
  size_t failed_ = 0;
  size_t skipped_ = 0;
  std::map<std::string, std::vector<std::string>> reasons_;
};

}  // namespace duramen::test
