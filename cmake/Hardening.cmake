# What compiler and linker can do against a mistake of ours becoming somebody else's foothold, added to rdsweep_flags.
# tests/build/test_hardened.py looks whether the program that was built has it.
if(MSVC)
	target_compile_options(rdsweep_flags INTERFACE /GS /guard:cf)
	target_link_options(rdsweep_flags INTERFACE /guard:cf /CETCOMPAT /DYNAMICBASE /HIGHENTROPYVA /NXCOMPAT)
	return()
endif()

include(CheckCCompilerFlag)
include(CheckPIESupported)

# What each finds room for: canaries, the stack probed page by page, marked targets of jumps and a shadow stack.
foreach(flag -fstack-protector-strong -fstack-clash-protection -fcf-protection=full)
	string(MAKE_C_IDENTIFIER "RDSWEEP_HAVE${flag}" have)
	# Windows probes its stacks itself, and knows marked jumps only from its own compiler.
	if(WIN32 AND NOT flag STREQUAL "-fstack-protector-strong")
		continue()
	endif()
	check_c_compiler_flag(${flag} ${have})
	if(${have})
		target_compile_options(rdsweep_flags INTERFACE ${flag})
	endif()
endforeach()

# Checked versions of memcpy() and its kin: only with optimisation, and sanitizers have their own.
string(TOUPPER "${CMAKE_BUILD_TYPE}" type)
if(NOT RDSWEEP_SANITIZE AND "${CMAKE_C_FLAGS} ${CMAKE_C_FLAGS_${type}}" MATCHES "-O[1-3s]")
	target_compile_options(rdsweep_flags INTERFACE -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
endif()

if(WIN32)
	# Named once more, as mingw keeps what canaries and checked functions call in a library of its own.
	target_link_options(rdsweep_flags INTERFACE -fstack-protector-strong)
	target_link_options(rdsweep_flags INTERFACE LINKER:--dynamicbase LINKER:--high-entropy-va LINKER:--nxcompat)
else()
	check_pie_supported(LANGUAGES C)
	set(CMAKE_POSITION_INDEPENDENT_CODE ON)
	target_link_options(rdsweep_flags INTERFACE LINKER:-z,relro LINKER:-z,now LINKER:-z,noexecstack)
endif()
