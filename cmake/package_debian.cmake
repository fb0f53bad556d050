# Run by cpack after everything was installed into its folder, one a package: what Debian's policy wants of a package.
if(NOT CPACK_GENERATOR STREQUAL DEB)
	return()
endif()

# gzip without name and time, so that the same files make the same package.
function(compress file)
	execute_process(COMMAND gzip -9nf ${file} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

# The license in the form of the policy: indented, a dot for an empty line.
function(expat_license ret)
	file(READ ${program}/${CPACK_RDSWEEP_DOCUMENTS}/LICENSE text)
	string(REGEX REPLACE "^MIT License\n\nCopyright[^\n]*\n\n" "" text "${text}")
	string(REGEX REPLACE "\n\n" "\n.\n" text "${text}")
	string(REGEX REPLACE "\n([^\n])" "\n \\1" text "\n${text}")
	string(SUBSTRING "${text}" 1 -1 text)
	set(${ret} "${text}" PARENT_SCOPE)
endfunction()

function(policy_files package documents comment)
	file(WRITE ${documents}/copyright
		"Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\nUpstream-Name: rdsweep\n\n"
		"Files: *\nCopyright: 2026 The rdsweep authors\nLicense: Expat\n${comment}\nLicense: Expat\n${expat}")
	file(WRITE ${documents}/changelog
		"${package} (${CPACK_PACKAGE_VERSION}) unstable; urgency=medium\n\n  * What is new: CHANGELOG.md of rdsweep.\n\n"
		" -- ${CPACK_DEBIAN_PACKAGE_MAINTAINER}  ${CPACK_RDSWEEP_PACKAGED}\n")
	compress(${documents}/changelog)
endfunction()

set(program ${CPACK_TEMPORARY_INSTALL_DIRECTORY}/program/usr)
set(connector ${CPACK_TEMPORARY_INSTALL_DIRECTORY}/connector/usr)
expat_license(expat)

file(GLOB manuals ${program}/${CPACK_RDSWEEP_MANUALS}/man1/*.1)
foreach(manual IN LISTS manuals)
	compress(${manual})
endforeach()
file(MAKE_DIRECTORY ${program}/share/zsh/vendor-completions)
file(RENAME ${program}/${CPACK_RDSWEEP_ZSH}/_rdsweep ${program}/share/zsh/vendor-completions/_rdsweep)
file(REMOVE_RECURSE ${program}/${CPACK_RDSWEEP_ZSH})
file(REMOVE ${program}/${CPACK_RDSWEEP_DOCUMENTS}/LICENSE)
policy_files(rdsweep ${program}/${CPACK_RDSWEEP_DOCUMENTS} "")

if(EXISTS ${connector})
	policy_files(rdsweep-tsts ${connector}/${CPACK_RDSWEEP_DATA}/doc/rdsweep-tsts
		"Comment: The sources are under this license. The program links libraries of Samba,\n which are under the GNU General Public License, version 3 or later, and so is as a\n whole under that license: /usr/share/common-licenses/GPL-3\n")
endif()

file(GLOB_RECURSE all LIST_DIRECTORIES true ${program}/* ${connector}/*)
foreach(item IN LISTS all)
	if(IS_DIRECTORY ${item} OR item MATCHES "/s?bin/|/libexec/")
		file(CHMOD ${item} PERMISSIONS
			OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
	else()
		file(CHMOD ${item} PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
	endif()
endforeach()
