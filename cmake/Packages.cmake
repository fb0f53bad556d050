# What is installed, and what `cpack` makes of it: for Windows a zip that is unpacked and run, elsewhere .debs and a tar
# archive. Man page and completions are the committed ones, which a test holds against the program.
#
# The connector to real hosts is a .deb of its own: it links Samba, so it has other dependencies and, as a program, another
# license (orchestrator/tsts/README.md). CMakeLists.txt makes `program` the component of everything else.
set(CPACK_PACKAGE_NAME rdsweep)
set(CPACK_PACKAGE_VENDOR "The rdsweep authors")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "") # else it stands before the first line of each .deb's own
set(CPACK_RESOURCE_FILE_LICENSE ${CMAKE_SOURCE_DIR}/LICENSE)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
	OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
file(GLOB pages CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/docs/*.md)

if(WIN32)
	set(CPACK_GENERATOR ZIP)
	set(CPACK_SYSTEM_NAME windows-x86_64)
	set(documents .)
	set(data .)
	list(FILTER pages INCLUDE REGEX "/windows[^/]*$")
	install(FILES docs/completions/rdsweep.ps1 DESTINATION completions)
else()
	set(CPACK_GENERATOR DEB TGZ)
	set(documents ${CMAKE_INSTALL_DOCDIR})
	set(data ${CMAKE_INSTALL_DATADIR}/rdsweep)
	# Where zsh looks with the prefix /usr/local; the .deb has Debian's own folder (cmake/package_debian.cmake).
	set(RDSWEEP_ZSH_COMPLETIONS "${CMAKE_INSTALL_DATADIR}/zsh/site-functions" CACHE STRING "Where zsh finds its completions")
	install(FILES docs/rdsweep.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
	install(FILES docs/completions/rdsweep.bash RENAME rdsweep
		DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
	install(FILES docs/completions/_rdsweep DESTINATION ${RDSWEEP_ZSH_COMPLETIONS})
	install(FILES docs/completions/rdsweep.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
	install(FILES docs/completions/rdsweep.ps1 DESTINATION ${data}/completions)
endif()
install(FILES README.md CHANGELOG.md SECURITY.md LICENSE ${RDSWEEP_SBOM} DESTINATION ${documents})
install(FILES ${pages} DESTINATION ${documents}/docs)
install(DIRECTORY docs/images DESTINATION ${documents}/docs FILES_MATCHING PATTERN "*.png")
install(DIRECTORY inventory/examples DESTINATION ${documents})
install(DIRECTORY reports/examples/ DESTINATION ${documents}/examples)
install(FILES reports/rdsweep.report-1.schema.json DESTINATION ${data})

# The .debs: for /usr, with what Debian's policy wants beside the files; their dependencies are those of the libraries that
# the programs are linked with.
set(CPACK_COMPONENTS_ALL program)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_MAINTAINER "The rdsweep authors <rdsweep@localhost>" CACHE STRING "Who stands in the .deb")
set(CPACK_DEBIAN_PACKAGE_SECTION admin)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_NAME rdsweep)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SUGGESTS "bash-completion")
set(CPACK_COMPONENT_PROGRAM_DESCRIPTION
"list and log off user sessions across a fleet of Remote Desktop hosts
rdsweep logs users off across a whole farm of Windows Remote Desktop Session
Hosts: hundreds of hosts at once, only the sessions that are meant, each one
verified, and everything on record. A host that does not answer delays nobody.")
if(TARGET rdsweep-tsts)
	list(APPEND CPACK_COMPONENTS_ALL connector)
	set(CPACK_DEBIAN_PROGRAM_PACKAGE_RECOMMENDS "rdsweep-tsts (= ${PROJECT_VERSION})")
	set(CPACK_DEBIAN_CONNECTOR_PACKAGE_NAME rdsweep-tsts)
	set(CPACK_DEBIAN_CONNECTOR_PACKAGE_DEPENDS "rdsweep (= ${PROJECT_VERSION})")
	set(CPACK_DEBIAN_CONNECTOR_PACKAGE_RECOMMENDS "krb5-user")
	set(CPACK_COMPONENT_CONNECTOR_DESCRIPTION
"connect rdsweep to Windows session hosts over SMB
The program that rdsweep starts to reach session hosts from Linux, with a
Kerberos ticket or a password. It contains libraries of Samba.")
endif()
set(CPACK_PROJECT_CONFIG_FILE ${CMAKE_CURRENT_LIST_DIR}/package_generator.cmake)
set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_CURRENT_LIST_DIR}/package_debian.cmake)
string(TIMESTAMP RDSWEEP_PACKAGED "%a, %d %b %Y %H:%M:%S +0000" UTC)
set(CPACK_RDSWEEP_PACKAGED "${RDSWEEP_PACKAGED}") # SOURCE_DATE_EPOCH is honoured
set(CPACK_RDSWEEP_DOCUMENTS ${documents})
set(CPACK_RDSWEEP_DATA ${CMAKE_INSTALL_DATADIR})
set(CPACK_RDSWEEP_MANUALS ${CMAKE_INSTALL_MANDIR})
set(CPACK_RDSWEEP_ZSH ${RDSWEEP_ZSH_COMPLETIONS})
include(CPack)
