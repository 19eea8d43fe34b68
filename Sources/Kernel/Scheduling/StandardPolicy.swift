/// The policy that runtimes schedule by.
public typealias StandardPolicy = FirstComePolicy
