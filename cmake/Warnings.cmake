# rdsweep_flags: what every target of ours is compiled with.
add_library(rdsweep_flags INTERFACE)
target_compile_options(rdsweep_flags INTERFACE
	-Wall -Wextra -Wpedantic -Wshadow -Wformat=2 -Wvla -Wstrict-prototypes -Wmissing-prototypes
	-Wold-style-definition -Wpointer-arith -Wcast-qual -Wwrite-strings -Wundef -Wswitch-enum
	-Wimplicit-fallthrough -Wnull-dereference -Wdouble-promotion
	-Werror=implicit-function-declaration -Werror=incompatible-pointer-types
	$<$<BOOL:${RDSWEEP_WERROR}>:-Werror>)
# uv.h needs POSIX names that plain C17 hides.
target_compile_definitions(rdsweep_flags INTERFACE $<$<NOT:$<BOOL:${WIN32}>>:_POSIX_C_SOURCE=200809L>)
if(RDSWEEP_SANITIZE)
	target_compile_options(rdsweep_flags INTERFACE -fsanitize=${RDSWEEP_SANITIZE}
		-fno-sanitize-recover=all -fno-omit-frame-pointer)
	target_link_options(rdsweep_flags INTERFACE -fsanitize=${RDSWEEP_SANITIZE})
endif()
