/*
 * journal_replay.h - what the files that read a journal back share. Private to them.
 *
 *   journal_read.c    the lines, one after the other, and what is in doubt after the last
 *   journal_events.c  what each event holds and does: a table
 *   journal_fields.c  members of lines that are more than a value
 *   journal_keep.c    what a line has said, into the record and the marks
 *
 * Functions that return int: 0, or -1 with the error in the replay's reader.
 * Threads: one thread at a time.
 */
#ifndef RDSWEEP_JOURNAL_REPLAY_H
#define RDSWEEP_JOURNAL_REPLAY_H

#include "journal_read.h"
#include "report_object.h"
#include "str_map.h"

/* What is known of a row beyond its session. */
struct row_mark {
	int64_t intent_at_ms; /* its last intent, if there was one; UTC */
	bool intended;
	bool open;	     /* no result has followed */
	bool warning;	     /* about to be warned: he may have been */
	bool warned;	     /* ... and has not been told otherwise since, and stays */
	uint16_t warn_error; /* of the record's: why a warning could not be shown; 0 none */
};

struct journal_marks {
	struct row_mark *rows; /* the first `cap` of the host's rows; later ones have none */
	uint32_t cap;
	int64_t drain_at_ms; /* UTC: the last intent to set its drain mode */
	bool drain_open;     /* ... and no look has followed */
	bool acted;	     /* rows have been named: the host's list must not change any more */
};

/* What a line has said, member by member. */
struct replay_line {
	int64_t t_ms;
	uint32_t host;
	bool host_known;
	uint32_t row;
	struct rep_session_object session;
	struct fleet_host member;
	struct rep_host done; /* what `done` says of its host, and its error */
	struct rep_error_kind done_error;
	uint8_t drain_to; /* enum rep_drain */
	const char *stopped_by;
	int32_t exit_code;
	int64_t run_duration_ms;
	uint8_t outcome;
	bool settled;
	uint32_t sweep;
	bool acting;
	int64_t until_ms;		  /* of the grace */
	struct rep_error_kind told_error; /* of `warned` and `called_off` */
};

struct replay {
	struct journal_read *read; /* being filled; its host_count are the members so far */
	struct rep_reader reader;
	struct str_map names; /* of members */
	size_t host_cap;
	bool members_over; /* the record is made */
	uint32_t *rows;	   /* scratch: those of an intent */
	size_t row_count, row_cap;
	struct replay_line line;
	struct rep_read_error error; /* of a visitor, whose own would be lost */
	bool visitor_failed;
};

/* journal_events.c */
struct journal_event {
	const char *name;
	struct rep_shape shape; /* its object is the replay */
	int (*apply)(struct replay *replay);
	bool member; /* stands before all others */
};
/* NULL: of a name that is unknown here. */
const struct journal_event *journal_event_find(const char *name);

/* journal_fields.c: `object` is the replay, what was read goes to its line. */
int replay_read_host_name(struct rep_reader *reader, void *object);
int replay_read_row(struct rep_reader *reader, void *object);
/* The row of a session that is new: the next one of its host. */
int replay_read_new_row(struct rep_reader *reader, void *object);
int replay_read_rows(struct rep_reader *reader, void *object); /* to the replay's `rows` */
int replay_read_session(struct rep_reader *reader, void *object);
int replay_read_done_error(struct rep_reader *reader, void *object);
int replay_read_told_error(struct rep_reader *reader, void *object);
int replay_read_done_drain(struct rep_reader *reader, void *object);
int replay_read_schema(struct rep_reader *reader, void *object);
/* Its texts stay: they go to the arena of what is returned. */
int replay_read_member_host(struct rep_reader *reader, void *object);
/* The host of `surveyed` goes by as in a report: first itself, then its sessions, which the
 * reader's visitor hands to these two; `ctx` is the replay. */
int replay_read_surveyed_host(struct rep_reader *reader, void *object);
int replay_on_host(void *ctx, const struct rep_host *from, const struct rep_error_kind *kind);
int replay_on_session(void *ctx, const struct rep_session *from, const struct rep_error_kind *kind);

/* journal_keep.c */
struct rep_host *replay_host(struct replay *replay); /* the line's, in the record */
/* `kind` may be NULL: no error. */
int replay_keep_error(struct replay *replay, const struct rep_error_kind *kind, uint16_t *ret);
/* Copies all of *from, with the texts, over *at. */
int replay_keep_session(struct replay *replay, struct rep_host *host, struct rep_session *at,
			const struct rep_session *from, const struct rep_error_kind *kind);
int replay_add_session(struct replay *replay, struct rep_host *host, const struct rep_session *from,
		       const struct rep_error_kind *kind);
void replay_copy_host(struct rep_host *to, const struct rep_host *from, uint16_t error);
/* A result clears the doubt, and who was not come to has still been warned; one that is in_doubt is known at least to be so, until
 * journal_reopen(). */
void replay_mark_result(struct journal_marks *marks, uint32_t row, uint8_t outcome);
int replay_mark_intent(struct replay *replay, uint32_t row);
int replay_mark_warned(struct replay *replay, uint32_t row, bool warned);
int replay_mark_warning(struct replay *replay, uint32_t row);
/* journal_read.c: whom a sweep of a process that was stopped had only listed is new to the next one, whose sweep may find
 * him. */
void replay_forget_listed(struct journal_read *read);
/* Who may have been warned counts as warned. */
void replay_keep_warnings(struct journal_read *read);
/* A warning could not be shown: the line's error. */
int replay_mark_not_warned(struct replay *replay, uint32_t row);

#endif
