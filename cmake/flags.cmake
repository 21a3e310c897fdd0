# Compiler and linker flags for every target of ours.

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

set(CMAKE_CXX_FLAGS_DEV "-O1 -g1 -fno-omit-frame-pointer")
set(CMAKE_C_FLAGS_DEV "-O1 -g1 -fno-omit-frame-pointer")
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1 -D_FORTIFY_SOURCE=3")
if(NOT CMAKE_BUILD_TYPE)
    set(CMAKE_BUILD_TYPE Dev)
endif()

find_program(SLUICE_CCACHE ccache)
if(SLUICE_CCACHE)
    set(CMAKE_CXX_COMPILER_LAUNCHER ${SLUICE_CCACHE})
endif()
find_program(SLUICE_LLD ld.lld-19)
if(SLUICE_LLD)
    add_link_options(-fuse-ld=lld-19)
endif()

# CRC32C uses the SSE 4.2 instruction where the compiler may emit it; a table elsewhere.
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
    add_compile_options(-msse4.2)
endif()

add_compile_definitions(_GLIBCXX_ASSERTIONS)
add_compile_options(-fstack-protector-strong -fstack-clash-protection)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
    add_compile_options(-fcf-protection)
endif()
add_link_options(-pie -Wl,-z,relro,-z,now,-z,noexecstack)

if(SLUICE_SANITIZE)
    add_compile_options(-fsanitize=${SLUICE_SANITIZE} -fno-sanitize-recover=all)
    add_link_options(-fsanitize=${SLUICE_SANITIZE})
endif()
if(SLUICE_FUZZ)
    add_compile_options(-fsanitize=fuzzer-no-link)
endif()

add_library(sluice_warnings INTERFACE)
target_compile_options(sluice_warnings INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wold-style-cast -Wnon-virtual-dtor
    -Woverloaded-virtual -Werror)
