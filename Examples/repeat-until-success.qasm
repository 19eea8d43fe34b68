// Repeat until success: the non-Clifford rotation V3 = (1 + 2iZ)/sqrt(5) from Clifford and Toffoli gates and two
// ancillas (Paetznick and Svore, arXiv:1311.1074). A try succeeds with probability 5/8; a failed one has done nothing
// and is repeated. `tries` counts the attempts; `result` is read in a basis in which V3|+> is certainly 0.
OPENQASM 3.0;
include "stdgates.inc";

qubit input_qubit;
qubit[2] ancilla;
bit[2] flags = "11";
bit result;
output int[32] tries;

tries = 0;
h input_qubit;
while (flags != "00") {
  reset ancilla;
  h ancilla[0];
  h ancilla[1];
  ccx ancilla[0], ancilla[1], input_qubit;
  s input_qubit;
  ccx ancilla[0], ancilla[1], input_qubit;
  z input_qubit;
  h ancilla[0];
  h ancilla[1];
  flags = measure ancilla;
  tries += 1;
}
// Undo V3 = diag(1 + 2i, 1 - 2i)/sqrt(5): a rotation about Z by -2 atan(2).
rz(2 * arctan(2.0)) input_qubit;
h input_qubit;
result = measure input_qubit;
