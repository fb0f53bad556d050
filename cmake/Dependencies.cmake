# The product's three libraries (libuv, cJSON; cmocka for the tests) as targets dep::uv, dep::cjson, dep::cmocka.
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
