// Iterative phase estimation with one ancilla (Griffiths and Niu; OpenQASM 3's own example in spirit): the eigenphase
// of p(2 pi * 5/16) on |1> is 5/16 = 0.0101 in binary, read bit by bit, least significant first, each turn steering
// the next by a rotation known only at run time. The answer in `digits` is 5 (0101).
OPENQASM 3.0;
include "stdgates.inc";

const int[32] n = 4;
const float[64] unknown = 2 * pi * 5 / 16;

qubit ancilla;
qubit eigenstate;
bit[n] digits;
bit outcome;

// The correction, as a fraction of a turn in 32 bits.
angle[32] correction = 0;

x eigenstate;
for int[32] k in [0:n - 1] {
  reset ancilla;
  h ancilla;
  // A controlled p(unknown), 2^(n-1-k) times.
  for int[32] turn in [1:1 << (n - 1 - k)] {
    cp(unknown) ancilla, eigenstate;
  }
  p(-correction) ancilla;
  h ancilla;
  outcome = measure ancilla;
  digits[k] = outcome;
  // Move the known digits one place down and put the new one in front.
  correction >>= 1;
  if (outcome) { correction += pi / 2; }
}
