#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "colonnade/core/error.hpp"
#include "colonnade/core/owned_table.hpp"
#include "colonnade/core/visit.hpp"

// The structs of the Arrow C data interface (arrow.apache.org/docs/format/CDataInterface.html): an ABI, not a
// library.
#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE
extern "C" {
struct ArrowSchema {
  const char* format;
  const char* name;
  const char* metadata;
  std::int64_t flags;
  std::int64_t n_children;
  struct ArrowSchema** children;
  struct ArrowSchema* dictionary;
  void (*release)(struct ArrowSchema*);
  void* private_data;
};
struct ArrowArray {
  std::int64_t length;
  std::int64_t null_count;
  std::int64_t offset;
  std::int64_t n_buffers;
  std::int64_t n_children;
  const void** buffers;
  struct ArrowArray** children;
  struct ArrowArray* dictionary;
  void (*release)(struct ArrowArray*);
  void* private_data;
};
}
#endif
#ifndef ARROW_C_STREAM_INTERFACE
#define ARROW_C_STREAM_INTERFACE
extern "C" {
struct ArrowArrayStream {
  int (*get_schema)(struct ArrowArrayStream*, struct ArrowSchema* out);
  int (*get_next)(struct ArrowArrayStream*, struct ArrowArray* out);
  const char* (*get_last_error)(struct ArrowArrayStream*);
  void (*release)(struct ArrowArrayStream*);
  void* private_data;
};
}
#endif

namespace colonnade::inline COLONNADE_ABI {

namespace arrow {

/// Owns a struct of the interface and releases it.
template <class Struct>
std::shared_ptr<Struct> owned(Struct value) {
  return std::shared_ptr<Struct>(new Struct(value), [](Struct* s) {
    if (s->release != nullptr) s->release(s);
    delete s;
  });
}

inline validity_view validity_of(const ArrowArray& a) {
  if (a.null_count == 0 || a.n_buffers < 1 || a.buffers[0] == nullptr) return {};
  return {static_cast<const std::uint8_t*>(a.buffers[0]), static_cast<std::size_t>(a.offset)};
}

/// Builds columns of a table from Arrow arrays, without a copy where the memory is one that views know.
class column_builder {
 public:
  explicit column_builder(table& out) : out_(out) {}

  any_column_view build(const ArrowSchema& schema, const ArrowArray& a, const std::string& name) {
    if (a.dictionary != nullptr) return dictionary(schema, a, name);
    const std::string_view format = schema.format;
    if (format == "g") return numbers<double>(a);
    if (format == "f") return numbers<float>(a);
    if (format == "l") return numbers<std::int64_t>(a);
    if (format == "c") return widened<std::int8_t>(a);
    if (format == "C") return widened<std::uint8_t>(a);
    if (format == "s") return widened<std::int16_t>(a);
    if (format == "S") return widened<std::uint16_t>(a);
    if (format == "i") return widened<std::int32_t>(a);
    if (format == "I") return widened<std::uint32_t>(a);
    if (format == "L") return widened<std::uint64_t>(a);
    if (format == "b") return flags(a);
    if (format == "n") return all_missing(a);
    if (format == "u") return strings<std::int32_t>(a);
    if (format == "U") return strings<std::int64_t>(a);
    if (format == "vu") {
      return string_column_view::arrow_views(buffer<char>(a, 1) + 16 * a.offset, a.buffers + 2, size(a),
                                             validity_of(a));
    }
    throw argument_error("column '" + name + "'", "Arrow type '" + std::string(format) + "'",
                         "numbers, flags, strings or a dictionary of them");
  }

 private:
  static std::size_t size(const ArrowArray& a) { return static_cast<std::size_t>(a.length); }
  template <class T>
  static const T* buffer(const ArrowArray& a, std::size_t i) {
    return static_cast<const T*>(a.buffers[i]);
  }
  template <class T>
  static column_view<const T> numbers(const ArrowArray& a) {
    return {buffer<T>(a, 1) + a.offset, size(a), 1, validity_of(a)};
  }
  template <class Offset>
  static string_column_view strings(const ArrowArray& a) {
    return {buffer<Offset>(a, 1) + a.offset, buffer<char>(a, 2), size(a), validity_of(a)};
  }
  template <class T>
  any_column_view widened(const ArrowArray& a) {
    const T* from = buffer<T>(a, 1) + a.offset;
    std::vector<std::int64_t> values(size(a));
    for (std::size_t i = 0; i < values.size(); ++i) {
      if constexpr (std::is_same_v<T, std::uint64_t>) {
        if (from[i] > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
          return as_double(a, from);
      }
      values[i] = static_cast<std::int64_t>(from[i]);
    }
    return column_view<const std::int64_t>(out_.keep(std::move(values))->data(), size(a), 1, validity_of(a));
  }
  any_column_view as_double(const ArrowArray& a, const std::uint64_t* from) {
    std::vector<double> values(from, from + size(a));
    return column_view<const double>(out_.keep(std::move(values))->data(), size(a), 1, validity_of(a));
  }
  any_column_view flags(const ArrowArray& a) {
    const validity_view bits(buffer<std::uint8_t>(a, 1), static_cast<std::size_t>(a.offset));
    const std::shared_ptr<bool[]> values(new bool[size(a) + 1]);
    bool* to = values.get();
    for (std::size_t i = 0; i < size(a); ++i) to[i] = bits[i];
    out_.keep_alive(values);
    return column_view<const bool>(values.get(), size(a), 1, validity_of(a));
  }
  any_column_view all_missing(const ArrowArray& a) {
    std::vector<double> values(size(a), std::numeric_limits<double>::quiet_NaN());
    return column_view<const double>(out_.keep(std::move(values))->data(), size(a));
  }

  any_column_view dictionary(const ArrowSchema& schema, const ArrowArray& a, const std::string& name) {
    const any_column_view values = build(*schema.dictionary, *a.dictionary, name);
    const std::string_view format = schema.format;
    if (format == "c") return coded<std::int8_t, std::int8_t>(a, values, name);
    if (format == "C") return coded<std::uint8_t, std::int16_t>(a, values, name);
    if (format == "s") return coded<std::int16_t, std::int16_t>(a, values, name);
    if (format == "S") return coded<std::uint16_t, std::int32_t>(a, values, name);
    if (format == "i") return coded<std::int32_t, std::int32_t>(a, values, name);
    if (format == "I") return coded<std::uint32_t, std::int64_t>(a, values, name);
    if (format == "L") return coded<std::uint64_t, std::int64_t>(a, values, name);
    return coded<std::int64_t, std::int64_t>(a, values, name);
  }
  template <class From, class Code>
  any_column_view coded(const ArrowArray& a, const any_column_view& values, const std::string& name) {
    const From* from = buffer<From>(a, 1) + a.offset;
    const validity_view validity = validity_of(a);
    const auto cardinality = static_cast<std::uint64_t>(rows_of(values));
    for (std::size_t i = 0; i < size(a); ++i) {
      if (static_cast<std::uint64_t>(from[i]) < cardinality || !validity[i]) continue;
      throw argument_error("column '" + name + "'", "code " + std::to_string(from[i]),
                           "codes below " + std::to_string(cardinality));
    }
    const Code* codes = nullptr;
    if constexpr (std::is_same_v<From, Code>) {
      codes = from;
    } else {
      codes = out_.keep(std::vector<Code>(from, from + size(a)))->data();
    }
    return dictionary_column_view(codes, size(a), values_of(values, name), validity);
  }
  static dictionary_values values_of(const any_column_view& values, const std::string& name) {
    if (const auto* s = std::get_if<string_column_view>(&values)) return *s;
    if (const auto* d = std::get_if<column_view<const double>>(&values)) return *d;
    if (const auto* i = std::get_if<column_view<const std::int64_t>>(&values)) return *i;
    throw argument_error("column '" + name + "'", "a dictionary of flags or float32",
                         "one of strings or numbers");
  }

  table& out_;
};

/// Puts pieces of one column after the other, as the simplest kind of view that holds them all.
class column_joiner {
 public:
  void add(const any_column_view& piece) {
    visit_held([&](const auto& c) { append(c); }, piece);
  }
  any_column_view finish(table& out) {
    const auto validity = out.keep_validity(valid_);
    if (text_)
      return string_column_view(std::span<const std::string_view>(*out.keep(std::move(strings_))), validity);
    if (real_)
      return column_view<const double>(out.keep(std::move(reals_))->data(), valid_.size(), 1, validity);
    return column_view<const std::int64_t>(out.keep(std::move(integers_))->data(), valid_.size(), 1,
                                           validity);
  }

 private:
  template <class T>
  void append(const column_view<T>& c) {
    for (std::size_t i = 0; i < c.size(); ++i) number(c[i], c.validity()[i]);
  }
  void append(const string_column_view& c) {
    for (std::size_t i = 0; i < c.size(); ++i)
      string(c.is_missing(i) ? std::string_view() : c[i], !c.is_missing(i));
  }
  void append(const dictionary_column_view& c) {
    visit_held(
        [&](const auto& values) {
          for (std::size_t i = 0; i < c.size(); ++i) {
            const auto code = c[i];
            const bool known = code >= 0;
            if constexpr (std::is_same_v<std::remove_cvref_t<decltype(values)>, string_column_view>) {
              string(known ? values[static_cast<std::size_t>(code)] : std::string_view(), known);
            } else {
              number(known ? values[static_cast<std::size_t>(code)] : 0, known);
            }
          }
        },
        c.values());
  }
  template <class T>
  void number(T value, bool valid) {
    real_ = real_ || std::is_floating_point_v<T>;
    reals_.push_back(static_cast<double>(value));
    integers_.push_back(std::is_floating_point_v<T> ? 0 : static_cast<std::int64_t>(value));
    valid_.push_back(valid ? 1 : 0);
  }
  void string(std::string_view value, bool valid) {
    text_ = true;
    strings_.push_back(value);
    valid_.push_back(valid ? 1 : 0);
  }

  bool text_ = false, real_ = false;
  std::vector<std::string_view> strings_;
  std::vector<double> reals_;
  std::vector<std::int64_t> integers_;
  std::vector<std::uint8_t> valid_;
};

[[noreturn]] inline void fail(ArrowArrayStream& stream) {
  const char* why = stream.get_last_error == nullptr ? nullptr : stream.get_last_error(&stream);
  throw argument_error(std::string("Arrow stream: ") + (why == nullptr ? "failed" : why));
}

}  // namespace arrow

/// The table that an Arrow stream holds (polars, pyarrow, DuckDB, ...). Takes the stream over. A stream of
/// one chunk is viewed where it is, apart from flags and narrow integers; several chunks are put together
/// column by column.
inline table read_arrow(ArrowArrayStream taken) {
  const auto stream = arrow::owned(taken);
  ArrowSchema raw_schema = {};
  if (stream->get_schema(stream.get(), &raw_schema) != 0) arrow::fail(*stream);
  const auto schema = arrow::owned(raw_schema);
  if (std::string_view(schema->format) != "+s") {
    throw argument_error("Arrow stream", "type '" + std::string(schema->format) + "'",
                         "a struct, one child a column");
  }
  std::vector<std::shared_ptr<ArrowArray>> chunks;
  for (;;) {
    ArrowArray chunk = {};
    if (stream->get_next(stream.get(), &chunk) != 0) arrow::fail(*stream);
    if (chunk.release == nullptr) break;
    chunks.push_back(arrow::owned(chunk));
    if (chunks.back()->offset != 0)
      throw argument_error("Arrow stream", "a struct with an offset", "one without");
  }
  table result;
  for (const auto& chunk : chunks) result.keep_alive(chunk);
  arrow::column_builder builder(result);
  for (std::int64_t j = 0; j < schema->n_children; ++j) {
    const ArrowSchema& child = *schema->children[j];
    const std::string name = child.name == nullptr ? "" : child.name;
    if (chunks.size() == 1) {
      result.add_view(name, builder.build(child, *chunks[0]->children[j], name));
      continue;
    }
    arrow::column_joiner joiner;
    for (const auto& chunk : chunks) joiner.add(builder.build(child, *chunk->children[j], name));
    result.add_view(name, joiner.finish(result));
  }
  return result;
}

}  // namespace colonnade::inline COLONNADE_ABI
