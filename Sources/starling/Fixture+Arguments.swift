public import ArgumentParser
public import MediaFiles

extension Fixture.Kind: ExpressibleByArgument {}

extension Fixture.Size: ExpressibleByArgument {}
