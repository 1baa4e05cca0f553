#include "statistics_text.hpp"

namespace cli {
namespace {

std::string number_text(const Number& number) {
  Json json;
  write_number(json, number);
  const std::string& text = json.str();
  return text[0] == '"' ? text.substr(1, text.size() - 2) : text;
}

}  // namespace

void write_statistics(Json& json, const Statistics& statistics) {
  json.begin_object().key("count").integer(static_cast<int64_t>(statistics.count));
  for (const char* key : {"min", "max", "mean"}) {
    json.key(key);
    if (!statistics.has_order) {
      json.null();
    } else if (std::string_view(key) == "mean") {
      json.real(statistics.mean);
    } else {
      write_number(json, *key == 'm' && key[1] == 'i' ? statistics.min : statistics.max);
    }
  }
  json.key("nan").integer(static_cast<int64_t>(statistics.nan_count));
  json.key("inf").integer(static_cast<int64_t>(statistics.inf_count));
  json.key("zero").integer(static_cast<int64_t>(statistics.zero_count));
  json.end_object();
}

std::string statistics_text(const Statistics& statistics) {
  std::string text = "count " + std::to_string(statistics.count);
  if (statistics.has_order) {
    text += ", min " + number_text(statistics.min) + ", max " + number_text(statistics.max) +
            ", mean " + Json().real(statistics.mean).str();
  }
  return text + ", nan " + std::to_string(statistics.nan_count) + ", inf " +
         std::to_string(statistics.inf_count) + ", zero " + std::to_string(statistics.zero_count);
}

}  // namespace cli
