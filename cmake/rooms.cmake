# One library per room of src/, linked with exactly the rooms that it may include.

# sluice_room(NAME SOURCES file... [ROOMS room...] [PRIVATE lib...])
function(sluice_room name)
    cmake_parse_arguments(ROOM "" "" "SOURCES;ROOMS;PRIVATE" ${ARGN})
    add_library(sluice_${name} STATIC ${ROOM_SOURCES})
    target_include_directories(sluice_${name} PUBLIC ${PROJECT_SOURCE_DIR}/src)
    foreach(room IN LISTS ROOM_ROOMS)
        target_link_libraries(sluice_${name} PUBLIC sluice_${room})
    endforeach()
    target_link_libraries(sluice_${name} PRIVATE sluice_warnings ${ROOM_PRIVATE})
endfunction()

# sluice_test(NAME SOURCES file... [ROOMS room...] [LIBS lib...] [LABELS label...])
# A GoogleTest program, run by ctest test by test.
function(sluice_test name)
    cmake_parse_arguments(TEST "" "" "SOURCES;ROOMS;LIBS;LABELS" ${ARGN})
    add_executable(${name} ${TEST_SOURCES})
    foreach(room IN LISTS TEST_ROOMS)
        target_link_libraries(${name} PRIVATE sluice_${room})
    endforeach()
    target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests)
    target_link_libraries(${name} PRIVATE sluice_warnings GTest::gmock_main ${TEST_LIBS})
    if(NOT TEST_LABELS)
        set(TEST_LABELS unit)
    endif()
    gtest_discover_tests(${name} DISCOVERY_TIMEOUT 60
        PROPERTIES LABELS "${TEST_LABELS}" TIMEOUT 300)
endfunction()
