/* struct registers of registers.h */
#define VECTOR 256
#define MASK (VECTOR + 32 * 64)
#define X87 (MASK + 8 * 8)
#define LEVEL (X87 + 512)

    .text

#define FUNCTION(name) .globl name; .type name, @function; .p2align 4; name:
#define END(name) .size name, . - name

FUNCTION(call_and_save)
    endbr64
    pushq %rbx
    movq %rdx, %rbx
    movq %rdi, %rax
    movq %rsi, %r11
    movq 0(%r11), %rdi
    movq 8(%r11), %rsi
    movq 16(%r11), %rdx
    movq 24(%r11), %rcx
    movq 32(%r11), %r8
    movq 40(%r11), %r9
    call *%rax
    movq %rax, 0(%rbx)
    movq %rcx, 8(%rbx)
    movq %rdx, 16(%rbx)
    movq %rsi, 24(%rbx)
    movq %rdi, 32(%rbx)
    movq %r8, 40(%rbx)
    movq %r9, 48(%rbx)
    movq %r10, 56(%rbx)
    movq %r11, 64(%rbx)
    movq %r12, 72(%rbx)
    movq %r13, 80(%rbx)
    movq %r14, 88(%rbx)
    movq %r15, 96(%rbx)
    movq %rbp, 104(%rbx)
    fxsave64 X87(%rbx)
    cmpq $1, LEVEL(%rbx)
    ja 2f
    je 1f

    .macro save_vectors move, kind, from, to
    .set i, \from
    .rept \to - \from + 1
    save_vector \move, \kind, %i
    .set i, i + 1
    .endr
    .endm
    .altmacro
    .macro save_vector move, kind, number
    \move %\kind\()\number, (VECTOR + 64 * \number)(%rbx)
    .endm

    save_vectors movups, xmm, 0, 15
    jmp 3f
1:  save_vectors vmovups, ymm, 0, 15
    jmp 3f
2:  save_vectors vmovups, zmm, 0, 31
    kmovq %k0, MASK(%rbx)
    kmovq %k1, MASK+8(%rbx)
    kmovq %k2, MASK+16(%rbx)
    kmovq %k3, MASK+24(%rbx)
    kmovq %k4, MASK+32(%rbx)
    kmovq %k5, MASK+40(%rbx)
    kmovq %k6, MASK+48(%rbx)
    kmovq %k7, MASK+56(%rbx)
3:  popq %rbx
    ret
END(call_and_save)

FUNCTION(on_stack)
    endbr64
    pushq %rbx
    movq %rsp, %rbx
    movq %rdi, %rsp
    movq %rdx, %rdi
    call *%rsi
    movq %rbx, %rsp
    popq %rbx
    ret
END(on_stack)

FUNCTION(plant_general)
    endbr64
    movq (%rdi), %r9
    ret
END(plant_general)

FUNCTION(plant_vector)
    endbr64
    movups (%rdi), %xmm7
    ret
END(plant_vector)

FUNCTION(plant_high_vector)
    endbr64
    cmpq $2, registers+LEVEL(%rip)
    jne plant_vector
    vmovdqu64 (%rdi), %xmm23
    ret
END(plant_high_vector)

FUNCTION(clear_planted)
    endbr64
    xorl %r9d, %r9d
    xorps %xmm7, %xmm7
    cmpq $2, registers+LEVEL(%rip)
    jne 1f
    vpxorq %zmm23, %zmm23, %zmm23
1:  ret
END(clear_planted)

FUNCTION(bare_read)
    endbr64
    xorl %eax, %eax
    syscall
    ret
END(bare_read)

FUNCTION(bare_write)
    endbr64
    movl $1, %eax
    syscall
    ret
END(bare_write)

    .section .note.GNU-stack, "", @progbits
