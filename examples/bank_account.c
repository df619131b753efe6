/* SPDX-License-Identifier: MIT
 *
 * Deposits and withdrawals race for one bank account.
 *
 * A movement reads the balance, works out the new one, and writes it back. With the lock the three
 * are one step and the balance ends right. Without it another thread's movement can fall between
 * the read and the write, and is overwritten. Luck would show that now and then; here two threads
 * take turns through the gap, so that every single deposit is surely lost.
 *
 * The part without the lock reads and writes by relaxed atomics, which keeps the program defined
 * (no data race in C's sense): what goes wrong is the account, not the program.
 * C11 <stdatomic.h> needs Visual Studio 2022 17.5 and /experimental:c11atomics.
 *
 *     cc examples/bank_account.c -lpawl -pthread -o bank_account
 */
#include <pawl/pawl.h>

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "thread.h"

enum { OPENING = 1000, AMOUNT = 10, ROUNDS = 100, CLERKS = 4 };

/* With the lock. */
static struct {
    pawl_lock lock; /* guards balance; all-zero bytes are an unlocked lock */
    long balance;
} guarded = {.balance = OPENING};

static void move_guarded(void *amount)
{
    for (int i = 0; i < ROUNDS; i++) {
        pawl_lock_acquire(&guarded.lock);
        long seen = guarded.balance;
        thread_yield(); /* tempt the others into the gap: the lock keeps them out */
        guarded.balance = seen + *(const long *)amount;
        pawl_lock_release(&guarded.lock);
    }
}

/* Without. */
static atomic_long bare = OPENING;

/* Whose turn it is. Each round has four: the depositor reads, the withdrawer reads, the depositor
 * writes, the withdrawer writes. */
enum { DEPOSITOR_READS, WITHDRAWER_READS, DEPOSITOR_WRITES, WITHDRAWER_WRITES, TURNS };
static atomic_int turn = DEPOSITOR_READS;

static void await_turn(int mine)
{
    while (atomic_load(&turn) != mine) {
        thread_yield();
    }
}

static void end_turn(int mine)
{
    atomic_store(&turn, (mine + 1) % TURNS);
}

static void move_bare(long amount, int read_turn, int write_turn)
{
    for (int i = 0; i < ROUNDS; i++) {
        await_turn(read_turn);
        long seen = atomic_load_explicit(&bare, memory_order_relaxed);
        end_turn(read_turn);
        await_turn(write_turn);
        atomic_store_explicit(&bare, seen + amount, memory_order_relaxed);
        end_turn(write_turn);
    }
}

static void deposit_bare(void *unused)
{
    (void)unused;
    move_bare(AMOUNT, DEPOSITOR_READS, DEPOSITOR_WRITES);
}

static void withdraw_bare(void *unused)
{
    (void)unused;
    move_bare(-AMOUNT, WITHDRAWER_READS, WITHDRAWER_WRITES);
}

int main(void)
{
    static long amounts[CLERKS] = {AMOUNT, -AMOUNT, AMOUNT, -AMOUNT};
    struct thread clerks[CLERKS];
    printf("opening balance %d; as many deposits as withdrawals of %d\n", OPENING, AMOUNT);

    for (int i = 0; i < CLERKS; i++) {
        thread_start(&clerks[i], move_guarded, &amounts[i]);
    }
    for (int i = 0; i < CLERKS; i++) {
        thread_join(&clerks[i]);
    }
    printf("with the lock: %ld\n", guarded.balance);

    thread_start(&clerks[0], deposit_bare, NULL);
    thread_start(&clerks[1], withdraw_bare, NULL);
    thread_join(&clerks[0]);
    thread_join(&clerks[1]);
    long left = atomic_load(&bare);
    printf("without: %ld, so %ld of %d deposits were lost\n", left, (OPENING - left) / AMOUNT,
           ROUNDS);
    return guarded.balance == OPENING && left != OPENING ? EXIT_SUCCESS : EXIT_FAILURE;
}
