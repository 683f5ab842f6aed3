// SPDX-License-Identifier: BSD-2-Clause
//
// main() of a fuzz target without a fuzzing engine: runs each file, and each file of each directory, that it is given.
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/fuzz/target.h"

static unsigned long run_count;

static int run_file(const char *path)
{
    static uint8_t data[1 << 20];
    FILE *file = fopen(path, "rb");
    if (!file) {
        perror(path);
        return 1;
    }
    size_t size = fread(data, 1, sizeof data, file);
    fclose(file);
    LLVMFuzzerTestOneInput(data, size);
    run_count++;
    return 0;
}

static int run_path(const char *path)
{
    DIR *directory = opendir(path);
    if (!directory) {
        return run_file(path);
    }
    int failed = 0;
    for (struct dirent *entry = readdir(directory); entry; entry = readdir(directory)) {
        char name[4096];
        if (entry->d_name[0] != '.') {
            snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
            failed |= run_file(name);
        }
    }
    closedir(directory);
    return failed;
}

int main(int argc, char **argv)
{
    int failed = LLVMFuzzerInitialize(&argc, &argv);
    for (int i = 1; i < argc; i++) {
        failed |= run_path(argv[i]);
    }
    printf("%lu inputs ran\n", run_count);
    return failed;
}
