/* SPDX-License-Identifier: MIT
 *
 * The parts of the conformance transcript, and how a line is written.
 */
#ifndef PAWL_TESTS_CONFORMANCE_H
#define PAWL_TESTS_CONFORMANCE_H

#include "caller.h"

/* One line: the sentence, and what was observed. */
void say(const char *sentence, const char *format, ...);
void say_heading(const char *format, ...);

/* The line for a description, its address checked and replaced. */
void say_description(const char *sentence, const void *object,
                     int (*describe)(const void *object, char *buf, size_t size));

const char *name(pawl_status status);
const char *truth(bool value);
const char *early(bool value);

/* rlock, semaphore, condition, event, barrier, rwlock, once: conformance_family.c */
void walk_family(void);

/* Sleeping, bounds, latches, stops: conformance_more.c */
void walk_more(void);

/* Operations instead of threads: conformance_await.c */
void walk_await(void);

#endif
