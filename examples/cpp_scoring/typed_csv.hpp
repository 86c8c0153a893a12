#pragma once

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <vector>

#include "colonnade/core/file.hpp"
#include "colonnade/core/owned_table.hpp"

/// Reads a CSV file whose header says what each column is: `tenure:number,contract:text`. A field may be
/// quoted as RFC 4180 says; an empty field without quotes is missing. Everything else about it is simple on
/// purpose.
class typed_csv {
 public:
  static colonnade::table read(const std::string& path) { return typed_csv(path).parse(); }

 private:
  struct field {
    std::string text;
    bool quoted = false;
  };
  struct column {
    std::string name;
    bool is_number = false;
    std::vector<double> numbers;
    std::vector<std::string> texts;
    std::vector<std::uint8_t> valid;
  };

  explicit typed_csv(const std::string& path) {
    const auto bytes = colonnade::read_file(path);
    text_.assign(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  }

  colonnade::table parse() {
    std::vector<column> columns;
    for (const field& f : next_row()) columns.push_back(declared(f.text));
    while (at_ < text_.size()) {
      const auto row = next_row();
      if (row.size() != columns.size())
        throw std::runtime_error("a row of " + std::to_string(row.size()) + " fields");
      for (std::size_t j = 0; j < row.size(); ++j) add(columns[j], row[j]);
    }
    colonnade::table table;
    for (column& c : columns) {
      if (c.is_number) {
        table.add(c.name, std::move(c.numbers));
      } else {
        table.add(c.name, std::move(c.texts), c.valid);
      }
    }
    return table;
  }

  static column declared(const std::string& header) {
    const auto colon = header.rfind(':');
    const std::string type = colon == std::string::npos ? "" : header.substr(colon + 1);
    if (type != "number" && type != "text")
      throw std::runtime_error("header '" + header + "' is not name:number or name:text");
    column c;
    c.name = header.substr(0, colon);
    c.is_number = type == "number";
    return c;
  }
  static void add(column& c, const field& f) {
    const bool missing = f.text.empty() && !f.quoted;
    if (c.is_number) {
      c.numbers.push_back(missing ? NAN : std::strtod(f.text.c_str(), nullptr));
    } else {
      c.texts.push_back(f.text);
      c.valid.push_back(missing ? 0 : 1);
    }
  }

  std::vector<field> next_row() {
    std::vector<field> row;
    for (;;) {
      row.push_back(next_field());
      if (at_ >= text_.size()) return row;
      const char end = text_[at_++];
      if (end == '\n') return row;
    }
  }
  /// A field, up to its comma or the end of its line.
  field next_field() {
    field f;
    if (at_ < text_.size() && text_[at_] == '"') {
      f.quoted = true;
      for (++at_; at_ < text_.size(); ++at_) {
        if (text_[at_] == '"' && text_.compare(at_, 2, "\"\"") != 0) break;
        if (text_[at_] == '"') ++at_;
        f.text += text_[at_];
      }
      ++at_;  // the closing quote
    }
    while (at_ < text_.size() && text_[at_] != ',' && text_[at_] != '\n') {
      if (text_[at_] != '\r') f.text += text_[at_];
      ++at_;
    }
    return f;
  }

  std::string text_;
  std::size_t at_ = 0;
};
