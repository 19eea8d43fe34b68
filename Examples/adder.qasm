// A ripple-carry adder (Cuccaro, Draper, Kutin, Moulton, quant-ph/0410184) of two 3-bit numbers: 5 + 6 = 11.
// `sum` reads 1011, its top bit the carry.
OPENQASM 3.0;
include "stdgates.inc";

const int[32] n = 3;
qubit carry_in;
qubit[n] a;
qubit[n] b;
qubit carry_out;
bit[n + 1] sum;

gate majority x0, y0, z0 {
  cx z0, y0;
  cx z0, x0;
  ccx x0, y0, z0;
}

gate unmajority x0, y0, z0 {
  ccx x0, y0, z0;
  cx z0, x0;
  cx x0, y0;
}

// a = 5, b = 6
x a[0];
x a[2];
x b[1];
x b[2];

majority carry_in, b[0], a[0];
majority a[0], b[1], a[1];
majority a[1], b[2], a[2];
cx a[2], carry_out;
unmajority a[1], b[2], a[2];
unmajority a[0], b[1], a[1];
unmajority carry_in, b[0], a[0];

sum[0:n - 1] = measure b;
sum[n] = measure carry_out;
