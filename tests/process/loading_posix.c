/* SPDX-License-Identifier: MIT
 *
 * Loading pawl into a process that runs: as a shared library, and in hundreds of plugins that
 * contain a static pawl each, after the loader's static TLS is used up. The program has no pawl.
 * The arguments are the paths of loading_hog, of libpawl, of loading_plugin and of a loading_plugin
 * with pawl 9, and a folder for the copies: a loader maps one file once, so each plugin is a file
 * of its own.
 */
#define _GNU_SOURCE
#include <pawl/rlock.h>

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PLUGINS = 500, HOGS = 2000 };

static const char *folder;

static void expect(int is_so, const char *what, int number)
{
    if (!is_so) {
        printf("not so: %s (%d)\n", what, number);
        exit(1);
    }
}

static void copy_file(const char *from, const char *to)
{
    static char buffer[1 << 16];
    FILE *source = fopen(from, "rb"), *target = fopen(to, "wb");
    expect(source != NULL && target != NULL, "the files open", 0);
    for (size_t n; (n = fread(buffer, 1, sizeof buffer, source)) > 0;) {
        expect(fwrite(buffer, 1, n, target) == n, "the file is written", 0);
    }
    fclose(source);
    expect(fclose(target) == 0, "the file is written", 0);
}

static void *load_copy(const char *path)
{
    static int copies;
    char name[4096];
    snprintf(name, sizeof name, "%s/copy%d.so", folder, copies++);
    copy_file(path, name);
    void *library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
    unlink(name);
    return library;
}

static void find(void *library, const char *name, void *function)
{
    void *found = dlsym(library, name);
    expect(found != NULL, name, 0);
    memcpy(function, &found, sizeof found); /* ISO C does not cast to a function */
}

/* A copy of pawl's calls. */
struct calls {
    uint32_t (*nest)(pawl_rlock *rlock);
    uint32_t (*depth)(const pawl_rlock *rlock);
    pawl_status (*release)(pawl_rlock *rlock);
};

static struct calls plugins[PLUGINS];
static pawl_rlock rlock = PAWL_RLOCK_INIT;

static void use_up_static_tls(const char *hog)
{
    int loaded = 0;
    while (loaded < HOGS && load_copy(hog) != NULL) {
        loaded++;
    }
    const char *error = loaded < HOGS ? dlerror() : "none";
    printf("%d libraries with static TLS, then: %s\n", loaded, error);
    expect(loaded < HOGS, "static TLS is used up", loaded);
}

static void load_shared(const char *path)
{
    void (*acquire)(pawl_rlock * rlock);
    struct calls calls;
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) {
        printf("%s\n", dlerror());
    }
    expect(library != NULL, "the shared library is loaded", 0);
    find(library, "pawl_rlock_acquire", &acquire);
    find(library, "pawl_rlock_depth", &calls.depth);
    find(library, "pawl_rlock_release", &calls.release);
    acquire(&rlock);
    expect(calls.depth(&rlock) == 1 && calls.release(&rlock) == PAWL_OK, "it works", 0);
}

static void load_plugins(const char *path)
{
    for (int i = 0; i < PLUGINS; i++) {
        void *library = load_copy(path);
        if (library == NULL) {
            printf("%s\n", dlerror());
        }
        expect(library != NULL, "a plugin is loaded", i);
        find(library, "plugin_nest", &plugins[i].nest);
        find(library, "plugin_depth", &plugins[i].depth);
        find(library, "plugin_release", &plugins[i].release);
        expect(plugins[i].nest(&rlock) == (uint32_t)i + 1, "the thread is the owner", i);
    }
}

/* In a thread that is not the owner. */
static void *look(void *unused)
{
    for (int i = 0; i < PLUGINS; i++) {
        expect(plugins[i].depth(&rlock) == 0, "another thread is not the owner", i);
        expect(plugins[i].release(&rlock) == PAWL_NOT_HELD, "it cannot release", i);
    }
    return unused;
}

/* A thread that was started before the libraries were loaded. */
static pthread_barrier_t all_loaded;

static void *wait_and_look(void *unused)
{
    pthread_barrier_wait(&all_loaded);
    return look(unused);
}

/* A plugin whose names other libraries may use. */
static const char *version_of(const char *path)
{
    const char *(*version)(void);
    void *library = dlopen(path, RTLD_NOW | RTLD_GLOBAL);
    expect(library != NULL, "a plugin is loaded with global names", 0);
    find(library, "plugin_version", &version);
    return version();
}

int main(int count, char **arguments)
{
    pthread_t older, newer;
    expect(count == 6, "there are five arguments", count);
    folder = arguments[5];
    expect(version_of(arguments[3])[0] != '9', "the plugin has its own pawl", 0);
    expect(version_of(arguments[4])[0] == '9', "the other has its own pawl", 9);
    pthread_barrier_init(&all_loaded, NULL, 2);
    expect(pthread_create(&older, NULL, wait_and_look, NULL) == 0, "a thread starts", 0);
    use_up_static_tls(arguments[1]);
    load_shared(arguments[2]);
    load_plugins(arguments[3]);
    pthread_barrier_wait(&all_loaded);
    expect(pthread_create(&newer, NULL, look, NULL) == 0, "a thread starts", 1);
    pthread_join(older, NULL);
    pthread_join(newer, NULL);
    for (int i = 0; i < PLUGINS; i++) {
        expect(plugins[i].release(&rlock) == PAWL_OK, "the owner releases", i);
    }
    printf("the last of %d plugins works as the first\n", PLUGINS);
    return 0;
}
