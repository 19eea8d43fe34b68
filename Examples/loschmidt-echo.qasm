// The Loschmidt echo of a spin chain: an Ising chain in a transverse field evolves, then time is turned back. A perfect
// machine ends where it began, in all zeros; what is missing there is what the machine forgot. Programs of this kind
// tell how deep a circuit may be before its answer is noise: raise `steps` and see.
OPENQASM 3.0;
include "stdgates.inc";

const uint[8] spins = 8;
const uint[8] steps = 15;
const float[64] dt = 0.2;
const float[64] coupling = 1.0;
const float[64] field = 0.7;

gate bond(theta) a, b { cx a, b; rz(theta) b; cx a, b; }

qubit[spins] chain;
bit[spins] c;

for uint step in [1:steps] {
  for uint k in [0:spins - 2] { bond(2 * coupling * dt) chain[k], chain[k + 1]; }
  rx(2 * field * dt) chain;
}
barrier chain;
for uint step in [1:steps] {
  rx(-2 * field * dt) chain;
  for uint k in [0:spins - 2] { bond(-2 * coupling * dt) chain[k], chain[k + 1]; }
}
c = measure chain;
