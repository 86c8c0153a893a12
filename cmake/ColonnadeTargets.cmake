# The library: headers (INTERFACE), the same with its common instantiations compiled once, and our own warnings.
find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND PROJECT_IS_TOP_LEVEL AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CCACHE_PROGRAM}")
endif()

add_library(colonnade INTERFACE)
add_library(colonnade::colonnade ALIAS colonnade)
target_compile_features(colonnade INTERFACE cxx_std_20)
target_include_directories(colonnade INTERFACE $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
                                               $<INSTALL_INTERFACE:include>)
# Equal bits everywhere: a fused multiply-add must never appear by the compiler's own choice.
target_compile_options(
  colonnade INTERFACE $<$<COMPILE_LANG_AND_ID:CXX,GNU,Clang,AppleClang>:-ffp-contract=off>)

if(COLONNADE_OPENMP)
  find_package(OpenMP QUIET COMPONENTS CXX)
endif()
if(COLONNADE_OPENMP AND OpenMP_CXX_FOUND)
  set(COLONNADE_HAS_OPENMP ON)
  # The installed package finds OpenMP for the compiler of the program that uses it (colonnadeConfig.cmake.in).
  target_link_libraries(colonnade INTERFACE $<BUILD_INTERFACE:OpenMP::OpenMP_CXX>)
else()
  set(COLONNADE_HAS_OPENMP OFF)
  # Without OpenMP the team of core/thread_team.hpp works; every `#pragma omp` is ignored on purpose.
  target_compile_options(colonnade
                         INTERFACE $<$<COMPILE_LANG_AND_ID:CXX,GNU,Clang,AppleClang>:-Wno-unknown-pragmas>)
endif()
find_package(Threads REQUIRED)
target_link_libraries(colonnade INTERFACE Threads::Threads)

file(GLOB colonnade_sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/src/*.cpp")
add_library(colonnade_compiled STATIC ${colonnade_sources})
add_library(colonnade::compiled ALIAS colonnade_compiled)
set_target_properties(colonnade_compiled PROPERTIES EXPORT_NAME compiled POSITION_INDEPENDENT_CODE ON
                                                    EXCLUDE_FROM_ALL $<NOT:$<BOOL:${COLONNADE_INSTALL}>>)
target_link_libraries(colonnade_compiled PUBLIC colonnade)
target_compile_definitions(colonnade_compiled INTERFACE COLONNADE_COMPILED)

# What our own targets are compiled with; never exported.
add_library(colonnade_warnings INTERFACE)
if(CMAKE_CXX_COMPILER_ID MATCHES "GNU|Clang")
  # Clang's -Wconversion says more than that of g++; one meaning for both.
  target_compile_options(colonnade_warnings INTERFACE -Wall -Wextra -Wpedantic -Wconversion
                                                      -Wno-sign-conversion -Werror)
  if(NOT CMAKE_UNITY_BUILD)  # where a name of one file may be global in the next
    target_compile_options(colonnade_warnings INTERFACE -Wshadow)
  endif()
elseif(MSVC)
  target_compile_options(colonnade_warnings INTERFACE /W4 /permissive-)
endif()
target_link_libraries(colonnade_compiled PRIVATE $<BUILD_INTERFACE:colonnade_warnings>)
