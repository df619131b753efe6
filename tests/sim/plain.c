/* SPDX-License-Identifier: MIT
 *
 * The plain reads and writes of pawl's sources: fields of objects, waiters and the lot. The sources
 * are compiled with -fsanitize=thread, which adds a call before each such access; the called
 * functions are here, instead of ThreadSanitizer's own. Two accesses to a byte, one of them a write
 * and not both atomic, that are not ordered by happens-before are a data race, in whatever order
 * they ran.
 *
 * Exceptions are the cases' own variables, which use SIM_READ and SIM_WRITE, and the data that the
 * guard of the pool of parkers protects, because that guard creates no happens-before here.
 */
#include "engine.h"

#include <string.h>

/* The state of a byte of the simulated memory, in the run whose number it has. */
struct cell {
    uint32_t run;
    uint32_t touch_tick[2][SIM_FIBRES]; /* by plain and by atomic accesses: reads and writes */
    uint32_t write_tick[2][SIM_FIBRES]; /* writes alone */
    bool atomic;                        /* it was accessed atomically */
    bool freed;
};
enum { PLAIN, ATOMIC };
static struct cell cells[MEMORY_BYTES];
static uint32_t run;

void plain_reset(void)
{
    run++;
}

/* The fibre whose access to the byte must happen before this one, and does not; SIM_FIBRES:
 * none. */
static unsigned rival_of(const struct cell *cell, int how, bool write)
{
    const uint32_t *known = sim_engine.fibres[sim_engine.self].hb.at;
    const uint32_t *plain = write ? cell->touch_tick[PLAIN] : cell->write_tick[PLAIN];
    const uint32_t *atomic = write ? cell->touch_tick[ATOMIC] : cell->write_tick[ATOMIC];
    unsigned i = 0;
    while (i < sim_engine.fibre_count && known[i] >= plain[i] &&
           (how == ATOMIC || known[i] >= atomic[i])) {
        i++;
    }
    return i < sim_engine.fibre_count ? i : SIM_FIBRES;
}

/* Record an access to the bytes; returns the fibre whose access it races with, or SIM_FIBRES. */
static unsigned touch(size_t offset, size_t size, int how, bool write)
{
    unsigned self = sim_engine.self;
    unsigned rival = SIM_FIBRES;
    uint32_t *now = &sim_engine.fibres[self].hb.at[self];
    *now += how == PLAIN; /* an atomic's is that of its step */
    for (struct cell *cell = &cells[offset]; cell < &cells[offset + size]; cell++) {
        if (cell->run != run) {
            *cell = (struct cell){.run = run};
        }
        unsigned other = rival_of(cell, how, write);
        rival = other < SIM_FIBRES ? other : rival;
        cell->atomic = cell->atomic || how == ATOMIC;
        cell->touch_tick[how][self] = *now;
        if (write) {
            cell->write_tick[how][self] = *now;
        }
    }
    return rival;
}

static void check_no_rival(const volatile void *at, unsigned rival, const char *does)
{
    if (rival < SIM_FIBRES) {
        sim_fail("data race: %c %s %s, which %c accessed without happens-before",
                 'a' + (int)sim_engine.self, does, memory_name(at), 'a' + (int)rival);
    }
}

static void access(const volatile void *at, size_t size, bool write)
{
    size_t offset = memory_offset(at);
    if (sim_engine.live) {
        memory_end_plain_writes();
    }
    if (write) {
        memory_note_write(at, size);
    }
    if (!sim_engine.live || sim_engine.alone || offset >= MEMORY_BYTES || port_is_aside()) {
        return;
    }
    if (cells[offset].run == run && cells[offset].freed) {
        sim_fail("%s is %s after it was freed", memory_name(at), write ? "written" : "read");
    }
    check_no_rival(at, touch(offset, size, PLAIN, write), write ? "writes" : "reads");
    for (size_t i = 0; write && i < size; i++) {
        if (cells[offset + i].atomic) {
            memory_note_plain_write((const volatile char *)at + i);
        }
    }
}

void plain_note_atomic(const volatile void *at, size_t size, bool write)
{
    size_t offset = memory_offset(at);
    if (offset < MEMORY_BYTES) {
        check_no_rival(at, touch(offset, size, ATOMIC, write),
                       write ? "writes atomically" : "reads atomically");
    }
}

unsigned plain_free(const void *at, size_t size)
{
    size_t offset = memory_offset(at);
    unsigned rival = touch(offset, size, PLAIN, true);
    for (size_t i = 0; i < size; i++) {
        cells[offset + i].freed = true;
    }
    return rival;
}

/* The compiler's calls, by name. */
#define CALLED_BEFORE(access_name, size, write)                                                    \
    void __tsan_##access_name(const volatile void *at);                                            \
    void __tsan_##access_name(const volatile void *at)                                             \
    {                                                                                              \
        access(at, (size), (write));                                                               \
    }
CALLED_BEFORE(read1, 1, false)
CALLED_BEFORE(read2, 2, false)
CALLED_BEFORE(read4, 4, false)
CALLED_BEFORE(read8, 8, false)
CALLED_BEFORE(read16, 16, false)
CALLED_BEFORE(write1, 1, true)
CALLED_BEFORE(write2, 2, true)
CALLED_BEFORE(write4, 4, true)
CALLED_BEFORE(write8, 8, true)
CALLED_BEFORE(write16, 16, true)

void __tsan_read_range(const volatile void *at, size_t size);
void __tsan_read_range(const volatile void *at, size_t size)
{
    access(at, size, false);
}

void __tsan_write_range(const volatile void *at, size_t size);
void __tsan_write_range(const volatile void *at, size_t size)
{
    access(at, size, true);
}

/* Of no use here. */
void __tsan_init(void);
void __tsan_init(void)
{
}

void __tsan_func_entry(const void *caller);
void __tsan_func_entry(const void *caller)
{
    (void)caller;
}

void __tsan_func_exit(void);
void __tsan_func_exit(void)
{
}
