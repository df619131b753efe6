/* SPDX-License-Identifier: MIT
 *
 * The simulated machine's memory: C11's, operationally.
 *
 * Each place has all its stores, in modification order, which is the order in which they were made.
 * A load may read any store that coherence does not forbid: none that is older than a store that
 * happens before the load, or than a store whose reading or writing happens before it. A
 * compare-and-swap that succeeds reads the newest store; one that fails is a relaxed load. What a
 * release publishes lasts through a chain of read-modify-writes, and no longer: C++20's release
 * sequences, which are shorter than C11's. README.md says what is not modelled.
 *
 * The newest value is also kept in the memory itself, so that plain reads in src/ find it.
 */
#include "engine.h"

#include <stdio.h>
#include <string.h>

enum { PLACES = 1024, STORES = 16384, OBJECTS = 16, UNDO = 64, PLAIN_WRITES = 8, POISON = 0xDB };

static struct place places[PLACES]; /* a hash table; `at` NULL: empty */
static unsigned used_places[PLACES];
static unsigned used_count;
static struct store stores[STORES];
static unsigned store_count;

static struct object {
    char *at;
    size_t size;
    const char *name;
    bool freed;
} objects[OBJECTS];
static unsigned object_count;

_Alignas(64) char sim_memory[MEMORY_BYTES];
static char *const map_bytes = sim_memory + STACKS_BYTES;
static size_t mapped;
/* The pages of the map that were written to, which is a small part of it: the lot is large. */
enum { PAGE_BYTES = 4096, PAGES = MAP_BYTES / PAGE_BYTES };
static bool is_dirty[PAGES];
static unsigned dirty_pages[PAGES];
static unsigned dirty_count;

/* The stores outside the schedule and the places' first values, so that the next run begins
 * alike. */
static struct {
    volatile void *at;
    size_t size;
    uint64_t value;
} undo[UNDO];
static unsigned undo_count;
/* The first of undo are those of opening the lot: nobody changes them afterwards, so that loads of
 * them are no points. */
static unsigned settled_count;

/* Places that the running fibre is about to write to plainly, and when: the compiler says so before
 * the write, so its value is known at the fibre's next call. */
static struct {
    struct place *place;
    uint32_t tick;
} plain_writes[PLAIN_WRITES];
static unsigned plain_count;

static bool is_mapped(const volatile void *at)
{
    size_t offset = memory_offset(at);
    return offset >= STACKS_BYTES && offset < MEMORY_BYTES;
}

void memory_note_write(const volatile void *at, size_t size)
{
    if (!is_mapped(at)) {
        return;
    }
    size_t first = (memory_offset(at) - STACKS_BYTES) / PAGE_BYTES;
    size_t last = (memory_offset(at) + size - 1 - STACKS_BYTES) / PAGE_BYTES;
    for (size_t page = first; page <= last; page++) {
        if (!is_dirty[page]) {
            is_dirty[page] = true;
            dirty_pages[dirty_count++] = (unsigned)page;
        }
    }
}

static uint64_t peek(const volatile void *at, size_t size)
{
    switch (size) {
    case 1:
        return *(const volatile uint8_t *)at;
    case 4:
        return *(const volatile uint32_t *)at;
    default:
        return *(const volatile uint64_t *)at;
    }
}

static void poke(volatile void *at, size_t size, uint64_t value)
{
    memory_note_write(at, size);
    switch (size) {
    case 1:
        *(volatile uint8_t *)at = (uint8_t)value;
        break;
    case 4:
        *(volatile uint32_t *)at = (uint32_t)value;
        break;
    default:
        *(volatile uint64_t *)at = value;
        break;
    }
}

static void clear_map(void)
{
    for (; dirty_count > 0; dirty_count--) {
        unsigned page = dirty_pages[dirty_count - 1];
        memset(map_bytes + (size_t)page * PAGE_BYTES, 0, PAGE_BYTES);
        is_dirty[page] = false;
    }
    mapped = 0;
}

void memory_reset(void)
{
    for (unsigned i = 0; i < used_count; i++) {
        places[used_places[i]].at = NULL;
    }
    used_count = 0;
    store_count = 0;
    object_count = 0;
    undo_count = 0;
    settled_count = 0;
    plain_count = 0;
    clear_map();
    plain_reset();
}

static void remember(volatile void *at, size_t size)
{
    if (!is_mapped(at)) {
        if (undo_count == UNDO) {
            sim_fail("the engine is too small: undo");
            return;
        }
        undo[undo_count].at = at;
        undo[undo_count].size = size;
        undo[undo_count++].value = peek(at, size);
    }
}

void memory_undo(void)
{
    while (undo_count > 0) {
        undo_count--;
        poke(undo[undo_count].at, undo[undo_count].size, undo[undo_count].value);
    }
}

void memory_settle(void)
{
    settled_count = undo_count;
}

static bool is_settled(const volatile void *at)
{
    unsigned i = 0;
    while (i < settled_count && undo[i].at != at) {
        i++;
    }
    return i < settled_count;
}

void *memory_map(size_t size)
{
    size_t rounded = (size + 63) & ~(size_t)63;
    if (rounded > MAP_BYTES - mapped) {
        return NULL;
    }
    mapped += rounded;
    return map_bytes + mapped - rounded;
}

void *sim_new(size_t size, const char *name)
{
    char *memory = memory_map(size);
    if (memory == NULL || object_count == OBJECTS) {
        sim_fail("the engine is too small: objects");
        return NULL;
    }
    objects[object_count++] = (struct object){memory, size, name, false};
    memory_note_write(memory, size);
    return memory;
}

/* The index of the address's place, or of the empty one where it would be. */
static size_t find_place(const volatile void *at)
{
    size_t hash = (size_t)((uintptr_t)at * UINT64_C(0x9E3779B97F4A7C15) >> 54) % PLACES;
    while (places[hash].at != NULL && places[hash].at != at) {
        hash = (hash + 1) % PLACES;
    }
    return hash;
}

struct place *memory_place(const volatile void *at, size_t size)
{
    size_t hash = find_place(at);
    struct place *place = &places[hash];
    if (place->at == NULL) {
        if (used_count == PLACES / 2) {
            sim_fail("the engine is too small: places");
        }
        used_places[used_count++] = (unsigned)hash;
        *place = (struct place){.at = at, .size = size, .writer = SIM_FIBRES};
    }
    return place;
}

void memory_learn(struct clock *clock, const struct clock *news)
{
    for (unsigned i = 0; i < SIM_FIBRES; i++) {
        clock->at[i] = clock->at[i] > news->at[i] ? clock->at[i] : news->at[i];
    }
}

static struct fibre *self(void)
{
    return &sim_engine.fibres[sim_engine.self];
}

static uint32_t tick(void)
{
    return self()->hb.at[sim_engine.self];
}

/* For the search: what the running step depends on, and whose turn might come before it. */
void memory_access(struct place *place, enum access_mode mode)
{
    struct fibre *fibre = self();
    unsigned me = sim_engine.self;
    struct step *step = &sim_engine.steps[sim_engine.step];
    if (step->access_count < ACCESSES_MAX) {
        step->accesses[step->access_count++] = (struct access){place->at, mode != ACCESS_READ};
    } else {
        sim_fail("the engine is too small: accesses");
    }
    if (mode != ACCESS_FOLLOW && place->write_step != 0 && place->write_fibre != me &&
        fibre->dep.at[place->write_fibre] < place->write_step) {
        search_note_race(place->write_step);
    }
    for (unsigned i = 0; mode == ACCESS_WRITE && i < sim_engine.fibre_count; i++) {
        if (i != me && fibre->dep.at[i] < place->read_step[i]) {
            search_note_race(place->read_step[i]);
        }
    }
    memory_learn(&fibre->dep, &place->write_dep);
    if (mode != ACCESS_READ) {
        memory_learn(&fibre->dep, &place->read_dep);
    }
    fibre->dep.at[me] = sim_engine.step;
    if (mode == ACCESS_READ) {
        memory_learn(&place->read_dep, &fibre->dep);
        place->read_step[me] = sim_engine.step;
        return;
    }
    place->write_dep = fibre->dep;
    if (mode == ACCESS_WRITE) {
        place->write_step = sim_engine.step;
        place->write_fibre = me;
        memset(place->read_step, 0, sizeof place->read_step);
    }
}

const char world_cell;

void memory_concern_all(void)
{
    struct engine *engine = &sim_engine;
    struct clock *dep = &self()->dep;
    for (unsigned i = 0; i < engine->fibre_count; i++) {
        uint32_t last = engine->fibres[i].dep.at[i];
        if (i != engine->self && dep->at[i] < last) {
            search_note_race(last);
        }
    }
    for (unsigned i = 0; i < engine->fibre_count; i++) {
        memory_learn(dep, &engine->fibres[i].dep);
    }
    struct step *step = &engine->steps[engine->step];
    step->accesses[step->access_count++] = (struct access){&world_cell, true};
    engine->world_step = engine->step;
    engine->world_fibre = engine->self;
    engine->world_dep = *dep;
}

void memory_follow_world(void)
{
    struct engine *engine = &sim_engine;
    struct clock *dep = &self()->dep;
    if (engine->world_step != 0 && dep->at[engine->world_fibre] < engine->world_step) {
        search_note_race(engine->world_step);
        memory_learn(dep, &engine->world_dep);
    }
    dep->at[engine->self] = engine->step;
}

static unsigned add_store(struct place *place, uint64_t value)
{
    if (store_count == STORES - 1) {
        sim_fail("the engine is too small: stores");
    }
    struct store *store = &stores[++store_count];
    *store = (struct store){.value = value, .before = place->latest};
    place->latest = store_count;
    return store_count;
}

/* Without the folders, which the reader knows. */
static const char *short_name(const char *where)
{
    const char *slash = strrchr(where, '/');
    return slash != NULL ? slash + 1 : where;
}

static void check_not_freed(const volatile void *at, const char *where)
{
    const volatile char *address = at;
    for (unsigned i = 0; i < object_count; i++) {
        if (objects[i].freed && address >= objects[i].at &&
            address < objects[i].at + objects[i].size) {
            sim_fail("%s is used after it was freed, at %s", objects[i].name, short_name(where));
        }
    }
}

void memory_note_plain_write(const volatile void *at)
{
    struct place *place = &places[find_place(at)];
    if (place->at == NULL || place->latest == 0) {
        return;
    }
    if (plain_count == PLAIN_WRITES) {
        sim_fail("the engine is too small: plain writes");
    }
    plain_writes[plain_count].place = place;
    plain_writes[plain_count++].tick = tick();
}

void memory_end_plain_writes(void)
{
    for (; plain_count > 0; plain_count--) {
        struct place *place = plain_writes[plain_count - 1].place;
        unsigned store = add_store(place, peek(place->at, place->size));
        stores[store].seen[sim_engine.self] = plain_writes[plain_count - 1].tick;
    }
}

/* The place of an atomic, with the value that is there as its first store; or as a new one, if it
 * was written since by code that is not compiled as pawl's sources are, such as a case's own. */
static struct place *atomic_place(const volatile void *at, size_t size, const char *where)
{
    check_not_freed(at, where);
    port_check_block(at);
    struct place *place = memory_place(at, size);
    uint64_t value = peek(at, size);
    if (place->latest == 0 || stores[place->latest].value != value) {
        bool first = place->latest == 0;
        struct store *store = &stores[add_store(place, value)];
        if (!first) {
            store->seen[sim_engine.self] = tick();
        } else if (!is_mapped(at) && engine_owner_of((const void *)at) == SIM_FIBRES) {
            remember((volatile void *)(uintptr_t)at, size);
        }
    }
    place->touched[sim_engine.self] = tick();
    return place;
}

/* Whether a load of this fibre must not read what is older than this store. */
static bool is_floor(const struct store *store)
{
    for (unsigned i = 0; i < sim_engine.fibre_count; i++) {
        if (store->seen[i] != 0 && store->seen[i] <= self()->hb.at[i]) {
            return true;
        }
    }
    return store->before == 0;
}

/* The store that a load reads: the newest, or an older one if the search chooses so. A
 * compare-and-swap that fails cannot read what it expects. */
static struct store *choose_store(struct place *place, const uint64_t *unwanted)
{
    unsigned choices[16];
    unsigned count = 0;
    unsigned at = place->latest;
    choices[count++] = at;
    while (sim_engine.old_values_left > 0 && !is_floor(&stores[at]) && count < 16) {
        at = stores[at].before;
        if (unwanted == NULL || stores[at].value != *unwanted) {
            choices[count++] = at;
        }
    }
    unsigned way = search_choose_way(count);
    sim_engine.old_values_left -= way != 0;
    return &stores[choices[way]];
}

static void see(struct store *store)
{
    if (store->seen[sim_engine.self] == 0) {
        store->seen[sim_engine.self] = tick();
    }
}

static const char *age_of(const struct place *place, const struct store *store)
{
    return store == &stores[place->latest] ? "" : " (an old value)";
}

static const char *order_name(int order)
{
    static const char *const names[] = {"relaxed", "acquire", "release", "acq_rel"};
    return names[order];
}

uint64_t sim_load(const volatile void *at, size_t size, int order, const char *where)
{
    if (!sim_engine.live || is_settled(at)) {
        return peek(at, size);
    }
    engine_point((struct op){.kind = OP_LOAD, .at = at, .size = size, .where = where});
    struct place *place = atomic_place(at, size, where);
    struct store *store = choose_store(place, NULL);
    memory_access(place, ACCESS_READ);
    plain_note_atomic(at, size, false);
    see(store);
    if (order == PAWL__ACQUIRE || order == PAWL__ACQ_REL) {
        memory_learn(&self()->hb, &store->sync);
    }
    trace("load   %-22s = %-4llx %s%s, %s", memory_name(at), (unsigned long long)store->value,
          order_name(order), age_of(place, store), short_name(where));
    return store->value;
}

/* Make a store in the history and in memory; `sequence` is what it continues, if anything. */
static void publish(struct place *place, uint64_t value, int order, const struct clock *sequence)
{
    struct store *store = &stores[add_store(place, value)];
    if (sequence != NULL) {
        store->sync = *sequence;
    }
    if (order == PAWL__RELEASE || order == PAWL__ACQ_REL) {
        memory_learn(&store->sync, &self()->hb);
    }
    see(store);
    poke((volatile void *)(uintptr_t)place->at, place->size, value);
}

/* The first pointer that a call stores on its own stack is its waiter's key: it joins a queue. */
static void note_queueing(const volatile void *at, size_t size)
{
    if (self()->queued_step == 0 && size == sizeof(void *) &&
        engine_owner_of((const void *)(uintptr_t)at) == sim_engine.self) {
        self()->queued_step = sim_engine.step;
    }
}

void sim_store(volatile void *at, size_t size, uint64_t value, int order, const char *where)
{
    if (!sim_engine.live) {
        remember(at, size);
        poke(at, size, value);
        return;
    }
    engine_point((struct op){.kind = OP_STORE, .at = at, .size = size, .where = where});
    struct place *place = atomic_place(at, size, where);
    memory_access(place, ACCESS_WRITE);
    plain_note_atomic(at, size, true);
    note_queueing(at, size);
    publish(place, value, order, NULL);
    trace("store  %-22s : %-4llx %s, %s", memory_name(at), (unsigned long long)value,
          order_name(order), short_name(where));
}

/* A read-modify-write has read the newest store: make the next. */
static void replace(struct place *place, const struct store *newest, uint64_t value, int order)
{
    if (order == PAWL__ACQUIRE || order == PAWL__ACQ_REL) {
        memory_learn(&self()->hb, &newest->sync);
    }
    self()->taken_step = sim_engine.step;
    publish(place, value, order, &newest->sync);
}

uint64_t sim_change(volatile void *at, size_t size, enum sim_change change, uint64_t operand,
                    int order, const char *where)
{
    if (!sim_engine.live) {
        uint64_t seen = peek(at, size);
        remember(at, size);
        poke(at, size, change == SIM_ADD ? seen + operand : operand);
        return seen;
    }
    engine_point((struct op){.kind = OP_CAS, .at = at, .size = size, .where = where});
    struct place *place = atomic_place(at, size, where);
    struct store *newest = &stores[place->latest];
    memory_access(place, ACCESS_WRITE);
    plain_note_atomic(at, size, true);
    see(newest);
    poke(at, size, change == SIM_ADD ? newest->value + operand : operand);
    replace(place, newest, peek(at, size), order);
    trace("change %-22s : %llx to %llx %s, %s", memory_name(at), (unsigned long long)newest->value,
          (unsigned long long)peek(at, size), order_name(order), short_name(where));
    return newest->value;
}

bool sim_cas(volatile void *at, size_t size, void *expected, uint64_t desired, int order,
             const char *where)
{
    uint64_t wanted = peek(expected, size);
    if (!sim_engine.live) {
        uint64_t seen = peek(at, size);
        if (seen == wanted) {
            remember(at, size);
            poke(at, size, desired);
        }
        poke(expected, size, seen);
        return seen == wanted;
    }
    engine_point((struct op){.kind = OP_CAS, .at = at, .size = size, .where = where});
    struct place *place = atomic_place(at, size, where);
    struct store *store = choose_store(place, &wanted);
    bool done = store->value == wanted;
    memory_access(place, done ? ACCESS_WRITE : ACCESS_READ);
    plain_note_atomic(at, size, done);
    see(store);
    poke(expected, size, store->value);
    if (done) {
        replace(place, store, desired, order);
        trace("swap   %-22s : %llx to %llx %s, %s", memory_name(at), (unsigned long long)wanted,
              (unsigned long long)desired, order_name(order), short_name(where));
    } else {
        trace("swap   %-22s = %-4llx fails%s, %s", memory_name(at),
              (unsigned long long)store->value, age_of(place, store), short_name(where));
    }
    return done;
}

void sim_plain(const void *at, bool write, const char *name)
{
    if (!sim_engine.live) {
        return;
    }
    struct place *place = memory_place(at, 0);
    struct fibre *fibre = self();
    fibre->hb.at[sim_engine.self]++;
    bool race = place->writer != SIM_FIBRES && fibre->hb.at[place->writer] < place->write_tick;
    for (unsigned i = 0; write && i < sim_engine.fibre_count; i++) {
        race = race || fibre->hb.at[i] < place->read_tick[i];
    }
    if (race) {
        sim_fail("data race: %c %s %s, which another accessed without happens-before",
                 'a' + (int)sim_engine.self, write ? "writes" : "reads", name);
    }
    if (write) {
        place->writer = sim_engine.self;
        place->write_tick = tick();
    } else {
        place->read_tick[sim_engine.self] = tick();
    }
}

bool sim_sees(const void *at)
{
    const struct place *place = memory_place(at, 0);
    return place->writer != SIM_FIBRES && self()->hb.at[place->writer] >= place->write_tick;
}

void sim_free(void *memory)
{
    struct object *object = objects;
    while (object < objects + object_count && object->at != memory) {
        object++;
    }
    if (sim_engine.live) {
        engine_point((struct op){.kind = OP_FREE, .at = memory, .size = object->size,
                                 .where = "free"});
    }
    trace("free   %s", object->name);
    for (unsigned i = 0; sim_engine.live && i < used_count; i++) {
        struct place *place = &places[used_places[i]];
        const volatile char *at = place->at;
        if (at < object->at || at >= object->at + object->size) {
            continue;
        }
        memory_access(place, ACCESS_WRITE);
        for (unsigned j = 0; j < sim_engine.fibre_count; j++) {
            if (self()->hb.at[j] < place->touched[j]) {
                sim_fail("%s is freed, and an access by %c does not happen before", object->name,
                         'a' + (int)j);
            }
        }
    }
    unsigned rival = sim_engine.live ? plain_free(memory, object->size) : SIM_FIBRES;
    if (rival < SIM_FIBRES) {
        sim_fail("%s is freed, and a plain access by %c does not happen before", object->name,
                 'a' + (int)rival);
    }
    object->freed = true;
    memset(memory, POISON, object->size);
}

const char *memory_name(const volatile void *at)
{
    static char names[4][48];
    static unsigned next;
    char *name = names[next++ % 4];
    const volatile char *address = at;
    unsigned owner = engine_owner_of((const void *)(uintptr_t)at);
    for (unsigned i = 0; i < object_count; i++) {
        if (address >= objects[i].at && address < objects[i].at + objects[i].size) {
            snprintf(name, sizeof names[0], "%s+%d", objects[i].name,
                     (int)(address - objects[i].at));
            return name;
        }
    }
    if (owner < SIM_FIBRES) {
        snprintf(name, sizeof names[0], "on the stack of %c", 'a' + (int)owner);
    } else if (is_mapped(at)) {
        snprintf(name, sizeof names[0], "lot+%x", (unsigned)(address - map_bytes));
    } else {
        snprintf(name, sizeof names[0], "static");
    }
    return name;
}

/* Nobody waits for any part of the object, and the freed memory was not written to. */
void memory_check_end(void)
{
    for (unsigned i = 0; i < object_count; i++) {
        for (size_t j = 0; j < objects[i].size; j++) {
            if (pawl__lot_count(objects[i].at + j) != 0) {
                sim_fail("a waiter is left queued at %s", objects[i].name);
            }
            if (objects[i].freed && (unsigned char)objects[i].at[j] != POISON) {
                sim_fail("%s was written to after it was freed", objects[i].name);
            }
        }
    }
    for (unsigned i = 0; i < used_count; i++) {
        struct place *place = &places[used_places[i]];
        if (port_is_parker(place->at) &&
            ((const volatile struct pawl__parker *)place->at)->token) {
            sim_fail("a token is left in a parker");
        }
    }
}
