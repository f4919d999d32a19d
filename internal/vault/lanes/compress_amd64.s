//go:build !purego

#include "textflag.h"

// Eight messages side by side: every vector register holds one word of each. Register names in the macros are those of
// GB/T 32905; AX points to the state, DX to the schedule, CX to the constants.

// rotate x left by n, through t; m is 32 − n
#define ROL(n, m, x, t) \
	VPSLLD $n, x, t; \
	VPSRLD $m, x, x; \
	VPOR   t, x, x

// one round up to the two words that it makes, TT1 in Y8 and TT2 in Y9; FF in Y12 and GG in Y13 are there
#define MIX(i, a, d, e, h) \
	VMOVDQA a, Y8; \
	ROL(12, 20, Y8, Y10); \
	VPBROADCASTD (4*i)(CX), Y9; \
	VPADDD  e, Y9, Y9; \
	VPADDD  Y8, Y9, Y9; \
	ROL(7, 25, Y9, Y10); \
	VPXOR   Y9, Y8, Y8; \
	VMOVDQU (32*i)(DX), Y10; \
	VPXOR   (32*(i+4))(DX), Y10, Y11; \
	VPADDD  d, Y8, Y8; \
	VPADDD  Y11, Y12, Y12; \
	VPADDD  h, Y9, Y9; \
	VPADDD  Y10, Y13, Y13; \
	VPADDD  Y12, Y8, Y8; \
	VPADDD  Y13, Y9, Y9

// the words take their places: a new A in d, a new E = P0(TT2) in h, B and F rotated
#define TURN(b, d, f, h) \
	ROL(9, 23, b, Y10); \
	ROL(19, 13, f, Y11); \
	VMOVDQA Y8, d; \
	VMOVDQA Y9, Y10; \
	ROL(9, 23, Y10, Y12); \
	VMOVDQA Y9, Y11; \
	ROL(17, 15, Y11, Y13); \
	VPXOR   Y10, Y9, h; \
	VPXOR   Y11, h, h

// rounds 0 to 15
#define EARLY(i, a, b, c, d, e, f, g, h) \
	VPXOR a, b, Y12; \
	VPXOR c, Y12, Y12; \
	VPXOR e, f, Y13; \
	VPXOR g, Y13, Y13; \
	MIX(i, a, d, e, h); \
	TURN(b, d, f, h)

// rounds 16 to 63
#define LATE(i, a, b, c, d, e, f, g, h) \
	VPXOR a, b, Y12; \
	VPAND c, Y12, Y12; \
	VPAND a, b, Y13; \
	VPXOR Y13, Y12, Y12; \
	VPXOR f, g, Y13; \
	VPAND e, Y13, Y13; \
	VPXOR g, Y13, Y13; \
	MIX(i, a, d, e, h); \
	TURN(b, d, f, h)

// func compress8(state *[8][Lanes]uint32, w *[68][Lanes]uint32, k *[64]uint32)
TEXT ·compress8(SB), NOSPLIT, $0-24
	MOVQ state+0(FP), AX
	MOVQ w+8(FP), DX
	MOVQ k+16(FP), CX

	// W16 to W67
	MOVQ DX, BX
	MOVQ $52, SI

expand:
	VMOVDQU (32*13)(BX), Y0
	ROL(15, 17, Y0, Y1)
	VPXOR   (32*0)(BX), Y0, Y0
	VPXOR   (32*7)(BX), Y0, Y0
	VMOVDQA Y0, Y1
	ROL(15, 17, Y1, Y3)
	VMOVDQA Y0, Y2
	ROL(23, 9, Y2, Y4)
	VPXOR   Y1, Y0, Y0
	VPXOR   Y2, Y0, Y0
	VMOVDQU (32*3)(BX), Y1
	ROL(7, 25, Y1, Y3)
	VPXOR   Y1, Y0, Y0
	VPXOR   (32*10)(BX), Y0, Y0
	VMOVDQU Y0, (32*16)(BX)
	ADDQ    $32, BX
	DECQ    SI
	JNZ     expand

	VMOVDQU (32*0)(AX), Y0
	VMOVDQU (32*1)(AX), Y1
	VMOVDQU (32*2)(AX), Y2
	VMOVDQU (32*3)(AX), Y3
	VMOVDQU (32*4)(AX), Y4
	VMOVDQU (32*5)(AX), Y5
	VMOVDQU (32*6)(AX), Y6
	VMOVDQU (32*7)(AX), Y7

	MOVQ $4, SI

early:
	EARLY(0, Y0, Y1, Y2, Y3, Y4, Y5, Y6, Y7)
	EARLY(1, Y3, Y0, Y1, Y2, Y7, Y4, Y5, Y6)
	EARLY(2, Y2, Y3, Y0, Y1, Y6, Y7, Y4, Y5)
	EARLY(3, Y1, Y2, Y3, Y0, Y5, Y6, Y7, Y4)
	ADDQ $16, CX
	ADDQ $128, DX
	DECQ SI
	JNZ  early

	MOVQ $12, SI

late:
	LATE(0, Y0, Y1, Y2, Y3, Y4, Y5, Y6, Y7)
	LATE(1, Y3, Y0, Y1, Y2, Y7, Y4, Y5, Y6)
	LATE(2, Y2, Y3, Y0, Y1, Y6, Y7, Y4, Y5)
	LATE(3, Y1, Y2, Y3, Y0, Y5, Y6, Y7, Y4)
	ADDQ $16, CX
	ADDQ $128, DX
	DECQ SI
	JNZ  late

	VPXOR (32*0)(AX), Y0, Y0
	VPXOR (32*1)(AX), Y1, Y1
	VPXOR (32*2)(AX), Y2, Y2
	VPXOR (32*3)(AX), Y3, Y3
	VPXOR (32*4)(AX), Y4, Y4
	VPXOR (32*5)(AX), Y5, Y5
	VPXOR (32*6)(AX), Y6, Y6
	VPXOR (32*7)(AX), Y7, Y7
	VMOVDQU Y0, (32*0)(AX)
	VMOVDQU Y1, (32*1)(AX)
	VMOVDQU Y2, (32*2)(AX)
	VMOVDQU Y3, (32*3)(AX)
	VMOVDQU Y4, (32*4)(AX)
	VMOVDQU Y5, (32*5)(AX)
	VMOVDQU Y6, (32*6)(AX)
	VMOVDQU Y7, (32*7)(AX)
	VZEROUPPER
	RET
