// The quantum Fourier transform of 5 qubits on the state |13>, followed by its inverse: `c` reads 13 (01101).
OPENQASM 3.0;
include "stdgates.inc";

const int[32] n = 5;
qubit[n] q;
bit[n] c;

// |13> = |01101>
x q[0];
x q[2];
x q[3];

// QFT, most significant qubit first.
for int[32] j in [n - 1:-1:0] {
  h q[j];
  for int[32] k in [j - 1:-1:0] {
    cp(pi / (1 << (j - k))) q[k], q[j];
  }
}
barrier q;
// The inverse, gate by gate in reverse.
for int[32] j in [0:n - 1] {
  for int[32] k in [0:j - 1] {
    inv @ cp(pi / (1 << (j - k))) q[k], q[j];
  }
  h q[j];
}
c = measure q;
