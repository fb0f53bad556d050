# One folder is one room is one target with its own include directory, and sees only the rooms it links:
# a wrong include does not build.
#
#   rdsweep_room(NAME SOURCES a.c b.c USES rdsweep_base ... [PRIVATE_USES dep::uv ...])
function(rdsweep_room name)
	cmake_parse_arguments(room "" "" "SOURCES;USES;PRIVATE_USES" ${ARGN})
	add_library(${name} STATIC ${room_SOURCES})
	target_include_directories(${name} PUBLIC ${CMAKE_CURRENT_SOURCE_DIR})
	target_link_libraries(${name} PUBLIC ${room_USES} PRIVATE rdsweep_flags ${room_PRIVATE_USES})
endfunction()

#   rdsweep_test(NAME [SOURCES extra.c ...] USES rdsweep_base ... [TIMEOUT seconds])
# builds NAME.c of the current folder with cmocka and registers it as a test of the same name.
function(rdsweep_test name)
	cmake_parse_arguments(test "" "TIMEOUT" "SOURCES;USES" ${ARGN})
	if(NOT test_TIMEOUT)
		set(test_TIMEOUT 120)
	endif()
	add_executable(${name} ${name}.c ${test_SOURCES})
	target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR}/tests/unit)
	target_compile_definitions(${name} PRIVATE
		RDSWEEP_SOURCE_DIR="${CMAKE_SOURCE_DIR}" RDSWEEP_TEST_DATA="${CMAKE_SOURCE_DIR}/tests/data")
	target_link_libraries(${name} PRIVATE ${test_USES} rdsweep_flags dep::cmocka)
	add_test(NAME ${name} COMMAND ${name})
	set_tests_properties(${name} PROPERTIES TIMEOUT ${test_TIMEOUT} LABELS unit)
	rdsweep_needs_wine(${name})
endfunction()

#   rdsweep_needs_wine(TEST ...): the tests run a Windows program. Nothing on Windows itself.
function(rdsweep_needs_wine)
	if(CMAKE_CROSSCOMPILING AND WIN32)
		set_tests_properties(${ARGN} PROPERTIES FIXTURES_REQUIRED wine)
	endif()
endfunction()

#   rdsweep_runnable(TARGET RET) - the path of what runs the program TARGET here: itself, or a script that has Wine run it,
# for tests that start it themselves.
function(rdsweep_runnable target ret)
	if(NOT CMAKE_CROSSCOMPILING)
		set(${ret} $<TARGET_FILE:${target}> PARENT_SCOPE)
		return()
	endif()
	set(script ${CMAKE_BINARY_DIR}/on-wine/${target})
	set(${ret} ${script} PARENT_SCOPE)
	get_property(there GLOBAL PROPERTY runnable_${target})
	if(there)
		return()
	endif()
	set_property(GLOBAL PROPERTY runnable_${target} ON)
	list(JOIN CMAKE_CROSSCOMPILING_EMULATOR "' '" emulator)
	file(GENERATE OUTPUT ${script}
		CONTENT "#!/bin/sh\nexec '${emulator}' '$<TARGET_FILE:${target}>' \"$@\"\n"
		FILE_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
endfunction()
