# rdsweep.cdx.json, the bill of materials (CycloneDX 1.5): the libraries of this very build, with their versions. It ships with
# the packages; tests/build/test_sbom.py holds it against the program.

# sbom_debian(PACKAGE RET) - the version of a package that is installed; nothing elsewhere than on Debian and its like.
function(sbom_debian package ret)
	set(version)
	find_program(RDSWEEP_DPKG_QUERY dpkg-query)
	if(RDSWEEP_DPKG_QUERY)
		execute_process(COMMAND ${RDSWEEP_DPKG_QUERY} -W -f "\${Version}" ${package}
			OUTPUT_VARIABLE version ERROR_QUIET RESULT_VARIABLE failed)
	endif()
	set(${ret} "${version}" PARENT_SCOPE)
endfunction()

# sbom_find(DEPENDENCY SOURCE PACKAGE RET_VERSION RET_PURL) - what dep::DEPENDENCY is, and where it came from.
function(sbom_find dependency source package ret_version ret_purl)
	if(MINGW AND CMAKE_CROSSCOMPILING) # built from the distribution's sources
		file(GLOB description ${RDSWEEP_MINGW_DEPS}/sources/${source}_*.dsc)
		string(REGEX REPLACE ".*/${source}_(.*)[.]dsc$" "\\1" debian "${description}")
		set(purl "pkg:deb/debian/${source}@${debian}?arch=source")
		string(REGEX REPLACE "-[^-]*$" "" version "${debian}")
	else()
		set(version "${${dependency}_VERSION}")
		sbom_debian(${package} debian)
		set(purl "pkg:deb/debian/${package}@${debian}")
		if(NOT debian)
			set(purl "pkg:generic/${source}@${version}")
		endif()
	endif()
	string(REPLACE "+" "%2B" purl "${purl}")
	set(${ret_version} "${version}" PARENT_SCOPE)
	set(${ret_purl} "${purl}" PARENT_SCOPE)
endfunction()

# sbom_add(NAME VERSION LICENSE SCOPE PURL) - one component more; `scope` is required (in the program), optional (in the connector)
# or excluded (in the tests only).
function(sbom_add name version license scope purl)
	if(NOT version)
		message(FATAL_ERROR "the version of ${name} is not known, and the bill of materials would be wrong")
	endif()
	set(text "    { \"type\": \"library\", \"bom-ref\": \"${name}\", \"name\": \"${name}\", \"version\": \"${version}\",\n")
	string(APPEND text "      \"scope\": \"${scope}\", \"licenses\": [{ ${license} }], \"purl\": \"${purl}\" }")
	set_property(GLOBAL APPEND PROPERTY sbom_components "${text}")
	if(scope STREQUAL "required")
		set_property(GLOBAL APPEND PROPERTY sbom_required "\"${name}\"")
	endif()
endfunction()

# The connector, a program of its own: nothing else links Samba.
function(sbom_connector)
	set(gpl "\"license\": { \"id\": \"GPL-3.0-or-later\" }")
	sbom_debian(samba-libs debian)
	if(debian) # 2:4.17.12+dfsg-0+deb12u4
		string(REGEX REPLACE "^([0-9]+:)?([0-9.]+).*$" "\\2" version "${debian}")
		string(REPLACE ":" "%3A" debian "${debian}")
		string(REPLACE "+" "%2B" debian "${debian}")
		sbom_add(Samba "${version}" "${gpl}" optional "pkg:deb/debian/samba-libs@${debian}")
	else()
		sbom_add(Samba unknown "${gpl}" optional "pkg:generic/samba@unknown")
	endif()
	sbom_add(rdsweep-tsts ${PROJECT_VERSION} "${gpl}" optional "pkg:generic/rdsweep-tsts@${PROJECT_VERSION}")
	set_property(GLOBAL PROPERTY sbom_connector ", { \"ref\": \"rdsweep-tsts\", \"dependsOn\": [\"Samba\"] }")
endfunction()

function(sbom_libraries)
	set(mit "\"license\": { \"id\": \"MIT\" }")
	sbom_find(uv libuv1 libuv1 version purl)
	sbom_add(libuv "${version}" "${mit}" required "${purl}")
	sbom_find(cjson cjson libcjson1 version purl)
	sbom_add(cJSON "${version}" "${mit}" required "${purl}")
	if(RDSWEEP_TESTS)
		sbom_find(cmocka cmocka libcmocka0 version purl)
		sbom_add(cmocka "${version}" "\"license\": { \"id\": \"Apache-2.0\" }" excluded "${purl}")
	endif()
	if(TARGET rdsweep-tsts)
		sbom_connector()
	endif()
	if(MINGW) # the compiler's own parts are inside of the program too
		execute_process(COMMAND ${CMAKE_C_COMPILER} -E -dM -include _mingw_mac.h -x c -
			INPUT_FILE /dev/null OUTPUT_VARIABLE macros COMMAND_ERROR_IS_FATAL ANY)
		foreach(part MAJOR MINOR BUGFIX)
			string(REGEX MATCH "__MINGW64_VERSION_${part} ([0-9]+)" found "${macros}")
			list(APPEND mingw ${CMAKE_MATCH_1})
		endforeach()
		list(JOIN mingw "." mingw)
		sbom_add(mingw-w64 ${mingw} "\"license\": { \"id\": \"ZPL-2.1\" }" required "pkg:generic/mingw-w64@${mingw}")
		set(gcc ${CMAKE_C_COMPILER_VERSION})
		sbom_add(libgcc-libssp ${gcc} "\"expression\": \"GPL-3.0-or-later WITH GCC-exception-3.1\"" required
			"pkg:generic/gcc@${gcc}")
	endif()
endfunction()

# After everything that is built is known.
sbom_libraries()
get_property(components GLOBAL PROPERTY sbom_components)
get_property(required GLOBAL PROPERTY sbom_required)
get_property(connector GLOBAL PROPERTY sbom_connector)
list(JOIN components ",\n" components)
list(JOIN required ", " required)
# The same bill has the same number, so that a build can be made again byte by byte.
string(UUID serial NAMESPACE 6ba7b811-9dad-11d1-80b4-00c04fd430c8 TYPE SHA1 NAME "${PROJECT_VERSION} ${components}")
file(CONFIGURE OUTPUT ${RDSWEEP_SBOM} @ONLY CONTENT [[{
  "bomFormat": "CycloneDX", "specVersion": "1.5", "serialNumber": "urn:uuid:@serial@", "version": 1,
  "metadata": { "component": {
    "type": "application", "bom-ref": "rdsweep", "name": "rdsweep", "version": "@PROJECT_VERSION@",
    "description": "@PROJECT_DESCRIPTION@", "licenses": [{ "license": { "id": "MIT" } }],
    "purl": "pkg:generic/rdsweep@@PROJECT_VERSION@" } },
  "components": [
@components@
  ],
  "dependencies": [{ "ref": "rdsweep", "dependsOn": [@required@] }@connector@]
}
]])
