// Active reset by feed-forward, then a delay: measure, flip back if 1, wait ten microseconds, read again.
// On a machine that relaxes, the second reading of `kept` shows T1 at work.
OPENQASM 3.0;
include "stdgates.inc";

qubit[2] q;
bit[2] first;
bit cleared;
bit kept;

h q[0];
x q[1];
first = measure q;
if (first[0]) { x q[0]; }
delay[10us] q[1];
cleared = measure q[0];
kept = measure q[1];
