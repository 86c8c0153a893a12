# The extension module colonnade._core: every python/bindings/*.cpp, one exported symbol, no link-time optimisation.
find_package(Python 3.10 REQUIRED COMPONENTS Interpreter Development.Module)
if(NOT pybind11_DIR)
  execute_process(COMMAND "${Python_EXECUTABLE}" -m pybind11 --cmakedir OUTPUT_VARIABLE pybind11_from_pip
                  OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  if(pybind11_from_pip)
    set(pybind11_DIR "${pybind11_from_pip}")
  endif()
endif()
find_package(pybind11 3.0 CONFIG REQUIRED)

file(GLOB colonnade_bindings CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/python/bindings/*.cpp")
pybind11_add_module(_core MODULE NO_EXTRAS ${colonnade_bindings})
target_link_libraries(_core PRIVATE colonnade::colonnade)
target_include_directories(_core PRIVATE "${PROJECT_SOURCE_DIR}/python/bindings")
target_compile_definitions(_core PRIVATE COLONNADE_VERSION_STRING="${PROJECT_VERSION}")
if(COLONNADE_QUICK)
  target_compile_definitions(_core PRIVATE COLONNADE_BASELINE_ONLY)
  target_compile_options(_core PRIVATE -O1)  # -O0 compiles in 40 % of the time, but the tests take five times as long
  set_target_properties(_core PROPERTIES UNITY_BUILD_BATCH_SIZE 10)  # two units, for two cores
endif()
set_target_properties(_core PROPERTIES CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON
                                       INTERPROCEDURAL_OPTIMIZATION OFF)
if(CMAKE_CXX_COMPILER_ID MATCHES "GNU|Clang")
  target_compile_options(_core PRIVATE $<$<CONFIG:Release>:-O2> -Wall -Wextra)
  if(NOT APPLE)
    set(exports "${PROJECT_SOURCE_DIR}/cmake/exports.map")
    target_link_options(_core PRIVATE "LINKER:--version-script=${exports}" LINKER:--gc-sections)
    set_property(TARGET _core APPEND PROPERTY LINK_DEPENDS "${exports}")
    target_compile_options(_core PRIVATE -ffunction-sections -fdata-sections)
  endif()
endif()
install(TARGETS _core LIBRARY DESTINATION colonnade COMPONENT python)
