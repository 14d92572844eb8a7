/* superoffice_batch.h - the batch tasks of SuperOffice for C, and for every language that can call C.
 * SPDX-License-Identifier: BSL-1.0
 *
 *     superoffice_batch_options options = SUPEROFFICE_BATCH_OPTIONS;
 *     options.base_url = "https://online.superoffice.com/Cust12345/api";
 *     options.token = token;
 *     superoffice_batch *batch = superoffice_batch_create(&options);
 *     superoffice_batch_start_get(batch, 497);
 *     if (superoffice_batch_run(batch) == SUPEROFFICE_BATCH_DONE) {
 *         superoffice_batch_value percent;
 *         superoffice_batch_find(batch, "ProgressPercent", &percent);
 *         printf("%lld %%\n", (long long)percent.number);
 *     }
 *     superoffice_batch_destroy(batch);
 *
 * A handle runs one call or one watch at a time. Start it with superoffice_batch_start_..., then either wait for it with
 * superoffice_batch_run, or call superoffice_batch_step once a frame. There are no callbacks and no threads. One thread at
 * a time uses a handle. Different handles may be used in different threads.
 *
 * Texts are UTF-8 and end by their size; there is no zero byte behind them. They live until the next start or step on the
 * handle, or until its end. */
#ifndef SUPEROFFICE_BATCH_H
#define SUPEROFFICE_BATCH_H

#include <stddef.h>
#include <stdint.h>

#if defined(_WIN32) && defined(SUPEROFFICE_BATCH_BUILD)
#define SUPEROFFICE_BATCH_API __declspec(dllexport)
#elif defined(_WIN32)
#define SUPEROFFICE_BATCH_API __declspec(dllimport)
#else
#define SUPEROFFICE_BATCH_API __attribute__((visibility("default")))
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* Changes when a program that was built with an older header can no longer use the library. Compare it with
 * superoffice_batch_interface(). */
#define SUPEROFFICE_BATCH_INTERFACE 1

typedef struct superoffice_batch superoffice_batch;

typedef struct superoffice_batch_options {
    size_t size;          /* sizeof(superoffice_batch_options), so that later versions can add members */
    const char *base_url; /* of the tenant */
    const char *token;    /* an access token; NULL or empty: credential_missing */
    const char *ca_file;  /* certificate authorities (PEM); NULL: the system's */
    int64_t timeout_ms;   /* for each call; 0: 30 seconds */
    size_t memory;        /* bytes for a request and its reply; 0: 65536 */
} superoffice_batch_options;

#define SUPEROFFICE_BATCH_OPTIONS {sizeof(superoffice_batch_options), NULL, NULL, NULL, 0, 0}

/* What start, step and run answer. */
enum {
    SUPEROFFICE_BATCH_FAILED = -1, /* superoffice_batch_last_error says why */
    SUPEROFFICE_BATCH_DONE = 0,    /* the call: its values are there; the watch: the task is in a final state */
    SUPEROFFICE_BATCH_PENDING = 1, /* not yet: step again */
    SUPEROFFICE_BATCH_CHANGED = 2, /* the watch only: new values are there; step again */
    SUPEROFFICE_BATCH_GONE = 3     /* the watch only: the service no longer knows the task; its end was not seen */
};

/* An error: its code, how far the call came, who can act, and one sentence. The texts live for ever. */
typedef struct superoffice_batch_error {
    const char *code;    /* "no_such_task", "certificate_expired"; "ok" where there is none */
    const char *stage;   /* "handshake", "service" */
    const char *remedy;  /* who can act: "program", "user", "administrator", "wait" */
    const char *message; /* for a person, in English */
    int32_t http_status; /* 0 while no status line was seen */
    int32_t native;      /* the code of the system or of the TLS library, unchanged; 0: none */
    int32_t may_repeat;  /* 1: the same call may succeed later although nobody changed anything */
} superoffice_batch_error;

/* What a property holds. */
enum {
    SUPEROFFICE_BATCH_ABSENT = 0,  /* the reply does not have it */
    SUPEROFFICE_BATCH_NULL = 1,
    SUPEROFFICE_BATCH_NUMBER = 2,  /* number */
    SUPEROFFICE_BATCH_BOOLEAN = 3, /* number: 0 or 1 */
    SUPEROFFICE_BATCH_TEXT = 4,    /* text; of an enumeration also number */
    SUPEROFFICE_BATCH_JSON = 5,    /* text: an object as JSON; it lives until the next value is read */
    SUPEROFFICE_BATCH_TOO_LARGE = 6 /* an object of more than 4096 bytes as JSON; there is no text */
};

typedef struct superoffice_batch_value {
    int32_t kind;
    int64_t number;
    const char *text;
    size_t size; /* of the text, in bytes */
} superoffice_batch_value;

/* What a pending call waits for. */
enum { SUPEROFFICE_BATCH_READABLE = 1, SUPEROFFICE_BATCH_WRITABLE = 2 };

typedef struct superoffice_batch_wants {
    int64_t handle;   /* the socket; -1: none, only the time counts. It may be another one after each step */
    int64_t until_ms; /* step at this time at the latest, by the clock that is given to step */
    int32_t events;   /* SUPEROFFICE_BATCH_READABLE, SUPEROFFICE_BATCH_WRITABLE, or 0 */
} superoffice_batch_wants;

SUPEROFFICE_BATCH_API int32_t superoffice_batch_interface(void);
SUPEROFFICE_BATCH_API const char *superoffice_batch_version(void);

/* Copies the options. NULL where there is no memory, or options->size is none that this library knows. */
SUPEROFFICE_BATCH_API superoffice_batch *superoffice_batch_create(const superoffice_batch_options *options);

/* Cancels what runs, zeroes the token and the memory, and frees them. NULL is allowed. */
SUPEROFFICE_BATCH_API void superoffice_batch_destroy(superoffice_batch *batch);

/* Each starts a call, or the watch of a task. SUPEROFFICE_BATCH_PENDING, or SUPEROFFICE_BATCH_FAILED at once. "busy": another
 * one runs on this handle, and goes on. interval_ms is the time from one reply to the next question; 0: 2 seconds. */
SUPEROFFICE_BATCH_API int32_t superoffice_batch_start_get(superoffice_batch *batch, int32_t id);
SUPEROFFICE_BATCH_API int32_t superoffice_batch_start_stop(superoffice_batch *batch, int32_t id);
SUPEROFFICE_BATCH_API int32_t superoffice_batch_start_watch(superoffice_batch *batch, int32_t id, int64_t interval_ms);

/* Goes on as far as it can, and does not wait, with one exception: a new connection asks the system for the host's
 * address, which blocks. now_ms is a clock that never goes back, superoffice_batch_now() for one. */
SUPEROFFICE_BATCH_API int32_t superoffice_batch_step(superoffice_batch *batch, int64_t now_ms);

/* Waits until there is something other than SUPEROFFICE_BATCH_PENDING, and answers it. */
SUPEROFFICE_BATCH_API int32_t superoffice_batch_run(superoffice_batch *batch);

/* What to wait for before the next step. */
SUPEROFFICE_BATCH_API void superoffice_batch_wait_for(const superoffice_batch *batch, superoffice_batch_wants *into);

/* Ends what runs, with the error "cancelled". Does nothing where nothing runs. */
SUPEROFFICE_BATCH_API void superoffice_batch_cancel(superoffice_batch *batch);

/* Milliseconds of a clock that never goes back. */
SUPEROFFICE_BATCH_API int64_t superoffice_batch_now(void);

SUPEROFFICE_BATCH_API void superoffice_batch_last_error(const superoffice_batch *batch, superoffice_batch_error *into);

/* The properties of the task, after SUPEROFFICE_BATCH_DONE and SUPEROFFICE_BATCH_CHANGED of a get or a watch. They have the
 * service's names. find answers 0 for a name that there is not; at answers 0 for an index that is too large. */
SUPEROFFICE_BATCH_API int32_t superoffice_batch_find(superoffice_batch *batch, const char *name,
                                                     superoffice_batch_value *into);
SUPEROFFICE_BATCH_API int32_t superoffice_batch_at(superoffice_batch *batch, size_t index, const char **name,
                                                   superoffice_batch_value *into);

/* 1 after SUPEROFFICE_BATCH_DONE of a stop where the service has stopped the task, else 0. */
SUPEROFFICE_BATCH_API int32_t superoffice_batch_was_stopped(const superoffice_batch *batch);

#ifdef __cplusplus
}
#endif
#endif
