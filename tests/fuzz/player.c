/* SPDX-License-Identifier: MIT
 *
 * The player: see machine.h.
 */
#include "machine.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { LOG_BYTES = 1 << 16, MOST_INSTRUCTIONS = 200 };

/* What a task does when it is called. */
enum habit { KEEP, GIVE_BACK, GIVE_BACK_AND_AGAIN, CANCEL_ANOTHER, HABITS };

struct player {
    const struct machine_calls *calls;
    struct machine *machine;
    enum thing wants[MACHINE_TASKS];
    enum habit habits[MACHINE_TASKS];
    unsigned left[MACHINE_TASKS]; /* how often it may start itself again */
    size_t used;
    char log[LOG_BYTES];
};

static void note(struct player *player, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(player->log + player->used, LOG_BYTES - player->used, format, arguments);
    va_end(arguments);
    if (length > 0 && player->used + (size_t)length < LOG_BYTES) {
        player->used += (size_t)length;
    }
}

static void give_back(struct player *player, enum thing thing)
{
    pawl_status status = player->calls->give_back(player->machine, thing);
    note(player, "give back %d: %s\n", (int)thing, pawl_status_name(status));
}

static void start(struct player *player, unsigned task, enum thing thing)
{
    pawl_status status = player->calls->start(player->machine, task, thing);
    note(player, "start %u for %d: %s\n", task, (int)thing, pawl_status_name(status));
    if (status == PAWL_OK && thing == ROUND) {
        note(player, "index %" PRIu32 "\n", player->calls->index(player->machine, task));
    }
}

static void cancel(struct player *player, unsigned task)
{
    bool cancelled = player->calls->cancel(player->machine, task);
    note(player, "cancel %u: %d\n", task, cancelled ? 1 : 0);
}

void player_called(struct player *player, unsigned task, pawl_status result)
{
    enum thing thing = player->wants[task];
    note(player, "call %u: %s\n", task, pawl_status_name(result));
    if (result == PAWL_OK && thing == ROUND) {
        note(player, "index %" PRIu32 "\n", player->calls->index(player->machine, task));
    }
    if (player->habits[task] == CANCEL_ANOTHER) {
        cancel(player, (task + 1) % MACHINE_TASKS);
    } else if (player->habits[task] != KEEP && result == PAWL_OK) {
        give_back(player, thing);
        if (player->habits[task] == GIVE_BACK_AND_AGAIN && player->left[task] > 0) {
            player->left[task]--;
            start(player, task, thing);
        }
    }
    note(player, "end %u\n", task);
}

/* A task keeps its goal and its habit until it is idle again. */
static void instruct_start(struct player *player, unsigned task, enum thing thing,
                           enum habit habit)
{
    enum thing wanted = player->wants[task];
    enum habit had = player->habits[task];
    player->wants[task] = thing;
    player->habits[task] = habit;
    player->left[task] = 2;
    pawl_status status = player->calls->start(player->machine, task, thing);
    note(player, "start %u for %d: %s\n", task, (int)thing, pawl_status_name(status));
    if (status == PAWL_INVALID) {
        player->wants[task] = wanted;
        player->habits[task] = had;
    } else if (status == PAWL_OK && thing == ROUND) {
        note(player, "index %" PRIu32 "\n", player->calls->index(player->machine, task));
    }
}

static void instruct(struct player *player, uint8_t first, uint8_t second)
{
    unsigned task = second % MACHINE_TASKS;
    unsigned rest = second / MACHINE_TASKS;
    switch (first % 4) {
    case 0:
    case 1:
        instruct_start(player, task, (enum thing)(first / 4 % THINGS),
                       (enum habit)(rest % HABITS));
        break;
    case 2:
        if (first / 4 % 2 == 0) {
            cancel(player, task);
        } else {
            give_back(player, (enum thing)(second % THINGS));
        }
        break;
    default: {
        enum act act = (enum act)(first / 4 % ACTS);
        unsigned number = act == TIME_OUT ? task : second % THINGS;
        int64_t result = player->calls->act(player->machine, act, number);
        note(player, "act %d %u: %" PRId64 "\n", (int)act, number, result);
        break;
    }
    }
}

static void play(struct player *player, const struct machine_calls *calls, const uint8_t *program,
                 size_t size)
{
    memset(player, 0, offsetof(struct player, log));
    player->log[0] = '\0';
    player->calls = calls;
    player->machine = calls->make(player, size > 0 && program[0] % 2 != 0);
    for (size_t at = 1; at + 1 < size && at < 2 * (size_t)MOST_INSTRUCTIONS; at += 2) {
        instruct(player, program[at], program[at + 1]);
        for (unsigned thing = 0; thing < THINGS; thing++) {
            note(player, " %" PRId64, calls->act(player->machine, COUNT_WAITERS, thing));
        }
        note(player, " wait\n");
    }
    calls->discard(player->machine);
}

bool player_compare(const uint8_t *program, size_t size)
{
    static struct player real, model;
    play(&real, &real_machine, program, size);
    play(&model, &model_machine, program, size);
    bool equal = strcmp(real.log, model.log) == 0;
    if (!equal) {
        fprintf(stderr, "--- pawl\n%s--- the model\n%s", real.log, model.log);
    }
    return equal;
}
