# libduramen.a: one object whose only global symbols are the API, so that it neither clashes with nor is merged into
# another copy of what it holds (docs/packaging.md). Its own dependencies stay shared libraries.
foreach(tool ld objcopy)
  execute_process(COMMAND "${CMAKE_CXX_COMPILER}" -print-prog-name=${tool}
                  OUTPUT_VARIABLE duramen_${tool} OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
endforeach()

# The API's names, as objcopy and as the linker take them.
set(symbol_list "${PROJECT_SOURCE_DIR}/capi/symbols.txt")
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${symbol_list}")
file(STRINGS "${symbol_list}" api_names)
list(TRANSFORM api_names REPLACE "@.*" "")
list(JOIN api_names "\n" kept)
list(JOIN api_names "\n-u " roots)
file(CONFIGURE OUTPUT static/kept.txt CONTENT "@kept@\n" @ONLY)
file(CONFIGURE OUTPUT static/roots.txt CONTENT "-u @roots@\n" @ONLY)
file(GENERATE OUTPUT static/objects.txt
     CONTENT "$<JOIN:$<TARGET_OBJECTS:duramen_core>,\n>\n$<JOIN:$<TARGET_OBJECTS:duramen>,\n>\n")

# Section groups go, or a program's own copy of an inline function would replace the one in here.
set(one_object "${CMAKE_CURRENT_BINARY_DIR}/static/duramen.o")
add_custom_command(OUTPUT "${one_object}"
  COMMAND "${duramen_ld}" -r --force-group-allocation --gc-sections @static/roots.txt -o static/linked.o
          @static/objects.txt
  COMMAND "${duramen_objcopy}" --keep-global-symbols=static/kept.txt static/linked.o "${one_object}"
  BYPRODUCTS static/linked.o
  DEPENDS duramen "${CMAKE_CURRENT_BINARY_DIR}/static/roots.txt"
  WORKING_DIRECTORY "${CMAKE_CURRENT_BINARY_DIR}"
  COMMENT "Linking the one object of libduramen.a" VERBATIM)

add_library(duramen_static STATIC "${one_object}")
add_library(duramen::duramen_static ALIAS duramen_static)
set_source_files_properties("${one_object}" PROPERTIES EXTERNAL_OBJECT ON GENERATED ON)
# The linker's language is C: a C project needs no C++ compiler to link it.
set_target_properties(duramen_static PROPERTIES OUTPUT_NAME duramen LINKER_LANGUAGE C)
target_include_directories(duramen_static INTERFACE
  "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>" "$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>")
target_link_libraries(duramen_static INTERFACE
  "$<BUILD_INTERFACE:PkgConfig::OpenBLAS;PkgConfig::Highway;PkgConfig::SimdJson;PkgConfig::Deflate>"
  "$<INSTALL_INTERFACE:PkgConfig::duramen_private>" -l:libstdc++.so.6 m pthread)
