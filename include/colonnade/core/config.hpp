#pragma once

#define COLONNADE_VERSION "0.1.0"

// The library lives in an inline namespace named after the instruction set that the compiler may use
// everywhere, the kernels that it has and the threads that it uses. Two translation units of one program that
// are built with different flags then hold different functions, and the linker cannot give code of the one to
// the other (which would end in an illegal instruction on an older CPU).
#ifdef _OPENMP
#define COLONNADE_ABI_OF(isa) isa##_openmp
#else
#define COLONNADE_ABI_OF(isa) isa
#endif
#if defined(COLONNADE_BASELINE_ONLY)
#define COLONNADE_ABI COLONNADE_ABI_OF(abi_base_only)
#elif defined(__AVX512F__)
#define COLONNADE_ABI COLONNADE_ABI_OF(abi_v4)
#elif defined(__AVX2__)
#define COLONNADE_ABI COLONNADE_ABI_OF(abi_v3)
#else
#define COLONNADE_ABI COLONNADE_ABI_OF(abi_base)
#endif

namespace colonnade::inline COLONNADE_ABI {

inline constexpr const char* library_version = COLONNADE_VERSION;

}
