/* SPDX-License-Identifier: MIT
 *
 * The seam on pthreads: Linux (glibc, musl), macOS, the BSDs, Emscripten. Contract: src/port.h.
 */
#if (defined(__linux__) || defined(__EMSCRIPTEN__)) && !defined(_GNU_SOURCE)
# define _GNU_SOURCE /* clock_gettime, dl_iterate_phdr, sched_getaffinity */
#elif defined(__APPLE__) && !defined(_DARWIN_C_SOURCE)
# define _DARWIN_C_SOURCE /* pthread_cond_timedwait_relative_np, MAP_ANON */
#endif
#include "port.h"
#include "misuse.h"

#include <errno.h>
#include <sched.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>
#if defined(__ELF__)
# include <link.h>
#endif

static void check(int error, const char *call)
{
    if (error != 0) {
        pawl__die(call, error);
    }
}

pawl_time pawl__port_now(void)
{
    struct timespec now;
    if (clock_gettime(CLOCK_MONOTONIC, &now) != 0) {
        pawl__die("clock_gettime", errno);
    }
    return (pawl_time)now.tv_sec * PAWL_S(1) + now.tv_nsec;
}

#if defined(__linux__) && defined(CPU_COUNT)
static int allowed_to(pid_t thread)
{
    cpu_set_t allowed;
    return sched_getaffinity(thread, sizeof allowed, &allowed) == 0 ? CPU_COUNT(&allowed) : 0;
}

/* Linux knows it of threads only: of the first and of this one, each of which may be confined. */
static long count_processors(void)
{
    int first = allowed_to(getpid());
    int here = allowed_to(0);
    int count = first > here ? first : here;
    return count > 0 ? count : sysconf(_SC_NPROCESSORS_ONLN);
}
#else
static long count_processors(void)
{
    return sysconf(_SC_NPROCESSORS_ONLN);
}
#endif

/* errno is kept, as by a wait, in which this may be called. */
unsigned pawl__port_processors(void)
{
    int error = errno;
    long count = count_processors();
    errno = error;
    return count > 0 ? (unsigned)count : 1;
}

/* Zeroed memory is an unlocked mutex wherever the static initialiser is all zeros, which is not so
 * on macOS. What is zero is not written, so that a fresh lot touches no page. */
void pawl__guard_init(struct pawl__guard *guard)
{
#if !defined(__APPLE__)
    static const struct pawl__guard fresh = {PTHREAD_MUTEX_INITIALIZER};
    if (memcmp(guard, &fresh, sizeof fresh) == 0) {
        return;
    }
#endif
    check(pthread_mutex_init(&guard->mutex, NULL), "pthread_mutex_init");
}

void pawl__parker_init(struct pawl__parker *parker)
{
    pthread_condattr_t attributes;
    pawl__store32(&parker->token, PAWL__TOKEN_NONE, PAWL__RELAXED);
#if defined(PAWL__HAS_BELL)
    check(sem_init(&parker->bell, 0, 0) == 0 ? 0 : errno, "sem_init");
#endif
    check(pthread_mutex_init(&parker->mutex, NULL), "pthread_mutex_init");
    check(pthread_condattr_init(&attributes), "pthread_condattr_init");
#if !defined(__APPLE__) /* which has only the relative wait, below */
    check(pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC), "pthread_condattr_setclock");
#endif
    check(pthread_cond_init(&parker->cond, &attributes), "pthread_cond_init");
    check(pthread_condattr_destroy(&attributes), "pthread_condattr_destroy");
}

void pawl__guard_lock(struct pawl__guard *guard)
{
    check(pthread_mutex_lock(&guard->mutex), "pthread_mutex_lock");
}

void pawl__guard_unlock(struct pawl__guard *guard)
{
    check(pthread_mutex_unlock(&guard->mutex), "pthread_mutex_unlock");
}

/* A slice of a wait, of a day at most, which keeps a 32-bit time_t from overflowing: relative for
 * Apple, else absolute. */
static struct timespec slice(pawl_time now, pawl_time deadline)
{
    pawl_ns limit = deadline - now < PAWL_S(86400) ? deadline - now : PAWL_S(86400);
#if !defined(__APPLE__)
    limit += now;
#endif
    return (struct timespec){(time_t)(limit / PAWL_S(1)), (long)(limit % PAWL_S(1))};
}

/* How this copy sleeps. sleep_once is one wait, whose outcome does not matter: the token and the
 * clock alone decide. So a wait that ends early or spuriously, or with one of the errors macOS
 * returns under load, or takes a permit or signal that came too late for the wait before, costs a
 * turn and no more. */
#if defined(PAWL__SLEEPS_AT_BELL)
static const enum pawl__token how = PAWL__TOKEN_AWAITED_AT_BELL;

static void sleep_once(struct pawl__parker *parker, pawl_time now, pawl_time deadline)
{
    struct timespec limit = slice(now, deadline);
    if (deadline == PAWL_NEVER) {
        sem_wait(&parker->bell);
    } else {
        sem_clockwait(&parker->bell, CLOCK_MONOTONIC, &limit);
    }
}

/* Nothing is to be held in between. */
static void begin_sleep(struct pawl__parker *parker)
{
    (void)parker;
}

static void end_sleep(struct pawl__parker *parker)
{
    (void)parker;
}
#else
static const enum pawl__token how = PAWL__TOKEN_AWAITED;

static void sleep_once(struct pawl__parker *parker, pawl_time now, pawl_time deadline)
{
    struct timespec limit = slice(now, deadline);
    if (deadline == PAWL_NEVER) {
        pthread_cond_wait(&parker->cond, &parker->mutex);
        return;
    }
# if defined(__APPLE__)
    pthread_cond_timedwait_relative_np(&parker->cond, &parker->mutex, &limit);
# else
    pthread_cond_timedwait(&parker->cond, &parker->mutex, &limit);
# endif
}

static void begin_sleep(struct pawl__parker *parker)
{
    check(pthread_mutex_lock(&parker->mutex), "pthread_mutex_lock");
}

static void end_sleep(struct pawl__parker *parker)
{
    check(pthread_mutex_unlock(&parker->mutex), "pthread_mutex_unlock");
}
#endif

/* Passes through the mutex, so that who looked before the token was left is in its wait; and
 * signals after, so that who wakes at once does not run into it. */
static void signal_sleeper(struct pawl__parker *parker)
{
    check(pthread_mutex_lock(&parker->mutex), "pthread_mutex_lock");
#if defined(PAWL_VALGRIND) /* whose tools report a signal without the mutex */
    check(pthread_cond_signal(&parker->cond), "pthread_cond_signal");
    check(pthread_mutex_unlock(&parker->mutex), "pthread_mutex_unlock");
#else
    check(pthread_mutex_unlock(&parker->mutex), "pthread_mutex_unlock");
    check(pthread_cond_signal(&parker->cond), "pthread_cond_signal");
#endif
}

/* A permit stays in the semaphore if the token came before the sleeper slept: a later sleep then
 * takes a turn more. */
static void ring_bell(struct pawl__parker *parker)
{
#if defined(PAWL__HAS_BELL)
    check(sem_post(&parker->bell) == 0 ? 0 : errno, "sem_post");
#else
    (void)parker; /* no copy of pawl sleeps there on this host */
#endif
}

/* A thread that is cancelled inside a wait would leave its node in the queue, so cancellation waits
 * until the thread is out. errno is kept, as a wait may be inside a free(), which keeps it. */
bool pawl__park(struct pawl__parker *parker, pawl_time deadline)
{
    if (deadline == 0 || !pawl__token_await(&parker->token, how)) {
        return pawl__token_take(&parker->token);
    }
    int cancellation = pawl__port_forbid_cancellation();
    int error = errno;
    bool taken = false;
    bool late = false;
    begin_sleep(parker);
    while (!late && !(taken = pawl__token_take(&parker->token))) {
        pawl_time now = deadline == PAWL_NEVER ? 0 : pawl__port_now();
        if (now < deadline) {
            sleep_once(parker, now, deadline);
        } else {
            late = pawl__token_forgo(&parker->token, how);
        }
    }
    end_sleep(parker);
    errno = error;
    pawl__port_restore_cancellation(cancellation);
    return taken;
}

/* By the time it wakes the sleeper the token may be taken and the parker serve another wait, to
 * which that is a spurious wake-up: harmless, since a parker is never unmapped and park loops. */
void pawl__unpark(struct pawl__parker *parker)
{
    enum pawl__token sleeper = pawl__token_leave(&parker->token);
    if (sleeper == PAWL__TOKEN_AWAITED_AT_BELL) {
        ring_bell(parker);
    } else if (sleeper == PAWL__TOKEN_AWAITED) {
        signal_sleeper(parker);
    }
}

void *pawl__port_map(size_t size)
{
    void *block = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0);
    if (block == MAP_FAILED) {
        pawl__die("mmap", errno);
    }
    return block;
}

/* Where this copy of pawl keeps the address of the process's block.
 *
 * Copies find each other's cells without any symbol being exported, since a library that contains a
 * static pawl usually hides it. ELF: each copy carries a note that says where its cell is, and the
 * loader lists the notes of all that is loaded. Mach-O: dyld makes all weak definitions of one name
 * one. Elsewhere each copy is alone: WebAssembly loads no second one, Cygwin might. glibc's dlmopen
 * hides the objects of one namespace from another: copies in two namespaces are apart. */
#if defined(__APPLE__)
# define CELL_ATTRIBUTES __attribute__((weak, visibility("default")))
#else
# define CELL_ATTRIBUTES __attribute__((used, visibility("hidden")))
#endif
_Static_assert(PAWL__LOT_ABI == 1, "the cell's name has the same number");
extern void *pawl__shared_cell_1;
CELL_ATTRIBUTES void *pawl__shared_cell_1 = NULL;

#if defined(__ELF__)
# define TEXT_(x) #    x
# define TEXT(x)  TEXT_(x)
/* Name "pawl", type PAWL__LOT_ABI, and as descriptor the distance from itself to the cell. */
__asm__(".pushsection .note.pawl,\"a\",%note\n"
        ".balign 4\n"
        ".long 5, 4, " TEXT(PAWL__LOT_ABI) "\n"
                                           ".asciz \"pawl\"\n"
                                           ".balign 4\n"
                                           ".long pawl__shared_cell_1 - .\n"
                                           ".popsection\n");

/* The cell that a loaded object's note points to, or NULL. */
static void **find_cell(const struct dl_phdr_info *object)
{
    for (unsigned i = 0; i < object->dlpi_phnum; i++) {
        if (object->dlpi_phdr[i].p_type != PT_NOTE) {
            continue;
        }
        size_t align = object->dlpi_phdr[i].p_align == 8 ? 8 : 4;
        const char *at = (const char *)(object->dlpi_addr + object->dlpi_phdr[i].p_vaddr);
        const char *end = at + object->dlpi_phdr[i].p_memsz;
        uint32_t head[3]; /* the sizes of name and descriptor, and the type */
        while (end - at >= (ptrdiff_t)sizeof head) {
            memcpy(head, at, sizeof head);
            size_t offset = (sizeof head + head[0] + align - 1) & ~(align - 1);
            const char *descriptor = at + offset;
            if (head[0] == 5 && head[2] == PAWL__LOT_ABI &&
                memcmp(at + sizeof head, "pawl", 5) == 0) {
                int32_t distance;
                memcpy(&distance, descriptor, sizeof distance);
                return (void **)(uintptr_t)((uintptr_t)descriptor + (uintptr_t)(intptr_t)distance);
            }
            at += (offset + head[1] + align - 1) & ~(align - 1);
        }
    }
    return NULL;
}

/* A look at the cells of all loaded objects: for one that is filled, or to fill the first. */
struct search {
    void *fresh; /* NULL: only look */
    void *block;
};

/* The loader's lock keeps each object loaded while it is looked at. */
static int look_at_object(struct dl_phdr_info *object, size_t size, void *context)
{
    struct search *search = context;
    void **cell = find_cell(object);
    (void)size;
    if (cell != NULL) {
        search->block = pawl__cell_meet(cell, search->fresh);
    }
    return search->block != NULL;
}

static void *search_cells(void *fresh)
{
    struct search search = {fresh, NULL};
    dl_iterate_phdr(look_at_object, &search);
    return search.block;
}
#else
static void *search_cells(void *fresh)
{
    return pawl__cell_meet(&pawl__shared_cell_1, fresh);
}
#endif

/* A filled cell anywhere wins; else all who come at the same time meet at the first object's cell.
 * Each copy then fills its own too, so that the block is found if the first object is unloaded. */
void *pawl__port_shared_block(size_t size, void (*prepare)(void *block))
{
    void *block = search_cells(NULL);
    if (block == NULL) {
        void *fresh = pawl__port_map(size);
        prepare(fresh);
        block = search_cells(fresh);
        if (block == NULL) { /* no note survived the link: this copy is alone */
            block = fresh;
        } else if (block != fresh) {
            munmap(fresh, size);
        }
    }
    pawl__cell_fill(&pawl__shared_cell_1, block);
    return block;
}

_Thread_local uint64_t pawl__remembered_word PAWL__REMEMBERED_MODEL;

void pawl__local_init(struct pawl__local *local)
{
    check(pthread_key_create(&local->key, NULL), "pthread_key_create");
}

void *pawl__local_get(const struct pawl__local *local)
{
    return pthread_getspecific(local->key);
}

void pawl__local_set(const struct pawl__local *local, void *value)
{
    check(pthread_setspecific(local->key, value), "pthread_setspecific");
}

/* Threads live until the process does. */
bool pawl__port_is_ending(void)
{
    return false;
}

/* Android has no cancellation. */
int pawl__port_forbid_cancellation(void)
{
    int before = 0;
#if !defined(__ANDROID__)
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before);
#endif
    return before;
}

void pawl__port_restore_cancellation(int before)
{
#if defined(__ANDROID__)
    (void)before;
#else
    pthread_setcancelstate(before, &before);
#endif
}

void pawl__port_at_fork(void (*prepare)(void), void (*child)(void))
{
    check(pthread_atfork(prepare, NULL, child), "pthread_atfork");
}
