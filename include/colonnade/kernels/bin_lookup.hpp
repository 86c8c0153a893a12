#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <span>
#include <type_traits>

#include "colonnade/simd/dispatch.hpp"
#include "colonnade/simd/pack.hpp"
#include "colonnade/simd/shuffle.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// The cuts of a column as `bin_lookup` reads them: ascending, at most 254; `missing` is the bin of NaN,
/// above all others.
///
/// The span of the cuts is parted into equal buckets. `bucket_of` never falls while x grows, rounding
/// included, so the cuts in the buckets before that of x are below x, and only those in its own are compared:
/// `in_bucket` at most. A column with more of them in a bucket (a long tail) is searched by counting. A few
/// cuts fit into two registers and are searched there.
template <class T>
class bin_table {
 public:
  static constexpr std::size_t buckets = 1024, most_cuts = 254;
  static constexpr std::size_t most_in_bucket = 4;
  static constexpr std::uint32_t per_group = 16;

  bin_table(std::span<const T> ascending, std::uint8_t missing_bin) : missing(missing_bin) {
    constexpr T nothing = std::numeric_limits<T>::quiet_NaN();
    std::fill(std::begin(cuts), std::end(cuts), nothing);
    std::copy(ascending.begin(), ascending.end(), cuts);
    for (std::size_t k = 0; k < per_group; ++k) groups[k] = cuts[per_group * (k + 1) - 1];
    start[buckets] = missing_bin;
    cut_count = in_bucket = ascending.size();
    if (in_bucket > most_in_bucket) fill_buckets(ascending);
  }

  bool direct() const { return in_bucket <= most_in_bucket; }
  /// NaN has a bucket of its own.
  std::size_t bucket_of(T x) const {
    T position = (x - origin) * scale;
    settle(x, position);
    return static_cast<std::size_t>(position);
  }
  template <class Value>
  COLONNADE_KERNEL static void settle(const Value& x, Value& position) {
    const Value zero = Value{}, end = zero + static_cast<T>(buckets), last = end - T{1};
    position = position < last ? position : last;
    position = position > zero ? position : zero;
    position = x == x ? position : end;
  }

  T cuts[256 + per_group];  ///< NaN, which no value reaches, after the last one
  T groups[per_group];      ///< every sixteenth
  T origin = 0, scale = 0;
  std::size_t cut_count = 0, in_bucket = 0;
  std::uint8_t start[buckets + 1] = {};  ///< cuts in the buckets before; `missing` at the end
  std::uint8_t missing;

 private:
  void fill_buckets(std::span<const T> ascending) {
    const T per_unit = static_cast<T>(buckets) / (ascending.back() - ascending.front());
    if (!(per_unit > 0 && per_unit <= std::numeric_limits<T>::max())) return;
    origin = ascending.front();
    scale = per_unit;
    std::size_t count[buckets + 1] = {};
    for (const T cut : ascending) ++count[bucket_of(cut) + 1];
    in_bucket = *std::max_element(std::begin(count), std::end(count));
    for (std::size_t b = 0; b < buckets; ++b) {
      start[b] = static_cast<std::uint8_t>(count[b]);
      count[b + 1] += count[b];
    }
  }
};

/// Bins of a column: `out[i]` is the number of cuts that are not above value i, or the bin of missing values
/// for NaN. -0.0 is 0.0; infinities are values.
struct bin_lookup {
  template <class Isa, class T>
  COLONNADE_KERNEL void operator()(Isa, const T* values, std::ptrdiff_t stride, std::size_t count,
                                   const bin_table<T>* table, std::uint8_t* out) const {
    constexpr std::size_t lanes = simd::lanes<Isa, T>;
    if constexpr (simd::has_permute<Isa> && lanes >= 8) {
      if (table->cut_count < 2 * lanes) return by_permuting<Isa>(values, stride, count, *table, out);
    }
    table->direct() ? by_bucket<Isa>(values, stride, count, *table, out)
                    : by_counting<Isa>(values, stride, count, *table, out);
  }

 private:
  static constexpr std::size_t chunk = 64;

  // Calls `find(x, size, bins)` for a chunk of values after the other, which stand side by side or are
  // copied; it reads and writes whole chunks.
  template <class T, class Find>
  COLONNADE_KERNEL static void by_chunks(const T* values, std::ptrdiff_t stride, std::size_t count,
                                         std::uint8_t* out, const Find& find) {
    T x[chunk] = {};
    std::uint8_t bins[chunk];
    for (std::size_t first = 0; first < count; first += chunk) {
      const std::size_t size = std::min(chunk, count - first);
      if (stride == 1 && size == chunk) {
        find(values + first, size, out + first);
        continue;
      }
      std::ptrdiff_t from = static_cast<std::ptrdiff_t>(first) * stride;
#pragma GCC unroll 8
      for (std::size_t i = 0; i < size; ++i, from += stride) x[i] = values[from];
      find(static_cast<const T*>(x), size, static_cast<std::uint8_t*>(bins));
      std::memcpy(out + first, bins, size);
    }
  }

  // A binary search of two registers, a register of values at a time.
  template <class Isa, class T>
  COLONNADE_KERNEL static void by_permuting(const T* values, std::ptrdiff_t stride, std::size_t count,
                                            const bin_table<T>& table, std::uint8_t* out) {
    constexpr std::size_t lanes = simd::lanes<Isa, T>;
    using integer = std::conditional_t<sizeof(T) == 4, std::int32_t, std::int64_t>;
    using integers = simd::pack<integer, lanes>;
    simd::pack<T, lanes> low, high;
    simd::load(low, table.cuts);
    simd::load(high, table.cuts + lanes);
    const integers missing = integers{} + table.missing;
    by_chunks(values, stride, count, out, [&](const T* x, std::size_t size, std::uint8_t* bins) {
      for (std::size_t i = 0; i < size; i += lanes) {
        simd::pack<T, lanes> value, cut;
        simd::load(value, x + i);
        integers below = {};
        for (integer step = lanes; step > 0; step /= 2) {
          const integers more = below + step;
          simd::look_up(low, high, integers(more - 1), cut);
          below = value >= cut ? more : below;
          simd::settle(below);
        }
        below = value == value ? below : missing;
        simd::store(bins + i, below);
      }
    });
  }

  template <class Isa, class T>
  COLONNADE_KERNEL static void by_bucket(const T* values, std::ptrdiff_t stride, std::size_t count,
                                         const bin_table<T>& table, std::uint8_t* out) {
    constexpr std::size_t lanes = simd::lanes<Isa, T>;
    by_chunks(values, stride, count, out, [&](const T* x, std::size_t size, std::uint8_t* bins) {
      std::int32_t bucket[chunk];
      for (std::size_t i = 0; i < size; i += lanes) {
        simd::pack<T, lanes> value, position;
        simd::load(value, x + i);
        position = (value - table.origin) * table.scale;
        bin_table<T>::settle(value, position);
        simd::store(bucket + i, position);
      }
#pragma GCC unroll 8
      for (std::size_t i = 0; i < size; ++i) {
        const std::uint8_t before = table.start[bucket[i]];
        bins[i] = static_cast<std::uint8_t>(before + reached(table.cuts + before, x[i]));
      }
    });
  }

  /// How many of the next cuts are not above x, up to `most_in_bucket`.
  template <class T>
  COLONNADE_KERNEL static int reached(const T* cuts, T x) {
    constexpr std::size_t lanes = simd::lanes<simd::base_isa, T>;
    unsigned bits = 0;
    for (std::size_t k = 0; k < bin_table<T>::most_in_bucket; k += lanes) {
      simd::pack<T, lanes> cut;
      simd::load(cut, cuts + k);
      bits |= simd::lane_bits(cut <= x) << k;
    }
    return std::countr_one(bits);  // they ascend, and NaN follows the last one
  }

  // Two counts of sixteen instead of a binary search: no load waits for more than one other.
  template <class Isa, class T>
  COLONNADE_KERNEL static void by_counting(const T* values, std::ptrdiff_t stride, std::size_t count,
                                           const bin_table<T>& table, std::uint8_t* out) {
    constexpr std::uint32_t per_group = bin_table<T>::per_group;
    for (std::size_t i = 0; i < count; ++i) {
      const T x = values[static_cast<std::ptrdiff_t>(i) * stride];
      const std::uint32_t group = count_below<Isa>(table.groups, x);
      const std::uint32_t below = per_group * group + count_below<Isa>(table.cuts + per_group * group, x);
      out[i] = x != x ? table.missing : static_cast<std::uint8_t>(below);
    }
  }

  /// How many of sixteen cuts are not above x.
  template <class Isa, class T>
  COLONNADE_KERNEL static std::uint32_t count_below(const T* cuts, T x) {
    // Wider ones take longer to add up than they save.
    constexpr std::size_t lanes = std::min(simd::lanes<Isa, T>, simd::lanes<simd::v3_isa, T>);
    using integers = decltype(simd::pack<T, lanes>{} <= simd::pack<T, lanes>{});
    integers reached = {};
    for (std::size_t j = 0; j < bin_table<T>::per_group; j += lanes) {
      simd::pack<T, lanes> cut;
      simd::load(cut, cuts + j);
      reached -= cut <= x;
    }
    return sum<integers>(reached);
  }

  template <class Pack>
  COLONNADE_KERNEL static std::uint32_t sum(const Pack& counts) {
    constexpr std::size_t words = sizeof(Pack) / 16;
    simd::pack<std::uint64_t, 2> part[words];
    std::memcpy(&part, &counts, sizeof counts);
    for (std::size_t k = 1; k < words; ++k) part[0] += part[k];
    const std::uint64_t both = part[0][0] + part[0][1];
    return static_cast<std::uint32_t>(both) +
           (sizeof(counts[0]) == 4 ? static_cast<std::uint32_t>(both >> 32) : 0);
  }
};

}  // namespace colonnade::inline COLONNADE_ABI
