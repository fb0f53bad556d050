# Debian's mingw-w64 makes the 64-bit Windows program; Wine runs it. The win32 thread model needs no DLL of mingw's own.
set(CMAKE_SYSTEM_NAME Windows)
set(CMAKE_SYSTEM_PROCESSOR x86_64)

set(_triplet x86_64-w64-mingw32)
find_program(RDSWEEP_MINGW_CC NAMES ${_triplet}-gcc-win32 ${_triplet}-gcc REQUIRED)
set(CMAKE_C_COMPILER ${RDSWEEP_MINGW_CC})
set(CMAKE_RC_COMPILER ${_triplet}-windres)

set(CMAKE_FIND_ROOT_PATH /usr/${_triplet})
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)

# libgcc and the rest go inside.
set(CMAKE_EXE_LINKER_FLAGS_INIT "-static")
set(CMAKE_SHARED_LINKER_FLAGS_INIT "-static")

# A prefix in the build folder, which nothing else on the machine shares.
get_filename_component(_wine ${CMAKE_CURRENT_LIST_DIR}/../tests/windows/wine ABSOLUTE)
set(CMAKE_CROSSCOMPILING_EMULATOR ${_wine} ${CMAKE_BINARY_DIR}/wine run)
