// The room Mitigation.
