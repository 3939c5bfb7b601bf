public import ArgumentParser
public import ServerFronts

extension ConformanceProfile: ExpressibleByArgument {}
