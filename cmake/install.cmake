# `cmake --install`: the program with its completion and docs, and the library for C++ programs.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

# The program writes its own completion, so it is run once when it is built.
set(SLUICE_COMPLETIONS ${PROJECT_BINARY_DIR}/completions)
file(MAKE_DIRECTORY ${SLUICE_COMPLETIONS})
function(sluice_completion shell file folder)
    set(script ${SLUICE_COMPLETIONS}/${file})
    add_custom_command(OUTPUT ${script}
        COMMAND sluice completion ${shell} > ${script} DEPENDS sluice VERBATIM)
    install(FILES ${script} DESTINATION ${CMAKE_INSTALL_DATADIR}/${folder} COMPONENT runtime)
    set_property(GLOBAL APPEND PROPERTY SLUICE_COMPLETION_SCRIPTS ${script})
endfunction()
sluice_completion(bash sluice bash-completion/completions)
sluice_completion(zsh _sluice zsh/site-functions)
sluice_completion(fish sluice.fish fish/vendor_completions.d)
get_property(scripts GLOBAL PROPERTY SLUICE_COMPLETION_SCRIPTS)
add_custom_target(sluice_completions ALL DEPENDS ${scripts})

install(TARGETS sluice RUNTIME COMPONENT runtime)
install(FILES README.md LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT runtime)
install(DIRECTORY docs DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT runtime)

set(config_folder ${CMAKE_INSTALL_LIBDIR}/cmake/sluice)
install(TARGETS sluice_library EXPORT sluice ARCHIVE COMPONENT development)
install(DIRECTORY include/sluice DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT development)
install(DIRECTORY examples DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT development)
# By itself, because who only connects needs no date library.
install(TARGETS sluice_embedded_archive EXPORT sluice-embedded ARCHIVE COMPONENT development)
install(EXPORT sluice-embedded NAMESPACE sluice:: FILE sluice-embedded-targets.cmake
    DESTINATION ${config_folder} COMPONENT development)
install(EXPORT sluice NAMESPACE sluice:: FILE sluice-targets.cmake
    DESTINATION ${config_folder} COMPONENT development)
configure_package_config_file(cmake/sluice-config.cmake.in sluice-config.cmake
    INSTALL_DESTINATION ${config_folder})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/sluice-config-version.cmake
    COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/sluice-config.cmake
    ${PROJECT_BINARY_DIR}/sluice-config-version.cmake
    DESTINATION ${config_folder} COMPONENT development)
file(RELATIVE_PATH SLUICE_PREFIX_FROM_PC
    /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
foreach(package sluice sluice-embedded)
    configure_file(cmake/${package}.pc.in ${package}.pc @ONLY)
endforeach()
install(FILES ${PROJECT_BINARY_DIR}/sluice.pc ${PROJECT_BINARY_DIR}/sluice-embedded.pc
    DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT development)
