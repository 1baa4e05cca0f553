#include "tensor_text.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "output.hpp"

namespace cli {
namespace {

constexpr size_t kLineWidth = 80;
constexpr int64_t kEdge = 3;
constexpr std::string_view kOpening = "tensor(";

std::string formatted(const char* format, double value) {
  if (std::isnan(value)) return "nan";
  char buffer[400];  // 309 digits before the point
  std::snprintf(buffer, sizeof buffer, format, value);
  return buffer;
}

// How one column of numbers is written: chosen from all that are shown.
class RealFormat {
 public:
  explicit RealFormat(const std::vector<double>& values) {
    std::vector<double> counted;
    for (const double value : values) {
      if (std::isfinite(value) && value != 0) counted.push_back(value);
    }
    if (counted.empty()) return;
    double low = std::fabs(counted[0]);
    double high = low;
    for (const double value : counted) {
      low = std::min(low, std::fabs(value));
      high = std::max(high, std::fabs(value));
      whole_ = whole_ && value == std::ceil(value);
    }
    scientific_ = high / low > 1000 || high > 1e8 || (!whole_ && low < 1e-4);
    for (const double value : counted) width_ = std::max(width_, plain(value).size());
  }
  size_t width() const { return width_; }
  std::string operator()(double value) const {
    const std::string text = plain(value);
    return std::string(width_ - std::min(width_, text.size()), ' ') + text;
  }

 private:
  std::string plain(double value) const {
    if (scientific_) return formatted("%.4e", value);
    if (!whole_) return formatted("%.4f", value);
    return formatted("%.0f", value) + (std::isfinite(value) ? "." : "");
  }
  bool whole_ = true;
  bool scientific_ = false;
  size_t width_ = 1;
};

std::string plain_text(const Number& number) {
  if (number.kind == Number::Kind::boolean) return number.integer ? "True" : "False";
  return number.kind == Number::Kind::natural ? std::to_string(number.natural)
                                              : std::to_string(number.integer);
}

class Writer {
 public:
  Writer(duramen_context* context, const duramen_tensor* tensor, Extent extent)
      : shape_(shape_of(tensor)), elements_(context, tensor) {
    edges_ = extent == Extent::edges && elements_.size() > kManyElements;
    for (size_t i = shape_.size(); i-- > 0;) {
      steps_.insert(steps_.begin(), i + 1 < shape_.size()
                                        ? steps_.front() * static_cast<size_t>(shape_[i + 1])
                                        : 1);
    }
    collect(0, 0);
    choose_format();
  }

  std::string str() const {
    return shape_.empty() ? format(elements_[0]) : block(0, 0, kOpening.size());
  }

 private:
  // The positions that are shown along a dimension; -1 stands for what is left out.
  std::vector<int64_t> positions(size_t dim) const {
    const int64_t size = shape_[dim];
    std::vector<int64_t> out;
    const bool cut = edges_ && size > 2 * kEdge;
    for (int64_t i = 0; i < size; ++i) {
      if (cut && i == kEdge) {
        out.push_back(-1);
        i = size - kEdge;
      }
      out.push_back(i);
    }
    return out;
  }

  void collect(size_t dim, size_t start) {
    if (dim == shape_.size()) {
      shown_.push_back(elements_[start]);
      return;
    }
    for (const int64_t i : positions(dim)) {
      if (i >= 0) collect(dim + 1, start + static_cast<size_t>(i) * steps_[dim]);
    }
  }

  void choose_format() {
    std::vector<double> reals;
    std::vector<double> imaginaries;
    for (const Number& number : shown_) {
      kind_ = number.kind;
      reals.push_back(number.real);
      imaginaries.push_back(number.imaginary);
      if (is_exact()) exact_width_ = std::max(exact_width_, plain_text(number).size());
    }
    if (is_exact()) return;
    real_ = RealFormat(reals);
    imaginary_ = RealFormat(imaginaries);
  }
  bool is_exact() const { return kind_ != Number::Kind::real && kind_ != Number::Kind::complex; }

  std::string format(const Number& number) const {
    if (is_exact()) {
      const std::string text = plain_text(number);
      return std::string(exact_width_ - text.size(), ' ') + text;
    }
    if (kind_ == Number::Kind::real) return real_(number.real);
    std::string imaginary = imaginary_(number.imaginary) + "j";
    imaginary.erase(0, imaginary.find_first_not_of(' '));
    const bool is_signed = imaginary[0] == '-';
    return real_(number.real) + (is_signed ? "" : "+") + imaginary;
  }

  size_t per_line(size_t indent) const {
    size_t width = (is_exact() ? exact_width_ : real_.width()) + 2;
    if (kind_ == Number::Kind::complex) width += imaginary_.width() + 1;
    const size_t room = kLineWidth - std::min(indent, kLineWidth);
    return std::max<size_t>(1, room / width);
  }

  std::string row(size_t start, size_t indent) const {
    const size_t most = per_line(indent);
    std::string out = "[";
    size_t count = 0;
    for (const int64_t i : positions(shape_.size() - 1)) {
      if (count > 0) {
        out += ",";
        out += count % most == 0 ? "\n" + std::string(indent + 1, ' ') : " ";
      }
      out += i < 0 ? " ..." : format(elements_[start + static_cast<size_t>(i)]);
      ++count;
    }
    return out + "]";
  }

  std::string block(size_t dim, size_t start, size_t indent) const {
    if (dim + 1 == shape_.size()) return row(start, indent);
    const std::string gap =
        "," + std::string(shape_.size() - dim - 1, '\n') + std::string(indent + 1, ' ');
    std::string out = "[";
    for (const int64_t i : positions(dim)) {
      if (out.size() > 1) out += gap;
      out +=
          i < 0 ? "..." : block(dim + 1, start + static_cast<size_t>(i) * steps_[dim], indent + 1);
    }
    return out + "]";
  }

  std::vector<int64_t> shape_;
  std::vector<size_t> steps_;  // elements between neighbours, in C order
  Elements elements_;
  bool edges_ = false;
  std::vector<Number> shown_;
  Number::Kind kind_ = Number::Kind::real;
  RealFormat real_{{}};
  RealFormat imaginary_{{}};
  size_t exact_width_ = 1;
};

bool has_default_dtype(duramen_dtype dtype) {
  return dtype == DURAMEN_DTYPE_FLOAT32 || dtype == DURAMEN_DTYPE_COMPLEX64 ||
         dtype == DURAMEN_DTYPE_INT64 || dtype == DURAMEN_DTYPE_BOOL;
}

std::string shape_text(const std::vector<int64_t>& shape) {
  std::string text = format_shape(shape);
  text.front() = '(';
  text.back() = ')';
  if (shape.size() == 1) text.insert(text.size() - 1, ",");
  return text;
}

void append_suffix(std::string& text, const std::string& suffix, size_t& last_line) {
  if (last_line + suffix.size() + 2 > kLineWidth) {
    text += ",\n" + std::string(kOpening.size(), ' ') + suffix;
    last_line = kOpening.size() + suffix.size();
  } else {
    text += ", " + suffix;
    last_line += suffix.size() + 2;
  }
}

}  // namespace

std::string tensor_text(duramen_context* context, const duramen_tensor* tensor, Extent extent) {
  const duramen_dtype dtype = duramen_tensor_dtype(tensor);
  const std::string dtype_suffix = std::string("dtype=torch.") + dtype_of(tensor);
  std::string text(kOpening);
  std::vector<std::string> suffixes;
  if (duramen_tensor_numel(tensor) == 0) {
    text += "[]";
    if (duramen_tensor_rank(tensor) != 1)
      suffixes.push_back("size=" + shape_text(shape_of(tensor)));
    if (dtype != DURAMEN_DTYPE_FLOAT32) suffixes.push_back(dtype_suffix);
  } else {
    text += Writer(context, tensor, extent).str();
    if (!has_default_dtype(dtype)) suffixes.push_back(dtype_suffix);
  }
  // PyTorch's count of the last line.
  size_t last_line = text.size() - (text.rfind('\n') == std::string::npos ? 0 : text.rfind('\n')) +
                     (text.rfind('\n') == std::string::npos ? 2 : 1);
  for (const std::string& suffix : suffixes) append_suffix(text, suffix, last_line);
  return text + ")";
}

}  // namespace cli
