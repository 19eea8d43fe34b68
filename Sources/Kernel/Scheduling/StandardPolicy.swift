/// The policy that runtimes schedule by: the same that simulated fleets are planned with.
public typealias StandardPolicy = FleetScheduler
