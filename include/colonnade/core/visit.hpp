#pragma once

#include <cstddef>
#include <type_traits>
#include <variant>

#include "colonnade/core/config.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// `act` of what the variant holds, as `std::visit` of one variant. It compares the index with each in turn
/// where `std::visit` builds a table of functions, which takes the compiler many times as long.
template <std::size_t index = 0, class Act, class Variant>
decltype(auto) visit_held(const Act& act, Variant&& variant) {
  if constexpr (index + 1 < std::variant_size_v<std::remove_cvref_t<Variant>>) {
    if (variant.index() != index) return visit_held<index + 1>(act, variant);
  }
  return act(std::get<index>(variant));
}

}  // namespace colonnade::inline COLONNADE_ABI
