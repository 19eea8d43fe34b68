// A GHZ state of 8 qubits, built by a loop.
OPENQASM 3.0;
include "stdgates.inc";

const int[32] n = 8;
qubit[n] q;
bit[n] c;

h q[0];
for int[32] k in [0:n - 2] {
  cx q[k], q[k + 1];
}
c = measure q;
