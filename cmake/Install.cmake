# What is installed, and how other projects find it; no file holds an absolute path, so a prefix may be moved.
include(CMakePackageConfigHelpers)
set(package_folder "${CMAKE_INSTALL_LIBDIR}/cmake/duramen")

# pkg-config: the prefix seen from the folder of the .pc file.
cmake_path(RELATIVE_PATH CMAKE_INSTALL_PREFIX BASE_DIRECTORY "${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig"
           OUTPUT_VARIABLE DURAMEN_PC_PREFIX)
foreach(folder LIBDIR INCLUDEDIR)
  if(IS_ABSOLUTE "${CMAKE_INSTALL_${folder}}")
    set(DURAMEN_PC_${folder} "${CMAKE_INSTALL_${folder}}")
  else()
    set(DURAMEN_PC_${folder} "\${prefix}/${CMAKE_INSTALL_${folder}}")
  endif()
endforeach()
configure_file("${CMAKE_CURRENT_LIST_DIR}/duramen.pc.in" duramen.pc @ONLY)
configure_file("${CMAKE_CURRENT_LIST_DIR}/duramen-static.pc.in" duramen-static.pc @ONLY)

configure_package_config_file("${CMAKE_CURRENT_LIST_DIR}/duramenConfig.cmake.in" duramenConfig.cmake
  INSTALL_DESTINATION "${package_folder}" NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(duramenConfigVersion.cmake COMPATIBILITY SameMajorVersion)

install(TARGETS duramen EXPORT duramenTargets FILE_SET HEADERS
        INCLUDES DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
install(EXPORT duramenTargets NAMESPACE duramen:: DESTINATION "${package_folder}")
install(FILES "${CMAKE_CURRENT_BINARY_DIR}/duramenConfig.cmake"
              "${CMAKE_CURRENT_BINARY_DIR}/duramenConfigVersion.cmake"
        DESTINATION "${package_folder}")
install(FILES "${CMAKE_CURRENT_BINARY_DIR}/duramen.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
if(TARGET duramen_static)
  install(TARGETS duramen_static EXPORT duramenStaticTargets)
  install(EXPORT duramenStaticTargets NAMESPACE duramen:: DESTINATION "${package_folder}")
  install(FILES "${CMAKE_CURRENT_BINARY_DIR}/duramen-static.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
endif()
install(FILES LICENSE NOTICE README.md CHANGELOG.md DESTINATION "${CMAKE_INSTALL_DOCDIR}")

if(TARGET duramen_cli)
  cmake_path(RELATIVE_PATH CMAKE_INSTALL_FULL_LIBDIR BASE_DIRECTORY "${CMAKE_INSTALL_FULL_BINDIR}"
             OUTPUT_VARIABLE library_folder)
  set_target_properties(duramen_cli PROPERTIES INSTALL_RPATH "\$ORIGIN/${library_folder}")
  install(TARGETS duramen_cli)
  # Made from its --help (tools/cli_files.py).
  install(FILES man/duramen.1 DESTINATION "${CMAKE_INSTALL_MANDIR}/man1")
  install(FILES completions/duramen.bash RENAME duramen
          DESTINATION "${CMAKE_INSTALL_DATADIR}/bash-completion/completions")
  install(FILES completions/_duramen DESTINATION "${CMAKE_INSTALL_DATADIR}/zsh/site-functions")
  install(FILES completions/duramen.fish DESTINATION "${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d")
endif()

# Go's module, where Debian has Go sources; a program's go.mod names the folder (docs/tutorials/go.md).
install(DIRECTORY bindings/go/ DESTINATION "${CMAKE_INSTALL_DATADIR}/gocode/src/duramen"
        FILES_MATCHING PATTERN "*.go" PATTERN "*.c" PATTERN "*.h" PATTERN "go.mod"
        PATTERN "*_test.go" EXCLUDE PATTERN bench EXCLUDE PATTERN scenario EXCLUDE PATTERN internal EXCLUDE
        PATTERN refused.go EXCLUDE)
