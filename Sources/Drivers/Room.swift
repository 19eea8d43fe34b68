// The room Drivers.
