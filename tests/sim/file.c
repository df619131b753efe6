/* SPDX-License-Identifier: MIT
 *
 * pawl_filelock's seam on the simulated machine. Contract: src/file.h.
 *
 * There is one file, which simulated processes share: each pawl_filelock is one of them. Its lock
 * and its text belong to the kernel, so an access to them is a point at which others may run, and
 * orders nothing.
 */
#include "file.h"
#include "port.h"

#include "engine.h"

#include <string.h>

static struct {
    unsigned shared;
    bool exclusive;
    int length;
    char text[512];
} disk;

static char path[] = "/sim";

void file_reset(void)
{
    memset(&disk, 0, sizeof disk);
}

pawl_status pawl__file_open(struct pawl__file *file, const char *name, bool only_look,
                            int32_t *error)
{
    (void)name;
    *error = 0;
    *file = (struct pawl__file){.path = path, .watch = PAWL__FILE_CLOSED, .only_look = only_look};
    return PAWL_OK;
}

/* handle: 0 holds nothing, 1 holds the lock shared, 2 exclusively. */
void pawl__file_close(struct pawl__file *file)
{
    pawl__file_unlock(file);
}

bool pawl__file_is_lost(const struct pawl__file *file)
{
    (void)file;
    return false;
}

void pawl__file_forget(struct pawl__file *file)
{
    (void)file;
}

pawl_status pawl__file_try(struct pawl__file *file, bool shared, int32_t *error)
{
    *error = 0;
    sim_yield();
    SIM_CHECK(file->handle == 0);
    if (disk.exclusive || (!shared && disk.shared > 0)) {
        return PAWL_TIMEOUT;
    }
    file->handle = shared ? 1 : 2;
    disk.shared += shared ? 1 : 0;
    disk.exclusive = !shared;
    return PAWL_OK;
}

void pawl__file_unlock(struct pawl__file *file)
{
    sim_yield();
    disk.shared -= file->handle == 1 ? 1 : 0;
    disk.exclusive = disk.exclusive && file->handle != 2;
    file->handle = 0;
}

int pawl__file_read(struct pawl__file *file, char *text, size_t size)
{
    int length = disk.length < (int)size ? disk.length : (int)size;
    (void)file;
    memcpy(text, disk.text, (size_t)length);
    return length;
}

void pawl__file_write(struct pawl__file *file, const char *text, size_t length)
{
    SIM_CHECK(file->handle == 2 && length <= sizeof disk.text);
    disk.length = (int)length;
    if (length > 0) {
        memcpy(disk.text, text, length);
    }
}

void pawl__file_poke(struct pawl__file *file)
{
    (void)file;
}

void pawl__file_watch(struct pawl__file *file)
{
    (void)file;
}

bool pawl__file_wait(struct pawl__file *file, pawl_time deadline)
{
    (void)file;
    (void)deadline;
    return false;
}

int64_t pawl__file_process(void)
{
    return 1 + (int64_t)sim_self();
}

void pawl__file_host(char *host, size_t size)
{
    (void)size;
    host[0] = '\0';
}

int64_t pawl__file_wall_clock(void)
{
    return 1;
}

void pawl__file_leave_error(int32_t error)
{
    (void)error;
}

int32_t pawl__file_left_error(void)
{
    return 0;
}

bool pawl__file_start_keeper(pawl__keeper *keeper, pawl__keeper_stop *stop)
{
    (void)keeper;
    (void)stop;
    return false;
}
