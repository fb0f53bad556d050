#include "account.h"

#include <stddef.h>
#include <string.h>

#include "text.h"
#include "wildcard.h"

static bool has_control(const char *text)
{
	size_t len = strlen(text);
	for (size_t at = 0; at < len;) {
		uint32_t code_point = ' ';
		size_t used = utf8_decode(text + at, len - at, &code_point);
		if (code_point < 0x20 || (code_point >= 0x7f && code_point <= 0x9f)) {
			return true;
		}
		at += used ? used : 1;
	}
	return false;
}

const char *account_pattern_error(const char *pattern)
{
	if (!pattern || pattern[0] == '\0') {
		return "is empty";
	}
	if (has_control(pattern)) {
		return "holds a control character";
	}
	if (strchr(pattern, '@')) {
		return "holds an '@': sessions carry NetBIOS domains, write DOMAIN\\user";
	}
	const char *backslash = strchr(pattern, '\\');
	if (!backslash) {
		return NULL;
	}
	if (strchr(backslash + 1, '\\')) {
		return "holds a second backslash: write DOMAIN\\user";
	}
	if (backslash == pattern) {
		return "has no domain before the backslash: write *\\user for every domain";
	}
	if (backslash[1] == '\0') {
		return "has no user after the backslash: write DOMAIN\\* for every user";
	}
	return NULL;
}

bool account_match(const char *pattern, const char *domain, const char *user)
{
	if (!user || user[0] == '\0') {
		return false;
	}
	const char *user_pattern = pattern;
	const char *backslash = strchr(pattern, '\\');
	if (backslash) {
		domain = domain ? domain : "";
		if (!wildcard_match_n(pattern, (size_t)(backslash - pattern), domain,
				      strlen(domain))) {
			return false;
		}
		user_pattern = backslash + 1;
	}
	return wildcard_match(user_pattern, user);
}

bool account_pattern_is_exact(const char *pattern)
{
	return !account_pattern_error(pattern) && strchr(pattern, '\\') &&
	       wildcard_is_literal(pattern);
}

bool account_eq(const char *domain_a, const char *user_a, const char *domain_b, const char *user_b)
{
	return text_fold_eq(user_a ? user_a : "", user_b ? user_b : "") &&
	       text_fold_eq(domain_a ? domain_a : "", domain_b ? domain_b : "");
}
