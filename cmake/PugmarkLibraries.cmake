# Libraries from outside: which room needs what, and the Debian package that has it. A room hands
# its libraries on to the rooms that may use it.
#
#   room : name for pkg-config : Debian package
set(pugmark_library_table
    base:fmt:libfmt-dev                      # text
    base:libcrypto:libssl-dev                # SHA-256
    base:icu-uc:libicu-dev                   # case folding
    base:libxxhash:libxxhash-dev             # hashing in memory
    evidence:libarchive:libarchive-dev       # zip, 7z, tar and what compresses them
    evidence:liblzma:liblzma-dev             # packed directories of 7z
    evidence:zlib:zlib1g-dev                 # gzip, also where it breaks off
    events:simdjson:libsimdjson-dev          # JSON events
    events:libdeflate:libdeflate-dev         # CRC32 of EVTX records
    detect:yaml-0.1:libyaml-dev              # Sigma rules
    detect:re2:libre2-dev                    # regular expressions with captures
    detect:zlib:zlib1g-dev                   # what scripts unpack
    detect:yara:libyara-dev                  # YARA rules
    detect:expat:libexpat1-dev               # XML: configuration of IIS and Exchange
    casefile:sqlite3:libsqlite3-dev          # the case file
    casefile:nlohmann_json:nlohmann-json3-dev
    cli:CLI11:libcli11-dev                   # command line
    program:jemalloc:libjemalloc-dev)        # memory: malloc and free of the program, no room's
set(pugmark_test_library_table
    tests:gtest:libgtest-dev
    tests:gtest_main:libgtest-dev)
set(pugmark_bench_library_table
    bench:benchmark:libbenchmark-dev)

if(PUGMARK_TESTS)
  list(APPEND pugmark_library_table ${pugmark_test_library_table})
endif()
if(PUGMARK_BENCH)
  list(APPEND pugmark_library_table ${pugmark_bench_library_table})
endif()

find_package(Threads REQUIRED)
find_package(PkgConfig)
if(NOT PkgConfig_FOUND)
  message(FATAL_ERROR "pkg-config is missing. On Debian: tools/install_dependencies.sh build")
endif()

set(missing_packages "")
foreach(row IN LISTS pugmark_library_table)
  string(REGEX MATCH "^([^:]+):([^:]+):([^:]+)$" matched "${row}")
  set(room "${CMAKE_MATCH_1}")
  set(module "${CMAKE_MATCH_2}")
  set(package "${CMAKE_MATCH_3}")
  pkg_check_modules(PUGMARK_LIB_${module} QUIET IMPORTED_TARGET ${module})
  if(PUGMARK_LIB_${module}_FOUND)
    list(APPEND pugmark_libraries_${room} PkgConfig::PUGMARK_LIB_${module})
  else()
    list(APPEND missing_packages ${package})
  endif()
endforeach()
if(missing_packages)
  list(REMOVE_DUPLICATES missing_packages)
  list(JOIN missing_packages " " missing_packages)
  message(FATAL_ERROR "Libraries are missing. On Debian 12: apt-get install ${missing_packages}\n"
                      "or let tools/install_dependencies.sh install what is not there yet.")
endif()
list(APPEND pugmark_libraries_base Threads::Threads)
