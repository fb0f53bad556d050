# Run by cpack after everything was installed into its folder: what Debian's policy wants of a package.
if(NOT CPACK_GENERATOR STREQUAL DEB)
	return()
endif()
set(usr ${CPACK_TEMPORARY_INSTALL_DIRECTORY}/usr)
set(documents ${usr}/${CPACK_RDSWEEP_DOCUMENTS})

# gzip without name and time, so that the same files make the same package.
function(compress file)
	execute_process(COMMAND gzip -9nf ${file} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

file(GLOB manuals ${usr}/${CPACK_RDSWEEP_MANUALS}/man1/*.1)
foreach(manual IN LISTS manuals)
	compress(${manual})
endforeach()

file(MAKE_DIRECTORY ${usr}/share/zsh/vendor-completions)
file(RENAME ${usr}/${CPACK_RDSWEEP_ZSH}/_rdsweep ${usr}/share/zsh/vendor-completions/_rdsweep)
file(REMOVE_RECURSE ${usr}/${CPACK_RDSWEEP_ZSH})

file(READ ${documents}/LICENSE license)
file(WRITE ${documents}/copyright
	"Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\nUpstream-Name: rdsweep\n\n"
	"Files: *\nCopyright: 2026 The rdsweep authors\nLicense: Expat\n")
string(REGEX REPLACE "^MIT License\n\nCopyright[^\n]*\n\n" "" license "${license}")
string(REGEX REPLACE "\n\n" "\n.\n" license "${license}")
string(REGEX REPLACE "\n([^\n])" "\n \\1" license "\n${license}")
string(SUBSTRING "${license}" 1 -1 license)
file(APPEND ${documents}/copyright "${license}")
file(REMOVE ${documents}/LICENSE)

file(WRITE ${documents}/changelog
	"rdsweep (${CPACK_PACKAGE_VERSION}) unstable; urgency=medium\n\n  * What is new: CHANGELOG.md.\n\n"
	" -- ${CPACK_DEBIAN_PACKAGE_MAINTAINER}  ${CPACK_RDSWEEP_PACKAGED}\n")
compress(${documents}/changelog)

file(GLOB_RECURSE all LIST_DIRECTORIES true ${CPACK_TEMPORARY_INSTALL_DIRECTORY}/usr/*)
foreach(item IN LISTS all)
	if(IS_DIRECTORY ${item} OR item MATCHES "/s?bin/|/libexec/")
		file(CHMOD ${item} PERMISSIONS
			OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
	else()
		file(CHMOD ${item} PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
	endif()
endforeach()
