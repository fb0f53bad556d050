/*
 * text.h - UTF-8, UTF-16, simple case folding and escaping for terminals.
 *
 * Folding is Unicode's *simple* folding (CaseFolding.txt, status C and S), the same on every
 * platform: 1:1, no locale, no Turkish special case. The table is made by fold_table.py.
 */
#ifndef RDSWEEP_TEXT_H
#define RDSWEEP_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "strbuf.h"

/* One code point from well-formed UTF-8 (no overlong forms, no surrogates, at most U+10FFFF).
 * Returns the bytes used, 0 where `len` is 0 or the bytes are not well-formed. */
size_t utf8_decode(const char *text, size_t len, uint32_t *ret_code_point);

/* 1 to 4 bytes into `out`; a surrogate or anything past U+10FFFF is written as U+FFFD. */
size_t utf8_encode(uint32_t code_point, char out[4]);

/* True when every byte is well-formed UTF-8 and none is NUL. Otherwise *reterr_offset is where
 * it breaks. */
bool utf8_valid(const char *text, size_t len, size_t *reterr_offset);

/* Appends UTF-16 code units as UTF-8; a lone surrogate becomes U+FFFD. */
void utf8_from_utf16(struct strbuf *out, const uint16_t *units, size_t count);

/* The simple folding of one code point; itself where there is none. */
uint32_t text_fold(uint32_t code_point);

/* strcmp() of the folded texts. Bytes that are not UTF-8 compare as themselves. */
int text_fold_cmp(const char *a, const char *b);
bool text_fold_eq(const char *a, const char *b);

/* Appends the folded text (the key to use for maps of names). */
void text_fold_add(struct strbuf *out, const char *text, size_t len);

/* Appends `text` so that a terminal shows it and obeys nothing in it. Control characters (C0, DEL,
 * C1), format characters (bidi embeddings, overrides and isolates, zero-width ones, tags), variation
 * selectors, fillers, line and paragraph separators and U+FEFF become \xNN or \u{NNNN}; so do
 * combining marks with nothing to stand on, and more than eight on one character. Bytes that are not
 * UTF-8 become \xNN; a backslash stays as it is (accounts are full of them). */
void text_escape_add(struct strbuf *out, const char *text, size_t len);

/* What an input file says: strips a UTF-8 BOM, or converts UTF-16LE with BOM (what PowerShell 5
 * writes) to UTF-8. `out` receives the text. 0; -1 with *reterr_offset (in bytes of the input) and
 * a static *reterr_what where it is neither valid UTF-8 nor UTF-16LE with BOM, holds a NUL, or
 * memory is short. */
int text_from_file(struct strbuf *out, const char *bytes, size_t len, size_t *reterr_offset,
		   const char **reterr_what);

#endif
