# The unit, capi and flow tests once more in builds with sanitizers: each is one test that configures, builds and runs
# its preset. Minutes, so only where everything is required.
foreach(preset asan tsan)
  add_test(NAME sanitize.${preset}
           COMMAND "${CMAKE_CURRENT_SOURCE_DIR}/style/when_required.sh"
                   "${CMAKE_CURRENT_SOURCE_DIR}/sanitize.sh" ${preset}
           WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}")
  set_tests_properties(sanitize.${preset} PROPERTIES
    LABELS sanitize SKIP_RETURN_CODE 77 RUN_SERIAL ON TIMEOUT 2100)
endforeach()
