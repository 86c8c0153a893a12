# `cmake --install` gives a package for find_package(colonnade). Component: development (the wheel takes `python`).
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set(colonnade_package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/colonnade")
install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/colonnade" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}"
        COMPONENT development FILES_MATCHING PATTERN "*.hpp")
install(TARGETS colonnade colonnade_compiled EXPORT colonnadeTargets
        ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT development)
install(EXPORT colonnadeTargets NAMESPACE colonnade:: DESTINATION "${colonnade_package_dir}"
        COMPONENT development)
configure_package_config_file("${PROJECT_SOURCE_DIR}/cmake/colonnadeConfig.cmake.in"
                              "${PROJECT_BINARY_DIR}/colonnadeConfig.cmake"
                              INSTALL_DESTINATION "${colonnade_package_dir}")
write_basic_package_version_file("${PROJECT_BINARY_DIR}/colonnadeConfigVersion.cmake"
                                 COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/colonnadeConfig.cmake" "${PROJECT_BINARY_DIR}/colonnadeConfigVersion.cmake"
        DESTINATION "${colonnade_package_dir}" COMPONENT development)
