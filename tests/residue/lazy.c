#define _GNU_SOURCE
#include "lazy.h"

#include <elf.h>
#include <link.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#if defined(__x86_64__)
#define JUMP_SLOT R_X86_64_JUMP_SLOT
#elif defined(__aarch64__)
#define JUMP_SLOT R_AARCH64_JUMP_SLOT
#elif defined(__i386__)
#define JUMP_SLOT R_386_JMP_SLOT
#endif

#ifdef __LP64__
typedef Elf64_Rela relocation;
#define SYMBOL(relocation) ELF64_R_SYM((relocation).r_info)
#define TYPE(relocation) ELF64_R_TYPE((relocation).r_info)
#else
typedef Elf32_Rel relocation;
#define SYMBOL(relocation) ELF32_R_SYM((relocation).r_info)
#define TYPE(relocation) ELF32_R_TYPE((relocation).r_info)
#endif

/*
 * A cheap function that neither this program nor the library calls elsewhere. A call in the static library would bind
 * it.
 */
#define FUNCTION getpgrp
#define NAME "getpgrp"

static volatile uintptr_t *slot;
static uintptr_t unbound;

/* The first entry is this program. */
static int find(struct dl_phdr_info *program, size_t size, void *unused)
{
    const ElfW(Dyn) *dynamic = NULL;
    const ElfW(Sym) *symbols = NULL;
    const relocation *relocations = NULL;
    const char *names = NULL;
    size_t length = 0;

    (void)size;
    (void)unused;
    for (int i = 0; i < program->dlpi_phnum; i++) {
        if (program->dlpi_phdr[i].p_type == PT_DYNAMIC)
            dynamic = (const void *)(program->dlpi_addr + program->dlpi_phdr[i].p_vaddr);
    }
    for (; dynamic != NULL && dynamic->d_tag != DT_NULL; dynamic++) {
        switch (dynamic->d_tag) {
        case DT_SYMTAB: symbols = (const void *)dynamic->d_un.d_ptr; break;
        case DT_STRTAB: names = (const void *)dynamic->d_un.d_ptr; break;
        case DT_JMPREL: relocations = (const void *)dynamic->d_un.d_ptr; break;
        case DT_PLTRELSZ: length = dynamic->d_un.d_val; break;
        }
    }
    if (symbols != NULL && names != NULL && relocations != NULL) {
        for (size_t i = 0; i < length / sizeof *relocations; i++) {
            const char *name = names + symbols[SYMBOL(relocations[i])].st_name;

            if (TYPE(relocations[i]) == JUMP_SLOT && strcmp(name, NAME) == 0)
                slot = (volatile uintptr_t *)(program->dlpi_addr + relocations[i].r_offset);
        }
    }
    return 1;
}

void lazy_ready(void)
{
    dl_iterate_phdr(find, NULL);
    if (slot == NULL) {
        fputs("the linker made no lazily bound call of " NAME "\n", stderr);
        exit(2);
    }
    unbound = *slot;
}

/* Returns whether the address is in this program, which contains the stubs of unbound functions. */
static int in_this_program(uintptr_t address)
{
    extern const char __executable_start, etext;

    return address >= (uintptr_t)&__executable_start && address < (uintptr_t)&etext;
}

int lazy_rearm(void)
{
    /* If everything is bound at the start, the table is read-only. */
    if (*slot != unbound)
        *slot = unbound;
    return in_this_program(*slot);
}

void lazy_call(void)
{
    (void)FUNCTION();
}
