/* Loads the library with the C interface, makes a handle that fails its call, and unloads it again: load FILE TIMES */
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "superoffice_batch.h"

int main(int argc, char **argv) {
    if (argc != 3) return 2;
    for (long n = strtol(argv[2], NULL, 10); n > 0; --n) {
        void *library = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
        if (library == NULL) {
            fprintf(stderr, "%s\n", dlerror());
            return 1;
        }
        superoffice_batch *(*create)(const superoffice_batch_options *);
        int32_t (*start)(superoffice_batch *, int32_t), (*run)(superoffice_batch *);
        void (*last_error)(const superoffice_batch *, superoffice_batch_error *), (*destroy)(superoffice_batch *);
        *(void **)&create = dlsym(library, "superoffice_batch_create");
        *(void **)&start = dlsym(library, "superoffice_batch_start_get");
        *(void **)&run = dlsym(library, "superoffice_batch_run");
        *(void **)&last_error = dlsym(library, "superoffice_batch_last_error");
        *(void **)&destroy = dlsym(library, "superoffice_batch_destroy");

        superoffice_batch_options options = SUPEROFFICE_BATCH_OPTIONS;
        options.base_url = "https://localhost:1/Cust12345/api";
        options.token = "a token";
        options.ca_file = "/nowhere/ca.pem";
        superoffice_batch *batch = create(&options);
        if (batch == NULL || start(batch, 497) != SUPEROFFICE_BATCH_PENDING || run(batch) != SUPEROFFICE_BATCH_FAILED) return 1;
        superoffice_batch_error error;
        last_error(batch, &error);
        if (strcmp(error.code, "ok") == 0) return 1;
        destroy(batch);
        if (dlclose(library) != 0 || dlopen(argv[1], RTLD_NOW | RTLD_NOLOAD) != NULL) {
            fprintf(stderr, "the library stays loaded\n");
            return 1;
        }
    }
    return 0;
}
