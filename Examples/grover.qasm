// Grover's search for 101 among 3 qubits, two iterations, with negative controls. Success 94.5 %.
OPENQASM 3.0;
include "stdgates.inc";

qubit[3] q;
bit[3] c;

gate oracle a, b, d {
  // Flip the phase of |101>: controls a = 1 and b = 0, target d = 1.
  ctrl @ negctrl @ z a, b, d;
}

h q;
for int[32] k in [1:2] {
  oracle q[0], q[1], q[2];
  // Reflection about the mean: phase -1 on |000>.
  h q;
  x q;
  ctrl(2) @ z q[0], q[1], q[2];
  x q;
  h q;
}
c = measure q;
