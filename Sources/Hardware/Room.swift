// The room Hardware.
