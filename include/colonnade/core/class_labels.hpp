#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "colonnade/core/archive.hpp"
#include "colonnade/core/error.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// The classes of a classifier as its user named them, in sorted order: whole numbers, truth values, numbers
/// or text.
class class_labels {
 public:
  enum class label_kind : std::uint8_t { none, integers, booleans, numbers, text };

  class_labels() = default;
  explicit class_labels(std::vector<std::int64_t> labels)
      : kind_(label_kind::integers), integers_(std::move(labels)) {}
  explicit class_labels(std::vector<double> labels)
      : kind_(label_kind::numbers), numbers_(std::move(labels)) {}
  explicit class_labels(std::vector<std::string> labels)
      : kind_(label_kind::text), text_(std::move(labels)) {}
  static class_labels booleans(std::vector<std::int64_t> labels) {
    class_labels made(std::move(labels));
    made.kind_ = label_kind::booleans;
    return made;
  }

  label_kind kind() const { return kind_; }
  std::size_t size() const { return integers_.size() + numbers_.size() + text_.size(); }
  const std::vector<std::int64_t>& integers() const { return integers_; }
  const std::vector<double>& numbers() const { return numbers_; }
  const std::vector<std::string>& text() const { return text_; }

  /// Class k as text, whatever it was.
  std::string name(std::size_t k) const {
    switch (kind_) {
      case label_kind::text:
        return text_[k];
      case label_kind::numbers:
        return shortest(numbers_[k]);
      case label_kind::booleans:
        return integers_[k] != 0 ? "True" : "False";
      default:
        return std::to_string(integers_[k]);
    }
  }

  template <class Archive, class Self>
  static void archive(Archive& ar, Self& self) {
    ar(self.kind_, self.integers_, self.numbers_, self.text_);
  }
  void validate() const {
    const bool integral = kind_ == label_kind::integers || kind_ == label_kind::booleans;
    const bool known =
        integral || kind_ == label_kind::none || kind_ == label_kind::numbers || kind_ == label_kind::text;
    const bool agree = (integral || integers_.empty()) &&
                       (kind_ == label_kind::numbers || numbers_.empty()) &&
                       (kind_ == label_kind::text || text_.empty());
    if (!known || !agree) throw format_error("saved classes: the labels contradict their kind");
  }

  friend bool operator==(const class_labels& a, const class_labels& b) { return same_bytes(a, b); }

 private:
  static std::string shortest(double value) {
    std::string text = std::to_string(value);
    while (text.back() == '0') text.pop_back();
    if (text.back() == '.') text.pop_back();
    return text;
  }

  label_kind kind_ = label_kind::none;
  std::vector<std::int64_t> integers_;
  std::vector<double> numbers_;
  std::vector<std::string> text_;
};

}  // namespace colonnade::inline COLONNADE_ABI
