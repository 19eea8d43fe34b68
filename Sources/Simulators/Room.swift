// The room Simulators.
