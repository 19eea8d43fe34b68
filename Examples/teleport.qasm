// Quantum teleportation with feed-forward: Alice sends the state ry(0.8)|0> to Bob over an entangled pair and two
// classical bits. Bob undoes the rotation, so `bob` reads 0 in every shot of a perfect machine.
OPENQASM 3.0;
include "stdgates.inc";

qubit message;
qubit alice;
qubit bob_qubit;
bit m;
bit a;
bit bob;

// The state to send.
ry(0.8) message;

// A Bell pair between Alice and Bob.
h alice;
cx alice, bob_qubit;

// Alice measures in the Bell basis.
cx message, alice;
h message;
m = measure message;
a = measure alice;

// Bob corrects by what he is told.
if (a) { x bob_qubit; }
if (m) { z bob_qubit; }

// Check: undo the preparation.
ry(-0.8) bob_qubit;
bob = measure bob_qubit;
