// The room Compiler.
