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

/* Cheap, and called from nowhere else: not in this program, and not in the library either, whose static form would bind it. */
#define FUNCTION getpgrp
#define NAME "getpgrp"

static volatile uintptr_t *slot;
static uintptr_t unbound;

/* This program's own entry comes first. */
static int find(struct dl_phdr_info *program, size_t size, void *nothing)
{
    const ElfW(Dyn) *dynamic = NULL;
    const ElfW(Sym) *symbols = NULL;
    const relocation *relocations = NULL;
    const char *names = NULL;
    size_t length = 0;

    (void)size;
    (void)nothing;
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
        fputs("the linker has made no lazily bound call of " NAME "\n", stderr);
        exit(2);
    }
    unbound = *slot;
}

/* Within this program, where the stubs of functions stand that are not bound yet. */
static int in_this_program(uintptr_t address)
{
    extern const char __executable_start, etext;

    return address >= (uintptr_t)&__executable_start && address < (uintptr_t)&etext;
}

int lazy_rearm(void)
{
    /* Where all is bound at the start the table cannot be written any more. */
    if (*slot != unbound)
        *slot = unbound;
    return in_this_program(*slot);
}

void lazy_call(void)
{
    (void)FUNCTION();
}
