import Testing

/// Tests of drivers wait for processes and sockets and look at the time: one after the other, so that none waits for
/// another's.
@Suite(.serialized) struct DriverTests {}
