# Puts files into the program as they are: cmake -DOUT=x.c -DHEADER=x.h -DTYPE=t -DFILES=name=path,... -P Embed.cmake writes a C
# file with `const struct t name` (bytes, length) for each. No tool but CMake is needed, so that it also works in a cross build.
string(REPLACE "," ";" FILES "${FILES}")
set(text "/* Made by cmake/Embed.cmake. */\n#include \"${HEADER}\"\n")
foreach(item IN LISTS FILES)
	string(REGEX MATCH "^([^=]+)=(.*)$" unused "${item}")
	set(name ${CMAKE_MATCH_1})
	file(READ ${CMAKE_MATCH_2} hex HEX)
	string(REGEX REPLACE "(................................)" "\\1\n" lines "${hex}")
	string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${lines}")
	string(APPEND text "\nstatic const unsigned char ${name}_bytes[] = {\n${bytes}\n};\n"
		"const struct ${TYPE} ${name} = { ${name}_bytes, sizeof(${name}_bytes) };\n")
endforeach()
file(WRITE ${OUT} "${text}")
