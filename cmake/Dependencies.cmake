# The product's three libraries (libuv, cJSON; cmocka for the tests) as targets dep::uv, dep::cjson, dep::cmocka.

if(MINGW AND CMAKE_CROSSCOMPILING)
	# No distribution has them for Windows: a script makes them, static, once for all builds of this checkout.
	set(RDSWEEP_MINGW_DEPS "${CMAKE_SOURCE_DIR}/build/mingw-deps" CACHE PATH
		"Where libuv, cJSON and cmocka for Windows are, or are to be made")
	execute_process(COMMAND ${CMAKE_CURRENT_LIST_DIR}/mingw-deps.sh ${RDSWEEP_MINGW_DEPS}
		COMMAND_ERROR_IS_FATAL ANY)
	function(rdsweep_dependency name archive)
		add_library(dep::${name} STATIC IMPORTED GLOBAL)
		set_target_properties(dep::${name} PROPERTIES
			IMPORTED_LOCATION ${RDSWEEP_MINGW_DEPS}/lib/${archive}
			INTERFACE_INCLUDE_DIRECTORIES ${RDSWEEP_MINGW_DEPS}/include)
		target_link_libraries(dep::${name} INTERFACE ${ARGN})
	endfunction()
	rdsweep_dependency(uv libuv_a.a psapi user32 advapi32 iphlpapi userenv ws2_32)
	rdsweep_dependency(cjson libcjson.a)
	target_compile_definitions(dep::cjson INTERFACE CJSON_HIDE_SYMBOLS)
	if(RDSWEEP_TESTS)
		rdsweep_dependency(cmocka libcmocka-static.a)
	endif()
elseif(WIN32)
	# vcpkg.json names them; its triplet x64-windows-static makes one exe.
	find_package(libuv CONFIG REQUIRED)
	find_package(cJSON CONFIG REQUIRED)
	add_library(dep::uv INTERFACE IMPORTED GLOBAL)
	target_link_libraries(dep::uv INTERFACE $<IF:$<TARGET_EXISTS:libuv::uv_a>,libuv::uv_a,libuv::uv>)
	add_library(dep::cjson INTERFACE IMPORTED GLOBAL)
	target_link_libraries(dep::cjson INTERFACE cjson)
	if(RDSWEEP_TESTS)
		find_package(cmocka CONFIG REQUIRED)
		add_library(dep::cmocka INTERFACE IMPORTED GLOBAL)
		target_link_libraries(dep::cmocka INTERFACE cmocka::cmocka)
	endif()
else()
	# Debian's libuv has no CMake package and its cJSON package lacks the include directory, so pkg-config finds both.
	find_package(PkgConfig REQUIRED)
	function(rdsweep_dependency name module)
		pkg_check_modules(${name} REQUIRED IMPORTED_TARGET ${module})
		add_library(dep::${name} INTERFACE IMPORTED GLOBAL)
		target_link_libraries(dep::${name} INTERFACE PkgConfig::${name})
	endfunction()
	rdsweep_dependency(uv libuv)
	rdsweep_dependency(cjson libcjson)
	if(RDSWEEP_TESTS)
		rdsweep_dependency(cmocka cmocka)
	endif()
endif()
