/* struct registers of registers.h */
#define VECTOR 256
#define MASK (VECTOR + 32 * 64)
#define X87 (MASK + 8 * 8)
#define LEVEL (X87 + 512)

    .text

#define FUNCTION(name) .globl name; .type name, @function; .p2align 4; name:
#define END(name) .size name, . - name

FUNCTION(call_and_save)
    endbr32
    pushl %ebp
    movl %esp, %ebp
    pushl %ebx
    movl 12(%ebp), %eax
    movl 16(%ebp), %ebx
    /* Aligned to 16 bytes after the six arguments. */
    andl $-16, %esp
    subl $8, %esp
    pushl 20(%eax)
    pushl 16(%eax)
    pushl 12(%eax)
    pushl 8(%eax)
    pushl 4(%eax)
    pushl 0(%eax)
    call *8(%ebp)
    movl %eax, 0(%ebx)
    movl %ecx, 4(%ebx)
    movl %edx, 8(%ebx)
    movl %esi, 12(%ebx)
    movl %edi, 16(%ebx)
    fxsave X87(%ebx)
    cmpl $1, LEVEL(%ebx)
    ja 2f
    je 1f

    .macro save_vectors move, kind
    .irp n, 0,1,2,3,4,5,6,7
    \move %\kind\n, (VECTOR + 64 * \n)(%ebx)
    .endr
    .endm

    save_vectors movups, xmm
    jmp 3f
1:  save_vectors vmovups, ymm
    jmp 3f
2:  save_vectors vmovups, zmm
    .irp n, 0,1,2,3,4,5,6,7
    kmovq %k\n, (MASK + 8 * \n)(%ebx)
    .endr
3:  leal -4(%ebp), %esp
    popl %ebx
    popl %ebp
    ret
END(call_and_save)

FUNCTION(on_stack)
    endbr32
    pushl %ebp
    movl %esp, %ebp
    movl 8(%ebp), %eax
    movl 12(%ebp), %ecx
    movl 16(%ebp), %edx
    leal -16(%eax), %esp
    movl %edx, (%esp)
    call *%ecx
    leave
    ret
END(on_stack)

FUNCTION(plant_general)
    endbr32
    movl 4(%esp), %eax
    movl 4(%eax), %edx
    movl (%eax), %ecx
    ret
END(plant_general)

FUNCTION(plant_vector)
    endbr32
    movl 4(%esp), %eax
    movups (%eax), %xmm7
    ret
END(plant_vector)

/* There are eight registers, even with AVX-512. */
FUNCTION(plant_high_vector)
    endbr32
    jmp plant_vector
END(plant_high_vector)

FUNCTION(clear_planted)
    endbr32
    xorl %ecx, %ecx
    xorl %edx, %edx
    xorps %xmm7, %xmm7
    ret
END(clear_planted)

FUNCTION(bare_read)
    endbr32
    pushl %ebx
    movl $3, %eax
    movl 8(%esp), %ebx
    movl 12(%esp), %ecx
    movl 16(%esp), %edx
    int $0x80
    popl %ebx
    ret
END(bare_read)

FUNCTION(bare_write)
    endbr32
    pushl %ebx
    movl $4, %eax
    movl 8(%esp), %ebx
    movl 12(%esp), %ecx
    movl 16(%esp), %edx
    int $0x80
    popl %ebx
    ret
END(bare_write)

    .section .note.GNU-stack, "", @progbits
