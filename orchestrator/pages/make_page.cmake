# Writes one page; with CHECK it only compares, and says how to make it.
execute_process(COMMAND ${PAGES} ${NAME} OUTPUT_VARIABLE text RESULT_VARIABLE failed)
if(failed)
	message(FATAL_ERROR "${PAGES} ${NAME} failed")
endif()
if(NOT CHECK)
	file(WRITE ${FILE} "${text}")
	return()
endif()
file(READ ${FILE} committed)
if(NOT committed STREQUAL text)
	message(FATAL_ERROR "${FILE} is not what the tables of options and commands say. Make it anew and commit it: "
		"cmake --build --preset dev --target pages")
endif()
