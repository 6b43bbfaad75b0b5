#include "handheld/machine.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

/* The first word of a small file; empty when it cannot be read. */
static void read_word(const char *folder, const char *name, const char *file, char out[32])
{
    char path[PATH_MAX];
    int n = snprintf(path, sizeof path, "%s/%s/%s", folder, name, file);
    FILE *from = n > 0 && (size_t)n < sizeof path ? fopen(path, "re") : NULL;
    out[0] = '\0';
    if (from == NULL)
        return;
    if (fscanf(from, "%31s", out) != 1)
        out[0] = '\0';
    (void)fclose(from);
}

/* Mice and keyboards have batteries of their own: those are of scope "Device". */
static bool is_battery(const char *power, const char *name)
{
    char type[32], scope[32];
    read_word(power, name, "type", type);
    read_word(power, name, "scope", scope);
    return strcmp(type, "Battery") == 0 && strcmp(scope, "Device") != 0;
}

static void take_battery(const char *power, const char *name, struct app_machine *machine)
{
    char word[32], *end;
    read_word(power, name, "capacity", word);
    unsigned long percent = strtoul(word, &end, 10);
    if (word[0] < '0' || word[0] > '9' || *end != '\0' || percent > 100)
        return;
    if (percent == 0)
        percent = 1; /* 0 is unknown */
    if (machine->battery_percent != 0 && machine->battery_percent <= percent)
        return;
    read_word(power, name, "status", word);
    machine->battery_percent = (uint32_t)percent;
    machine->charging = strcmp(word, "Charging") == 0 || strcmp(word, "Full") == 0;
}

static void read_batteries(const char *power, struct app_machine *machine)
{
    const struct dirent *entry;
    DIR *dir = opendir(power);
    machine->battery_percent = 0;
    machine->charging = false;
    if (dir == NULL)
        return;
    while ((entry = readdir(dir)) != NULL)
        if (entry->d_name[0] != '.' && is_battery(power, entry->d_name))
            take_battery(power, entry->d_name, machine);
    closedir(dir);
}

static void read_disk(const char *dir, struct app_machine *machine)
{
    struct statvfs fs;
    machine->free_bytes = 0;
    machine->free_percent = 0;
    if (statvfs(dir, &fs) != 0 || fs.f_blocks == 0)
        return;
    machine->free_bytes = (uint64_t)fs.f_bavail * fs.f_frsize;
    machine->free_percent = (uint32_t)((uint64_t)fs.f_bavail * 100 / fs.f_blocks);
    if (machine->free_bytes == 0)
        machine->free_bytes = 1; /* full is known, too */
}

void machine_read(const char *power, const char *dir, struct app_machine *machine)
{
    read_batteries(power, machine);
    read_disk(dir, machine);
}
