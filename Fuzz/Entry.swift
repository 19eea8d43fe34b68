// The program is libFuzzer, which has its own `main`, with the static library of targets.
