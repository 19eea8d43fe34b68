// One round of error correction with the three-qubit bit-flip code: encode, suffer an error, measure two syndromes
// into a register, correct by a switch on it. `logical` reads 111 whichever single qubit was flipped.
OPENQASM 3.0;
include "stdgates.inc";

qubit[3] data;
qubit[2] check;
bit[2] syndrome;
bit[3] logical;

def encode(qubit[3] block) {
  cx block[0], block[1];
  cx block[0], block[2];
}

x data[0];
encode(data);

// The error: flip the middle qubit.
x data[1];

// Parities of (0, 1) and (1, 2).
cx data[0], check[0];
cx data[1], check[0];
cx data[1], check[1];
cx data[2], check[1];
syndrome = measure check;

switch (int[32](uint[2](syndrome))) {
  case 1 { x data[0]; }
  case 2 { x data[2]; }
  case 3 { x data[1]; }
  default { }
}

logical = measure data;
