# What computes, with each of Debian's builds of OpenBLAS. Minutes, so only where everything is required.
get_property(programs GLOBAL PROPERTY DURAMEN_CAPI_PROGRAMS)
foreach(flavour serial pthread openmp)
  set(flavour_scratch "${CMAKE_CURRENT_BINARY_DIR}/scratch_${flavour}")
  file(MAKE_DIRECTORY "${flavour_scratch}")
  add_test(NAME blas.${flavour}
           COMMAND "${CMAKE_CURRENT_SOURCE_DIR}/style/when_required.sh"
                   "${CMAKE_CURRENT_SOURCE_DIR}/blas_flavour.sh" ${flavour} "$<TARGET_FILE:duramen_unit>" ${programs})
  set_tests_properties(blas.${flavour} PROPERTIES
    LABELS blas SKIP_RETURN_CODE 77 TIMEOUT 600 ENVIRONMENT "DURAMEN_TEST_SCRATCH=${flavour_scratch}")
endforeach()
