/* use.c - a C11 program over superoffice_batch.h: use get|watch|stop ID
 * It waits for a stop; a get and a watch are stepped as a frame loop does it. */
#include "superoffice_batch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <threads.h>
#include <time.h>

static void print_value(const char *name, const superoffice_batch_value *value) {
    switch (value->kind) {
    case SUPEROFFICE_BATCH_ABSENT: break;
    case SUPEROFFICE_BATCH_NULL: printf("%s: null\n", name); break;
    case SUPEROFFICE_BATCH_NUMBER: printf("%s: %lld\n", name, (long long)value->number); break;
    case SUPEROFFICE_BATCH_BOOLEAN: printf("%s: %s\n", name, value->number != 0 ? "true" : "false"); break;
    default: printf("%s: %.*s\n", name, (int)value->size, value->text == NULL ? "" : value->text); break;
    }
}

static void print_task(superoffice_batch *batch) {
    const char *name = NULL;
    superoffice_batch_value value;
    for (size_t n = 0; superoffice_batch_at(batch, n, &name, &value) != 0; ++n) print_value(name, &value);
}

static void print_progress(superoffice_batch *batch) {
    superoffice_batch_value state, percent;
    if (superoffice_batch_find(batch, "State", &state) == 0 || superoffice_batch_find(batch, "ProgressPercent", &percent) == 0)
        return;
    printf("%.*s %lld %%\n", (int)state.size, state.text, (long long)percent.number);
}

/* A frame loop: the step never waits, and what is left of the frame is slept away. */
static int32_t follow(superoffice_batch *batch) {
    for (;;) {
        const int32_t outcome = superoffice_batch_step(batch, superoffice_batch_now());
        if (outcome == SUPEROFFICE_BATCH_CHANGED) print_progress(batch);
        if (outcome != SUPEROFFICE_BATCH_CHANGED && outcome != SUPEROFFICE_BATCH_PENDING) return outcome;
        superoffice_batch_wants wanted;
        superoffice_batch_wait_for(batch, &wanted);
        if (wanted.until_ms > superoffice_batch_now()) thrd_sleep(&(struct timespec){.tv_nsec = 2 * 1000 * 1000}, NULL);
    }
}

int main(int argc, char **argv) {
    if (argc != 3) return 2;
    char *end;
    const long long number = strtoll(argv[2], &end, 10);
    if (end == argv[2] || *end != '\0' || number < 1 || number > INT32_MAX) return 2;
    const int32_t id = (int32_t)number;
    superoffice_batch_options options = SUPEROFFICE_BATCH_OPTIONS;
    options.base_url = getenv("SUPEROFFICE_BASE_URL");
    options.token = getenv("SUPEROFFICE_TOKEN");
    options.ca_file = getenv("SUPEROFFICE_CA_FILE");
    superoffice_batch *batch = superoffice_batch_create(&options);
    if (batch == NULL) return 2;

    int32_t outcome = SUPEROFFICE_BATCH_FAILED;
    if (strcmp(argv[1], "get") == 0) {
        superoffice_batch_start_get(batch, id);
        outcome = follow(batch);
        if (outcome == SUPEROFFICE_BATCH_DONE) print_task(batch);
    } else if (strcmp(argv[1], "watch") == 0) {
        superoffice_batch_start_watch(batch, id, 50);
        outcome = follow(batch);
        if (outcome == SUPEROFFICE_BATCH_DONE) print_progress(batch);
    } else {
        superoffice_batch_start_stop(batch, id);
        outcome = superoffice_batch_run(batch);
        if (outcome == SUPEROFFICE_BATCH_DONE) printf("%s\n", superoffice_batch_was_stopped(batch) ? "stopped" : "not stopped");
    }
    superoffice_batch_error error;
    superoffice_batch_last_error(batch, &error);
    if (outcome < 0) fprintf(stderr, "%s (%s, stage %s): %s can act\n", error.message, error.code, error.stage, error.remedy);
    superoffice_batch_destroy(batch);
    return outcome == SUPEROFFICE_BATCH_DONE ? 0 : 1;
}
