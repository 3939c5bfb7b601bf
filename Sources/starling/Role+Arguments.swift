public import ArgumentParser
public import SignalingProtocol

extension Role: ExpressibleByArgument {}
