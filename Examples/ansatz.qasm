// A parameterised ansatz for two qubits: the ground state of H2 in a minimal basis lies on this curve. Run it with
//   kelvin run Examples/ansatz.qasm --input theta=-0.22 \
//     --observable "-1.0523*II + 0.3979*IZ - 0.3979*ZI - 0.0113*ZZ + 0.1809*XX"
// (O'Malley et al., Phys. Rev. X 6, 031007, with the coefficients at 0.735 angstrom). The minimum is -1.857 hartree.
OPENQASM 3.0;
include "stdgates.inc";

input float[64] theta;
qubit[2] q;

x q[0];
ry(theta) q[1];
cx q[1], q[0];
