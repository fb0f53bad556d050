/*
 * hash.h - FNV-1a 64 (shards, maps, seeds) and SHA-256 (the fleet's fingerprint), and a seeded
 * generator.
 *
 * FNV-1a: draft-eastlake-fnv; SHA-256: FIPS 180-4. The generator is SplitMix64: small, the same
 * everywhere, not for secrets.
 */
#ifndef RDSWEEP_HASH_H
#define RDSWEEP_HASH_H

#include <stddef.h>
#include <stdint.h>

#define FNV1A_64_START UINT64_C(0xcbf29ce484222325)

/* Continues from `hash`; start with FNV1A_64_START. */
uint64_t fnv1a_64(uint64_t hash, const void *bytes, size_t len);

struct sha256 {
	uint32_t state[8];
	uint64_t bytes;
	unsigned char block[64];
};

#define SHA256_HEX_SIZE 65
void sha256_init(struct sha256 *sha);
void sha256_add(struct sha256 *sha, const void *bytes, size_t len);
void sha256_hex(struct sha256 *sha, char out[SHA256_HEX_SIZE]); /* ends the sum; lower-case */

uint64_t rng_next(uint64_t *state);
/* Evenly from 0 to bound - 1; 0 where bound is 0. */
uint64_t rng_below(uint64_t *state, uint64_t bound);
/* From 0 (included) to 1 (excluded), with 53 bits. */
double rng_unit(uint64_t *state);

#endif
