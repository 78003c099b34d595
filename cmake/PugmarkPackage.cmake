# What `cmake --install` puts where, and the Debian package made from it. Only the program is
# promised: no headers and no library are installed.
install(TARGETS pugmark RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
# The documents keep their places beside one another, so that their links hold.
install(FILES LICENSE NOTICE README.md CHANGELOG.md CONTRIBUTING.md SECURITY.md
        DESTINATION "${CMAKE_INSTALL_DOCDIR}")
install(DIRECTORY docs DESTINATION "${CMAKE_INSTALL_DOCDIR}"
        FILES_MATCHING PATTERN "*.md" PATTERN "man" EXCLUDE)
install(DIRECTORY rules DESTINATION "${CMAKE_INSTALL_DATADIR}/pugmark")
install(FILES docs/man/pugmark.1 DESTINATION "${CMAKE_INSTALL_MANDIR}/man1")
install(FILES completions/pugmark.bash RENAME pugmark
        DESTINATION "${CMAKE_INSTALL_DATADIR}/bash-completion/completions")
install(FILES completions/_pugmark DESTINATION "${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions")
install(FILES completions/pugmark.fish
        DESTINATION "${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d")

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME pugmark)
set(CPACK_PACKAGE_VENDOR "The Pugmark authors")
set(CPACK_PACKAGE_CONTACT "The Pugmark authors <pugmark@example.org>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
set(CPACK_PACKAGE_DESCRIPTION
    "Pugmark reads the logs a breached server left behind (EVTX, IIS, Exchange
and others, also inside archives), applies Sigma rules to them and writes
one case file. Every finding names the item, its SHA-256, and the offset and
length of the bytes it rests on. What could not be read, and which rules
could not have seen anything, is part of the result.")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_PACKAGE_DIRECTORY "${PROJECT_BINARY_DIR}/package")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION utils)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
include(CPack)
