public import ArgumentParser
public import Scenario

extension Scenario.Target.SignalingProtocol: ExpressibleByArgument {}
