# rdsweep_flags: what every target of ours is compiled with.
add_library(rdsweep_flags INTERFACE)
if(MSVC)
	# Without the remarks on what C allows: constant conditions, the names of POSIX, conditional expressions on sizeof.
	target_compile_options(rdsweep_flags INTERFACE /experimental:c11atomics
		/W4 /utf-8 /wd4127 /wd4996 /wd4204 /wd4221 /we4013 /we4133 $<$<BOOL:${RDSWEEP_WERROR}>:/WX>)
else()
	target_compile_options(rdsweep_flags INTERFACE
		-Wall -Wextra -Wpedantic -Wshadow -Wformat=2 -Wvla -Wstrict-prototypes -Wmissing-prototypes
		-Wold-style-definition -Wpointer-arith -Wcast-qual -Wwrite-strings -Wundef -Wswitch-enum
		-Wimplicit-fallthrough -Wnull-dereference -Wdouble-promotion
		-Werror=implicit-function-declaration -Werror=incompatible-pointer-types
		$<$<BOOL:${RDSWEEP_WERROR}>:-Werror>)
endif()
if(WIN32)
	# Windows 10 and Server 2016; printf() of C rather than of the old run-time library.
	target_compile_definitions(rdsweep_flags INTERFACE
		_WIN32_WINNT=0x0A00 WIN32_LEAN_AND_MEAN NOMINMAX UNICODE _UNICODE
		$<$<BOOL:${MINGW}>:__USE_MINGW_ANSI_STDIO=1>)
else()
	# uv.h needs POSIX names that plain C17 hides.
	target_compile_definitions(rdsweep_flags INTERFACE _POSIX_C_SOURCE=200809L)
endif()
if(RDSWEEP_SANITIZE)
	target_compile_options(rdsweep_flags INTERFACE -fsanitize=${RDSWEEP_SANITIZE}
		-fno-sanitize-recover=all -fno-omit-frame-pointer)
	target_link_options(rdsweep_flags INTERFACE -fsanitize=${RDSWEEP_SANITIZE})
endif()
