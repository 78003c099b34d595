# pugmark_room(NAME MAY_USE ROOM...): one folder of src/ becomes
#   pugmark_NAME   static library from src/NAME/**/*.cc (without the files below)
#   pugmark_NAME_testing   what tests and fuzzers share, no part of the program: **/*_testing.cc,
#                          and **/*_twin.cc, the slow twins of fast code
#   NAME_test      test program from **/*_test.cc
# A new source file needs no line here: the folders are globbed (docs/adr says why). A room that has
# no sources yet is an INTERFACE library, so that its arrows can be drawn before its first file.
function(pugmark_room name)
  cmake_parse_arguments(PARSE_ARGV 1 room "" "" "MAY_USE")
  get_property(rooms GLOBAL PROPERTY pugmark_rooms)
  if(name IN_LIST rooms)
    message(FATAL_ERROR "src/rooms.txt: ${name} is listed twice")
  endif()
  foreach(other IN LISTS room_MAY_USE)
    if(NOT other IN_LIST rooms)
      message(FATAL_ERROR "src/rooms.txt: ${name} may not use ${other}: no room above it")
    endif()
  endforeach()

  set(folder "${CMAKE_CURRENT_SOURCE_DIR}/src/${name}")
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${folder}/*.cc")
  set(test_sources ${sources})
  list(FILTER test_sources INCLUDE REGEX "_test\\.cc$")
  pugmark_keep_named(test_sources)
  set(testing_sources ${sources})
  list(FILTER testing_sources INCLUDE REGEX "_(testing|twin)\\.cc$")
  list(FILTER sources EXCLUDE REGEX "_(test|testing|twin)\\.cc$")
  list(REMOVE_ITEM sources "${folder}/main.cc")

  list(TRANSFORM room_MAY_USE PREPEND pugmark_ OUTPUT_VARIABLE used_targets)
  if(sources)
    add_library(pugmark_${name} STATIC ${sources})
    target_link_libraries(pugmark_${name} PUBLIC pugmark_flags ${used_targets}
                                                 ${pugmark_libraries_${name}})
    target_compile_definitions(pugmark_${name} PRIVATE PUGMARK_VERSION="${PROJECT_VERSION}")
  else()
    add_library(pugmark_${name} INTERFACE)
    target_link_libraries(pugmark_${name} INTERFACE pugmark_flags ${used_targets}
                                                    ${pugmark_libraries_${name}})
  endif()
  set_property(GLOBAL APPEND PROPERTY pugmark_rooms ${name})

  if(PUGMARK_TESTS AND testing_sources)
    add_library(pugmark_${name}_testing STATIC ${testing_sources})
    target_link_libraries(pugmark_${name}_testing PUBLIC pugmark_${name})
    pugmark_test_definitions(pugmark_${name}_testing)
  endif()
  if(PUGMARK_TESTS AND test_sources)
    pugmark_test(${name} ${test_sources})
  endif()
endfunction()

# Leaves in the list named SOURCES the files with the word PUGMARK_TESTS_NAMED, which saves a build
# that runs few tests the others. A name put together by macros would be missed: .ci/run counts.
function(pugmark_keep_named sources)
  if(PUGMARK_TESTS_NAMED STREQUAL "")
    return()
  endif()
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${${sources}})
  set(kept "")
  foreach(source IN LISTS ${sources})
    file(STRINGS "${source}" lines REGEX "${PUGMARK_TESTS_NAMED}")
    if(lines)
      list(APPEND kept "${source}")
    endif()
  endforeach()
  set(${sources} "${kept}" PARENT_SCOPE)
endfunction()

# What code for tests is told of the program.
function(pugmark_test_definitions target)
  target_compile_definitions(${target} PRIVATE PUGMARK_SOURCE_DIR="${PROJECT_SOURCE_DIR}"
                                               PUGMARK_VERSION="${PROJECT_VERSION}")
endfunction()

# Links what tests and fuzzers of a room need.
function(pugmark_link_testing target room)
  if(TARGET pugmark_${room}_testing)
    target_link_libraries(${target} PRIVATE pugmark_${room}_testing)
  endif()
  target_link_libraries(${target} PRIVATE pugmark_${room})
endfunction()

# NAME_test, and one ctest entry for each of its tests, so that a skipped one is listed as skipped.
# A test whose name contains `Threads` carries the label of that name and is run under the thread
# sanitizer; one whose name contains `Slow` is left out of the quick run.
function(pugmark_test name)
  add_executable(${name}_test ${ARGN})
  pugmark_link_testing(${name}_test ${name})
  target_link_libraries(${name}_test PRIVATE ${pugmark_libraries_tests})
  pugmark_test_definitions(${name}_test)
  set(common TEST_PREFIX "${name}/" DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60
             WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}")
  gtest_discover_tests(${name}_test ${common} TEST_FILTER "-*Threads*:*Slow*"
                       TEST_LIST ${name}_plain PROPERTIES LABELS unit TIMEOUT 300)
  gtest_discover_tests(${name}_test ${common} TEST_FILTER "*Threads*:-*Slow*"
                       TEST_LIST ${name}_threads PROPERTIES LABELS threads TIMEOUT 600 COST 50)
  gtest_discover_tests(${name}_test ${common} TEST_FILTER "*Slow*"
                       TEST_LIST ${name}_slow PROPERTIES LABELS slow TIMEOUT 1200 COST 100)
endfunction()

# The executable `pugmark`, from src/cli/main.cc.
function(pugmark_program)
  add_executable(pugmark "${CMAKE_CURRENT_SOURCE_DIR}/src/cli/main.cc")
  target_link_libraries(pugmark PRIVATE pugmark_cli)
  if(NOT PUGMARK_SANITIZE)  # sanitizers bring a malloc of their own
    target_link_libraries(pugmark PRIVATE ${pugmark_libraries_program})
  endif()
  target_compile_definitions(pugmark PRIVATE PUGMARK_VERSION="${PROJECT_VERSION}")
  # The program looks for its rules in ../share/pugmark/rules and in rules, from where it stands.
  file(CREATE_LINK "${PROJECT_SOURCE_DIR}/rules" "${PROJECT_BINARY_DIR}/rules" SYMBOLIC)
endfunction()

# fuzz/ROOM_what_fuzz.cc is linked to its room. With clang and PUGMARK_FUZZ it is a libFuzzer
# program; otherwise it is compiled with fuzz/replay_main.cc, which runs the stored seeds through
# it. Either way the seeds in fuzz/seeds/ROOM_what/ are an ordinary test.
function(pugmark_fuzzers)
  file(GLOB fuzzers CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/fuzz/*_fuzz.cc")
  if(NOT PUGMARK_TESTS)
    return()
  endif()
  if(PUGMARK_FUZZ AND NOT CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    message(FATAL_ERROR "Fuzzers need clang: use the preset `fuzz` (Debian package clang-14)")
  endif()
  if(NOT PUGMARK_FUZZ)
    add_library(pugmark_replay OBJECT "${CMAKE_CURRENT_SOURCE_DIR}/fuzz/replay_main.cc")
    target_link_libraries(pugmark_replay PRIVATE pugmark_flags)
  endif()
  get_property(rooms GLOBAL PROPERTY pugmark_rooms)
  foreach(source IN LISTS fuzzers)
    cmake_path(GET source STEM target)
    string(REGEX REPLACE "_.*" "" room "${target}")
    string(REGEX REPLACE "_fuzz$" "" subject "${target}")
    set(seeds "${CMAKE_CURRENT_SOURCE_DIR}/fuzz/seeds/${subject}")
    if(NOT room IN_LIST rooms)
      message(FATAL_ERROR "fuzz/${target}.cc: ${room} is not a room of src/rooms.txt")
    endif()
    if(NOT IS_DIRECTORY "${seeds}")
      message(FATAL_ERROR "fuzz/${target}.cc has no seeds: put some into fuzz/seeds/${subject}/")
    endif()
    add_executable(${target} "${source}")
    pugmark_link_testing(${target} ${room})
    if(PUGMARK_FUZZ)
      target_compile_options(${target} PRIVATE -fsanitize=fuzzer)
      target_link_options(${target} PRIVATE -fsanitize=fuzzer)
      add_test(NAME fuzz/${subject} COMMAND ${target} -runs=0 "${seeds}")
    else()
      target_link_libraries(${target} PRIVATE pugmark_replay)
      add_test(NAME fuzz/${subject} COMMAND ${target} "${seeds}")
    endif()
    set_tests_properties(fuzz/${subject} PROPERTIES LABELS fuzz TIMEOUT 300)
  endforeach()
endfunction()

# bench/NAME.cc is one program each, linked to every room but cli.
function(pugmark_benchmarks)
  file(GLOB benchmarks CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/bench/*.cc")
  if(NOT PUGMARK_BENCH)
    return()
  endif()
  get_property(rooms GLOBAL PROPERTY pugmark_rooms)
  list(REMOVE_ITEM rooms cli)
  list(TRANSFORM rooms PREPEND pugmark_)
  foreach(source IN LISTS benchmarks)
    cmake_path(GET source STEM target)
    add_executable(${target} "${source}")
    target_link_libraries(${target} PRIVATE ${rooms} ${pugmark_libraries_bench})
    set_target_properties(${target} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bench")
  endforeach()
endfunction()

if(PUGMARK_TESTS)
  include(GoogleTest)
endif()
