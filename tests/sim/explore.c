/* SPDX-License-Identifier: MIT
 *
 * The search: see explore.h.
 *
 * Exhaustive: depth first over everything that can be decided at each step, running the case from
 * its beginning for each schedule. Source-DPOR (Abdulla and others, POPL 2014) tries another fibre
 * at a step only if a later step was seen to depend on it and could have been earlier; sleep sets
 * leave out what only swaps independent steps. Every way a step can turn out is tried.
 *
 * Sampled: a random walk, or PCT (Burckhardt and others, ASPLOS 2010): the fibre of highest
 * priority runs, and at a few random steps the runner's priority falls below all others.
 */
#include "explore.h"

#include "engine.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

enum strategy { EXHAUST, WALK, PCT, FOLLOW, SCENARIO };

/* A step of the schedule that the exhaustive search is at. */
struct node {
    uint8_t fibre, enabled, backtrack, done, sleep;
    uint8_t way, way_count;
};

enum { OUTCOMES = 4096 };

static enum strategy strategy;
static bool reduced; /* the exhaustive search leaves out what only swaps independent steps */
static uint64_t outcomes[OUTCOMES];
static unsigned outcome_count;
static struct node nodes[STEPS_MAX + 1];
static uint32_t decided; /* the steps of nodes that the run repeats */
static uint32_t taken;   /* the nodes that the run has */
static unsigned sleeping; /* the sleep set at the running step */
static uint32_t races[64]; /* the running step's, with these before it */
static unsigned race_count;
static uint64_t random_state;
static unsigned priority[SIM_FIBRES];
static uint32_t change_at[4];
static unsigned changes;
static bool patient;
static const struct schedule *script;
static uint32_t script_at;
static bool in_script; /* the running step is script_at's */

static uint32_t random_below(uint32_t limit)
{
    random_state ^= random_state >> 12;
    random_state ^= random_state << 25;
    random_state ^= random_state >> 27;
    return (uint32_t)((random_state * UINT64_C(0x2545F4914F6CDD1D)) >> 33) % limit;
}

static unsigned enabled_fibres(void)
{
    unsigned set = 0;
    for (unsigned i = 0; i < sim_engine.fibre_count; i++) {
        set |= engine_is_enabled(i) ? 1U << i : 0;
    }
    return set;
}

static unsigned lowest(unsigned set)
{
    unsigned i = 0;
    while ((set & 1U << i) == 0) {
        i++;
    }
    return i;
}

/* Whether a pending operation conflicts with what a step accessed. Every access that it may make
 * counts. */
static bool conflicts(const struct op *op, const struct access *access)
{
    const volatile char *at = access->at;
    const volatile char *begin = op->at;
    if (at == &world_cell) {
        return true;
    }
    switch (op->kind) {
    case OP_LOAD:
        return access->write && at == begin;
    case OP_LOOK:
        return at == begin && (access->write || sim_engine.jumps_left > 0);
    case OP_PARK:
        return at == begin || (op->deadline != PAWL_NEVER && at == &clock_cell);
    case OP_FREE:
        return at >= begin && at < begin + op->size;
    case OP_WORLD:
        return true;
    case OP_YIELD:
    case OP_NONE:
        return false;
    default:
        return at == begin;
    }
}

/* The fibres that sleep at the next step: those that slept, or were tried, and are independent of
 * the last step. */
static void wake_sleepers(void)
{
    if (sim_engine.step < 2 || !reduced) {
        sleeping = 0;
        return;
    }
    const struct step *last = &sim_engine.steps[sim_engine.step - 1];
    const struct node *node = &nodes[sim_engine.step - 1];
    unsigned set = (sleeping | node->done) & ~(1U << last->fibre);
    for (unsigned i = 0; i < sim_engine.fibre_count; i++) {
        for (unsigned j = 0; (set & 1U << i) != 0 && j < last->access_count; j++) {
            if (conflicts(&sim_engine.fibres[i].pending, &last->accesses[j])) {
                set &= ~(1U << i);
            }
        }
    }
    sleeping = set;
}

/* The default choice: the runner while it can run, otherwise the next fibre that does more than
 * wait for its deadline. */
static unsigned natural(unsigned set)
{
    unsigned ready = set;
    for (unsigned i = 0; i < sim_engine.fibre_count; i++) {
        if ((ready & 1U << i) != 0 && engine_is_only_late(i)) {
            ready &= ~(1U << i);
        }
    }
    if (sim_engine.step > 1) {
        unsigned last = sim_engine.steps[sim_engine.step - 1].fibre;
        if ((ready & 1U << last) != 0) {
            return last;
        }
    }
    return lowest(ready != 0 ? ready : set);
}

static unsigned exhaust(unsigned enabled)
{
    wake_sleepers();
    uint32_t step = sim_engine.step;
    if (step <= decided) {
        return nodes[step].fibre;
    }
    if ((enabled & ~sleeping) == 0) {
        return SIM_FIBRES; /* all that could follow was seen elsewhere */
    }
    unsigned fibre = natural(enabled & ~sleeping);
    nodes[step] = (struct node){.fibre = (uint8_t)fibre, .enabled = (uint8_t)enabled,
                                .backtrack = (uint8_t)(reduced ? 1U << fibre : enabled),
                                .sleep = (uint8_t)sleeping, .way_count = 1};
    taken = step;
    return fibre;
}

static unsigned walk(unsigned enabled)
{
    unsigned ready = enabled;
    for (unsigned i = 0; i < sim_engine.fibre_count; i++) {
        if ((ready & 1U << i) != 0 && engine_is_only_late(i) && patient && random_below(16) != 0) {
            ready &= ~(1U << i);
        }
    }
    ready = ready != 0 ? ready : enabled;
    if (strategy == WALK) {
        if (sim_engine.step > 1 && random_below(3) == 0) {
            return natural(ready);
        }
        unsigned fibre = random_below(sim_engine.fibre_count);
        while ((ready & 1U << fibre) == 0) {
            fibre = (fibre + 1) % sim_engine.fibre_count;
        }
        return fibre;
    }
    unsigned best = lowest(ready);
    for (unsigned i = 0; i < sim_engine.fibre_count; i++) {
        best = (ready & 1U << i) != 0 && priority[i] > priority[best] ? i : best;
    }
    for (unsigned i = 0; i < changes; i++) {
        if (change_at[i] == sim_engine.step) {
            priority[best] = i;
        }
    }
    return best;
}

/* The script's next step, if its fibre can take it; steps that it cannot take are skipped. */
static unsigned follow(unsigned enabled)
{
    script_at += in_script;
    in_script = false;
    while (script_at < script->length) {
        unsigned fibre = script->steps[script_at].fibre;
        if (fibre < sim_engine.fibre_count && (enabled & 1U << fibre) != 0) {
            in_script = true;
            return fibre;
        }
        script_at++;
    }
    return natural(enabled);
}

unsigned search_choose_fibre(void)
{
    unsigned enabled = enabled_fibres();
    switch (strategy) {
    case EXHAUST:
        return exhaust(enabled);
    case FOLLOW:
        return follow(enabled);
    case SCENARIO:
        return sim_engine.one->choose(enabled);
    default:
        return walk(enabled);
    }
}

static unsigned way_in_script(unsigned count)
{
    return in_script && script->steps[script_at].way < count
               ? script->steps[script_at].way
               : 0;
}

unsigned search_choose_way(unsigned count)
{
    unsigned way = 0;
    struct step *step = &sim_engine.steps[sim_engine.step];
    if (strategy == EXHAUST) {
        nodes[sim_engine.step].way_count = (uint8_t)count;
        way = nodes[sim_engine.step].way;
    } else if (strategy == FOLLOW) {
        way = way_in_script(count);
    } else if (strategy == SCENARIO) {
        way = count > 1 && sim_engine.one->time_passes();
    } else if (count > 1) {
        way = random_below(2) != 0 ? 0 : random_below(count);
    }
    step->data = way;
    step->data_count = count;
    return way;
}

void search_note_race(uint32_t before)
{
    if (strategy == EXHAUST && reduced && sim_engine.step >= decided) {
        races[race_count++] = before;
    }
}

/* The fibres that could begin, at the step `before`, a sequence that leads to the running step
 * without the step `before`: the steps since then that do not depend on it. A fibre without a
 * predecessor in that sequence is an initial. */
static unsigned initials_without(uint32_t before)
{
    uint32_t first[SIM_FIBRES] = {0};
    unsigned set = 0;
    unsigned other = sim_engine.steps[before].fibre;
    for (uint32_t i = before + 1; i <= sim_engine.step; i++) {
        const struct step *step = &sim_engine.steps[i];
        if ((step->dep.at[other] >= before && i != sim_engine.step) || first[step->fibre] != 0) {
            continue;
        }
        bool initial = true;
        for (unsigned j = 0; j < sim_engine.fibre_count; j++) {
            initial = initial && (first[j] == 0 || step->dep.at[j] < first[j]);
        }
        first[step->fibre] = i;
        set |= initial ? 1U << step->fibre : 0;
    }
    return set;
}

/* Source-DPOR: for each race, schedule a fibre first that leads to its other order, unless that is
 * planned, or was seen elsewhere. */
void search_end_step(void)
{
    if (sim_engine.step == 0) {
        return;
    }
    struct step *step = &sim_engine.steps[sim_engine.step];
    step->dep = sim_engine.fibres[step->fibre].dep;
    for (unsigned i = 0; i < race_count; i++) {
        struct node *node = &nodes[races[i]];
        unsigned set = initials_without(races[i]) & node->enabled;
        if (set == 0) {
            node->backtrack |= node->enabled;
        } else if ((set & (node->backtrack | node->sleep)) == 0) {
            bool mine = (set & 1U << step->fibre) != 0;
            node->backtrack |= (uint8_t)(mine ? 1U << step->fibre : 1U << lowest(set));
        }
    }
    race_count = 0;
}

/* Prepare the next schedule: the deepest step that has another way, or another fibre to try. */
static bool next_schedule(void)
{
    for (; taken > 0; taken--) {
        struct node *node = &nodes[taken];
        if (node->way + 1 < node->way_count) {
            node->way++;
            decided = taken;
            return true;
        }
        node->done |= (uint8_t)(1U << node->fibre);
        unsigned left = node->backtrack & ~(unsigned)(node->done | node->sleep);
        if (left != 0) {
            node->fibre = (uint8_t)lowest(left);
            node->way = 0;
            node->way_count = 1;
            decided = taken;
            return true;
        }
    }
    return false;
}

static void save(struct schedule *schedule)
{
    schedule->length = sim_engine.step;
    for (uint32_t i = 0; i < sim_engine.step; i++) {
        schedule->steps[i].fibre = (uint8_t)sim_engine.steps[i + 1].fibre;
        schedule->steps[i].way = (uint8_t)sim_engine.steps[i + 1].data;
    }
}

static double seconds(void)
{
    return (double)clock() / CLOCKS_PER_SEC;
}

static bool is_over(struct report *report, double end)
{
    report->steps += sim_engine.step;
    if (sim_engine.pruned) {
        report->pruned++;
    } else {
        report->schedules++;
    }
    if (sim_engine.failed) {
        report->failed = true;
        snprintf(report->message, sizeof report->message, "%s", sim_engine.message);
        save(&report->schedule);
        return true;
    }
    return (report->schedules + report->pruned) % 64 == 0 && seconds() > end;
}

void sim_outcome(uint64_t outcome)
{
    unsigned i = 0;
    while (i < outcome_count && outcomes[i] != outcome) {
        i++;
    }
    if (i == outcome_count && i < OUTCOMES) {
        outcomes[outcome_count++] = outcome;
    }
}

bool explore_all(const struct sim_case *one, bool reduce, double budget, struct report *report)
{
    double end = seconds() + budget;
    strategy = EXHAUST;
    sim_engine.generous = false;
    reduced = reduce;
    outcome_count = 0;
    decided = 0;
    taken = 0;
    for (;;) {
        engine_run(one);
        if (is_over(report, end)) {
            return false;
        }
        if (!next_schedule()) {
            report->exhausted = true;
            report->outcomes = outcome_count;
            return true;
        }
    }
}

void explore_scenario(const struct sim_case *one, struct report *report)
{
    strategy = SCENARIO;
    sim_engine.generous = false;
    engine_run(one);
    is_over(report, 0);
    report->exhausted = true;
}

/* PCT's priorities, above those that changes give, and where these are. */
static void prepare_sample(uint32_t length)
{
    strategy = random_below(2) == 0 ? WALK : PCT;
    patient = random_below(4) != 0;
    changes = 1 + random_below(4);
    for (unsigned i = 0; i < SIM_FIBRES; i++) {
        priority[i] = 16 + random_below(1000);
    }
    for (unsigned i = 0; i < changes; i++) {
        change_at[i] = 1 + random_below(length);
    }
}

bool explore_sample(const struct sim_case *one, double budget, uint64_t seed,
                    struct report *report)
{
    double end = seconds() + budget;
    uint32_t longest = 50;
    sim_engine.generous = true;
    random_state = 2 * seed + 1;
    for (unsigned i = 0; i < 16; i++) {
        random_below(2);
    }
    do {
        prepare_sample(longest);
        engine_run(one);
        longest = sim_engine.step > longest ? sim_engine.step : longest;
    } while (!is_over(report, end));
    return !report->failed;
}

void explore_replay(const struct sim_case *one, const struct schedule *schedule,
                    struct report *report)
{
    strategy = FOLLOW;
    sim_engine.generous = true;
    script = schedule;
    script_at = 0;
    in_script = false;
    engine_run(one);
    report->failed = sim_engine.failed;
    snprintf(report->message, sizeof report->message, "%s", sim_engine.message);
}
