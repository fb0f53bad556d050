/* report_sample: writes one of the sample records to a file, for tests outside of C and to make
 * the examples anew. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report_write.h"
#include "sample_model.h"

static int to_file(void *ctx, const char *bytes, size_t len)
{
	return fwrite(bytes, 1, len, ctx) == len ? 0 : -1;
}

static int write_to(const struct rep_record *record, enum rep_format format, const char *path)
{
	struct rep_sink sink = { fopen(path, "wb"), to_file };
	int result;

	if (!sink.ctx)
		return -1;
	result = rep_write_record(record, format, &sink);
	return fclose(sink.ctx) == 0 ? result : -1;
}

int main(int argc, char **argv)
{
	struct rep_record record;
	int result;

	if (argc != 4) {
		fprintf(stderr, "usage: report_sample example|merged|hostile json|csv PATH\n");
		return 2;
	}
	if (strcmp(argv[1], "hostile") == 0)
		result = sample_hostile(&record);
	else
		result = strcmp(argv[1], "merged") == 0 ? sample_merged(&record)
							: sample_example(&record);
	if (result < 0)
		return 1;
	result = write_to(&record, strcmp(argv[2], "csv") == 0 ? REP_FORMAT_CSV : REP_FORMAT_JSON,
			  argv[3]);
	rep_record_release(&record);
	if (result < 0)
		fprintf(stderr, "report_sample: '%s' could not be written\n", argv[3]);
	return result < 0 ? 1 : 0;
}
