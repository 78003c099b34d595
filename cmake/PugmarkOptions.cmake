# Options, and the one target `pugmark_flags` that carries them. No global flags: what a room is
# compiled with can be read from the targets it links.

option(PUGMARK_TESTS "Build the tests and register them with ctest" ${PROJECT_IS_TOP_LEVEL})
option(PUGMARK_BENCH "Build the benchmarks in bench/" OFF)
option(PUGMARK_FUZZ "Build the fuzzers in fuzz/ with libFuzzer (clang only)" OFF)
option(PUGMARK_WERROR "Treat warnings as errors" OFF)
option(PUGMARK_ASSERTS "Check the standard library's preconditions at run time" OFF)
option(PUGMARK_COVERAGE "Instrument for gcov" OFF)
set(PUGMARK_SANITIZE "" CACHE STRING "Sanitizers, as -fsanitize takes them: address,undefined")
set(PUGMARK_TESTS_NAMED "" CACHE STRING
    "Leave out files of unit tests that do not have this word, which names of tests hold")

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Kind of build" FORCE)
endif()
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_EXTENSIONS OFF)

add_library(pugmark_flags INTERFACE)
target_compile_features(pugmark_flags INTERFACE cxx_std_20)
target_include_directories(pugmark_flags INTERFACE "${CMAKE_CURRENT_SOURCE_DIR}/src")

set(pugmark_warnings
    -Wall -Wextra            # the common ones
    -Wpedantic               # no language extensions: clang must take the same text
    -Wshadow                 # a name that hides another one
    -Wconversion             # a number that loses digits: lengths come from hostile bytes
    -Wsign-conversion        # the same for signs
    -Wnon-virtual-dtor       # deleting through a base without a virtual destructor
    -Wold-style-cast         # casts that say nothing about their intent
    -Wcast-align             # reading a wide value from an unaligned place
    -Woverloaded-virtual     # a virtual function hidden by a namesake
    -Wnull-dereference       # a path on which a null pointer is followed
    -Wimplicit-fallthrough   # a case that runs into the next without saying so
    -Wformat=2)              # format strings that are not literals
set(pugmark_warnings_gcc
    -Wduplicated-cond        # the second branch can never be taken
    -Wlogical-op             # && or || where & or | was meant
    -Wsuggest-override)      # overriding without saying so
target_compile_options(pugmark_flags INTERFACE ${pugmark_warnings})
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(pugmark_flags INTERFACE ${pugmark_warnings_gcc})
endif()
if(PUGMARK_WERROR)
  target_compile_options(pugmark_flags INTERFACE -Werror)
endif()
if(PUGMARK_ASSERTS)
  target_compile_definitions(pugmark_flags INTERFACE _GLIBCXX_ASSERTIONS)
endif()

if(PUGMARK_SANITIZE)
  set(sanitize "-fsanitize=${PUGMARK_SANITIZE}" -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_compile_options(pugmark_flags INTERFACE ${sanitize})
  target_link_options(pugmark_flags INTERFACE ${sanitize})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # The sanitizers' code makes g++ report null dereferences and unset values that are not there.
    target_compile_options(pugmark_flags INTERFACE -Wno-null-dereference -Wno-maybe-uninitialized)
  endif()
endif()
if(PUGMARK_FUZZ)
  # Without this the fuzzer would see coverage of its own file only, and search blindly.
  target_compile_options(pugmark_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()
if(PUGMARK_COVERAGE)
  target_compile_options(pugmark_flags INTERFACE --coverage -fprofile-abs-path)
  target_link_options(pugmark_flags INTERFACE --coverage)
endif()

if(CMAKE_BUILD_TYPE STREQUAL "Release" AND NOT PUGMARK_SANITIZE)
  # The program reads bytes an intruder may have written: what the compiler and linker offer against
  # memory errors is on where it costs nothing that can be measured.
  target_compile_options(pugmark_flags INTERFACE -fstack-protector-strong)
  target_compile_definitions(pugmark_flags INTERFACE _FORTIFY_SOURCE=2)
  target_link_options(pugmark_flags INTERFACE LINKER:-z,relro LINKER:-z,now)
endif()
include(CheckPIESupported)
check_pie_supported(LANGUAGES CXX)
