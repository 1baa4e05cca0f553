# Warnings, standard and sanitizers of our own targets; linked PRIVATE, so nothing reaches who uses the library.
if(PROJECT_IS_TOP_LEVEL AND NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Debug, Release, RelWithDebInfo" FORCE)
endif()

add_library(duramen_defaults INTERFACE)
target_compile_features(duramen_defaults INTERFACE c_std_99 cxx_std_20)
# -O3 where loops gain from it is a property of the source; elsewhere it only makes the library larger. Sections of their
# own let the linker drop what nobody calls.
target_compile_options(duramen_defaults INTERFACE
  $<$<CONFIG:Release>:-O2> -ffunction-sections -fdata-sections
  -Wall -Wextra $<$<CXX_COMPILER_ID:GNU>:-Wshadow=local>
  "-ffile-prefix-map=${PROJECT_SOURCE_DIR}=."
  $<$<COMPILE_LANGUAGE:CXX>:-fvisibility-inlines-hidden>
  $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-fno-gnu-unique>)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # GCC 12 sees an overlap in `"text" + std::string` that cannot happen (its bug 105651).
  target_compile_options(duramen_defaults INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-Wno-restrict>)
endif()
if(DURAMEN_WERROR)
  target_compile_options(duramen_defaults INTERFACE -Werror)
endif()
if(DURAMEN_SANITIZE)
  target_compile_options(duramen_defaults INTERFACE 
    -fsanitize=${DURAMEN_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(duramen_defaults INTERFACE -fsanitize=${DURAMEN_SANITIZE})
endif()
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

# What reads the bytes and texts of others: a smashed stack ends the process. The rest is left alone, for size and speed; a
# distribution's own flags come on top, everywhere. (_FORTIFY_SOURCE would find nothing to check in these sources.)
function(duramen_harden)
  if(NOT DURAMEN_SANITIZE)
    set_property(SOURCE ${ARGN} TARGET_DIRECTORY duramen_core APPEND PROPERTY
                 COMPILE_OPTIONS $<$<CONFIG:Release>:-fstack-protector-strong>)
  endif()
endfunction()
