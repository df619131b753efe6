/* SPDX-License-Identifier: MIT
 *
 * Writes the files that wordcount is tested with, into a directory whose subdirectories are there
 * already, and prints what wordcount must say of them. It keeps every word it has written and sorts
 * them all: slow, simple, and nothing that it shares with wordcount.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BIG = 1 << 20, SMALL_FILES = 1200, DEPTH = 20, SHOWN = 255, TEXTS = SMALL_FILES + 32 };

typedef struct piece {
    const char *text;
    size_t length;
} piece;

static struct {
    const char *directory;
    piece *words;
    size_t count;
    size_t room;
    char *texts[TEXTS]; /* to be freed at the end: the words point into them */
    size_t text_count;
    unsigned long files;
    unsigned long long bytes;
} tree;

static void fail(const char *what)
{
    fprintf(stderr, "nasty_tree: %s\n", what);
    exit(EXIT_FAILURE);
}

static void *must(void *memory)
{
    if (memory == NULL) {
        fail("memory exhausted");
    }
    return memory;
}

static void keep(const char *text, size_t length)
{
    if (tree.count == tree.room) {
        tree.room = tree.room == 0 ? 1024 : tree.room * 2;
        tree.words = must(realloc(tree.words, tree.room * sizeof *tree.words));
    }
    tree.words[tree.count++] = (piece){text, length < SHOWN ? length : SHOWN};
}

/* Writes a file that is not counted. */
static void put(const char *name, const char *bytes, size_t size)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", tree.directory, name);
    FILE *file = fopen(path, "wb");
    if (file == NULL || fwrite(bytes, 1, size, file) != size || fclose(file) != 0) {
        fail(path);
    }
}

/* Writes a file that is counted. Its words are kept where they are, so `bytes` must stay. */
static void put_counted(const char *name, const char *bytes, size_t size)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_";
    size_t begin = 0;
    put(name, bytes, size);
    for (size_t i = 0; i <= size; i++) {
        if (i == size || memchr(letters, bytes[i], sizeof letters - 1) == NULL) {
            if (i > begin) {
                keep(bytes + begin, i - begin);
            }
            begin = i + 1;
        }
    }
    tree.files++;
    tree.bytes += size;
}

static void put_text(const char *name, const char *text)
{
    put_counted(name, text, strlen(text));
}

static char *new_text(size_t size)
{
    if (tree.text_count == TEXTS) {
        fail("too many texts");
    }
    char *text = must(malloc(size));
    tree.texts[tree.text_count++] = text;
    return text;
}

static char *filled(size_t size, char with)
{
    char *bytes = new_text(size);
    memset(bytes, with, size);
    return bytes;
}

/* Text of random words, 1 to 12 letters of 4, so that they recur; the same on every platform. */
static char *babble(size_t size, uint32_t seed)
{
    char *bytes = new_text(size);
    size_t left = 0;
    for (size_t i = 0; i < size; i++) {
        seed = seed * UINT32_C(1664525) + UINT32_C(1013904223);
        if (left == 0) {
            left = 1 + (seed >> 16) % 12;
            bytes[i] = (seed >> 24) % 8 == 0 ? '\n' : ' ';
        } else {
            left--;
            bytes[i] = "aB3_"[seed >> 30];
        }
    }
    return bytes;
}

static void put_plain(void)
{
    put_text("plain.txt", "The quick brown fox jumps over the lazy dog.\nthe end\n");
    put_text("crlf.txt", "The quick\r\nbrown\r\n\r\nfox\r\n");
    put_text("mac.txt", "The quick\rbrown fox\r");
    put_text("no_newline", "fox fox_fox fox-fox 9lives 0x1F Fox FOX");
    put_text("bytes.txt", "caf\xC3\xA9 na\xEFve \xFF\xFE\x1A fox\x80_fox \x01\x7F_");
    put_text("separators", " \t\n .,;:-+*/ \n\n");
    put_text("moved.txt", "this file is moved out of the tree and linked to");
    put("empty", "", 0);
}

/* What is decided by the first 8192 bytes. */
static void put_binary(void)
{
    char *bytes = filled(9000, ' ');
    bytes[9000 - 3] = 'z';
    bytes[8191] = '\0';
    put("binary_late", bytes, 9000);
    put("binary_early", "\0hidden words", 13);
    bytes[8191] = 'y';
    bytes[8192] = '\0'; /* a separator like others from here on */
    bytes[8193] = 'y';
    put_counted("text_with_zero", bytes, 9000);
}

/* Words that are cut, and words that reading in pieces must not cut. */
static void put_long(void)
{
    put_counted("word_of_254", filled(254, 'w'), 254);
    put_counted("word_of_255", filled(255, 'w'), 255);
    put_counted("word_of_256", filled(256, 'w'), 256);
    put_counted("word_of_300", filled(300, 'w'), 300);
    put_counted("one_word", filled(BIG, 'x'), BIG);
    put_counted("one_line", babble(BIG / 2, 1), BIG / 2);
    for (size_t at = 65536 - 2; at <= 65536 + 1; at++) {
        char name[32];
        char *bytes = filled(3 * 65536, '.');
        bytes[at - 1] = 'a';
        bytes[at] = 'b';
        bytes[at + 65536] = 'c';
        snprintf(name, sizeof name, "edge_%zu", at);
        put_counted(name, bytes, 3 * 65536);
    }
}

static void put_many(void)
{
    for (unsigned i = 0; i < SMALL_FILES; i++) {
        char name[32];
        size_t size = 1 + i * 7 % 900;
        snprintf(name, sizeof name, "many/%u", i);
        put_counted(name, babble(size, i), size);
    }
    char deep[DEPTH * 2 + 16] = "";
    for (int i = 0; i < DEPTH; i++) {
        strcat(deep, "d/");
    }
    strcat(deep, "leaf");
    put_text(deep, "the deepest leaf");
}

/* The test's script gives these other names, where the system has them. */
static void put_names(void)
{
    put_text("names/with space", "a name with a space");
    put_text("names/-j", "a name like an option");
    put_text("names/rename_1", "the longest name");
    put_text("names/rename_2", "a name that is not text");
    put_text("names/rename_3", "a name in other letters");
}

static int by_bytes(const void *left, const void *right)
{
    const piece *a = left;
    const piece *b = right;
    int order = memcmp(a->text, b->text, a->length < b->length ? a->length : b->length);
    return order != 0 ? order : (a->length > b->length) - (a->length < b->length);
}

static uint64_t fnv_of_line(const piece *w, size_t count)
{
    char line[SHOWN + 32];
    int size = snprintf(line, sizeof line, "%.*s %zu\n", (int)w->length, w->text, count);
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (int i = 0; i < size; i++) {
        hash ^= (unsigned char)line[i];
        hash *= UINT64_C(0x100000001b3);
    }
    return hash;
}

static void print_digest(void)
{
    size_t distinct = 0;
    uint64_t sum = 0;
    qsort(tree.words, tree.count, sizeof *tree.words, by_bytes);
    for (size_t i = 0, end; i < tree.count; i = end) {
        end = i + 1;
        while (end < tree.count && by_bytes(&tree.words[i], &tree.words[end]) == 0) {
            end++;
        }
        distinct++;
        sum += fnv_of_line(&tree.words[i], end - i);
    }
    printf("digest: files=%lu bytes=%llu words=%zu distinct=%zu fnv=%016" PRIx64 "\n", tree.files,
           tree.bytes, tree.count, distinct, sum);
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fail("which directory?");
    }
    tree.directory = argv[1];
    put_plain();
    put_binary();
    put_long();
    put_many();
    put_names();
    print_digest();
    for (size_t i = 0; i < tree.text_count; i++) {
        free(tree.texts[i]);
    }
    free(tree.words);
    return EXIT_SUCCESS;
}
