# One static library a folder; its link line says whom it may include.
add_library(chancery_warnings INTERFACE)
target_compile_options(chancery_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # False alarms of GCC 12's optimiser: an empty std::optional's value taken for one that is read,
  # the bounds of an inlined std::string or std::vector misjudged.
  target_compile_options(chancery_warnings INTERFACE
    -Wno-maybe-uninitialized -Wno-array-bounds -Wno-stringop-overflow -Wno-stringop-overread
    -Wno-restrict)
endif()

# What most files include is compiled once: by the target CHANCERY_PRECOMPILED_BY, whose PRECOMPILES names it. Not where
# clang-tidy runs: there each file stands for itself, so that one without an include that it needs does not pass ./check.
# What has other flags than that target does without.
set(CHANCERY_PRECOMPILED <algorithm> <chrono> <functional> <map> <memory> <mutex> <optional> <span> <string> <string_view>
    <utility> <vector> <fmt/format.h>)
if(NOT CMAKE_CXX_CLANG_TIDY)
  set(CHANCERY_PRECOMPILED_BY chancery_base)
endif()
set(CMAKE_PCH_WARN_INVALID OFF)
add_compile_options(-pthread)  # as some libraries want it: what was precompiled without it does not fit them

# chancery_library(NAME SOURCES file... LINKS target... [PRECOMPILES header...])
function(chancery_library name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LINKS;PRIVATE_LINKS;PRECOMPILES")
  add_library(${name} STATIC ${arg_SOURCES})
  target_include_directories(${name} PUBLIC ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name} PUBLIC ${arg_LINKS} PRIVATE chancery_warnings ${arg_PRIVATE_LINKS})
  if(arg_PRECOMPILES AND NOT CMAKE_CXX_CLANG_TIDY)
    target_precompile_headers(${name} PRIVATE ${arg_PRECOMPILES})
  elseif(CHANCERY_PRECOMPILED_BY)
    target_precompile_headers(${name} REUSE_FROM ${CHANCERY_PRECOMPILED_BY})
  endif()
endfunction()

# chancery_program(NAME SOURCES file... LINKS target...)
function(chancery_program name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LINKS")
  add_executable(${name} ${arg_SOURCES})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE chancery_warnings ${arg_LINKS})
  if(CHANCERY_PRECOMPILED_BY)
    target_precompile_headers(${name} REUSE_FROM ${CHANCERY_PRECOMPILED_BY})
  endif()
endfunction()

# chancery_test(NAME SOURCES file... LINKS target... [TOGETHER] [THREADS] [TIMEOUT seconds] [LABELS label]
#               [PROGRAMS MACRO=target...] [STARTS target...] [STARTING pattern])
# A GoogleTest program; each of its tests is one of ctest's. THREADS: the thread sanitiser runs it too.
# TOGETHER: each test has what it touches for itself, so that none can disturb another, and none skips. They are one test
# of ctest's: under a sanitiser to start a process takes longer than most of them.
# PROGRAMS: MACRO becomes the path of a program that the test starts. STARTS: it starts these from the folder
# CHANCERY_PROGRAMS. STARTING: which of its tests do so, as --gtest_filter has it, where others do not.
function(chancery_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "TOGETHER;THREADS" "TIMEOUT;STARTING" "SOURCES;LINKS;LABELS;PROGRAMS;STARTS")
  set(CHANCERY_PRECOMPILED_BY chancery_test_support)  # GoogleTest, too
  chancery_program(${name} SOURCES ${arg_SOURCES} LINKS ${arg_LINKS} GTest::gmock GTest::gtest_main)
  target_compile_options(${name} PRIVATE ${CHANCERY_TEST_OPTIONS})
  foreach(program IN LISTS arg_PROGRAMS)
    string(REPLACE "=" ";" program ${program})
    list(GET program 0 macro)
    list(GET program 1 target)
    target_compile_definitions(${name} PRIVATE ${macro}="$<TARGET_FILE:${target}>")
    add_dependencies(${name} ${target})
  endforeach()
  if(arg_STARTS)
    target_compile_definitions(${name} PRIVATE CHANCERY_PROGRAMS="$<TARGET_FILE_DIR:chanceryd>")
    add_dependencies(${name} ${arg_STARTS})
  endif()
  if(CHANCERY_TEST_KIND STREQUAL "corpora" OR (CHANCERY_TEST_KIND STREQUAL "threads" AND NOT arg_THREADS) OR
     (CHANCERY_TEST_KIND STREQUAL "programs" AND NOT arg_PROGRAMS AND NOT arg_STARTS))
    set_target_properties(${name} PROPERTIES EXCLUDE_FROM_ALL ON)
    return()
  endif()
  if(NOT arg_TIMEOUT AND arg_TOGETHER)
    set(arg_TIMEOUT 300)
  elseif(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 120)
  endif()
  if(arg_TOGETHER)
    add_test(NAME ${CHANCERY_TEST_PREFIX}${name} COMMAND ${name} --gtest_brief=1)
    set_tests_properties(${CHANCERY_TEST_PREFIX}${name} PROPERTIES TIMEOUT ${arg_TIMEOUT} LABELS "${arg_LABELS}"
      FAIL_REGULAR_EXPRESSION "SKIPPED")
    return()
  endif()
  set(filter)
  if(CHANCERY_TEST_KIND STREQUAL "programs" AND arg_STARTING)
    set(filter TEST_FILTER "${arg_STARTING}")
  endif()
  gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST NO_PRETTY_VALUES TEST_PREFIX "${CHANCERY_TEST_PREFIX}" ${filter}
    PROPERTIES TIMEOUT ${arg_TIMEOUT} LABELS "${arg_LABELS}")
endfunction()

# chancery_fuzzer(NAME SOURCE file CORPUS directory LINKS target...)
# With CHANCERY_FUZZERS a libFuzzer program fuzz_NAME; always a test that feeds it its corpus.
function(chancery_fuzzer name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "SOURCE;CORPUS" "LINKS")
  if(CHANCERY_TEST_KIND MATCHES "threads|programs")
    return()
  endif()
  if(CHANCERY_FUZZERS)
    chancery_program(fuzz_${name} SOURCES ${arg_SOURCE} LINKS ${arg_LINKS})
    target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
    add_dependencies(fuzzers fuzz_${name})
  endif()
  chancery_program(corpus_${name}
    SOURCES ${arg_SOURCE} ${PROJECT_SOURCE_DIR}/tests/support/run_corpus.cpp LINKS ${arg_LINKS})
  add_test(NAME ${CHANCERY_TEST_PREFIX}corpus.${name}
    COMMAND corpus_${name} ${CMAKE_CURRENT_SOURCE_DIR}/${arg_CORPUS})
  set_tests_properties(${CHANCERY_TEST_PREFIX}corpus.${name} PROPERTIES LABELS corpus)
  add_dependencies(fuzzers corpus_${name})
endfunction()
