#pragma once

#include <limits>

namespace colonnade::tests::values {

inline constexpr double infinity = std::numeric_limits<double>::infinity();
inline constexpr double missing = std::numeric_limits<double>::quiet_NaN();

}  // namespace colonnade::tests::values
