#pragma once

#include <span>
#include <vector>

#include "bind.hpp"
#include "colonnade/preprocessing/category_list.hpp"
#include "tables.hpp"

namespace colonnade::python {

/// A table with how its missing values are marked: None where it is one, as scikit-learn tells them apart;
/// nulls of Arrow and polars strings are None as well.
class encoder_input {
 public:
  explicit encoder_input(const py::object& x, const char* name = "X");

  table_view view() const { return table_.named() ? table_.view() : table_.view().without_names(); }
  std::span<const missing_mark> marks() const { return marks_; }
  std::size_t rows() const { return table_.rows(); }
  std::size_t columns() const { return table_.columns(); }

  /// Refuses a table without rows or columns in scikit-learn's words.
  void check_not_empty() const;

 private:
  void mark_array(const py::array& a);
  void mark_frame(const py::object& frame);
  void mark_column(std::size_t j, py::handle value);

  table_argument table_;
  std::vector<missing_mark> marks_;
};

}  // namespace colonnade::python
