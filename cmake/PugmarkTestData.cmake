# Read by ctest before it runs anything: where the test data is, unless the caller has said so. The
# data is not part of the repository; tests that need it say "skipped, no data" by name without it.
if(NOT DEFINED ENV{PUGMARK_DATA})
  get_filename_component(pugmark_data "${CMAKE_CURRENT_LIST_DIR}/../../shared/data" ABSOLUTE)
  if(IS_DIRECTORY "${pugmark_data}")
    set(ENV{PUGMARK_DATA} "${pugmark_data}")
  endif()
endif()
