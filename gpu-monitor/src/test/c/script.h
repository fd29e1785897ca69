/*
 * What the libraries that play NVML and DCGM say, from a text file of key=value lines. The file is read again when it has
 * changed, so a test can change what a running program sees. Keys of every library:
 *
 *   fail.<function>=<code>   the function answers this code
 *   hang.<function>=<ms>     the function takes this long
 *
 * The file's path comes from script_use(), or from the environment variable FAKE_GPU_SCRIPT.
 */
#ifndef SCRIPT_H
#define SCRIPT_H

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#define SLOTS 8192

struct script_line {
    char key[96];
    char value[400];
};

static struct script_line *script_table;
static char script_path[4096];
static struct timespec script_read_at;
static long long script_size = -1;
static int script_traps;

static unsigned script_hash(const char *key) {
    unsigned hash = 5381;
    while (*key) {
        hash = hash * 33 + (unsigned char) *key++;
    }
    return hash % SLOTS;
}

static const char *script_find(const char *key) {
    if (!script_table) {
        return NULL;
    }
    for (unsigned at = script_hash(key);; at = (at + 1) % SLOTS) {
        if (!script_table[at].key[0]) {
            return NULL;
        }
        if (!strcmp(script_table[at].key, key)) {
            return script_table[at].value;
        }
    }
}

static void script_load(void) {
    if (!script_table) {
        script_table = calloc(SLOTS, sizeof *script_table);
    }
    memset(script_table, 0, SLOTS * sizeof *script_table);
    script_traps = 0;
    FILE *file = fopen(script_path, "r");
    char line[600];
    while (file && fgets(line, sizeof line, file)) {
        line[strcspn(line, "\r\n")] = 0;
        char *equals = strchr(line, '=');
        if (!equals || line[0] == '#') {
            continue;
        }
        *equals = 0;
        unsigned at = script_hash(line);
        while (script_table[at].key[0] && strcmp(script_table[at].key, line)) {
            at = (at + 1) % SLOTS;
        }
        snprintf(script_table[at].key, sizeof script_table[at].key, "%s", line);
        snprintf(script_table[at].value, sizeof script_table[at].value, "%s", equals + 1);
        script_traps |= !strncmp(line, "fail.", 5) || !strncmp(line, "hang.", 5);
    }
    if (file) {
        fclose(file);
    }
}

/* Looks whether the file has changed: called where a sample begins, not at each call, to cost next to nothing. */
static void script_refresh(void) {
    struct stat now;
    if (!script_path[0] && getenv("FAKE_GPU_SCRIPT")) {
        snprintf(script_path, sizeof script_path, "%s", getenv("FAKE_GPU_SCRIPT"));
    }
    if (!script_path[0] || stat(script_path, &now)) {
        return;
    }
    if (now.st_mtim.tv_sec != script_read_at.tv_sec || now.st_mtim.tv_nsec != script_read_at.tv_nsec
        || now.st_size != script_size) {
        script_read_at = now.st_mtim;
        script_size = now.st_size;
        script_load();
    }
}

void script_use(const char *path) {
    snprintf(script_path, sizeof script_path, "%s", path);
    script_size = -1;
    script_refresh();
}

static const char *script_text(const char *format, ...) {
    char key[96];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(key, sizeof key, format, arguments);
    va_end(arguments);
    return script_find(key);
}

static long long script_number(long long otherwise, const char *format, ...) {
    char key[96];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(key, sizeof key, format, arguments);
    va_end(arguments);
    const char *text = script_find(key);
    return text ? strtoll(text, NULL, 0) : otherwise;
}

/* The code that a function is told to fail with, after it has hung for as long as it is told to; otherwise 0. */
static int script_trap(const char *function) {
    if (!script_traps) {
        return 0;
    }
    long long hang = script_number(0, "hang.%s", function);
    if (hang > 0) {
        struct timespec time = {hang / 1000, hang % 1000 * 1000000};
        nanosleep(&time, NULL);
    }
    return (int) script_number(0, "fail.%s", function);
}

#endif
