# cmake --install: the programs, the codec with its headers, and what finds it again: a CMake package
# (find_package(chatos) gives chatos::codec, and chatos::c for C) and pkg-config files (chatos-codec, chatos).
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

option(CHATOS_INSTALL "Have cmake --install install the programs and the codec" ${PROJECT_IS_TOP_LEVEL})
if(NOT CHATOS_INSTALL)
  return()
endif()

foreach(program IN ITEMS chatos-server chatos-conformance chatos-dump chatos-client chatos-bench)
  if(TARGET ${program})
    install(TARGETS ${program} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT programs)
  endif()
endforeach()

# A unit names its program by its whole path, which is only known when the place is chosen.
install(CODE "
  file(REAL_PATH \"${CMAKE_INSTALL_BINDIR}\" chatos_program_folder BASE_DIRECTORY \"\${CMAKE_INSTALL_PREFIX}\")
  configure_file(\"${PROJECT_SOURCE_DIR}/server/ops/chatos-server.service.in\"
    \"${PROJECT_BINARY_DIR}/package/chatos-server.service\" @ONLY)" COMPONENT programs)
install(FILES ${PROJECT_BINARY_DIR}/package/chatos-server.service DESTINATION lib/systemd/system COMPONENT programs)

install(TARGETS codec EXPORT chatos-targets
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT development
  INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/codec/include/chatos DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
  COMPONENT development FILES_MATCHING PATTERN "*.hpp")

if(TARGET c)
  install(TARGETS c c_static EXPORT chatos-targets
    LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT programs NAMELINK_COMPONENT development
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT development)
endif()
install(FILES ${PROJECT_SOURCE_DIR}/codec/include/chatos.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT development)

set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/chatos)
install(EXPORT chatos-targets NAMESPACE chatos:: DESTINATION ${package_folder} COMPONENT development)
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/chatos-config.cmake.in
  ${PROJECT_BINARY_DIR}/package/chatos-config.cmake INSTALL_DESTINATION ${package_folder})
# Before 1.0 a new minor version may change the interface.
write_basic_package_version_file(${PROJECT_BINARY_DIR}/package/chatos-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/package/chatos-config.cmake ${PROJECT_BINARY_DIR}/package/chatos-config-version.cmake
  DESTINATION ${package_folder} COMPONENT development)

# The files say where things are from where they lie themselves, so that `cmake --install --prefix` may choose another place.
set(pkgconfig_folder ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
cmake_path(ABSOLUTE_PATH pkgconfig_folder BASE_DIRECTORY /prefix OUTPUT_VARIABLE pkgconfig_place)
foreach(folder IN ITEMS LIBDIR INCLUDEDIR)
  cmake_path(ABSOLUTE_PATH CMAKE_INSTALL_${folder} BASE_DIRECTORY /prefix OUTPUT_VARIABLE place)
  cmake_path(RELATIVE_PATH place BASE_DIRECTORY ${pkgconfig_place} OUTPUT_VARIABLE PKGCONFIG_TO_${folder})
endforeach()
foreach(file IN ITEMS chatos-codec.pc chatos.pc)
  configure_file(${CMAKE_CURRENT_LIST_DIR}/${file}.in ${PROJECT_BINARY_DIR}/package/${file} @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/package/${file} DESTINATION ${pkgconfig_folder} COMPONENT development)
endforeach()

add_subdirectory(${PROJECT_SOURCE_DIR}/tools/package ${PROJECT_BINARY_DIR}/tools/package)
if(CHATOS_TESTS AND NOT CHATOS_SANITIZE)
  add_subdirectory(${PROJECT_SOURCE_DIR}/tools/install_test ${PROJECT_BINARY_DIR}/tools/install_test)
endif()
