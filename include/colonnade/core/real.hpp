#pragma once

#include "colonnade/core/config.hpp"

/// What the library needs of <cmath>, under the same names. <cmath> declares the special
/// functions as well, and takes the compiler more than half as long as <string> and <vector>.
namespace colonnade::inline COLONNADE_ABI::real {

constexpr bool isnan(double x) { return __builtin_isnan(x); }
constexpr bool isinf(double x) { return __builtin_isinf(x); }
constexpr bool isfinite(double x) { return __builtin_isfinite(x); }

inline double sqrt(double x) { return __builtin_sqrt(x); }
inline double floor(double x) { return __builtin_floor(x); }
inline double ceil(double x) { return __builtin_ceil(x); }
inline double trunc(double x) { return __builtin_trunc(x); }
inline double nearbyint(double x) { return __builtin_nearbyint(x); }
inline long long llrint(double x) { return __builtin_llrint(x); }
inline double ldexp(double x, int exponent) { return __builtin_ldexp(x, exponent); }
inline double frexp(double x, int* exponent) { return __builtin_frexp(x, exponent); }
inline int ilogb(double x) { return __builtin_ilogb(x); }
inline double nextafter(double from, double to) { return __builtin_nextafter(from, to); }
inline float nextafter(float from, float to) { return __builtin_nextafterf(from, to); }
inline double sin(double x) { return __builtin_sin(x); }
inline double cos(double x) { return __builtin_cos(x); }
inline double asin(double x) { return __builtin_asin(x); }
inline double erfc(double x) { return __builtin_erfc(x); }

}  // namespace colonnade::inline COLONNADE_ABI::real
