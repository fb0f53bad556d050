/* failure.c - see failure.h. */
#include "failure.h"

#include <stdarg.h>
#include <stdio.h>

int failure_set(struct failure *failure, enum session_api api, uint32_t code)
{
	failure->error = (struct session_error){ .api = api, .code = code };
	failure->text[0] = '\0';
	return -1;
}

int failure_say(struct failure *failure, enum session_api api, uint32_t code, const char *format,
		...)
{
	va_list args;

	failure->error = (struct session_error){ .api = api, .code = code };
	va_start(args, format);
	(void)vsnprintf(failure->text, sizeof(failure->text), format, args);
	va_end(args);
	return -1;
}
