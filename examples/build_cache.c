/* SPDX-License-Identifier: MIT
 *
 * A build cache that several processes share: a result that is in the cache is read, by many at a
 * time; a result that is not is made by one of them, once. A build that crashed in the middle is
 * noticed by the next one, which makes the result anew. Without an argument it is three builds of
 * the same result; as separate processes:
 *
 *     cc examples/build_cache.c -lpawl -pthread -o build_cache
 *     ./build_cache CACHE make & ./build_cache CACHE ninja & pawl-lock --who CACHE.lock
 */
#include <pawl/filelock.h>

#include <stdio.h>
#include <stdlib.h>

struct cache {
    const char *path;
    pawl_filelock *lock;
};

static void need(pawl_status status, const char *what)
{
    if (status != PAWL_OK) {
        fprintf(stderr, "%s: %s\n", what, pawl_status_name(status));
        exit(1);
    }
}

static void open_cache(struct cache *cache, const char *path, const char *builder)
{
    char lock[1000];

    snprintf(lock, sizeof lock, "%s.lock", path);
    cache->path = path;
    need(pawl_filelock_open(lock, builder, &cache->lock), lock);
}

/* Under the lock, in any mode: the result's length, or 0 if it is not there. */
static size_t look_up(const struct cache *cache, char *result, size_t size)
{
    FILE *file = fopen(cache->path, "rb");
    size_t length = 0;

    if (file != NULL) {
        length = fread(result, 1, size - 1, file);
        fclose(file);
    }
    result[length] = '\0';
    return length;
}

/* Under the exclusive lock. */
static void make_result(const struct cache *cache, const char *builder)
{
    FILE *file = fopen(cache->path, "wb");

    if (file == NULL || fprintf(file, "made by %s", builder) < 0 || fclose(file) != 0) {
        fprintf(stderr, "%s cannot be written\n", cache->path);
        exit(1);
    }
}

static void build(const char *path, const char *builder)
{
    char result[100];
    struct cache cache;

    open_cache(&cache, path, builder);
    need(pawl_filelock_acquire_shared(cache.lock), "shared");
    bool hit = look_up(&cache, result, sizeof result) > 0 && !pawl_filelock_abandoned(cache.lock);
    need(pawl_filelock_release_shared(cache.lock), "release");
    if (!hit) {
        need(pawl_filelock_acquire_exclusive(cache.lock), "exclusive");
        /* Another build may have made it meanwhile; a crashed one may have left half of it. */
        if (pawl_filelock_abandoned(cache.lock) || look_up(&cache, result, sizeof result) == 0) {
            make_result(&cache, builder);
            look_up(&cache, result, sizeof result);
        }
        need(pawl_filelock_release_exclusive(cache.lock), "release");
    }
    printf("%s: %s, %s\n", builder, hit ? "hit" : "miss", result);
    pawl_filelock_close(cache.lock);
}

/* What a build that crashes leaves: half of the result, and its line in the lock file. */
static void crash(const char *path)
{
    char lock[1000];

    snprintf(lock, sizeof lock, "%s.lock", path);
    FILE *half = fopen(path, "wb");
    FILE *line = fopen(lock, "wb");
    if (half != NULL && line != NULL) {
        fputs("mad", half);
        fputs("pawl pid=1 since=1 host=here label=crashed\n", line);
    }
    if (half == NULL || line == NULL || fclose(half) != 0 || fclose(line) != 0) {
        exit(1);
    }
}

int main(int argc, char **argv)
{
    static const char path[] = "build_cache.example";
    static const char lock[] = "build_cache.example.lock";

    if (argc == 3) {
        build(argv[1], argv[2]);
        return 0;
    }
    remove(path);
    remove(lock);
    build(path, "make");
    build(path, "ninja");
    crash(path);
    build(path, "meson");
    build(path, "make");
    remove(path);
    remove(lock);
    return 0;
}
