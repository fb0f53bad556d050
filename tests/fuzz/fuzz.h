/*
 * fuzz.h - what the fuzz targets share.
 *
 * A target is a fuzz_NAME.c with the one function below, which checks what has to hold for any
 * bytes whatever, not only that nothing crashes. libFuzzer feeds it with bytes of its own making
 * (`./dev fuzz`), fuzz_replay.c with the files of tests/data/fuzz/NAME: that is the test fuzz_NAME
 * of every build.
 */
#ifndef RDSWEEP_FUZZ_H
#define RDSWEEP_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One input. Always 0; what must not be ends the process. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

/* Also in builds without assertions. */
#define FUZZ_CHECK(condition) ((condition) ? (void)0 : fuzz_failed(#condition, __FILE__, __LINE__))
_Noreturn void fuzz_failed(const char *what, const char *file, int line);

/* Checks that a terminal shows the text and obeys nothing in it. Line ends are allowed where
 * `lines`. On its own bytes, not by base/text.h, which it watches. */
void fuzz_check_shown(const char *text, size_t len, bool lines);

/* The bytes as a text that ends at their first NUL, if there is one. Free it. */
char *fuzz_text(const uint8_t *bytes, size_t len);

/* Cuts at the first line feed: the first line without it, NUL-terminated (free it), and what
 * follows. */
char *fuzz_first_line(const uint8_t **bytes, size_t *len);

/* A file of the source tree, whole; kept for the life of the process. */
const char *fuzz_file(const char *path, size_t *ret_len);

#endif
