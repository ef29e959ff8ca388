/* struct registers of registers.h */
#define VECTOR 256

    .text

#define FUNCTION(name) .globl name; .type name, %function; .p2align 4; name:
#define END(name) .size name, . - name

FUNCTION(call_and_save)
    stp x29, x30, [sp, #-32]!
    mov x29, sp
    str x19, [sp, #16]
    mov x19, x2
    mov x16, x0
    mov x17, x1
    ldp x0, x1, [x17]
    ldp x2, x3, [x17, #16]
    ldp x4, x5, [x17, #32]
    blr x16
    stp x0, x1, [x19]
    stp x2, x3, [x19, #16]
    stp x4, x5, [x19, #32]
    stp x6, x7, [x19, #48]
    stp x8, x9, [x19, #64]
    stp x10, x11, [x19, #80]
    stp x12, x13, [x19, #96]
    stp x14, x15, [x19, #112]
    stp x16, x17, [x19, #128]
    stp x18, x20, [x19, #144]
    stp x21, x22, [x19, #160]
    stp x23, x24, [x19, #176]
    stp x25, x26, [x19, #192]
    stp x27, x28, [x19, #208]
    add x17, x19, #VECTOR
    .irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    str q\n, [x17, #(64 * \n)]
    .endr
    ldr x19, [sp, #16]
    ldp x29, x30, [sp], #32
    ret
END(call_and_save)

FUNCTION(on_stack)
    stp x29, x30, [sp, #-32]!
    str x19, [sp, #16]
    mov x19, sp
    mov sp, x0
    mov x0, x2
    blr x1
    mov sp, x19
    ldr x19, [sp, #16]
    ldp x29, x30, [sp], #32
    ret
END(on_stack)

FUNCTION(plant_general)
    ldr x7, [x0]
    ret
END(plant_general)

/* A register that the resolver of lazily bound calls saves. */
FUNCTION(plant_vector)
    ldr q7, [x0]
    ret
END(plant_vector)

FUNCTION(plant_high_vector)
    ldr q23, [x0]
    ret
END(plant_high_vector)

FUNCTION(clear_planted)
    mov x7, xzr
    movi v7.16b, #0
    movi v23.16b, #0
    ret
END(clear_planted)

FUNCTION(bare_read)
    mov x8, #63
    svc #0
    ret
END(bare_read)

FUNCTION(bare_write)
    mov x8, #64
    svc #0
    ret
END(bare_write)

    .section .note.GNU-stack, "", %progbits
