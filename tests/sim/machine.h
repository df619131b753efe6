/* SPDX-License-Identifier: MIT
 *
 * The simulated machine's atomics, instead of the compiler's: compiler.h includes this header when
 * PAWL__MACHINE names it. Each access names its source line, for the printed schedule.
 */
#ifndef PAWL_TESTS_SIM_MACHINE_H
#define PAWL_TESTS_SIM_MACHINE_H

#define PAWL__RELAXED 0
#define PAWL__ACQUIRE 1
#define PAWL__RELEASE 2
#define PAWL__ACQ_REL 3

uint64_t sim_load(const volatile void *at, size_t size, int order, const char *where);
void sim_store(volatile void *at, size_t size, uint64_t value, int order, const char *where);
bool sim_cas(volatile void *at, size_t size, void *expected, uint64_t desired, int order,
             const char *where);
/* A read-modify-write that cannot fail; returns what was there. */
enum sim_change { SIM_ADD, SIM_EXCHANGE };
uint64_t sim_change(volatile void *at, size_t size, enum sim_change change, uint64_t operand,
                    int order, const char *where);

#define SIM_TEXT_(x) #x
#define SIM_TEXT(x)  SIM_TEXT_(x)
#define SIM_HERE     __FILE__ ":" SIM_TEXT(__LINE__)

#define SIM_LOAD(type, at, order) ((type)sim_load((at), sizeof(type), (order), SIM_HERE))
#define SIM_STORE(type, at, value, order)                                                          \
    sim_store((at), sizeof(type), (uint64_t)(type)(value), (order), SIM_HERE)
#define SIM_CAS(type, at, expected, desired, order)                                                \
    sim_cas((at), sizeof(type), (expected), (uint64_t)(type)(desired), (order), SIM_HERE)

#define SIM_CHANGE(type, change, at, operand, order)                                               \
    ((type)sim_change((at), sizeof(type), (change), (uint64_t)(type)(operand), (order), SIM_HERE))

#define pawl__load8(at, order)                    SIM_LOAD(uint8_t, at, order)
#define pawl__load32(at, order)                   SIM_LOAD(uint32_t, at, order)
#define pawl__load64(at, order)                   SIM_LOAD(uint64_t, at, order)
#define pawl__load_pointer(at, order)             ((void *)SIM_LOAD(uintptr_t, at, order))
#define pawl__store8(at, value, order)            SIM_STORE(uint8_t, at, value, order)
#define pawl__store32(at, value, order)           SIM_STORE(uint32_t, at, value, order)
#define pawl__store64(at, value, order)           SIM_STORE(uint64_t, at, value, order)
#define pawl__store_pointer(at, value, order)     SIM_STORE(uintptr_t, at, value, order)
#define pawl__cas8(at, expected, desired, order)  SIM_CAS(uint8_t, at, expected, desired, order)
#define pawl__cas32(at, expected, desired, order) SIM_CAS(uint32_t, at, expected, desired, order)
#define pawl__cas64(at, expected, desired, order) SIM_CAS(uint64_t, at, expected, desired, order)
#define pawl__cas_pointer(at, expected, desired, order)                                            \
    SIM_CAS(uintptr_t, at, expected, desired, order)
#define pawl__add32(at, n, order)     SIM_CHANGE(uint32_t, SIM_ADD, at, n, order)
#define pawl__xchg8(at, value, order) SIM_CHANGE(uint8_t, SIM_EXCHANGE, at, value, order)

/* A spinning thread polls again; that poll is a point where another fibre may run. */
void sim_pause(void);
#define PAWL__PAUSE()     sim_pause()
#define PAWL__TOKEN_POLLS 12 /* each is a step */

/* Until the first fibre of a `single` case starts the others. */
bool sim_single_threaded(void);
#define PAWL__SINGLE_THREADED() sim_single_threaded()

#endif
