// Writes JSON text in one pass: keys and values in the order of the calls, commas and quotes where
// they belong.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace cli {

class Json {
 public:
  Json& begin_object() { return open('{'); }
  Json& end_object() { return close('}'); }
  Json& begin_array() { return open('['); }
  Json& end_array() { return close(']'); }
  Json& key(std::string_view name);
  Json& text(std::string_view value);
  Json& integer(int64_t value) { return raw(std::to_string(value)); }
  Json& boolean(bool value) { return raw(value ? "true" : "false"); }
  Json& null() { return raw("null"); }
  // The shortest digits that read back; what JSON has no number for ("inf", "nan") as a string.
  Json& real(double value);
  Json& real(float value);
  Json& raw(std::string_view token);

  const std::string& str() const { return out_; }
  // What is written so far, which is not kept; the rest follows it.
  std::string take() { return std::exchange(out_, {}); }

 private:
  template <class T>
  Json& number(T value);
  Json& open(char bracket);
  Json& close(char bracket);
  void separate();

  std::string out_;
  bool first_ = true;  // of the innermost container, or right behind a key
};

}  // namespace cli
